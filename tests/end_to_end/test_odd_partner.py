"""A vendor with odd habits is connected by configuration alone, live."""

import time

import pytest

from devkit import json_http
from devkit.plant import PEER_NETWORK, connection_user
from devkit.poll import until
from tests.fakes.fixtures import GEARHART_PASSWORD, GEARHART_USER, serving
from tests.fakes.gearhart import Gearhart
from tests.fakes.peer import Answer

CODE = "gearhart"


class IndiscreetGearhart(Gearhart):
    """Remembers the session that it gave out, and repeats it when asked to.

    :ivar repeats: whether orders are refused with session and password in the reason
    """

    session = None
    repeats = False

    def log_in(self, request) -> Answer:
        answer = super().log_in(request)
        self.session = answer.body["session"]["id"]
        return answer

    def open_order(self, request) -> Answer:
        if not self.repeats:
            return super().open_order(request)
        reason = f"not with {self.session}, {GEARHART_PASSWORD}"
        return Answer(200, {"result": "refused", "reason": reason})


@pytest.fixture
def gearhart(live, tmp_path):
    login = {"user": GEARHART_USER, "password": GEARHART_PASSWORD}
    with serving(IndiscreetGearhart, tmp_path, live.url, CODE, **login) as peer:
        # Odoo remembers the orders of the tests before.
        peer.first_number = int(time.time())
        yield peer


@pytest.fixture
def connector_id(live, gearhart):
    """A connector with the template's subscriptions, live for one test."""
    admin = live.session()
    found = admin.ensure(
        "mfg.connector",
        {"code": CODE},
        name="Gearhart",
        user_id=connection_user(admin, CODE, "Gearhart"),
        retry_base_s=1,
    )
    admin.write(
        "mfg.connector",
        found,
        template=CODE,
        base_url=gearhart.url,
        allowed_networks=PEER_NETWORK,
        username=GEARHART_USER,
        outbound_secret=GEARHART_PASSWORD,
    )
    admin.call("mfg.connector", "action_add_default_subscriptions", [found])
    admin.call("mfg.connector", "action_go_live", [found])
    yield found
    # It owes nothing for other tests, and its code is free for the next one.
    admin.write("mfg.connector", found, active=False, code=f"{CODE}-{found}")


def tell(live, document_id, event, **data):
    """Owe an event about a document; the id of its message."""
    admin = live.session()
    (message_id,) = admin.call("mfg.test.effect", "tell", [document_id], event, data)
    return message_id


def open_order(live, document_id, title, machine, priority):
    """Owe the order of a document; the id of its message."""
    order = {"title": title, "machine": machine, "priority": priority}
    return tell(live, document_id, "mfg.test.opened.v1", **order)


def ended(live, message_id):
    """State, reason code and reason of a message once nothing more happens to it."""

    def state():
        ((row),) = live.sql(
            "SELECT state, reason_code, reason FROM mfg_outbox_message WHERE id = %s",
            message_id,
        )
        return row if row[0] in ("delivered", "dead", "held") else None

    return until(state, "the message is delivered or refused")


def test_order_is_created_changed_and_brought_to_its_end(live, gearhart, connector_id):
    document_id = live.session().create("mfg.test.effect", name="Gripper")

    opened = open_order(live, document_id, "Gripper", "R1", "high")
    changed = tell(
        live,
        document_id,
        "mfg.test.changed.v1",
        title="Gripper, left",
        priority="urgent",
    )
    states = [
        tell(live, document_id, "mfg.test.state_changed.v1", state=state)
        for state in ("in_progress", "on_hold", "resumed", "completed")
    ]

    for message_id in (opened, changed, *states):
        assert ended(live, message_id)[0] == "delivered"
    (created,) = gearhart.ledger.entries("created")
    last = gearhart.ledger.entries("changed")[-1]["order"]
    assert (last["title"], last["urgency"], last["state"]) == (
        "Gripper, left",
        1,
        "DONE",
    )
    assert live.value(
        "SELECT external_id FROM mfg_binding WHERE connector_id = %s AND res_id = %s",
        connector_id,
        document_id,
    ) == str(created["order"]["no"])


def test_refusal_inside_of_200_is_a_dead_letter_in_the_partners_words(
    live, gearhart, connector_id
):
    document_id = live.session().create("mfg.test.effect", name="Unknown machine")

    message_id = open_order(live, document_id, "?", "X-9", "low")

    state, code, reason = ended(live, message_id)
    assert (state, code) == ("dead", "refused_inside")
    assert "machine X-9 is not in the register" in reason


def test_rate_limit_and_lost_session_are_overcome_by_themselves(
    live, gearhart, connector_id
):
    gearhart.manners.change(
        {"refuse_times": 2, "refuse_status": 429, "retry_after_s": 2}
    )
    begun = time.monotonic()
    document_id = live.session().create("mfg.test.effect", name="Busy")

    message_id = open_order(live, document_id, "Busy", "R2", "low")

    assert ended(live, message_id)[0] == "delivered"
    assert len(gearhart.ledger.entries("created")) == 1
    assert time.monotonic() - begun >= 2


def test_orders_of_the_vendors_own_screen_are_read_page_by_page(
    live, gearhart, connector_id
):
    control = f"{gearhart.url}/_control/orders"
    numbers = []
    for title in range(25):
        opened = json_http.post(control, {"title": str(title), "machine": "R1"})
        numbers.append(str(opened.json["order"]["no"]))
    json_http.post(f"{control}/{numbers[0]}", {"title": "changed"})
    json_http.post(f"{control}/{numbers[1]}", {"removed": True})

    def newest():
        rows = live.sql(
            """
            SELECT event.subject, max(effect.number), min(effect.number), count(*)
              FROM mfg_test_effect effect
              JOIN mfg_inbox_event event ON event.event_id = effect.name
             WHERE event.connector_id = %s
             GROUP BY event.subject
            """,
            connector_id,
        )
        return {subject: tuple(numbers) for subject, *numbers in rows}

    until(lambda: set(numbers) <= set(newest()), "every order is read")
    until(lambda: newest()[numbers[1]][1] == 0, "the removal is read")
    assert newest()[numbers[0]][0] == 2
    assert all(newest()[number] == (1, 1, 1) for number in numbers[2:])


def test_k2_neither_password_nor_session_is_recorded(live, gearhart, connector_id):
    document_id = live.session().create("mfg.test.effect", name="Secrets")
    gearhart.repeats = True

    message_id = open_order(live, document_id, "Secrets", "R1", "low")

    _state, _code, reason = ended(live, message_id)
    bodies = [
        f"convert_from(decode(encode({name}, 'escape'), 'base64'), 'UTF8')"
        for name in ("request_body", "response_body")
    ]
    recorded = reason + str(
        live.sql(
            f"SELECT to_jsonb(attempt), {', '.join(bodies)}"
            " FROM mfg_delivery_attempt attempt WHERE message_id = %s",
            message_id,
        )
    )
    assert "not with ***, ***" in reason
    assert recorded.count("not with ***, ***") == 3
    assert GEARHART_PASSWORD not in recorded
    assert gearhart.session not in recorded
