"""Run torch-fidelity, pytorch-fid, prdc, POT and clean-fid on the shared inputs: peers_torch.py FOLDER.

Writes FOLDER/features.npz, resize.npz and inception.npz: what the peers' own code returns, and their versions; and the
random Inception checkpoint, inception.pth and inception_legacy.pth.
"""
# ruff: noqa: E402  What stands in for missing parts must be there before the imports that ask for it.

import contextlib
import hashlib
import importlib.metadata
import io
import json
import sys
from pathlib import Path

import inception_weights
import inputs
import numpy as np
import stand_ins
import torch

stand_ins.torchvision_operators()

import cleanfid.resize
import ot
import prdc
import pytorch_fid.fid_score
import pytorch_fid.inception
import torch_fidelity.defaults
from torch_fidelity import metric_fid, metric_isc, metric_kid, metric_prc
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

TAPS = ("64", "192", "768", "2048", "logits_unbiased", "logits")


def versions(*names: str) -> str:
    return json.dumps({name: importlib.metadata.version(name) for name in names} | {"numpy": np.__version__})


def of_features() -> dict:
    found = {}
    for name in inputs.PAIRS:
        real, fake = inputs.features(name)
        a, b = torch.from_numpy(real), torch.from_numpy(fake)
        # Precision 64 bits, as given; and what users of these packages get, whose networks give 32.
        for kind, x, y in (("", a, b), (".float32", a.float(), b.float())):
            statistics = [metric_fid.fid_features_to_statistics(part) for part in (x, y)]
            fid = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)
            found[f"torch_fidelity.fid.{name}{kind}"] = fid["frechet_inception_distance"]
        means, covariances = (real.mean(0), fake.mean(0)), (np.cov(real, rowvar=False), np.cov(fake, rowvar=False))
        found[f"pytorch_fid.fid.{name}"] = pytorch_fid.fid_score.calculate_frechet_distance(
            means[0], covariances[0], means[1], covariances[1]
        )
        if name != "rank_deficient":  # There it returns NaN.
            found[f"pot.bures_wasserstein.{name}"] = ot.gaussian.bures_wasserstein_distance(*means, *covariances) ** 2
        directions = inputs.projections(real.shape[1])
        for p in (1, 2):
            found[f"pot.sliced_wasserstein.{name}.p{p}"] = ot.sliced_wasserstein_distance(
                real, fake, projections=directions, p=p
            )
        settings = {**torch_fidelity.defaults.DEFAULTS, "verbose": False}
        kid = metric_kid.kid_features_to_metric(a, b, **settings | {"kid_subsets": 10, "kid_subset_size": 100})
        found[f"torch_fidelity.kid.{name}"] = list(kid.values())
        if len(real) == len(fake):
            whole = {"kid_subsets": 1, "kid_subset_size": len(real)}
            kid = metric_kid.kid_features_to_metric(a, b, **settings | whole)
            found[f"torch_fidelity.kid_whole.{name}"] = kid["kernel_inception_distance_mean"]
        for k in (3, 5):
            # torch-fidelity's first argument is the generated set.
            prc = metric_prc.prc_features_to_metric(b, a, **settings | {"prc_neighborhood": k})
            found[f"torch_fidelity.prc.{name}.k{k}"] = [prc["precision"], prc["recall"]]
            with contextlib.redirect_stdout(io.StringIO()):
                found[f"prdc.{name}.k{k}"] = list(prdc.compute_prdc(real, fake, k).values())
    scores = torch.from_numpy(inputs.logits())
    for splits in (1, 10):
        for shuffle in (False, True):
            isc = metric_isc.isc_features_to_metric(scores, splits, shuffle)
            found[f"torch_fidelity.isc.splits{splits}.{'shuffled' if shuffle else 'in_order'}"] = list(isc.values())
    found["fingerprint"] = inputs.fingerprint()
    return found | {"versions": versions("torch", "torch-fidelity", "pytorch-fid", "prdc", "POT", "scipy")}


def of_resize() -> dict:
    found = {}
    clean = cleanfid.resize.build_resizer("clean")
    for name, size in inputs.SIZES.items():
        image = inputs.images(*size)
        planes = torch.from_numpy(image.transpose(0, 3, 1, 2).astype(np.float32))
        results = {
            "tf1": interpolate_bilinear_2d_like_tensorflow1x(planes, (299, 299), align_corners=False),
            "pytorch_fid": 255 * torch.nn.functional.interpolate(planes / 255, (299, 299), mode="bilinear"),
        }
        results = {kind: value.numpy().transpose(0, 2, 3, 1)[0] for kind, value in results.items()}
        results["clean"] = clean(image[0])
        for kind, value in results.items():
            found[f"{kind}.{name}"] = inputs.sampled(value)
            found[f"{kind}.{name}.sha256"] = hashlib.sha256(np.ascontiguousarray(value)).hexdigest()
    return found | {"versions": versions("torch", "torch-fidelity", "pytorch-fid", "clean-fid", "pillow")}


def of_inception(folder: Path) -> dict:
    state = {name: torch.from_numpy(value) for name, value in inception_weights.tensors().items()}
    torch.save(state, folder / "inception.pth")
    torch.save(state, folder / "inception_legacy.pth", _use_new_zipfile_serialization=False)
    ours = FeatureExtractorInceptionV3("random", list(TAPS), str(folder / "inception.pth"))
    pytorch_fid.inception.load_state_dict_from_url = lambda *_, **__: state
    theirs = pytorch_fid.inception.InceptionV3([0, 1, 2, 3]).eval()
    found = {}
    with torch.no_grad():
        for name, size in inputs.JUDGED.items():
            image = torch.from_numpy(inputs.images(*size, n=2).transpose(0, 3, 1, 2))
            for tap, value in zip(TAPS, ours(image)):
                found[f"torch_fidelity.{name}.{tap}"] = value.numpy()
            for tap, value in zip(TAPS, theirs(image / 255)):
                found[f"pytorch_fid.{name}.{tap}"] = value.mean((2, 3)).numpy()
    return found | {"versions": versions("torch", "torch-fidelity", "pytorch-fid")}


def main() -> None:
    folder = Path(sys.argv[1])
    torch.set_num_threads(2)
    for name, results in (
        ("features", of_features()),
        ("resize", of_resize()),
        ("inception", of_inception(folder)),
    ):
        np.savez_compressed(folder / f"{name}.npz", **results)


if __name__ == "__main__":
    main()
