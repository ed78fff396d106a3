"""rosinality/stylegan2-pytorch on a CPU, in the peers' environment: peers.py training|inference SETTINGS_AS_JSON.

Its networks are those of the user's copy; the loop is its `train.py`, which asks for CUDA, without what it writes.
"""

import importlib
import json
import os
import random
import sys
import types

import stylegan2_steps
import torch
import torch.utils.cpp_extension
from torch.nn.functional import softplus

STYLE_DIM = 512  # of its train.py, as the depth
DEPTH = 8


def networks(folder: str, side: int):
    """Return its generator and discriminator of a side, with the channels of configurations A to E."""
    # Its operations compile CUDA code as they are imported; on tensors of a CPU it then takes plain PyTorch instead.
    torch.utils.cpp_extension.load = lambda *_, **__: types.SimpleNamespace()
    sys.path.insert(0, folder)
    model = importlib.import_module("model")
    return (
        lambda: model.Generator(side, STYLE_DIM, DEPTH, channel_multiplier=1),
        lambda: model.Discriminator(side, channel_multiplier=1),
    )


def training(folder: str, side: int, batch: int):
    """One call is one round of its train.py: D, R1 where it is due, G, path lengths where they are, averages."""
    r1_interval, path_interval = stylegan2_steps.R1, stylegan2_steps.PATH
    make_g, make_d = networks(folder, side)
    generator, average, critic = make_g(), make_g().eval(), make_d()
    average.load_state_dict(generator.state_dict())
    adam = []
    for net, interval in ((generator, path_interval), (critic, r1_interval)):
        c = interval / (interval + 1)
        adam.append(torch.optim.Adam(net.parameters(), lr=0.002 * c, betas=(0.0, 0.99**c)))
    images = torch.rand(batch, 3, side, side) * 2 - 1
    decay, counter, path_mean = 0.99778, [0], torch.tensor(0.0)

    def latents(n):
        return [torch.randn(n, STYLE_DIM) for _ in range(2 if random.random() < 0.9 else 1)]

    def only(net):
        for other in (generator, critic):
            other.requires_grad_(other is net)

    def move(net, loss):
        net.zero_grad()
        loss.backward()
        adam[net is critic].step()

    def step():
        nonlocal path_mean
        i, counter[0] = counter[0], counter[0] + 1
        only(critic)
        fake, _ = generator(latents(batch))
        move(critic, softplus(-critic(images)).mean() + softplus(critic(fake)).mean())
        if i % r1_interval == 0:
            real = images.clone().requires_grad_()
            (slope,) = torch.autograd.grad(critic(real).sum(), real, create_graph=True)
            move(critic, 10 / 2 * r1_interval * slope.pow(2).flatten(1).sum(1).mean())
        only(generator)
        fake, _ = generator(latents(batch))
        move(generator, softplus(-critic(fake)).mean())
        if i % path_interval == 0:
            fake, styles = generator(latents(max(1, batch // 2)), return_latents=True)
            noise = torch.randn_like(fake) / side
            (slope,) = torch.autograd.grad((fake * noise).sum(), styles, create_graph=True)
            lengths = slope.pow(2).sum(2).mean(1).sqrt()
            path_mean = (path_mean + 0.01 * (lengths.mean() - path_mean)).detach()
            move(generator, 2 * path_interval * (lengths - path_mean).pow(2).mean())
        with torch.no_grad():
            weights = dict(generator.named_parameters())
            for name, slow in average.named_parameters():
                slow.mul_(decay).add_(weights[name], alpha=1 - decay)

    return step, [*generator.parameters(), *critic.parameters()]


def inference(folder: str, side: int, batch: int):
    """One call maps latents and makes images, with constant noise."""
    generator = networks(folder, side)[0]().eval().requires_grad_(False)
    z = torch.randn(batch, STYLE_DIM)

    @torch.inference_mode()
    def step():
        return generator([z], randomize_noise=False)[0]

    return step, generator.parameters()


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    random.seed(0)
    settings = json.loads(sys.argv[2])
    calls = settings.pop("calls")
    step, weights = {"training": training, "inference": inference}[sys.argv[1]](**settings)
    stylegan2_steps.tell(sys.argv[1], step, calls, sum(w.numel() for w in weights))
