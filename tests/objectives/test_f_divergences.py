"""Every row of the table of f-divergences, against numerical conjugation and known identities."""

import math

import numpy as np
import pytest
import scipy.optimize
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.objectives.f_divergences import DIVERGENCES, divergence, log_lambert_w_exp, variational

ROWS = {name: divergence(name) for name in DIVERGENCES if name not in ("alpha", "js_weighted")}
ROWS |= {f"alpha {a}": divergence("alpha", alpha=a) for a in (-1.0, 0.3, 0.5, 1.5, 2.0, 3.0)}
ROWS |= {f"js_weighted {pi}": divergence("js_weighted", pi=pi) for pi in (0.1, 0.5, 0.7)}
every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def tensor(values):
    return tf.constant(values, tf.float64)


def supremum(f, t):
    """sup over u > 0 of u t - f(u), by a grid over log u and a search around its best point."""
    logs = np.linspace(-30.0, 30.0, 6001)
    value = lambda log: np.exp(log) * t - f(tensor(np.exp(log))).numpy()
    best = int(np.nanargmax(value(logs)))
    around = logs[max(best - 1, 0)], logs[min(best + 1, len(logs) - 1)]
    found = scipy.optimize.minimize_scalar(lambda log: -float(value(log)), bounds=around, method="bounded")
    return max(-found.fun, value(logs)[best])


@every_row
def test_conjugates_are_suprema_and_the_composition_is_that_of_the_activation(row):
    scores = np.linspace(-4.0, 4.0, 17)
    for v in scores:
        t = float(row.activation(tensor(v)))
        assert row.domain[0] <= t <= row.domain[1]
        expected = supremum(row.f, t)
        assert float(row.conjugate(tensor(t))) == pytest.approx(expected, rel=2e-6, abs=2e-6)
        assert float(row.composed(tensor(v))) == pytest.approx(expected, rel=2e-6, abs=2e-6)


@every_row
def test_activations_increase_into_the_whole_domain(row):
    found = row.activation(tensor(np.linspace(-12.0, 12.0, 49))).numpy()
    assert (np.diff(found) > 0).all() or row is ROWS["tv"] and (np.diff(found) >= 0).all()
    for end, limit in zip(row.domain, row.activation(tensor([-60.0, 60.0])).numpy()):
        assert abs(limit) > 10 if math.isinf(end) else limit == pytest.approx(end, abs=1e-6)


@pytest.mark.parametrize("name", [name for name in ROWS if name != "tv"])
def test_the_best_t_is_the_slope_of_f(name):
    """f*(f'(u)) = u f'(u) - f(u), and f'(1) is the threshold."""
    row, u = ROWS[name], tensor(np.geomspace(0.05, 20.0, 31))
    with tf.GradientTape() as tape:
        tape.watch(u)
        f = row.f(u)
    slope = tape.gradient(f, u)
    np.testing.assert_allclose(row.conjugate(slope), u * slope - f, atol=1e-10)
    with tf.GradientTape() as tape:
        one = tensor(1.0)
        tape.watch(one)
        value = row.f(one)
    assert float(value) == pytest.approx(-2 * math.log(2) if name == "gan" else 0.0, abs=1e-12)
    assert float(tape.gradient(value, one)) == pytest.approx(row.threshold, abs=1e-12)


@every_row
def test_f_is_the_supremum_over_the_activation(row):
    """Biduality: f(u) = sup_v u g_f(v) - f*(g_f(v)); so the table's activations reach every slope of f."""
    v = tensor(np.linspace(-15.0, 15.0, 300_001))
    t, conjugate = row.activation(v), row.composed(v)
    for u in (0.2, 0.7, 1.0, 1.6, 4.0):
        assert float(tf.reduce_max(u * t - conjugate)) == pytest.approx(float(row.f(tensor(u))), abs=1e-6)


@every_row
def test_losses_at_the_best_scores_are_the_divergence(row):
    """On counts the losses are expectations; at t = f'(p / q) minus D's is D_f(p || q)."""
    rng = np.random.default_rng(0)
    real, fake = rng.multinomial(60, np.ones(5) / 5) + 1, rng.multinomial(60, np.ones(5) / 5) + 1
    p, q = real / real.sum(), fake / fake.sum()
    expected = np.sum(q * row.f(tensor(p / q)).numpy())
    grid = tensor(np.linspace(-12.0, 12.0, 48_001))
    t, conjugate = row.activation(grid).numpy(), row.composed(grid).numpy()
    scores = np.array([grid[np.argmax(u * t - conjugate)] for u in p / q])
    losses = {practical: variational(row, practical) for practical in (True, False)}
    on_real, on_fake = (tensor(np.repeat(scores, counts)) for counts in (real, fake))
    assert -float(losses[True].discriminator(on_real, on_fake)) == pytest.approx(expected, abs=1e-6)
    t = row.activation(tensor(scores)).numpy()
    assert float(losses[True].generator(None, on_fake)) == pytest.approx(-np.sum(q * t), abs=1e-10)
    conjugate = row.composed(tensor(scores)).numpy()
    assert float(losses[False].generator(None, on_fake)) == pytest.approx(-np.sum(q * conjugate), abs=1e-10)


