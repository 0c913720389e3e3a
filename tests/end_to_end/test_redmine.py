"""Maintenance in Odoo and in a real Redmine, both ways, by configuration alone."""

import pytest

from devkit.plant import PEER_NETWORK, connection_user
from devkit.poll import until
from devkit.redmine import ODOO, PROJECT
from tests.end_to_end.lossy_relay import LossyRelay

CODE = "redmine"
REQUEST = "maintenance.request"
NEW, IN_PROGRESS, CLOSED = 1, 2, 5


@pytest.fixture(scope="module")
def relay(redmine):
    relay = LossyRelay(redmine.url)
    yield relay
    relay.close()


@pytest.fixture(scope="module")
def connector_id(plant_server, redmine, relay):
    """A live connector as an administrator makes it; its list is polled each second."""
    admin = plant_server.session()
    found = admin.create(
        "mfg.connector",
        name="Redmine",
        code=CODE,
        template="redmine",
        base_url=relay.url,
        allowed_networks=PEER_NETWORK,
        username=PROJECT,
        outbound_secret=redmine.keys[ODOO],
        user_id=connection_user(admin, CODE, "Redmine"),
        retry_base_s=0.2,
    )
    admin.call("mfg.connector", "action_add_default_subscriptions", [found])
    (source_id,) = admin.search("mfg.source", [("connector_id", "=", found)])
    admin.write("mfg.source", source_id, every_s=1)
    admin.call("mfg.connector", "action_go_live", [found])
    yield found
    admin.write("mfg.connector", found, active=False)


