"""DCGANs of packages: transposed convolutions one by one, on their tensors."""

import made_stylegan2 as reference
import made_torch_file
import numpy as np
import pytest
from made_stylegan2 import close

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.importing import import_weights

IMAGES = np.random.default_rng(6).standard_normal((4, 16, 16, 3)).astype("f")


def dcgan_tensors(widths, inputs, dropout=0, seed=3):
    """A generator as in PyTorch's tutorial; widths from the first map on, image channels last."""
    rng = np.random.default_rng(seed)
    tensors, at = {}, 0
    for i, (before, after) in enumerate(zip([inputs, *widths], widths)):
        tensors[f"main.{at}.weight"] = 0.3 * rng.standard_normal((before, after, 4, 4))
        if i < len(widths) - 1:
            tensors |= statistics(f"main.{at + 1}", after, rng)
        at += 3 + (dropout if i == 0 else 0)
    return tensors


def statistics(name, channels, rng):
    found = {part: rng.standard_normal(channels) for part in ("weight", "bias", "running_mean")}
    found |= {"running_var": rng.uniform(0.5, 2, channels), "num_batches_tracked": np.zeros(())}
    return {f"{name}.{part}": tensor for part, tensor in found.items()}


def normalized(tensors, name, maps):
    get = lambda part: tensors[f"{name}.{part}"][:, None, None]
    return (maps - get("running_mean")) / np.sqrt(get("running_var") + 1e-5) * get("weight") + get("bias")


def dcgan_images(tensors, latents):
    """Transposed convolutions: the first of a 1x1 map, the others with a margin of one pixel cut away."""
    numbers = sorted({int(name.split(".")[1]) for name in tensors if tensors[name].ndim == 4})
    images = []
    for z in latents:
        maps = np.einsum("i,iohw->ohw", z, tensors["main.0.weight"])
        for at in numbers:
            if at:
                kernel = tensors[f"main.{at}.weight"].transpose(1, 0, 2, 3)
                maps = reference.transposed(maps, kernel)[:, 1:-1, 1:-1]
            if f"main.{at + 1}.weight" in tensors:
                maps = np.maximum(normalized(tensors, f"main.{at + 1}", maps), 0)
        images.append(np.tanh(maps).transpose(1, 2, 0))
    return np.stack(images)


def dcgan_scores(tensors, images):
    """Logits of a discriminator: convolutions with a margin of one pixel, every second result."""
    scores = []
    for image in images:
        maps, at = image.transpose(2, 0, 1).astype(float), 0
        while (kernel := tensors[f"main.{at}.weight"]).shape[0] > 1:
            padded = np.pad(maps, [(0, 0), (1, 1), (1, 1)])
            side = maps.shape[1] // 2
            maps = sum(
                np.einsum("oi,ihw->ohw", kernel[:, :, a, b], padded[:, a::2, b::2][:, :side, :side])
                for a, b in np.ndindex(4, 4)
            )
            if f"main.{at + 1}.weight" in tensors and tensors[f"main.{at + 1}.weight"].ndim == 1:
                maps, at = normalized(tensors, f"main.{at + 1}", maps), at + 1
            maps, at = np.where(maps > 0, maps, 0.2 * maps), at + 2
        scores.append([(kernel[0] * maps).sum()])
    return np.array(scores)


def test_gan_face_generate(tmp_path):
    rng = np.random.default_rng(4)
    generator = dcgan_tensors([12, 6, 3], inputs=7)
    judge = {"main.0.weight": rng.standard_normal((6, 3, 4, 4)), "main.2.weight": rng.standard_normal((12, 6, 4, 4))}
    judge |= statistics("main.3", 12, rng) | {"main.5.weight": rng.standard_normal((1, 12, 4, 4))}
    z = rng.standard_normal((3, 7)).astype("f")
    path = made_torch_file.write(tmp_path / "weights.tar", {"netG_state_dict": generator})
    model = import_weights(path, "gan-face-generate")
    assert (model.image_shape, model.latent_dim, model.width, model.prior) == ((16, 16, 3), 7, 6, "normal")
    for images in (model.call(z), model.generator(z, training=False)):
        close(images, dcgan_images(generator, z))
    path = made_torch_file.write(
        tmp_path / "weights.tar",
        {"netG_state_dict": generator, "netD_state_dict": judge, "optimizerD_state_dict": {"x": np.zeros(2)}},
    )
    model = import_weights(path, "gan-face-generate", ema_decay=0.0)
    close(model.discriminator(IMAGES, training=False), dcgan_scores(judge, IMAGES))


def test_omniart_eye_generator(tmp_path):
    tensors = dcgan_tensors([12, 6, 3], inputs=5 + 8, dropout=1)
    model = import_weights(made_torch_file.write(tmp_path / "eyes.pth", tensors), "omniart-eye-generator")
    assert (model.image_shape, model.latent_dim, model.classes, model.width) == ((16, 16, 3), 5, 8, 6)
    z, labels = np.random.default_rng(4).standard_normal((3, 5)).astype("f"), np.array([7, 0, 3])
    wanted = dcgan_images(tensors, np.concatenate([z, np.eye(8)[labels]], 1))
    close(model.call((z, labels)), wanted)
    close(model.generator([z, labels], training=False), wanted)
    with pytest.raises(ZooError, match=r"missing: main.5.running_var \(6,\)"):
        del tensors["main.5.running_var"]
        import_weights(made_torch_file.write(tmp_path / "eyes.pth", tensors), "omniart-eye-generator")
