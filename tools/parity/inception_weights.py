"""The FID Inception network's tensors, drawn at random: names and shapes as in pytorch-fid's checkpoint.

Convolution i of `convolutions()` draws from `default_rng([5, i])`, in this order: the kernel, normal with variance
2 / fan-in; gamma U(0.7, 1.3), beta N(0, 0.2), mean N(0, 0.3) and variance U(0.5, 1.5) of the batch normalization (the
normal ones by their deviations). The dense layer, with i = 94, draws its weights and its biases. So the activations
stay of order one through all layers, and no statistic is trivial.
"""

import numpy as np


def convolutions() -> list[tuple[str, tuple[int, int], int, int]]:
    """Return (name, kernel height and width, channels in, channels out) of the 94 convolutions."""
    found = [
        ("Conv2d_1a_3x3", (3, 3), 3, 32),
        ("Conv2d_2a_3x3", (3, 3), 32, 32),
        ("Conv2d_2b_3x3", (3, 3), 32, 64),
        ("Conv2d_3b_1x1", (1, 1), 64, 80),
        ("Conv2d_4a_3x3", (3, 3), 80, 192),
    ]
    for name, channels, pool in (("Mixed_5b", 192, 32), ("Mixed_5c", 256, 64), ("Mixed_5d", 288, 64)):
        found += [
            (f"{name}.branch1x1", (1, 1), channels, 64),
            (f"{name}.branch5x5_1", (1, 1), channels, 48),
            (f"{name}.branch5x5_2", (5, 5), 48, 64),
            (f"{name}.branch3x3dbl_1", (1, 1), channels, 64),
            (f"{name}.branch3x3dbl_2", (3, 3), 64, 96),
            (f"{name}.branch3x3dbl_3", (3, 3), 96, 96),
            (f"{name}.branch_pool", (1, 1), channels, pool),
        ]
    found += [
        ("Mixed_6a.branch3x3", (3, 3), 288, 384),
        ("Mixed_6a.branch3x3dbl_1", (1, 1), 288, 64),
        ("Mixed_6a.branch3x3dbl_2", (3, 3), 64, 96),
        ("Mixed_6a.branch3x3dbl_3", (3, 3), 96, 96),
    ]
    for name, width in (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)):
        found += [
            (f"{name}.branch1x1", (1, 1), 768, 192),
            (f"{name}.branch7x7_1", (1, 1), 768, width),
            (f"{name}.branch7x7_2", (1, 7), width, width),
            (f"{name}.branch7x7_3", (7, 1), width, 192),
            (f"{name}.branch7x7dbl_1", (1, 1), 768, width),
            (f"{name}.branch7x7dbl_2", (7, 1), width, width),
            (f"{name}.branch7x7dbl_3", (1, 7), width, width),
            (f"{name}.branch7x7dbl_4", (7, 1), width, width),
            (f"{name}.branch7x7dbl_5", (1, 7), width, 192),
            (f"{name}.branch_pool", (1, 1), 768, 192),
        ]
    found += [
        ("Mixed_7a.branch3x3_1", (1, 1), 768, 192),
        ("Mixed_7a.branch3x3_2", (3, 3), 192, 320),
        ("Mixed_7a.branch7x7x3_1", (1, 1), 768, 192),
        ("Mixed_7a.branch7x7x3_2", (1, 7), 192, 192),
        ("Mixed_7a.branch7x7x3_3", (7, 1), 192, 192),
        ("Mixed_7a.branch7x7x3_4", (3, 3), 192, 192),
    ]
    for name, channels in (("Mixed_7b", 1280), ("Mixed_7c", 2048)):
        found += [
            (f"{name}.branch1x1", (1, 1), channels, 320),
            (f"{name}.branch3x3_1", (1, 1), channels, 384),
            (f"{name}.branch3x3_2a", (1, 3), 384, 384),
            (f"{name}.branch3x3_2b", (3, 1), 384, 384),
            (f"{name}.branch3x3dbl_1", (1, 1), channels, 448),
            (f"{name}.branch3x3dbl_2", (3, 3), 448, 384),
            (f"{name}.branch3x3dbl_3a", (1, 3), 384, 384),
            (f"{name}.branch3x3dbl_3b", (3, 1), 384, 384),
            (f"{name}.branch_pool", (1, 1), channels, 192),
        ]
    return found


def tensors() -> dict[str, np.ndarray]:
    """Return all 472 float32 tensors, kernels in PyTorch's layout: out, in, height, width."""
    made = {}
    for i, (name, kernel, channels, filters) in enumerate(convolutions()):
        generator = np.random.default_rng([5, i])
        deviation = np.sqrt(2 / (channels * kernel[0] * kernel[1]))
        made[f"{name}.conv.weight"] = generator.normal(0, deviation, (filters, channels, *kernel))
        made[f"{name}.bn.weight"] = generator.uniform(0.7, 1.3, filters)
        made[f"{name}.bn.bias"] = generator.normal(0, 0.2, filters)
        made[f"{name}.bn.running_mean"] = generator.normal(0, 0.3, filters)
        made[f"{name}.bn.running_var"] = generator.uniform(0.5, 1.5, filters)
    generator = np.random.default_rng([5, len(convolutions())])
    made["fc.weight"] = generator.normal(0, 2048**-0.5, (1008, 2048))
    made["fc.bias"] = generator.normal(0, 1, 1008)
    return {name: value.astype(np.float32) for name, value in made.items()}