class Repair:
    """A maintenance request of one test and its issue.

    :ivar number: of the issue
    """

    def __init__(self, live, redmine, connector_id, name, **values):
        self._live, self._redmine = live, redmine
        self._connector_id = connector_id
        self.admin = live.session()
        self.name = name
        equipment_id = live.plant.equipment_id
        self.id = self.admin.create(
            REQUEST, name=name, equipment_id=equipment_id, **values
        )
        self.number = None

    def opened(self):
        """The same, once Redmine has its issue."""
        self.number = until(self.binding, f"{self.name} is bound")
        return self

    def binding(self):
        return self._live.value(
            "SELECT external_id FROM mfg_binding"
            " WHERE connector_id = %s AND res_model = %s AND res_id = %s",
            self._connector_id,
            REQUEST,
            self.id,
        )

    def issue(self):
        return self._redmine.issue(self.number)

    def status(self):
        return self.issue()["status"]["id"]

    def notes(self):
        return [one["notes"] for one in self.issue()["journals"] if one["notes"]]

    def state(self):
        return self._live.value(
            "SELECT mfg_state FROM maintenance_request WHERE id = %s", self.id
        )

    def change(self, **values):
        self.admin.write(REQUEST, self.id, **values)

    def finish(self):
        """Somebody moves the request to the stage that means done."""
        (stage_id,) = self.admin.search(
            "maintenance.stage", [("done", "=", True)], limit=1
        )
        self.change(stage_id=stage_id)

    def comment(self, text):
        """Somebody writes a message on the request."""
        self.admin.call(
            REQUEST,
            "message_post",
            [self.id],
            body=text,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def chatter(self, words):
        """How many messages on the request hold these words."""
        return self._live.value(
            "SELECT count(*) FROM mail_message"
            " WHERE model = %s AND res_id = %s AND strpos(body, %s) > 0",
            REQUEST,
            self.id,
            words,
        )

    def messages(self):
        """``[(type of event, state, code, reason)]`` owed to Redmine, in order."""
        return self._live.sql(
            "SELECT event_type, state, reason_code, reason FROM mfg_outbox_message"
            " WHERE connector_id = %s AND res_model = %s AND res_id = %s ORDER BY id",
            self._connector_id,
            REQUEST,
            self.id,
        )

    def refused(self):
        """Code and reason of the message that Redmine refused."""

        def dead():
            return [row[2:] for row in self.messages() if row[1] == "dead"]

        (found,) = until(dead, f"a message about {self.name} is refused")
        return found


@pytest.fixture
def given_repair(live, redmine, connector_id):
    """``given_repair("Gripper")`` is a request that becomes an issue."""

    def given(name, **values):
        return Repair(live, redmine, connector_id, name, **values)

    return given


def test_request_is_opened_changed_commented_and_closed_at_redmine(given_repair):
    repair = given_repair("Gripper", description="<p>No end position</p>").opened()
    opened = repair.issue()
    assert (opened["subject"], opened["priority"]["name"]) == ("Gripper", "Normal")
    assert opened["description"].startswith("[Assembly Robot R1] No end position (")

    repair.change(name="Gripper, left", priority="3")
    repair.comment("<p>The spare one lies in cabinet 3.</p>")
    repair.finish()

    until(lambda: repair.status() == CLOSED, "the issue is closed")
    until(
        lambda: {row[1] for row in repair.messages()} == {"delivered"},
        "Redmine was read back",
    )
    closed = repair.issue()
    assert (closed["subject"], closed["priority"]["name"]) == (
        "Gripper, left",
        "Urgent",
    )
    (note,) = repair.notes()
    assert "The spare one lies in cabinet 3." in note
    assert [row[0] for row in repair.messages()] == [
        "mfg.maintenance.requested.v1",
        "mfg.maintenance.changed.v1",
        "mfg.maintenance.commented.v1",
        "mfg.maintenance.state_changed.v1",
    ]


def test_answers_that_get_lost_make_no_second_issue_and_no_second_note(
    given_repair, redmine, relay
):
    relay.lose = 1
    repair = given_repair("Conveyor").opened()
    relay.lose = 1
    repair.comment("<p>It squeaks.</p>")

    until(
        lambda: [row[1] for row in repair.messages()] == ["delivered"] * 2,
        "both messages are delivered",
    )
    assert [method for method, _path in relay.lost[-2:]] == ["POST", "PUT"]
    assert [one["subject"] for one in redmine.issues()].count("Conveyor") == 1
    assert len(repair.notes()) == 1


def test_status_that_the_workflow_forbids_is_refused_in_words(given_repair):
    repair = given_repair("Door").opened()

    repair.admin.call(REQUEST, "archive_equipment_request", [repair.id])

    code, reason = repair.refused()
    assert code == "not_as_written"
    assert "issue.status.id is 1, not 6" in reason
    assert "press Retry" in reason
    assert repair.status() == NEW


def test_refusal_of_redmine_is_told_in_its_words(given_repair):
    repair = given_repair("x" * 256)

    code, reason = repair.refused()

    assert code == "http_422"
    assert "Subject is too long (maximum is 255 characters)" in reason


def test_what_a_technician_does_at_redmine_moves_the_request(given_repair, redmine):
    repair = given_repair("Pump").opened()

    redmine.change(repair.number, notes="Waiting for Paula.")
    until(lambda: repair.chatter("Waiting for Paula."), "the comment is read")
    assert repair.state() == "requested"

    redmine.change(repair.number, status_id=IN_PROGRESS)
    until(lambda: repair.state() == "in_progress", "the repair has begun")

    redmine.change(repair.number, status_id=CLOSED, notes="New seal.")
    until(lambda: repair.state() == "completed", "the repair is done")

    until(lambda: repair.chatter("New seal."), "the note is read")
    assert repair.chatter("Technician: Tess Technician") == 3
    assert repair.chatter("Waiting for Paula.") == repair.chatter("New seal.") == 1
    # Nothing of it went back to Redmine.
    assert [row[0] for row in repair.messages()] == ["mfg.maintenance.requested.v1"]
    assert len(repair.issue()["journals"]) == 3


def test_each_version_of_an_issue_is_told_once(
    live, given_repair, redmine, connector_id
):
    repair = given_repair("Valve").opened()
    redmine.change(repair.number, status_id=IN_PROGRESS)
    until(lambda: repair.state() == "in_progress", "the repair has begun")

    def polls():
        return live.value(
            "SELECT sum(read_count) FROM mfg_source WHERE connector_id = %s",
            connector_id,
        )

    # The overlap of the watermark reads it again at each of these.
    before = polls()
    until(lambda: polls() > before + 10, "the list is read again and again")

    rows = live.sql(
        "SELECT event_id, state FROM mfg_inbox_event"
        " WHERE connector_id = %s AND ordering_key = %s",
        connector_id,
        repair.number,
    )
    assert len({event_id for event_id, _state in rows}) == len(rows) <= 2
    assert {state for _event_id, state in rows} <= {"processed", "ignored"}
