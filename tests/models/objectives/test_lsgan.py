"""LSGAN: the best discriminator and the divergence of the paper, its codes, networks and rates."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

import tfgan_zoo as zoo
from tfgan_zoo import draws, objectives


def expected_losses(codes, p, q, scores):
    """Losses of D and G when D's score in bin i is scores[i] and the bins have probabilities p and q."""
    a, b, c = codes
    d = 0.5 * np.sum(p * (scores - b) ** 2) + 0.5 * np.sum(q * (scores - a) ** 2)
    return d, 0.5 * np.sum(q * (scores - c) ** 2)


def counted(rng, bins=6, n=60):
    """Counts of `n` examples in every bin, at least one."""
    return rng.multinomial(n - bins, np.ones(bins) / bins) + 1


@pytest.mark.parametrize("codes", [(0.0, 1.0, 1.0), (-1.0, 1.0, 0.0), (0.2, 0.9, 0.5)])
def test_the_objective_on_counts_is_the_expectation_and_its_best_scores_are_the_mean_code(codes):
    rng = np.random.default_rng(0)
    real, fake = counted(rng), counted(rng)
    p, q = real / real.sum(), fake / fake.sum()
    a, b, _ = codes
    best = (b * p + a * q) / (p + q)
    objective = objectives.least_squares_codes(*codes)
    scores = tf.Variable(best)
    with tf.GradientTape(persistent=True) as tape:
        real_scores, fake_scores = tf.repeat(scores, real), tf.repeat(scores, fake)
        d, g = objective.discriminator(real_scores, fake_scores), objective.generator(None, fake_scores)
    assert (float(d), float(g)) == pytest.approx(expected_losses(codes, p, q, best), rel=1e-12)
    np.testing.assert_allclose(tape.gradient(d, scores), np.zeros(6), atol=1e-15)


def test_with_pearsons_codes_the_generator_minimizes_chi_squared():
    """2 L_G and the term of the data that G cannot change, at the best D, are chi^2(p + q || 2 q) (eq. 7)."""
    rng = np.random.default_rng(1)
    for a, b, c in ((-1.0, 1.0, 0.0), (0.5, 2.5, 1.5)):  # b - c = 1, b - a = 2
        p, q = rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(7))
        best = (b * p + a * q) / (p + q)
        whole = np.sum(p * (best - c) ** 2) + np.sum(q * (best - c) ** 2)
        chi_squared = np.sum((2 * q - (p + q)) ** 2 / (p + q))
        assert whole == pytest.approx(chi_squared, abs=1e-14)
    assert np.sum(((p + q) - 2 * p) ** 2 / (p + q)) == pytest.approx(chi_squared)  # it is symmetric, zero at p = q


def test_pearsons_generator_is_at_its_best_where_the_discriminator_is_undecided():
    codes = objectives.least_squares_codes(-1.0, 1.0, 0.0)
    zero = tf.zeros((4, 1))
    assert float(codes.discriminator(zero, zero)) == 1.0 and float(codes.generator(None, zero)) == 0.0


def test_the_01_code_is_cyclegans_but_for_the_half_in_the_generators_loss():
    real, fake = tf.constant([[0.3], [-2.0]]), tf.constant([[4.0], [0.1]])
    codes = objectives.least_squares_codes(0.0, 1.0, 1.0)
    assert float(codes.discriminator(real, fake)) == float(objectives.least_squares.discriminator(real, fake))
    assert 2 * float(codes.generator(None, fake)) == float(objectives.least_squares.generator(None, fake))


def test_a_fake_far_on_the_real_side_gets_gradient_where_the_non_saturating_loss_gives_none():
    """Figure 1: at C = 8 the gradients are 7 and sigmoid(-8) = 3.4e-4."""
    score = tf.Variable([[8.0]])
    gradients = []
    for objective in (objectives.least_squares_codes(0.0, 1.0, 1.0), objectives.non_saturating):
        with tf.GradientTape() as tape:
            loss = objective.generator(None, score.value())
        gradients.append(abs(float(tape.gradient(loss, score)[0, 0])))
    assert gradients == pytest.approx([7.0, 1 / (1 + np.exp(8.0))], rel=1e-5)


@pytest.mark.parametrize(("coding", "losses"), [("01", (0.5, 0.5)), ("pearson", (1.0, 0.0))])
def test_losses_of_the_model(coding, losses):
    model = zoo.create("lsgan", image_shape=(2,), latent_dim=3, width=4, coding=coding)
    head = [layer for layer in model.discriminator.layers if layer.weights][-1]
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    real = tf.constant(model.example_batch(4))
    with draws.seeded((0, 0)):
        found = [float(loss(real)["adversarial"]) for loss in (model.discriminator_loss, model.generator_loss)]
    assert tuple(found) == losses


def test_networks_of_the_lsun_experiments():
    model = zoo.create("lsgan", ema_decay=0.0)
    convolutions = [layer for layer in model.generator.layers if isinstance(layer, L.Conv2DTranspose)]
    assert [layer.filters for layer in convolutions] == [256, 256, 256, 256, 128, 64, 3]
    assert [layer.strides[0] for layer in convolutions] == [2, 1, 2, 1, 2, 2, 1]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert [layer.output.shape[1] for layer in convolutions] == [14, 14, 28, 28, 56, 112, 112]
    assert [layer.filters for layer in model.discriminator.layers if isinstance(layer, L.Conv2D)] == [64, 128, 256, 512]
    assert model.discriminator.layers[-1].activation.__name__ == "linear"
    assert model.generator.output_shape == (None, 112, 112, 3)


def test_latents_and_rates():
    for shape in ((8, 8, 1), (2,)):
        model = zoo.create("lsgan", image_shape=shape, latent_dim=8, width=4)
        with draws.seeded((0, 0)):
            latents = model.sample_latents(500).numpy()
        assert (np.abs(latents).max() < 1) == (len(shape) == 3)
        assert latents.std() == pytest.approx(1 / 3**0.5 if len(shape) == 3 else 1, rel=0.05)
    for optimizer in model.default_optimizers().values():
        assert float(optimizer.learning_rate) == pytest.approx(1e-3) and optimizer.beta_1 == 0.5


def test_an_unknown_coding_is_named():
    with pytest.raises(zoo.ZooError, match="coding.*'chi'.*01.*pearson"):
        zoo.create("lsgan", image_shape=(2,), latent_dim=3, width=4, coding="chi")
