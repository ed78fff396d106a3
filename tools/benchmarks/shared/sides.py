"""Measurements in processes of their own: this package's in this environment, the peers' in theirs."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PEERS = ROOT / "build" / "parity" / "torch"
"""Environment of the peers that `tools/parity/run` makes."""


class Sides:
    """Runs workers of either side."""

    def __init__(self, workers: Path, peers: Path, threads: int, rounds: int):
        self._pythons = {"ours": Path(sys.executable), "peers": peers.absolute() / "bin" / "python"}
        self._workers, self._rounds = workers, rounds
        if not self._pythons["peers"].exists():
            sys.exit(f"no peers in {peers}: run tools/parity/run once, or name an environment with --peers")
        environ = {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "MKL")}
        environ |= {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
        environ |= {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        self._environ = os.environ | environ | {"PYTHONPATH": f"{ROOT / 'tools' / 'parity'}{os.pathsep}{ROOT}"}
        self._environ["PYTHONPATH"] += f"{os.pathsep}{Path(__file__).resolve().parent}"

    def once(self, side: str, measurement: str, settings: dict) -> dict:
        """Return what one worker tells."""
        command = [self._pythons[side], self._workers / f"{side}.py", measurement, json.dumps(settings)]
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{side} {measurement} failed:\n{done.stderr[-3000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"  {side} {measurement}: {found}", flush=True)
        return found

    def compared(self, measurements: dict[str, str], settings: dict, key: str) -> dict[str, dict]:
        """Return, for each measurement (name -> side), the round with the least `key`."""
        best: dict[str, dict] = {}
        for _ in range(self._rounds):
            for measurement, side in measurements.items():
                found = self.once(side, measurement, settings)
                best[measurement] = min(best.get(measurement, found), found, key=lambda x: x[key])
        return best
