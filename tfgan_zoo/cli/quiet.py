"""TensorFlow without its greetings."""

import contextlib
import os
import sys


def import_tensorflow() -> None:
    """Import TensorFlow; what its libraries say on standard error while they load is not for users.

    What they say later, of devices or memory, is shown.
    """
    if "tensorflow" in sys.modules:
        return
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a standard error without a descriptor
            kept = os.dup(2)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 2)
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")  # its advice on tracing is for those who write models
