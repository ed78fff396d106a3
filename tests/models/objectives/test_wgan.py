"""WGAN: what clipping does to which weights, and what its critics measure."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.models.objectives.wgan import WGAN


def make(**options):
    return zoo.create("wgan", **{"image_shape": (2,), "latent_dim": 3, "width": 8, "seed": 1, **options})


def largest(variables):
    return max(float(np.abs(v.numpy()).max()) for v in variables)


def test_every_move_of_the_critic_ends_with_all_its_weights_clipped():
    """Kernels, biases, scales and offsets; nothing else: not its moving statistics, not the generator."""
    model = make(image_shape=(16, 16, 1), width=4, clip=0.02)
    model.compile()
    names = {w.path.split("/")[-1] for w in model.weights_of("discriminator")}
    assert names == {"kernel", "gamma", "beta"}
    assert largest(model.weights_of("discriminator")) > 0.5
    real = tf.constant(model.example_batch(8))
    model.minimize("discriminator", real)
    assert largest(model.weights_of("discriminator")) == np.float32(0.02)
    variances = [v for v in model.discriminator.non_trainable_variables if "variance" in v.path]
    assert largest(variances) > 0.02
    before = [w.numpy() for w in model.weights_of("discriminator")]
    model.minimize("generator", real)
    assert all(np.array_equal(a, w.numpy()) for a, w in zip(before, model.weights_of("discriminator")))
    assert largest(model.weights_of("generator")) > 0.5


def test_the_biases_of_perceptrons_are_clipped_too():
    model = make(clip=0.01)
    model.compile({"discriminator": keras.optimizers.SGD(100.0)})
    model.minimize("discriminator", tf.constant(model.example_batch(8)))
    weights = model.weights_of("discriminator")
    assert {w.path.split("/")[-1] for w in weights} == {"kernel", "bias"}
    # A shift of all scores has no gradient, so the last bias stays; the others run to the bound.
    assert [largest([w]) for w in weights] == pytest.approx([0.01] * 5 + [0.0], abs=1e-6)


def test_each_replica_clips_under_xla(mirrored):
    with mirrored.scope():
        model = make(n_critic=2)
        model.compile(jit_compile=True)
    model.fit(model.example_batch(16), batch_size=8, verbose=0)
    for weight in model.weights_of("discriminator"):
        first, second = (copy.numpy() for copy in weight.value.values)
        assert np.array_equal(first, second) and np.abs(first).max() <= np.float32(0.01)


def test_a_linear_critic_finds_the_clip_times_the_l1_distance_of_the_means():
    """Over |w_i| <= c the best E[w x] - E[w G] is c |mean difference|_1."""

    class Linear(WGAN):
        def __init__(self, **kwargs):
            super().__init__(image_shape=(3,), latent_dim=3, width=2, clip=0.1, ema_decay=0.0, **kwargs)
            network = lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            self.add_networks(discriminator=network())

        def generate(self, latents):
            return latents

    model = Linear(seed=0)
    model.compile({"discriminator": keras.optimizers.RMSprop(1e-2)})
    shift = np.array([0.8, -0.5, 0.3], "float32")
    real = tf.constant(np.random.default_rng(0).standard_normal((4096, 3)) + shift, tf.float32)
    for _ in range(40):
        terms = model.minimize("discriminator", real)
    np.testing.assert_array_equal(model.weights_of("discriminator")[0][:, 0], np.float32(0.1) * np.sign(shift))
    assert -float(terms["discriminator/adversarial"]) == pytest.approx(0.1 * np.abs(shift).sum(), abs=0.01)


def test_the_estimate_is_at_most_the_lipschitz_constant_times_the_distance():
    """In one dimension the distance is the mean difference of the sorted examples (inverse distribution functions)."""
    model = make(image_shape=(1,), width=16, clip=0.3)
    model.compile({"discriminator": keras.optimizers.RMSprop(1e-2)})
    real = np.random.default_rng(0).gamma(2.0, size=(256, 1)).astype("float32")
    with draws.seeded((5, 0)):
        fake = model.generate(model.sample_latents(256)).numpy()
    distance = np.abs(np.sort(real, axis=0) - np.sort(fake, axis=0)).mean()
    for _ in range(60):
        model.minimize("discriminator", tf.constant(real))
    estimate = float(np.mean(model.discriminator(real)) - np.mean(model.discriminator(fake)))
    kernels = [w.numpy() for w in model.weights_of("discriminator") if len(w.shape) == 2]
    constant = np.prod([np.linalg.norm(kernel, 2) for kernel in kernels])
    assert 0.3 * constant * distance < estimate <= constant * distance


def test_losses_have_the_signs_of_algorithm_1():
    model = make()
    real = tf.constant(model.example_batch(4))
    model.discriminate = lambda x: tf.reduce_sum(x, axis=1, keepdims=True)
    with draws.seeded((2, 0)):
        critic = float(model.discriminator_loss(real)["adversarial"])
    with draws.seeded((2, 0)):
        generator = float(model.generator_loss(real)["adversarial"])
    assert critic == pytest.approx(-generator - float(tf.reduce_sum(real)) / 4, abs=1e-5)


def test_rates_and_defaults_of_the_paper():
    model = make(image_shape=(16, 16, 1))
    assert model.n_critic == 5 and model.clip == 0.01 and model.batches_per_step == 5
    for optimizer in model.default_optimizers().values():
        assert isinstance(optimizer, keras.optimizers.RMSprop) and optimizer.momentum == 0.0
        assert (float(optimizer.learning_rate), optimizer.rho) == pytest.approx((5e-5, 0.99))
    for network in (model.generator, model.discriminator):
        assert any(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers)


@pytest.mark.parametrize("clip", [0.0, -0.01, float("nan")])
def test_a_bound_that_is_not_positive_is_named(clip):
    with pytest.raises(zoo.ZooError, match="clip.*positive"):
        make(clip=clip)
