"""Every test process sees two logical CPUs and makes at most one MirroredStrategy (more can break collectives)."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

# What a user has in the cache must not decide a test, nor a test what is in it. Real weights are looked for in the
# user's (test_faces.py); workers inherit both.
os.environ.setdefault(
    "TFGAN_ZOO_TEST_WEIGHTS", os.path.expanduser(os.environ.get("TFGAN_ZOO_CACHE") or "~/.cache/tfgan_zoo") + "/weights"
)
os.environ["TFGAN_ZOO_CACHE"] = tempfile.mkdtemp(prefix="tfgan_zoo-tests-")

import pytest
import tensorflow as tf

# Before anything touches the runtime: devices cannot be changed afterwards.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
tf.get_logger().setLevel("ERROR")
atexit.register(shutil.rmtree, os.environ["TFGAN_ZOO_CACHE"], ignore_errors=True)


@pytest.fixture(scope="session")
def mirrored():
    """The process' only two-replica strategy."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
