"""The nearest value wins, wherever it was set."""

import pytest
from mfg_integration_core.protocols import inheritance

PLACES = {"company": 1, "plant": 2, "line": 3}


@pytest.mark.parametrize(
    ("own", "value", "level"),
    [
        ({}, "shipped", "default"),
        ({("global", 0): "g"}, "g", "global"),
        ({("global", 0): "g", ("company", 1): "c"}, "c", "company"),
        ({("company", 1): "c", ("plant", 2): "p"}, "p", "plant"),
        ({("global", 0): "g", ("line", 3): "l", ("plant", 2): "p"}, "l", "line"),
        ({("plant", 9): "another plant's"}, "shipped", "default"),
    ],
)
def test_n1_nearest_value_wins(own, value, level):
    resolved = inheritance.nearest(own, PLACES, "shipped")

    assert (resolved.value, resolved.level) == (value, level)


def test_n1_false_and_zero_are_values():
    own = {("global", 0): True, ("plant", 2): False}

    assert inheritance.nearest(own, PLACES, True).value is False
    assert inheritance.nearest({("line", 3): 0}, PLACES, 7).value == 0


def test_n1_level_without_a_place_is_passed_over():
    own = {("line", 0): "nobody's", ("company", 1): "c"}

    assert inheritance.nearest(own, {"company": 1, "line": False}, None).value == "c"
