"""Logistic regression with an L2 penalty, solved in float64 without further dependencies."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from tfgan_zoo.errors import ZooError

_STEPS = 5000


def fit_logistic(x: np.ndarray, signs: np.ndarray, inverse_penalty: float) -> tuple[np.ndarray, float]:
    """Return w (d,) and b that minimise |w|^2 / 2 + C sum_i log(1 + exp(-s_i (w . x_i + b))), by L-BFGS.

    Args:
        x: float64 (n, d).
        signs: s_i, -1 or 1, float64 (n,).
        inverse_penalty: C; b is not penalised.

    Raises:
        ZooError: no convergence.
    """
    # Shifts of x change b alone, and centred columns make the problem better conditioned.
    center = x.mean(axis=0)
    x = x - center
    # Divided by C n the objective is a mean, whatever the number of samples; so is the tolerance.
    penalty = 1 / (inverse_penalty * len(x))

    def objective(parameters):
        w, b = parameters[:-1], parameters[-1]
        margins = signs * (x @ w + b)
        pull = -signs * expit(-margins) / len(x)
        value = np.logaddexp(0, -margins).mean() + penalty * (w @ w) / 2
        return value, np.append(pull @ x + penalty * w, pull.sum())

    start = np.zeros(x.shape[1] + 1)
    scale = np.abs(x).mean(axis=0).max()  # of a gradient whose terms do not cancel
    options = {"maxiter": _STEPS, "maxfun": 2 * _STEPS, "ftol": 1e-15, "gtol": 1e-9 * scale, "maxcor": 20}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    # The line search may stop at the limit of float64 before gtol; only what is left of the gradient tells.
    if np.abs(found.jac).max() > 1e-5 * scale:
        raise ZooError(
            f"the boundary did not converge in {found.nit} steps: {found.message}; lower C, or scale the codes to unit "
            "variance"
        )
    w, b = found.x[:-1], found.x[-1]
    return w, float(b - w @ center)
