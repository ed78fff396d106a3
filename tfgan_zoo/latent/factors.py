"""SeFa on models: which weights read the latent, in each architecture, and their strongest directions."""

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.files import Directions
from tfgan_zoo.latent.layers import layer_range
from tfgan_zoo.latent.sefa import factorize, place_columns


def sefa(model, layers=None, k: int = 5) -> Directions:
    """Return the k directions that the generator's first affine maps amplify most, from its weights alone.

    Closed-form factorization (Shen, Zhou, 2020, 2007.06600) of `layer_weights`, rows normalised: see
    `latent.factorize`. Directions are of w where there are styles, and apply to the layers they are made of; else of z.

    Args:
        model: a style generator, or any whose generator begins with an affine map of z. Deployed weights are taken.
        layers: of a style generator, as `latent.layer_range` takes them; None for all.
        k: how many, up to the length of the code.

    Returns:
        `directions` (k, d), orthonormal, float32; `arrays["eigenvalues"]` (k,), descending; and `meta` with the space,
        "w" or "z", and the layers, None for all.

    Raises:
        ZooError: layers that there are not, a generator whose maps of z are not known, or k out of range.
    """
    chosen = layer_range(model, layers)
    factors = factorize(layer_weights(model, chosen), count=k)
    space = "w" if hasattr(model, "synthesis") else "z"
    meta = {"method": "sefa", "model": model.name, "space": space, "layers": chosen}
    names = tuple(f"sefa {i}" for i in range(k))
    return Directions(factors.directions.astype(np.float32), names, meta, {"eigenvalues": factors.eigenvalues})


def layer_weights(model, layers=None) -> list[np.ndarray]:
    """Return the matrices (outputs, d) whose rows SeFa stacks, float32, as the deployed networks use them.

    - `stylegan`: the affine map of w to scales and shifts of each chosen layer;
    - `stylegan2`: the modulation of convolution j for layer j; layer L - 1 is that of the last image ("toRGB"). Images
      of smaller sides share their styles with convolutions and do not count again;
    - all others: the first dense layer that z reaches, or transposed convolution of z as a map of one pixel. Labels'
      embeddings that are laid beside z are left out; numbers that follow z in the latent but do not reach the layer, as
      the choice among `madgan`'s generators, have columns of zeros.

    Args:
        model: as in `sefa`.
        layers: as in `sefa`.

    Raises:
        ZooError: as `sefa`.
    """
    chosen = layer_range(model, layers)
    if not hasattr(model, "synthesis"):
        return [np.asarray(matrix, np.float32) for matrix in _maps_of_latents(model)]
    affine = style_maps(model.deployed("synthesis"))
    return [affine[j].scaled_kernel().numpy().T for j in (range(len(affine)) if chosen is None else chosen)]


def style_maps(synthesis) -> list:
    """Return the affine map of w of each of the L layers, the layers themselves."""
    if hasattr(synthesis, "epilogues"):
        return [epilogue.style.affine for epilogue in synthesis.epilogues]
    maps = [layer.convolution.affine for layer in synthesis.convolutions]
    return [*maps, synthesis.images[-1].convolution.affine]


def normalizes(model) -> bool:
    """Whether the generator brings z to a mean square of 1 before anything else, so that only its direction counts."""
    from tfgan_zoo.layers import PixelNorm

    return not hasattr(model, "synthesis") and any(isinstance(step, PixelNorm) for step, _ in _first_steps(model))


def _maps_of_latents(model):
    from keras import layers as L

    from tfgan_zoo import draws

    steps, found = _first_steps(model), []
    with draws.seeded((0, 0)):
        width = model.sample_latents(1).shape[1]
    for layer, at in steps:
        if isinstance(layer, L.Conv2DTranspose):
            kernel = np.asarray(layer.kernel)
            matrix = kernel.reshape(-1, kernel.shape[-1])
        elif hasattr(layer, "kernel"):
            matrix = np.asarray(layer.scaled_kernel() if hasattr(layer, "scaled_kernel") else layer.kernel).T
        else:
            continue
        read = min(width, matrix.shape[1] - at)
        found.append(place_columns(matrix, width, columns=slice(at, at + read)))
    if not found:
        raise ZooError(
            f"{model.name}: no dense layer of the latent is known; give the matrices that read it to latent.factorize"
        )
    return found


def _first_steps(model):
    """What z meets on its way to the first affine maps, these included: (layer, first of its inputs that z feeds)."""
    name = next((name for name in ("generator", "decoder") if hasattr(model, name)), None)
    if name is None or not hasattr(model, "sample_latents"):
        raise ZooError(f"{model.name} has no generator of latents: there is nothing to factorize")
    network = model.deployed(name)
    return _steps(network.blocks[0] if hasattr(network, "to_image") else network, 0)


def _steps(network, at):
    """As `_first_steps`, of a Sequential or functional network whose first input holds z from `at` on."""
    import keras

    if not getattr(network, "inputs", None):
        return []
    graph = getattr(network, "_functional", None) or network  # what a Sequential is inside
    reached, found = {id(graph.inputs[0]): at}, []
    # Keras has no public way to ask which tensors pass between layers. Depth counts down to the outputs.
    by_depth = graph._nodes_by_depth
    for node in (node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]):
        places = [reached.get(id(tensor)) for tensor in node.input_tensors]
        if all(place is None for place in places):
            continue
        step, first = node.operation, next(k for k, place in enumerate(places) if place is not None)
        before = sum(tensor.shape[-1] for tensor in node.input_tensors[:first])
        if isinstance(step, keras.Model):
            found += _steps(step, places[first])
            continue
        found.append((step, places[first]))
        if _keeps_numbers(step, node):
            place = places[first] + (before if isinstance(step, keras.layers.Concatenate) else 0)
            reached |= {id(tensor): place for tensor in node.output_tensors}
    return found


def _keeps_numbers(step, node):
    """Whether what comes out has z's numbers in their order, from the first on, but for a common factor."""
    from keras import layers as L

    from tfgan_zoo.layers import PixelNorm

    if type(step).__name__ == "GetItem":  # latents[:, :n]
        key = node.arguments.args[1]
        return isinstance(key, tuple) and isinstance(key[-1], slice) and not key[-1].start and not key[-1].step
    return isinstance(step, PixelNorm | L.Reshape | L.Flatten | L.InputLayer | L.Concatenate)
