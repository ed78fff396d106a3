import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws

KINDS = {
    "normal": lambda n: draws.normal(n, 3),
    "uniform": lambda n: draws.uniform(n, 2, low=-2.0, high=5.0),
    "integers": lambda n: draws.integers(n, below=7),
}


def drawn(n, seed=(5, 7), **where):
    with draws.seeded(seed, **where):
        return {kind: draw(n) for kind, draw in KINDS.items()}


def test_moments_and_ranges():
    values = {kind: v.numpy() for kind, v in drawn(200_000).items()}
    assert values["normal"].mean() == pytest.approx(0, abs=0.005)
    assert values["normal"].std() == pytest.approx(1, abs=0.005)
    assert np.mean(np.abs(values["normal"]) > 1.959964) == pytest.approx(0.05, abs=0.001)
    assert values["uniform"].min() > -2 and values["uniform"].max() < 5
    assert values["uniform"].mean() == pytest.approx(1.5, abs=0.02)
    assert np.array_equal(np.unique(values["integers"]), range(7))
    assert np.bincount(values["integers"]) == pytest.approx(200_000 / 7, rel=0.03)


def test_draws_follow_from_the_seed_and_their_number_alone():
    first, again, other = drawn(50), drawn(50), drawn(50, seed=(5, 8))
    for kind in KINDS:
        assert np.array_equal(first[kind], again[kind])
        assert not np.array_equal(first[kind], other[kind])
    with draws.seeded((5, 7)):
        assert not np.array_equal(draws.normal(50, 3), draws.normal(50, 3))


def test_xla_draws_the_same():
    plain, xla = drawn(1000), tf.function(lambda: drawn(1000), jit_compile=True)()
    assert np.array_equal(plain["integers"], xla["integers"])
    assert np.array_equal(plain["uniform"], xla["uniform"])
    assert np.abs(plain["normal"] - xla["normal"]).max() < 3e-5


@pytest.mark.parametrize("xla", [False, True])
def test_two_replicas_together_draw_what_one_draws(mirrored, xla):
    body = tf.function(lambda: drawn(10), jit_compile=True) if xla else lambda: drawn(10)
    parts = tf.function(lambda: mirrored.run(body))()
    whole = drawn(20)
    for kind in KINDS:
        first, second = (v.numpy() for v in mirrored.experimental_local_results(parts[kind]))
        assert not np.array_equal(first, second)
        assert np.allclose(np.concatenate([first, second]), whole[kind], atol=3e-5)


def test_micro_batches_draw_every_nth_row():
    whole = drawn(12)
    parts = [drawn(4, part=i, parts=3) for i in range(3)]
    for kind in KINDS:
        for i, part in enumerate(parts):
            assert np.allclose(part[kind], whole[kind][i::3], atol=1e-6)


def test_shared_draws_are_the_same_on_every_replica(mirrored):
    def body():
        with draws.seeded((1, 2)):
            return draws.shared(5)

    first, second = mirrored.experimental_local_results(tf.function(lambda: mirrored.run(body))())
    assert np.array_equal(first, second)


def test_draws_outside_a_seeded_block_are_refused():
    with pytest.raises(RuntimeError, match="seeded"):
        draws.normal(3)
