"""When an order goes to the shop floor, what is told of it and may be answered."""

import itertools
import json
from pathlib import Path

import pytest
from mfg_integration_mes.protocols import release_policy, release_state
from mfg_integration_mes.protocols.release_changes import changes
from mfg_integration_mes.protocols.release_state import next_step

from tests.without_odoo import REPOSITORY

CONTRACTS = Path(REPOSITORY, "addons", "mfg_integration_mes", "contract")
#: What an answer may lead to, spelled out a second time: who changes the table has to
#: say so here, too.
ANSWERS = {
    "not_released": "not_released",
    "released": "released accepted refused",
    "accepted": "accepted refused",
    "refused": "refused accepted",
    "cancelled": "cancelled",
}
NATIVE = ("draft", "confirmed", "progress", "to_close", "done", "cancel")


def contract(kind, ending="schema"):
    name = f"mfg.production.{kind}.v1.{ending}.json"
    return json.loads((CONTRACTS / name).read_text(encoding="utf-8"))


def told(**values):
    """An order as it was told."""
    return {**contract("released", "example")["data"], **values}


def step(release="not_released", native="confirmed", **facts):
    facts = {"wish": None, "is_due": False, "is_changed": False, **facts}
    return next_step(release, native, **facts)


# ------------------------------------------------------------------------- the policy


@pytest.mark.parametrize("policy", release_policy.POLICIES)
@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.parametrize("approved", [True, False])
def test_g1_policy_says_when_an_order_is_released(policy, ready, approved):
    facts = {"components_ready": ready, "recipe_approved": approved}

    due = release_policy.is_due(policy, is_held=False, **facts)

    assert due is {
        "manual": False,
        "on_confirm": True,
        "components_ready": ready,
        "recipe_approved": approved,
    }.get(policy)
    assert not release_policy.is_due(policy, is_held=True, **facts)


# -------------------------------------------------------------------------- the state


@pytest.mark.parametrize(
    ("current", "asked"), itertools.product(release_state.STATES, repeat=2)
)
def test_g1_answer_moves_a_release_as_the_table_says(current, asked):
    allowed = release_state.may_become(current, asked)

    assert allowed is (asked in ANSWERS[current].split())


def test_g1_order_is_told_once_per_transaction_whatever_happens_to_it():
    assert step(wish="release", is_due=True, is_changed=True) == "release"
    assert step("released", is_changed=True) == "change"
    assert step("accepted", wish="withdraw", is_changed=True) == "cancel"
    assert step("accepted", "cancel", is_changed=True) == "cancel"


@pytest.mark.parametrize("release", ["not_released", "refused", "cancelled"])
@pytest.mark.parametrize("native", NATIVE)
def test_g1_shop_floor_hears_nothing_of_an_order_that_it_has_not_got(release, native):
    assert step(release, native, is_changed=True) is None
    assert step(release, native, wish="withdraw", is_changed=True) is None


@pytest.mark.parametrize("release", release_state.STATES)
@pytest.mark.parametrize("native", ["draft", "done"])
def test_g1_order_that_is_not_open_is_neither_released_nor_changed(release, native):
    facts = {"is_due": True, "is_changed": True}

    assert step(release, native, wish="release", **facts) is None
    assert step(release, native, **facts) is None


@pytest.mark.parametrize("release", ["refused", "cancelled"])
def test_g1_only_a_person_releases_again_what_was_refused_or_withdrawn(release):
    assert step(release, is_due=True) is None
    assert step(release, wish="release") == "release"


# ------------------------------------------------------------------------- the changes


def test_g1_nothing_differs_between_an_order_and_itself():
    assert changes(told(), told(revision=7), has_begun=False) == []


@pytest.mark.parametrize("begun", [True, False])
def test_g1_change_names_the_old_value_and_the_new_one(begun):
    found = changes(told(), told(quantity=100, due_at=None), has_begun=begun)

    assert found == [
        {"field": "quantity", "old": 120, "new": 100},
        {"field": "due_at", "old": "2026-03-04T16:00:00Z", "new": None},
    ]


def test_g1_plan_of_an_order_that_is_being_made_is_no_news():
    old = told()
    operations = [{**each, "planned_duration_s": 1} for each in old["operations"]]
    components = [{**each, "quantity": 1} for each in reversed(old["components"])]
    new = told(
        planned_start_at=None, operations=operations, components=components, lots=[]
    )

    before = [change["field"] for change in changes(old, new, has_begun=False)]
    begun = [change["field"] for change in changes(old, new, has_begun=True)]

    assert before == ["lots", "planned_start_at", "components", "operations"]
    assert begun == ["lots"]


@pytest.mark.parametrize("begun", [True, False])
def test_g1_another_component_or_operation_is_always_a_change(begun):
    old = told()
    new = told(components=old["components"][:1], operations=old["operations"][:1])

    found = changes(old, new, has_begun=begun)

    assert [change["field"] for change in found] == ["components", "operations"]


def test_g1_what_is_only_told_beside_is_no_change():
    old = told()
    new = told(
        components=[{**each, "lots": ["L-9"]} for each in old["components"]],
        operations=[{**each, "cycle_time_s": 9} for each in old["operations"]],
        instructions_url="https://elsewhere.example.com",
        recipe={**old["recipe"], "revision": None},
    )

    assert changes(old, new, has_begun=False) == []


# ------------------------------------------------------------------------ the contracts


def test_g1_change_tells_the_whole_order_as_a_release_does():
    released, changed = contract("released"), contract("changed")
    more = {"previous_revision", "changes"}

    assert changed["$defs"] == released["$defs"]
    assert changed["properties"].keys() - released["properties"].keys() == more
    for name, rule in released["properties"].items():
        assert changed["properties"][name] == rule


def test_g1_example_of_a_change_follows_from_its_release():
    old = contract("released", "example")["data"]
    new = contract("changed", "example")["data"]

    assert changes(old, new, has_begun=False) == new["changes"]
