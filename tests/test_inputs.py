"""What models take: valid examples, and how wrong values are named."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.feeding import prepare
from tfgan_zoo.inputs import Attributes, Images, Labels


def test_partial_labels_know_classes_and_minus_one():
    partial = Labels(3, partial=True)
    found = partial.example(1000, np.random.default_rng(0))
    assert found.dtype == np.int32 and sorted(set(found)) == [-1, 0, 1, 2]
    partial.check(found)
    for wrong in (-2, 3):
        with pytest.raises(ZooError, match=r"labels: expected class ids 0..2 or -1 \(unlabelled\), found"):
            partial.check(np.array([0, wrong]))


def test_unlabelled_examples_need_a_model_for_them():
    whole = Labels(3)
    assert sorted(set(whole.example(1000, np.random.default_rng(0)))) == [0, 1, 2]
    with pytest.raises(ZooError, match="expected class ids 0..2, found -1..2; .*-1, unlabelled, is for models such as"):
        whole.check(np.array([-1, 2]))


def test_attributes_are_vectors_of_zeros_and_ones():
    wanted = Attributes(5)
    found = wanted.example(1000, np.random.default_rng(0))
    assert found.dtype == np.float32 and found.shape == (1000, 5) and sorted(set(found.ravel())) == [0, 1]
    assert wanted.spec.shape.as_list() == [None, 5]
    wanted.check(found)
    for wrong in (-1.0, 0.5, np.nan):
        with pytest.raises(ZooError, match=r"attributes: expected 0 \(absent\) or 1 \(present\), found"):
            wanted.check(np.array([[0.0, 1.0, wrong]]))


@pytest.mark.parametrize(("last", "hint"), [(Labels(3), "labels=True"), (Attributes(5), "attributes=TABLE")])
def test_what_is_missing_is_named(last, hint):
    with pytest.raises(ZooError, match=f"load the data with {hint}"):
        prepare(np.zeros((4, 2), "float32"), inputs=(Images((2,)), last), model="m", batch_size=2)


def test_attributes_of_another_number_are_named():
    arrays = (np.zeros((4, 2), "float32"), np.zeros((4, 3), "float32"))
    with pytest.raises(ZooError, match=r"m takes attributes of shape \(None, 5\), found .*number of attributes"):
        prepare(arrays, inputs=(Images((2,)), Attributes(5)), model="m", batch_size=2)
