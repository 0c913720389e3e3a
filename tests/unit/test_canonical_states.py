"""The tables of canonical states: every pair, and where any order of arrival ends."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols import maintenance_state, production_state
from mfg_integration_quality.protocols import disposition

from tests.arrivals import arrivals, heard, histories

#: What may follow each state that a partner reports, spelled out a second time: who
#: changes a table has to say so here, too.
REPAIR = {
    "requested": "approved scheduled in_progress waiting_parts"
    " completed verified cancelled",
    "approved": "scheduled in_progress waiting_parts completed verified cancelled",
    "scheduled": "approved in_progress waiting_parts completed verified cancelled",
    "in_progress": "scheduled waiting_parts completed verified cancelled",
    "waiting_parts": "scheduled in_progress completed verified cancelled",
    "completed": "in_progress waiting_parts verified",
    "verified": "",
    "cancelled": "",
}
LOT = {
    "pending": "in_inspection quarantined released released_with_deviation rework"
    " rejected returned",
    "in_inspection": "quarantined released released_with_deviation rework rejected"
    " returned",
    "quarantined": "in_inspection released released_with_deviation rework rejected"
    " returned",
    "rework": "in_inspection quarantined released released_with_deviation rejected",
    "rejected": "rework returned",
    "released": "",
    "released_with_deviation": "",
    "returned": "",
}
ORDER = {
    "planned": "",
    "released": "in_progress completed cancelled",
    "in_progress": "released completed",
    "blocked": "",
    "completed": "",
    "closed": "",
    "cancelled": "",
}
TABLES = {
    "maintenance": (maintenance_state.PARTNER_MOVES, "requested"),
    "quality": (disposition.TRANSITIONS, "pending"),
}
GOOD = disposition.RELEASING


def every_pair(table):
    return itertools.product(table, repeat=2)


@pytest.mark.parametrize(("current", "asked"), every_pair(REPAIR))
def test_b1_partner_moves_a_repair_as_the_table_says(current, asked):
    allowed = maintenance_state.may_become(current, asked)

    assert allowed is (asked in REPAIR[current].split())


@pytest.mark.parametrize(("current", "asked"), every_pair(ORDER))
def test_b1_partner_moves_an_order_as_the_table_says(current, asked):
    allowed = production_state.may_become(current, asked)

    assert allowed is (asked in ORDER[current].split())


@pytest.mark.parametrize(("current", "asked"), every_pair(LOT))
def test_b1_partner_decides_about_a_lot_as_the_table_says(current, asked):
    allowed = disposition.may_become(current, asked)

    assert allowed is (asked in LOT[current].split())


@pytest.mark.parametrize("native", [*production_state.STATE_OF, False])
@pytest.mark.parametrize("is_held", [True, False])
def test_b1_hold_overlays_only_what_could_go_on(native, is_held):
    could_go_on = native in ("confirmed", "progress", "to_close")

    state = production_state.canonical(native, is_held)

    assert state in production_state.STATES
    assert (state == "blocked") is (could_go_on and is_held)
    if state != "blocked":
        assert state == production_state.canonical(native, is_held=False)


@given(
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([False, *maintenance_state.STATES]),
)
def test_b1_repair_is_as_far_as_either_side_has_come(
    is_archived, is_done, is_begun, is_scheduled, partner
):
    facts = {
        "is_archived": is_archived,
        "is_done": is_done,
        "is_begun": is_begun,
        "is_scheduled": is_scheduled,
    }

    state = maintenance_state.canonical(**facts, partner=partner)

    alone = maintenance_state.canonical(**facts, partner=False)
    assert (state == "cancelled") is is_archived
    assert (state in maintenance_state.FINAL) is (is_archived or is_done)
    order = maintenance_state.OPEN.index
    if state in maintenance_state.OPEN:
        assert order(state) >= order(alone)
        assert state in (alone, partner)


def test_d2_no_word_of_a_partner_makes_a_rejected_lot_good():
    assert not GOOD & disposition.TRANSITIONS["rejected"]


@pytest.mark.parametrize("domain", TABLES)
@given(data=st.data())
def test_b6_every_order_of_arrival_ends_with_the_last_word(domain, data):
    moves, initial = TABLES[domain]
    words = data.draw(histories(moves, initial))

    listener = heard(moves, initial, data.draw(arrivals(words)))

    assert listener.state == words[-1].state
    assert listener.known == words[-1].version
    assert all(word.version <= listener.known for word in listener.refused)
