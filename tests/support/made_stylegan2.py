"""StyleGAN2 as published, image by image in float64 and channels first, on tensors made up under rosinality's names."""

import numpy as np

TAPS = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64
ROOT_2 = 2**0.5


def generator(sides: dict[int, int], depth=2, latent=8, seed=0, image=3) -> dict[str, np.ndarray]:
    """Tensors of a generator; `sides` is side -> channels, from 4 on."""
    rng = np.random.default_rng(seed)
    normal = lambda *shape, std=1.0, mean=0.0: (mean + std * rng.standard_normal(shape)).astype("f")
    tensors, before = {"input.input": normal(1, sides[4], 4, 4)}, sides[4]
    for i in range(1, depth + 1):
        tensors |= {f"style.{i}.weight": normal(latent, latent, std=100), f"style.{i}.bias": normal(latent, std=30)}

    def modulated(name, inputs, outputs, size):
        tensors[f"{name}.weight"] = normal(1, outputs, inputs, size, size)
        tensors[f"{name}.modulation.weight"] = normal(inputs, latent)
        tensors[f"{name}.modulation.bias"] = normal(inputs, mean=1.0, std=0.3)

    for j, (side, name) in enumerate(styled(sides)):
        modulated(f"{name}.conv", before, sides[side], 3)
        tensors[f"{name}.noise.weight"] = normal(1, std=0.5)
        tensors[f"{name}.activate.bias"] = normal(sides[side], std=0.3)
        tensors[f"noises.noise_{j}"] = normal(1, 1, side, side)
        if j % 2:
            tensors[f"{name}.conv.blur.kernel"] = (4 * TAPS).astype("f")
        before = sides[side]
    for k, width in enumerate(sides.values()):
        name = f"to_rgbs.{k - 1}" if k else "to_rgb1"
        modulated(f"{name}.conv", width, image, 1)
        tensors[f"{name}.bias"] = normal(1, image, 1, 1, std=0.3)
        if k:
            tensors[f"{name}.upsample.kernel"] = (4 * TAPS).astype("f")
    return tensors


def discriminator(sides: dict[int, int], seed=0, image=3) -> dict[str, np.ndarray]:
    """Tensors of a discriminator."""
    rng = np.random.default_rng(seed)
    normal = lambda *shape, std=1.0: (std * rng.standard_normal(shape)).astype("f")
    *larger, last = widths = list(sides.values())[::-1]
    tensors = {"convs.0.0.weight": normal(widths[0], image, 1, 1), "convs.0.1.bias": normal(widths[0], std=0.3)}
    for i, (width, below) in enumerate(zip(larger, widths[1:]), start=1):
        tensors[f"convs.{i}.conv1.0.weight"] = normal(width, width, 3, 3)
        tensors[f"convs.{i}.conv1.1.bias"] = normal(width, std=0.3)
        tensors[f"convs.{i}.conv2.0.kernel"] = tensors[f"convs.{i}.skip.0.kernel"] = TAPS.astype("f")
        tensors[f"convs.{i}.conv2.1.weight"] = normal(below, width, 3, 3)
        tensors[f"convs.{i}.conv2.2.bias"] = normal(below, std=0.3)
        tensors[f"convs.{i}.skip.1.weight"] = normal(below, width, 1, 1)
    tensors |= {"final_conv.0.weight": normal(last, last + 1, 3, 3), "final_conv.1.bias": normal(last, std=0.3)}
    tensors |= {"final_linear.0.weight": normal(last, 16 * last), "final_linear.0.bias": normal(last, std=0.3)}
    return tensors | {"final_linear.1.weight": normal(1, last), "final_linear.1.bias": normal(1, std=0.3)}


def styled(sides):
    """(side, name) of the styled convolutions, in order."""
    names = [(4, "conv1")]
    for k, side in enumerate(list(sides)[1:]):
        names += [(side, f"convs.{2 * k}"), (side, f"convs.{2 * k + 1}")]
    return names


def mapped(tensors, z):
    """z (n, d) to w."""
    x = unit(np.asarray(z, float))
    i = 1
    while f"style.{i}.weight" in tensors:
        weight, bias = tensors[f"style.{i}.weight"].astype(float), tensors[f"style.{i}.bias"]
        x, i = activated(x @ (0.01 * weight.T / weight.shape[1] ** 0.5) + 0.01 * bias), i + 1
    return x


def synthesized(tensors, styles):
    """Styles of all layers (n, L, d) to images (n, side, side, channels)."""
    return np.stack([_image(tensors, w) for w in styles])


def scored(tensors, images):
    """Images (n, side, side, channels), one group, to scores (n, 1)."""
    maps = np.stack([_trunk(tensors, x.transpose(2, 0, 1).astype(float)) for x in images])
    spread = np.sqrt(maps.var(0) + 1e-8).mean()
    maps = np.concatenate([maps, np.full((len(maps), 1, 4, 4), spread)], 1)
    kernel = tensors["final_conv.0.weight"] / np.sqrt(9 * maps.shape[1])
    maps = np.stack([activated(correlated(x, kernel) + tensors["final_conv.1.bias"][:, None, None]) for x in maps])
    hidden, score = (tensors[f"final_linear.{i}.weight"].astype(float) for i in (0, 1))
    x = activated(maps.reshape(len(maps), -1) @ hidden.T / hidden.shape[1] ** 0.5 + tensors["final_linear.0.bias"])
    return x @ score.T / score.shape[1] ** 0.5 + tensors["final_linear.1.bias"]


