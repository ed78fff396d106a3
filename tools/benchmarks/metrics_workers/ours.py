"""One measurement of this package, in a process of its own: ours.py MEASUREMENT SETTINGS_AS_JSON."""

import json
import sys

import workload


def frechet(n: int, d: int) -> None:
    from tfgan_zoo.metrics import GaussianStatistics, frechet_distance

    real, fake = workload.features(n, d)
    fitting, (a, b) = workload.seconds(lambda: [GaussianStatistics().update(part) for part in (real, fake)])
    arguments = a.mean, a.covariance(), b.mean, b.covariance()
    distance, value = workload.seconds(lambda: frechet_distance(*arguments))
    workload.tell(statistics_s=fitting, distance_s=distance, value=value)


def inception(batch: int, batches: int, side: int, threads: int) -> None:
    import inception_weights
    import tensorflow as tf

    from tfgan_zoo.metrics.inception import InceptionGraph

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    graph = InceptionGraph(inception_weights.tensors(), resize="pytorch_fid", taps=("2048",))
    images = workload.images(batch, side)
    first, _ = workload.seconds(lambda: graph(images)["2048"].numpy())
    times, values = zip(*(workload.seconds(lambda: graph(images)["2048"].numpy()) for _ in range(batches)))
    workload.tell(first_batch_s=first, batch_s=min(times), value=float(values[0].mean()), peak_mib=workload.peak_mib())


def neighbours(n: int, d: int, k: int) -> None:
    from tfgan_zoo.metrics.density_coverage import prdc

    real, fake = workload.features(n, d)
    before = workload.peak_mib()
    time, value = workload.seconds(lambda: prdc(real, fake, k))
    workload.tell(seconds=time, value=list(value), peak_mib=workload.peak_mib(), before_mib=before)


def precision_recall(n: int, d: int, k: int) -> None:
    from tfgan_zoo.metrics.precision_recall import precision_recall as measured

    real, fake = workload.features(n, d)
    before = workload.peak_mib()
    time, value = workload.seconds(lambda: measured(real, fake, k))
    workload.tell(seconds=time, value=list(value), peak_mib=workload.peak_mib(), before_mib=before)


def streaming(n: int, d: int, batch: int) -> None:
    from tfgan_zoo.metrics.streaming import FID

    metric = FID()
    real, fake = workload.features(batch, d)
    for start in range(0, n, batch):
        count = min(batch, n - start)
        metric.update_state(real[:count], real=True)
        metric.update_state(fake[:count], real=False)
    held = workload.peak_mib()
    workload.tell(held_mib=held, value=float(metric.result()), peak_mib=workload.peak_mib())


if __name__ == "__main__":
    locals()[sys.argv[1]](**json.loads(sys.argv[2]))
