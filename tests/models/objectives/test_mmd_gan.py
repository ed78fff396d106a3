"""MMD GAN: its losses, its clipped encoder, pairs over replicas, networks and names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.objectives.kernels import discrepancy, rbf_mixture


def make(**options):
    return zoo.create("mmd_gan", **{"image_shape": (2,), "latent_dim": 3, "width": 8, "seed": 1, **options})


def largest(variables):
    return max(float(np.abs(v.numpy()).max()) for v in variables)


def test_losses():
    model = make(reconstruction_weight=3.0, rank_weight=5.0)
    real = tf.constant(model.example_batch(10))
    with draws.seeded((0, 0)):
        d = {name: float(value) for name, value in model.discriminator_loss(real).items()}
    with draws.seeded((0, 0)):
        g = {name: float(value) for name, value in model.generator_loss(real).items()}
    with draws.seeded((0, 0)):
        fake = model.generate(model.sample_latents(10))
    x, y = model.encoder(real), model.encoder(fake)
    m = float(discrepancy(x, y, rbf_mixture()))
    rank = 5.0 * np.mean(np.maximum(0, np.mean(y, axis=0) - np.mean(x, axis=0)))
    errors = [float(tf.reduce_mean((a - model.decoder(c)) ** 2)) for a, c in ((real, x), (fake, y))]
    assert rank > 0
    assert d == pytest.approx({"discrepancy": -m, "rank": rank, "reconstruction": 3.0 * sum(errors)}, rel=1e-5)
    assert g == pytest.approx({"discrepancy": m, "rank": -rank}, rel=1e-5)


def test_the_rank_term_lifts_the_mean_codes_of_data_above_those_of_samples():
    model = make(rank_weight=1.0)
    low, high = tf.zeros((4, 3)), tf.ones((4, 3))
    assert float(model.separation(high, low)["rank"]) == 0.0
    assert float(model.separation(low, high)["rank"]) == -1.0


def test_every_move_of_d_ends_with_the_encoder_clipped_and_never_the_decoder():
    model = make(image_shape=(16, 16, 1), width=4)
    model.compile()
    assert largest(model.encoder.trainable_variables) > 0.5
    before = largest(model.decoder.trainable_variables)
    model.minimize("discriminator", tf.constant(model.example_batch(8)))
    assert largest(model.encoder.trainable_variables) == np.float32(0.01)
    assert largest(model.decoder.trainable_variables) == pytest.approx(before, abs=1e-3) and before > 0.5
    assert largest(model.weights_of("generator")) > 0.5


def test_each_move_has_a_real_batch_of_its_own(monkeypatch):
    model = make(n_critic=2)
    assert model.batches_per_step == 3
    seen = []
    monkeypatch.setattr(model, "minimize", lambda player, part: seen.append((player, part.numpy()[:, 0])) or {})
    model.play(tf.reshape(tf.range(12.0), (6, 2)))
    assert [player for player, _ in seen] == ["discriminator", "discriminator", "generator"]
    np.testing.assert_array_equal([part for _, part in seen], [[0, 6], [2, 8], [4, 10]])


def test_with_pairs_over_replicas_two_equal_one(mirrored):
    def run(**options):
        model = make(ema_decay=0.0, n_critic=1, clip=1.0, **options)
        model.compile({player: keras.optimizers.SGD(0.05) for player in model.players}, jit_compile=False)
        start = [w.numpy() for w in model.trainable_variables]
        model.fit(model.example_batch(48) * 3, batch_size=16, shuffle=False, verbose=0)
        return start, [w.numpy() for w in model.trainable_variables]

    start, one = run()
    with mirrored.scope():
        _, two = run(cross_replica=True)
    norm = lambda a, b: np.sqrt(sum(np.sum((u - v) ** 2) for u, v in zip(a, b)))
    assert norm(one, two) < 1e-5 * norm(one, start)


def test_pairs_over_replicas_and_xla_on_several_are_refused_before_training(mirrored):
    with mirrored.scope(), pytest.raises(zoo.ZooError, match="mmd_gan.*synchronizes.*jit_compile=False"):
        make(cross_replica=True).compile(jit_compile=True)


def test_networks_and_rates_of_the_code():
    model = zoo.create("mmd_gan", ema_decay=0.0)
    kinds = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    shape = lambda network: [(n.filters, n.kernel_size[0]) for n in network.layers if isinstance(n, kinds)]
    assert shape(model.encoder) == [(64, 4), (128, 4), (256, 4)]
    assert shape(model.decoder) == shape(model.generator) == [(128, 4), (64, 4), (3, 4)]
    assert model.encoder.output_shape == (None, 128) and model.decoder.output_shape == (None, 32, 32, 3)
    assert not any("bias" in w.path for w in model.trainable_variables)
    assert (model.n_critic, model.clip) == (5, 0.01)
    for optimizer in model.default_optimizers().values():
        assert isinstance(optimizer, keras.optimizers.RMSprop)
        assert float(optimizer.learning_rate) == pytest.approx(5e-5)


def test_bad_arguments_are_named():
    with pytest.raises(zoo.ZooError, match="clip.*positive.*-0.01"):
        make(clip=-0.01)
    for bandwidths in ((), (1.0, 0.0)):
        with pytest.raises(zoo.ZooError, match="bandwidths.*positive"):
            make(bandwidths=bandwidths)
