"""The nearest place names the owner; at one place the narrowest word does."""

import pytest
from mfg_integration_core.protocols import ownership

ALL, STATE, Rule = ownership.ALL, ownership.STATE, ownership.Rule
PLACES = {"company": 1, "plant": 7}


def rule(number):
    return Rule(id=number, owner=0, is_queued=False, binds_users=False)


def holds(rules, places=PLACES, targets=("stage_id", STATE, ALL)):
    found = ownership.owner_of(rules, targets, places)
    return found and found.id


def test_b5_what_nobody_speaks_of_has_no_owner():
    assert holds({}) is None
    assert holds({"name": {("global", 0): rule(1)}}) is None


def test_b5_nearest_place_goes_before_the_narrower_word():
    rules = {"stage_id": {("global", 0): rule(1)}, ALL: {("plant", 7): rule(2)}}

    assert holds(rules) == 2
    assert holds(rules, {"company": 1, "plant": 8}) == 1


def test_b5_at_one_place_the_narrower_word_goes_first():
    rules = {
        ALL: {("company", 1): rule(1)},
        STATE: {("company", 1): rule(2)},
        "stage_id": {("company", 1): rule(3)},
    }

    assert holds(rules) == 3
    del rules["stage_id"]
    assert holds(rules) == 2


@pytest.mark.parametrize(
    ("owner", "writer", "binds_users", "stopped"),
    [
        (0, 0, False, False),
        (0, 5, False, True),
        (5, 5, True, False),
        (5, 6, False, True),
        (5, 0, False, False),
        (5, 0, True, True),
    ],
)
def test_b5_rule_stops_who_does_not_own(owner, writer, binds_users, stopped):
    assert Rule(1, owner, False, binds_users).stops(writer) is stopped
