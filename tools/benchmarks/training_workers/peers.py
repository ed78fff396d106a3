"""The same games in PyTorch, in the peers' environment: peers.py MODEL SETTINGS_AS_JSON."""

import importlib
import importlib.util
import json
import os
import sys
import types

import torch
import workload
from torch import nn


def networks(latent_dim: int, width: int, normalize: bool) -> tuple[nn.Module, nn.Module]:
    """DCGAN's pair for 32x32x3, with the layers and parameters of the zoo's."""
    norm = lambda make, channels: [make(channels)] if normalize else []
    bias = not normalize
    generator = [nn.Linear(latent_dim, 16 * 4 * width, bias=bias), *norm(nn.BatchNorm1d, 16 * 4 * width)]
    generator += [nn.ReLU(True), nn.Unflatten(1, (4 * width, 4, 4))]
    for i in (2, 1):
        generator += [nn.ConvTranspose2d(2 * i * width, i * width, 5, 2, 2, 1, bias=bias)]
        generator += [*norm(nn.BatchNorm2d, i * width), nn.ReLU(True)]
    generator += [nn.ConvTranspose2d(width, 3, 5, 2, 2, 1, bias=bias), nn.Tanh()]
    critic = [nn.Conv2d(3, width, 5, 2, 2, bias=bias), nn.LeakyReLU(0.2, True)]
    for i in (1, 2):
        critic += [nn.Conv2d(i * width, 2 * i * width, 5, 2, 2, bias=bias), *norm(nn.BatchNorm2d, 2 * i * width)]
        critic += [nn.LeakyReLU(0.2, True)]
    critic += [nn.Flatten(), nn.Linear(16 * 4 * width, 1, bias=bias)]
    return nn.Sequential(*generator), nn.Sequential(*critic)


def dcgan(width: int, batch: int):
    """One round of PyTorch's DCGAN example: the same fakes for both players."""
    generator, critic = networks(100, width, True)
    images = torch.rand(batch, 3, 32, 32) * 2 - 1
    adam = [torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (generator, critic)]
    entropy, ones, zeros = nn.BCEWithLogitsLoss(), torch.ones(batch, 1), torch.zeros(batch, 1)

    def step():
        critic.zero_grad()
        entropy(critic(images), ones).backward()
        fakes = generator(torch.randn(batch, 100))
        entropy(critic(fakes.detach()), zeros).backward()
        adam[1].step()
        generator.zero_grad()
        entropy(critic(fakes), ones).backward()
        adam[0].step()

    return step, (generator, critic)


def wgan_gp(width: int, batch: int):
    """Five critic steps and one of the generator."""
    generator, critic = networks(128, width, False)
    images = torch.rand(5, batch, 3, 32, 32) * 2 - 1
    adam = [torch.optim.Adam(net.parameters(), 1e-4, (0.0, 0.9)) for net in (generator, critic)]

    def step():
        for real in images:
            with torch.no_grad():
                fakes = generator(torch.randn(batch, 128))
            at = torch.rand(batch, 1, 1, 1)
            between = (at * real + (1 - at) * fakes).requires_grad_()
            (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
            penalty = ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
            critic.zero_grad()
            (critic(fakes).mean() - critic(real).mean() + 10 * penalty).backward()
            adam[1].step()
        generator.zero_grad()
        critic.requires_grad_(False)
        (-critic(generator(torch.randn(batch, 128))).mean()).backward()
        critic.requires_grad_(True)
        adam[0].step()

    return step, (generator, critic)


def sngan(width: int, batch: int):
    """torch-mimicry's networks and train steps, five of the discriminator."""
    package = types.ModuleType("torch_mimicry")  # its own __init__ asks for torchvision, TensorFlow and more
    package.__path__ = list(importlib.util.find_spec("torch_mimicry").submodule_search_locations)
    sys.modules["torch_mimicry"] = package
    nets = importlib.import_module("torch_mimicry.nets.sngan.sngan_32")
    generator, critic = nets.SNGANGenerator32(ngf=2 * width), nets.SNGANDiscriminator32(ndf=width)
    adam = [torch.optim.Adam(net.parameters(), 2e-4, (0.0, 0.9)) for net in (generator, critic)]
    images = torch.rand(5, batch, 3, 32, 32) * 2 - 1
    log = types.SimpleNamespace(add_metric=lambda *_, **__: None)

    def step():
        for real in images:
            critic.train_step((real, None), netG=generator, optD=adam[1], log_data=log, device="cpu")
        generator.train_step((real, None), netD=critic, optG=adam[0], log_data=log, device="cpu")

    return step, (generator, critic)


def main(model: str, who: str, width: int, batch: int, steps: int) -> None:
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    step, nets = {"dcgan": dcgan, "wgan_gp": wgan_gp, "sngan": sngan}[model](width, batch)
    first, _ = workload.seconds(step)
    times = [workload.seconds(step)[0] for _ in range(steps)]
    parameters = sum(p.numel() for net in nets for p in net.parameters())
    workload.tell(step_ms=1e3 * min(times), first_step_s=first, parameters=parameters, peak_mib=workload.peak_mib())


if __name__ == "__main__":
    main(sys.argv[1], **json.loads(sys.argv[2]))
