"""One measurement of a peer, in a process of its own and in the peers' environment: peers.py MEASUREMENT SETTINGS."""

import json
import sys

import numpy as np
import stand_ins
import workload


def pytorch_fid_frechet(n: int, d: int) -> None:
    stand_ins.torchvision_operators()
    from pytorch_fid.fid_score import calculate_frechet_distance

    real, fake = workload.features(n, d)
    statistics = lambda x: (np.mean(x, axis=0), np.cov(x, rowvar=False))
    fitting, (a, b) = workload.seconds(lambda: [statistics(part) for part in (real, fake)])
    distance, value = workload.seconds(lambda: calculate_frechet_distance(*a, *b))
    workload.tell(statistics_s=fitting, distance_s=distance, value=float(value))


def torch_fidelity_frechet(n: int, d: int) -> None:
    import torch

    stand_ins.torchvision_operators()
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

    real, fake = map(torch.from_numpy, workload.features(n, d))
    fitting, (a, b) = workload.seconds(lambda: [fid_features_to_statistics(part) for part in (real, fake)])
    distance, value = workload.seconds(lambda: fid_statistics_to_metric(a, b, verbose=False))
    workload.tell(statistics_s=fitting, distance_s=distance, value=value["frechet_inception_distance"])


def pytorch_fid_inception(batch: int, batches: int, side: int, threads: int) -> None:
    import inception_weights
    import torch

    stand_ins.torchvision_operators()
    from pytorch_fid import inception

    torch.set_num_threads(threads)
    state = {name: torch.from_numpy(value) for name, value in inception_weights.tensors().items()}
    inception.load_state_dict_from_url = lambda *_, **__: state
    network = inception.InceptionV3([3]).eval()
    images = workload.images(batch, side)

    def compute():
        # As its get_activations: bytes to floats in [0, 1], features to numpy.
        tensor = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
        with torch.no_grad():
            return network(tensor)[0].squeeze(3).squeeze(2).numpy()

    first, _ = workload.seconds(compute)
    times, values = zip(*(workload.seconds(compute) for _ in range(batches)))
    workload.tell(first_batch_s=first, batch_s=min(times), value=float(values[0].mean()), peak_mib=workload.peak_mib())


def prdc_neighbours(n: int, d: int, k: int) -> None:
    from prdc import compute_prdc

    real, fake = workload.features(n, d)
    before = workload.peak_mib()
    time, value = workload.seconds(lambda: compute_prdc(real, fake, k))
    values = [float(x) for x in value.values()]
    workload.tell(seconds=time, value=values, peak_mib=workload.peak_mib(), before_mib=before)


if __name__ == "__main__":
    locals()[sys.argv[1]](**json.loads(sys.argv[2]))
