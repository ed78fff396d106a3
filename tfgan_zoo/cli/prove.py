"""`tfgan-zoo prove`: run proofs."""

from tfgan_zoo.cli import quiet, values
from tfgan_zoo.errors import ZooError


def add_prove(parser):
    """Options of `prove`."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="of a system")
    parser.add_argument("--all", action="store_true", help="all proofs, one after the other")
    parser.add_argument("--out", default="proofs", metavar="DIR", help="of results and pictures; default %(default)s")
    parser.add_argument("--seeds", type=values.positive, default=3, metavar="N", help="runs; default %(default)s")
    parser.set_defaults(run=prove)


def prove(arguments) -> int:
    """Print each verdict; 1 if a demand is not met."""
    from tfgan_zoo import proofs
    from tfgan_zoo.errors import unknown

    known = proofs.list_proofs()
    names = known if arguments.all else arguments.names
    if not names:
        raise ZooError(f"give the name of a proof or --all; there are: {', '.join(known)}")
    for name in names:
        if name not in known:
            raise unknown("proof", name, known)
    quiet.import_tensorflow()
    failed = False
    for name in names:
        result = proofs.prove(name, arguments.out, seeds=range(arguments.seeds))
        failed |= not result.passed
        print(f"{name}: {'passed' if result.passed else 'FAILED'} - {result.claim}")
        for line in result.failures():
            print(f"  {line}")
    return int(failed)