def unit(x):
    """Brought to a mean square of one."""
    return x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-8)


def activated(x):
    return np.where(x > 0, x, 0.2 * x) * ROOT_2


def correlated(maps, kernel):
    """(I, H, W) with (O, I, k, k), zeros outside."""
    margin, (height, width) = kernel.shape[-1] // 2, maps.shape[1:]
    maps = np.pad(maps, [(0, 0), (margin, margin), (margin, margin)])
    out = np.zeros((len(kernel), height, width))
    for a, b in np.ndindex(kernel.shape[2:]):
        out += np.einsum("oi,ihw->ohw", kernel[:, :, a, b], maps[:, a : a + height, b : b + width])
    return out


def transposed(maps, kernel):
    """PyTorch's conv_transpose2d, stride 2, of (I, H, W) with (O, I, k, k)."""
    _, height, width = maps.shape
    size = kernel.shape[-1]
    out = np.zeros((len(kernel), 2 * height + size - 2, 2 * width + size - 2))
    for a, b in np.ndindex(kernel.shape[2:]):
        out[:, a : a + 2 * height - 1 : 2, b : b + 2 * width - 1 : 2] += np.einsum(
            "oi,ihw->ohw", kernel[:, :, a, b], maps
        )
    return out


def filtered(maps, padding, gain=1.0):
    """The filter of the plane after padding (before, after)."""
    maps = np.pad(maps, [(0, 0), padding, padding])
    height, width = maps.shape[1] - 3, maps.shape[2] - 3
    return gain * sum(TAPS[a, b] * maps[:, a : a + height, b : b + width] for a, b in np.ndindex(4, 4))


def _image(tensors, styles):
    maps, image = tensors["input.input"][0].astype(float), None
    names = [name.removesuffix(".noise.weight") for name in tensors if name.endswith(".noise.weight")]
    for j, name in enumerate(names):
        kernel = _kernel(tensors, f"{name}.conv", styles[j])
        kernel = kernel / np.sqrt((kernel**2).sum((1, 2, 3), keepdims=True) + 1e-8)
        maps = filtered(transposed(maps, kernel), (1, 1), 4.0) if j % 2 else correlated(maps, kernel)
        maps = maps + tensors[f"{name}.noise.weight"][0] * tensors[f"noises.noise_{j}"][0]
        maps = activated(maps + tensors[f"{name}.activate.bias"][:, None, None])
        if j % 2 == 0:
            name = f"to_rgbs.{j // 2 - 1}" if j else "to_rgb1"
            shown = correlated(maps, _kernel(tensors, f"{name}.conv", styles[j + 1])) + tensors[f"{name}.bias"][0]
            image = shown if image is None else shown + _doubled(image)
    return image.transpose(1, 2, 0)


def _kernel(tensors, name, w):
    weight, affine = tensors[f"{name}.weight"][0].astype(float), tensors[f"{name}.modulation.weight"].astype(float)
    style = affine @ w / affine.shape[1] ** 0.5 + tensors[f"{name}.modulation.bias"]
    return weight / np.sqrt(weight[0].size) * style[None, :, None, None]


def _doubled(image):
    spread = np.zeros((len(image), 2 * image.shape[1], 2 * image.shape[2]))
    spread[:, ::2, ::2] = image
    return filtered(spread, (2, 1), 4.0)


def _trunk(tensors, image):
    scaled = lambda name: tensors[name].astype(float) / np.sqrt(tensors[name][0].size)
    bias = lambda name: tensors[name][:, None, None]
    maps = activated(correlated(image, scaled("convs.0.0.weight")) + bias("convs.0.1.bias"))
    i = 1
    while f"convs.{i}.conv1.0.weight" in tensors:
        x = activated(correlated(maps, scaled(f"convs.{i}.conv1.0.weight")) + bias(f"convs.{i}.conv1.1.bias"))
        # Stride 2 without padding after the filter: every second of the inner results.
        x = correlated(filtered(x, (2, 2)), scaled(f"convs.{i}.conv2.1.weight"))[:, 1:-1:2, 1:-1:2]
        x = activated(x + bias(f"convs.{i}.conv2.2.bias"))
        shortcut = correlated(filtered(maps, (1, 1))[:, ::2, ::2], scaled(f"convs.{i}.skip.1.weight"))
        maps, i = (x + shortcut) / ROOT_2, i + 1
    return maps


def tiled(w, layers=6):
    """The same w for every layer."""
    return np.tile(np.asarray(w)[:, None], (1, layers, 1)).astype("f")


def close(found, wanted, atol=1e-5):
    """Assert equality relative to the scale of what is wanted."""
    wanted = np.asarray(wanted)
    np.testing.assert_allclose(np.asarray(found) / np.abs(wanted).max(), wanted / np.abs(wanted).max(), atol=atol)
