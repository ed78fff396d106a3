"""How the two players of a game move: `model.compile(solver="extragradient")`, or an instance with options.

A solver replaces the paper's order of moves. It works on any game of two players, through the game's own losses and
optimizers: the optimizer of each player receives the vector that the solver makes of the players' gradients.
"""

from collections.abc import Callable

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.solvers.consensus_optimization import ConsensusOptimization
from tfgan_zoo.solvers.extragradient import Extragradient
from tfgan_zoo.solvers.gda import GDA
from tfgan_zoo.solvers.greedy_minmax import GreedyMinMax
from tfgan_zoo.solvers.local_symplectic_surgery import LocalSymplecticSurgery
from tfgan_zoo.solvers.minmax_first_order import MinMaxFirstOrder
from tfgan_zoo.solvers.omd import OMD
from tfgan_zoo.solvers.sga import SGA
from tfgan_zoo.solvers.solver import Solver

NAMES: dict[str, type[Solver]] = {
    "gda": GDA,
    "omd": OMD,
    "extragradient": Extragradient,
    "consensus_optimization": ConsensusOptimization,
    "sga": SGA,
    "local_symplectic_surgery": LocalSymplecticSurgery,
    "greedy_minmax": GreedyMinMax,
    "minmax_first_order": MinMaxFirstOrder,
}

__all__ = [
    "GDA",
    "NAMES",
    "OMD",
    "SGA",
    "ConsensusOptimization",
    "Extragradient",
    "GreedyMinMax",
    "LocalSymplecticSurgery",
    "MinMaxFirstOrder",
    "Solver",
    "get",
]


def get(solver: str | Callable | None) -> Callable | None:
    """Return the solver that `compile` was given, by name or as it is.

    A `Solver` is copied: what it remembers belongs to one game.

    Raises:
        ZooError: an unknown name, or nothing that can be called.
    """
    if isinstance(solver, str):
        if solver not in NAMES:
            raise unknown("solver", solver, NAMES)
        return NAMES[solver]()
    if isinstance(solver, Solver):
        return type(solver).from_config(solver.get_config())
    if solver is not None and (isinstance(solver, type) or not callable(solver)):
        raise ZooError(f"solver: expected a name, a Solver or a function (game, *batch) -> terms, found {solver!r}")
    return solver
