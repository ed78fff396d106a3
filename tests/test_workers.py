"""Two worker processes on the loopback under MultiWorkerMirroredStrategy compute what one process computes."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

WORKER = """
import sys
import numpy as np, tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy() if sys.argv[2] != "-" else tf.distribute.get_strategy()
import keras, tfgan_zoo as zoo
out, worker, name = sys.argv[1:]
with strategy.scope():
    model = zoo.create(name, **zoo.info(name).tiny)
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players})
start = [v.numpy().copy() for v in model.variables if v.dtype.startswith("float")]
batches = np.stack([model.example_batch(4, seed) for seed in range(3)])
if worker == "-":
    data = tf.data.Dataset.from_tensor_slices(batches)
else:  # every worker reads its own half of each global batch
    half = int(worker)
    mine = tf.data.Dataset.from_tensor_slices(batches[:, 2 * half : 2 * half + 2])
    data = strategy.distribute_datasets_from_function(lambda context: mine)
logs = model.fit(data, steps_per_epoch=3, verbose=0).history
end = [v.numpy() for v in model.variables if v.dtype.startswith("float")]
arrays = {f"start/{i}": v for i, v in enumerate(start)} | {f"end/{i}": v for i, v in enumerate(end)}
np.savez(out, **arrays, **{"logs/" + k: np.ravel(v) for k, v in logs.items()})
"""


def start(folder, worker, name, **environment):
    path = folder / f"{worker}.npz"
    command = [sys.executable, "-c", WORKER, str(path), worker, name]
    return path, subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)


def finish(path, process):
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors[-2000:]
    return dict(np.load(path))


@pytest.mark.parametrize("name", ["gan"])
def test_two_workers_equal_one_process(name, tmp_path):
    ports = []
    for _ in range(2):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            ports.append(s.getsockname()[1])
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    task = lambda i: json.dumps({"cluster": cluster, "task": {"type": "worker", "index": i}})
    running = [start(tmp_path, str(i), name, TF_CONFIG=task(i)) for i in range(2)]
    first, second = (finish(*r) for r in running)
    alone = finish(*start(tmp_path, "-", name))
    square = lambda a, b, u="end", v="end": sum(
        float(np.sum((a[k].astype("float64") - b[k.replace(u, v)]) ** 2)) for k in a if k.startswith(u)
    )
    for key in first:
        assert np.array_equal(first[key], second[key]), key
        if key.startswith("logs/"):
            assert first[key] == pytest.approx(alone[key], rel=1e-4, abs=1e-5), key
    assert (square(first, alone) / square(alone, alone, "end", "start")) ** 0.5 < 1e-5
