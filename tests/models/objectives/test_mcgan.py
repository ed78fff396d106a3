"""McGan: what is clipped and projected after which moves, its modes and names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws


def make(**options):
    sizes = {"image_shape": (2,), "latent_dim": 3, "width": 8, "features": 6, "components": 2, "seed": 1}
    return zoo.create("mcgan", **{**sizes, **options})


def largest(variables):
    return max(float(np.abs(v.numpy()).max()) for v in variables)


@pytest.mark.parametrize("norm", [1.0, 2.0, float("inf")])
def test_every_move_of_the_critic_ends_with_its_weights_clipped_and_projected(norm):
    model = make(norm=norm, clip=0.02)
    model.compile({"discriminator": keras.optimizers.SGD(30.0)}, jit_compile=norm == 2.0)
    phi, head = model.discriminator.layers
    real = tf.constant(model.example_batch(8))
    for _ in range(3):
        model.minimize("discriminator", real)
        assert largest(phi.trainable_variables) <= np.float32(0.02)
        assert np.linalg.norm(head.v.numpy(), norm) <= 1 + 1e-5
        for matrix in (head.left.numpy(), head.right.numpy()):
            np.testing.assert_allclose(matrix.T @ matrix, np.eye(2), atol=1e-5)
    before = [w.numpy() for w in model.weights_of("discriminator")]
    model.minimize("generator", real)
    assert all(np.array_equal(a, w.numpy()) for a, w in zip(before, model.weights_of("discriminator")))
    assert largest(model.weights_of("generator")) > 0.1


def test_replicas_project_alike(mirrored):
    with mirrored.scope():
        model = make(n_critic=2)
        model.compile(jit_compile=True)
    model.fit(model.example_batch(16), batch_size=8, verbose=0)
    for weight in model.weights_of("discriminator"):
        first, second = (copy.numpy() for copy in weight.value.values)
        assert np.array_equal(first, second)


@pytest.mark.parametrize("mode", ["mean", "cov", "mean+cov"])
def test_losses_are_differences_of_moments(mode):
    model = make(mode=mode)
    phi, head = model.discriminator.layers
    real = tf.constant(model.example_batch(9))
    with draws.seeded((0, 0)):
        critic = float(model.discriminator_loss(real)["adversarial"])
    with draws.seeded((0, 0)):
        generator = float(model.generator_loss(real)["adversarial"])
    with draws.seeded((0, 0)):
        fake = model.generate(model.sample_latents(9))
    a, b = phi(real).numpy(), phi(fake).numpy()
    parts = []
    if "mean" in mode:
        parts.append([x.mean(0) @ head.v.numpy() for x in (a, b)])
    if "cov" in mode:
        parts.append([np.trace(head.left.numpy().T @ (x.T @ x / 9) @ head.right.numpy()) for x in (a, b)])
    on_real, on_fake = np.sum(parts, axis=0)
    assert critic == pytest.approx(on_fake - on_real, abs=1e-5)
    assert generator == pytest.approx(-on_fake, abs=1e-5)
    assert len(head.weights) == len(parts) + ("cov" in mode)


def test_networks_and_rates():
    model = zoo.create("mcgan", ema_decay=0.0)
    phi, head = model.discriminator.layers
    assert phi.output_shape == (None, 128) and head.left.shape == (128, 16)
    assert (model.n_critic, model.clip, model.norm) == (5, 0.01, 2.0)
    for optimizer in model.default_optimizers().values():
        assert isinstance(optimizer, keras.optimizers.RMSprop)
        assert float(optimizer.learning_rate) == pytest.approx(5e-5)


def test_bad_arguments_are_named():
    with pytest.raises(zoo.ZooError, match="mode 'covariance'.*mean\\+cov"):
        make(mode="covariance")
    with pytest.raises(zoo.ZooError, match="norm '3'.*inf"):
        make(norm=3)
    for components in (0, 7):
        with pytest.raises(zoo.ZooError, match=f"components.*1 to 6.*{components}"):
            make(components=components)
    with pytest.raises(zoo.ZooError, match="clip.*positive"):
        make(clip=0.0)
