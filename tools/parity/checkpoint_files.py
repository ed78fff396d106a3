"""Read the random Inception checkpoint from the files that PyTorch wrote, and compare the network again.

checkpoint_files.py FOLDER, with what `peers_torch.py` wrote. Exit code 1 beyond a relative 1e-5.
"""

import sys
from pathlib import Path

import agreement
import inputs
import numpy as np

from tfgan_zoo.metrics.inception import InceptionGraph


def main() -> int:
    expected, beyond = agreement.load("inception"), False
    image = inputs.images(*inputs.JUDGED["tiny"], n=2)
    for name in ("inception.pth", "inception_legacy.pth"):
        outputs = InceptionGraph(Path(sys.argv[1]) / name)(image)
        found = max(
            agreement.difference(np.asarray(value), expected[f"torch_fidelity.tiny.{tap}"])
            for tap, value in outputs.items()
        )
        beyond |= not found <= 1e-5
        print(f"all taps, weights read from {name}: {found:.3g} relative")
    return int(beyond)


if __name__ == "__main__":
    sys.exit(main())
