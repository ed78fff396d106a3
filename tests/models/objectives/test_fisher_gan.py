"""Fisher GAN: the multiplier's step, its state over replicas and after a resume, the networks of the code."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws


def make(**options):
    return zoo.create("fisher_gan", **{"image_shape": (2,), "latent_dim": 3, "width": 8, "seed": 1, **options})


def moment_of(model, real):
    """Omega at the weights as they are, with the latents that the next move of D draws."""
    seed = model.seed_of("discriminator", model.moves["discriminator"].value)
    with draws.seeded(seed):
        fake = model.generate(model.sample_latents(len(real)))
    scores = model.discriminator(real).numpy(), model.discriminator(fake).numpy()
    return sum(np.mean(s.astype("float64") ** 2) for s in scores) / 2


def test_the_multiplier_grows_by_rho_times_the_excess_of_the_moment_before_the_move():
    model = make(rho=0.1)
    model.compile({player: keras.optimizers.SGD(0.5) for player in model.players})
    real = tf.constant(model.example_batch(16))
    expected = 0.0
    for _ in range(3):
        moment = moment_of(model, real)
        expected += 0.1 * (moment - 1.0)
        terms = model.minimize("discriminator", real)
        assert float(terms["discriminator/second_moment"]) == pytest.approx(moment, rel=1e-5)
        assert float(model.multiplier) == pytest.approx(expected, rel=1e-5)
        assert float(terms["discriminator/multiplier"]) == float(model.multiplier)
    before = float(model.multiplier)
    model.minimize("generator", real)
    assert float(model.multiplier) == before


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_its_sign(sign):
    """Scores too large make it grow, scores too small make it fall."""
    model = make(rho=0.1)
    model.compile()
    head = model.weights_of("discriminator")[-1]
    head.assign(head.value * (100.0 if sign > 0 else 0.01))
    model.minimize("discriminator", tf.constant(model.example_batch(16)))
    assert sign * float(model.multiplier) > 0.05


def test_terms_of_the_loss():
    model = make(rho=0.2, feature_decay=0.01, head_decay=0.1)
    model.multiplier.assign(0.3)
    real = tf.constant(model.example_batch(8))
    with draws.seeded((0, 0)):
        terms, moments = model.discriminator_loss(real)
    with draws.seeded((0, 0)):
        fake = model.generate(model.sample_latents(8))
    f, g = model.discriminator(real).numpy(), model.discriminator(fake).numpy()
    omega = (np.mean(f**2) + np.mean(g**2)) / 2
    *features, head = (np.sum(w.numpy() ** 2) / 2 for w in model.weights_of("discriminator"))
    expected = {
        "mean_difference": g.mean() - f.mean(),
        "lagrangian": 0.3 * (omega - 1),
        "violation": 0.1 * (1 - omega) ** 2,
        "weight_decay": 0.01 * sum(features) + 0.1 * head,
    }
    assert {name: float(value) for name, value in terms.items()} == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert moments.shape == (8, 1) and float(tf.reduce_mean(moments)) == pytest.approx(omega, rel=1e-5)
    with draws.seeded((0, 0)):
        assert float(model.generator_loss(real)["adversarial"]) == pytest.approx(-g.mean(), rel=1e-5)


@pytest.mark.parametrize("xla", [False, True])
def test_replicas_share_the_multiplier_of_the_global_batch(mirrored, xla):
    def run(**options):
        model = make(rho=0.05, ema_decay=0.0, **options)
        model.compile({player: keras.optimizers.SGD(0.05) for player in model.players}, jit_compile=xla)
        model.fit(model.example_batch(48) * 3, batch_size=16, shuffle=False, verbose=0)
        return model

    one = run()
    with mirrored.scope():
        two = run(cross_replica=not xla)
    copies = [float(copy) for copy in two.multiplier.value.values]
    assert copies[0] == copies[1] != 0.0
    if not xla:  # the violation's square is then that of the global batch, too
        assert copies[0] == pytest.approx(float(one.multiplier), rel=1e-5)
        for a, b in zip(one.trainable_variables, two.trainable_variables):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_moment_that_overflows_leaves_the_multiplier():
    model = make(rho=0.1)
    model.compile()
    head = model.weights_of("discriminator")[-1]
    head.assign(head.value * 1e30)
    model.gradients("discriminator", tf.constant(model.example_batch(16)))
    assert float(model.multiplier) == 0.0


def test_networks_and_rates_of_the_code():
    model = zoo.create("fisher_gan", ema_decay=0.0)
    kinds = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    shape = lambda network: [
        (layer.filters, *layer.kernel_size, *layer.strides) for layer in network.layers if isinstance(layer, kinds)
    ]
    extra = [(64, 3, 3, 1, 1)] * 2
    assert shape(model.discriminator) == [(64, 4, 4, 2, 2), *extra, (128, 4, 4, 2, 2), (256, 4, 4, 2, 2)]
    assert shape(model.generator) == [(128, 4, 4, 2, 2), (64, 4, 4, 2, 2), *extra, (3, 4, 4, 2, 2)]
    assert not any("bias" in w.path for w in model.trainable_variables)
    assert model.weights_of("discriminator")[-1].shape == (4 * 4 * 256, 1)
    assert model.n_critic == 2 and model.rho == 1e-6
    for optimizer in model.default_optimizers().values():
        assert (float(optimizer.learning_rate), optimizer.beta_1) == pytest.approx((2e-4, 0.5))


@pytest.mark.parametrize("rho", [0.0, -1e-6, float("nan")])
def test_a_rho_that_is_not_positive_is_named(rho):
    with pytest.raises(zoo.ZooError, match="rho.*positive"):
        make(rho=rho)
