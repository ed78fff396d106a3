"""Time an exported generator where this package cannot be imported: runner.py PATH THREADS RUNS."""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np


def saved_model(path: str):
    """Run the default signature; the environment sets the threads."""
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    function = loaded.signatures["serving_default"]
    size = function.structured_input_signature[1]["latents"].shape[1]
    return lambda latents, _kept=loaded: function(latents=tf.constant(latents))["images"].numpy(), size


def tflite(path: str, threads: int):
    """Run the file's signature with LiteRT."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path, num_threads=threads)
    runner = interpreter.get_signature_runner(*interpreter.get_signature_list())
    size = int(runner.get_input_details()["latents"]["shape_signature"][1])
    return lambda latents: runner(latents=latents)["images"], size


def main(path: str, threads: int, runs: int) -> None:
    """Print, as JSON, the median and the first run in milliseconds and the peak memory."""
    run, size = tflite(path, threads) if Path(path).is_file() else saved_model(path)
    latents = np.random.default_rng(0).standard_normal((1, size), np.float32)
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        images = run(latents)
        times.append(1e3 * (time.perf_counter() - start))
    if not np.isfinite(images).all() or images.std() < 1e-3:
        sys.exit(f"{path} gives no images: deviation {images.std()}")
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    found = {"ms": round(statistics.median(times[1:]), 1), "first ms": round(times[0], 1)}
    print(json.dumps(found | {"peak MiB": int(status["VmHWM"].split()[0]) // 1024}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
