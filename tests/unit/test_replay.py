import pytest
from mfg_integration_core.protocols.lane import FINAL, IN_FLIGHT, PARKING, READY
from mfg_integration_core.protocols.replay import Choice, RowView, Verdict, judge

NOW = 1_000.0
EVERYTHING = Choice(sent_again=True, handled_again=True)


def verdict(state, choice=None, connector="live", expires_at=None):
    return judge(RowView(state, connector, expires_at), choice or Choice(), NOW)


@pytest.mark.parametrize("state", ["dead", "rejected", "held", "waiting", "retry"])
def test_a13_what_stands_still_goes_again(state):
    assert verdict(state) == Verdict(True, "again")


@pytest.mark.parametrize("state", ["delivered", "acknowledged"])
def test_a13_what_the_partner_has_is_sent_again_only_when_chosen(state):
    assert verdict(state) == Verdict(False, "delivered")
    assert verdict(state, Choice(sent_again=True)) == Verdict(True, "sent_again")


@pytest.mark.parametrize("state", ["processed", "ignored"])
def test_a13_what_had_its_effect_is_handled_again_only_when_chosen(state):
    assert verdict(state) == Verdict(False, "processed")
    assert verdict(state, Choice(sent_again=True)) == Verdict(False, "processed")
    assert verdict(state, Choice(handled_again=True)).code == "handled_again"


@pytest.mark.parametrize("state", ["superseded", "expired", "cancelled"])
def test_a13_what_was_given_up_for_a_reason_never_goes(state):
    assert verdict(state, EVERYTHING) == Verdict(False, state)


@pytest.mark.parametrize("state", ["delivering", "processing"])
def test_a13_what_a_worker_has_in_hand_is_left_to_it(state):
    assert verdict(state, EVERYTHING) == Verdict(False, "in_flight")


@pytest.mark.parametrize("connector", ["paused", "draft"])
def test_a13_a_connector_that_is_not_live_takes_no_replay(connector):
    assert verdict("dead", connector=connector).code == f"connector_{connector}"


def test_a13_a_message_whose_time_is_over_never_goes():
    assert verdict("dead", expires_at=NOW) == Verdict(False, "expired")
    assert verdict("dead", expires_at=NOW + 1).accepted


def test_a13_there_is_an_answer_for_every_state_of_a_lane():
    for state in FINAL | PARKING | IN_FLIGHT | READY:
        assert verdict(state).code


def test_a13_a_row_whose_body_retention_removed_has_nothing_to_send():
    row = RowView("delivered", "live", body_removed=True)

    assert judge(row, EVERYTHING, NOW) == Verdict(False, "body_removed")