def test_the_rows_are_the_divergences_they_are_called():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6])
    kl = lambda a, b: np.sum(a * np.log(a / b))
    m = (p + q) / 2
    js = kl(p, m) / 2 + kl(q, m) / 2
    expected = {
        "kl": kl(p, q),
        "rkl": kl(q, p),
        "pearson": np.sum((p - q) ** 2 / q),
        "neyman": np.sum((p - q) ** 2 / p),
        "hellinger2": np.sum((np.sqrt(p) - np.sqrt(q)) ** 2),
        "jeffrey": kl(p, q) + kl(q, p),
        "js": 2 * js,
        "gan": 2 * js - 2 * math.log(2),
        "tv": np.abs(p - q).sum() / 2,
        "js_weighted 0.7": 0.7 * kl(p, 0.7 * p + 0.3 * q) + 0.3 * kl(q, 0.7 * p + 0.3 * q),
        "js_weighted 0.5": js,
        "alpha 2.0": np.sum((p - q) ** 2 / q) / 2,
        "alpha 0.5": 2 * np.sum((np.sqrt(p) - np.sqrt(q)) ** 2),
        "alpha -1.0": np.sum((p - q) ** 2 / p) / 2,
    }
    for name, value in expected.items():
        assert np.sum(q * ROWS[name].f(tensor(p / q)).numpy()) == pytest.approx(value, abs=1e-12), name
    near = {"kl": 1 + 1e-6, "rkl": 1e-6}
    for name, alpha in near.items():
        found = np.sum(q * divergence("alpha", alpha=alpha).f(tensor(p / q)).numpy())
        assert found == pytest.approx(expected[name], abs=1e-5)


@pytest.mark.parametrize("xla", [False, True])
def test_losses_and_gradients_are_finite_in_float32_at_any_score(xla):
    """And the generator's, in both forms, never points the wrong way."""

    @tf.function(jit_compile=xla)
    def slopes(v):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(v)
            values = [function(v) for row in ROWS.values() for function in (row.activation, row.composed)]
        return values, [tape.gradient(value, v) for value in values]

    values, gradients = slopes(tf.constant([-1e3, -90.0, -20.0, -1.0, 0.0, 1.0, 20.0, 90.0, 1e3]))
    assert np.isfinite(np.array(values)).all() and np.isfinite(np.array(gradients)).all()
    assert (np.array(gradients) >= 0).all()


@pytest.mark.parametrize("xla", [False, True])
def test_the_lambert_function_and_its_derivatives(xla):
    """x + e^x = y to rounding; x' = 1 / (1 + e^x), x'' = -e^x / (1 + e^x)^3."""

    @tf.function(jit_compile=xla)
    def derivatives(y):
        with tf.GradientTape() as outer:
            outer.watch(y)
            with tf.GradientTape() as inner:
                inner.watch(y)
                x = log_lambert_w_exp(y)
            first = inner.gradient(x, y)
        return x, first, outer.gradient(first, y)

    y = np.concatenate([np.linspace(-50.0, 50.0, 1001), [-1e4, 1e4, 1e8]])
    x, first, second = (found.numpy() for found in derivatives(tensor(y)))
    np.testing.assert_allclose(x + np.exp(x), y, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(first, 1 / (1 + np.exp(x)), rtol=1e-13)
    np.testing.assert_allclose(second, -np.exp(x) / (1 + np.exp(x)) ** 3, rtol=1e-12, atol=1e-15)
    assert float(log_lambert_w_exp(tensor(1.0))) == pytest.approx(0.0, abs=1e-15)  # W(e) = 1


def test_bad_parameters_are_named():
    with pytest.raises(ZooError, match="divergence 'pearsn'; did you mean 'pearson'"):
        divergence("pearsn")
    for alpha in (0.0, 1.0, float("nan")):
        with pytest.raises(ZooError, match="alpha.*0 and 1.*rkl and kl"):
            divergence("alpha", alpha=alpha)
    for pi in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(ZooError, match="pi.*between 0 and 1"):
            divergence("js_weighted", pi=pi)
