"""The template of Redmine against a real Redmine."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols import poll_run
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_answer import Reply
from mfg_integration_core.protocols.template_conversation import Conversation

from devkit import json_http
from devkit.paths import ADDONS
from devkit.redmine import ODOO, PROJECT

PAGE_SIZE = 2
CLOSED = 5


class Line:
    """A line to Redmine, as Odoo's user or with another key."""

    def __init__(self, redmine, template, key=None):
        self.template = template
        self.connector = {
            "base_url": redmine.url,
            "username": PROJECT,
            "secret": key or redmine.keys[ODOO],
        }
        keeper = template.session_keeper(self.connector, learn=None)
        self.talk = Conversation(self.connector, keeper, _send, lambda: None)
        self.source = template.source("issues")
        self.marks = {}

    def perform(self, name, message, **options):
        """How an operation ends."""
        return self.template.operation(name).perform(self.talk, message, **options)

    def read(self, since=None):
        """``[(items of a page, its request)]`` of one pass, details included."""
        place, pages = self.source.paging.first(), []
        while place is not None:
            request = self.source.request(place, since, self.connector)
            answer = _send(request)
            read = self.source.read(
                place, request.url, answer.status, answer.headers, answer.body
            )
            pages.append(([self.completed(item) for item in read.items], request))
            place = read.page.next
        return pages

    def completed(self, item):
        request = self.source.detail.request(item, self.connector)
        told = self.marks.get(item.key)
        item = self.source.detail.read(item, _send(request), told)
        self.marks[item.key] = item.mark
        return item

    def events(self, since=None):
        """``{issue: event}`` of everything that the list tells."""
        items = [item for page, _request in self.read(since) for item in page]
        return {
            item.key: self.source.event(item.document, item.key, item.deleted, "id")
            for item in items
        }


def _send(request):
    answer = json_http.call(request.method, request.url, request.body, request.headers)
    return Reply(answer.status, answer.headers, answer.body)


@pytest.fixture
def line(redmine):
    """A line that reads pages of two, since a hundred issues take long to make."""
    (file,) = ADDONS.glob("*/templates/redmine.yaml")
    text, count = re.subn(
        "limit: 100", f"limit: {PAGE_SIZE}", file.read_text(encoding="utf-8")
    )
    assert count == 1
    return Line(redmine, Template.load(text, file.name))


@pytest.fixture
def about(contracts, request):
    """``about("changed", ...)``: an example message; each test has an id of its own."""

    def message(what, reference=None, **changes):
        example = contracts.example(f"mfg.maintenance.{what}.v1")
        data = {**example["data"], **changes}
        contracts.check(example["type"], data)
        message = {**example, "id": f"{request.node.name}-{what}", "data": data}
        return message | ({"reference": reference} if reference else {})

    return message


@pytest.fixture
def opened(line, about):
    """The number of an issue that Odoo opened."""
    return line.perform("create_issue", about("requested")).reference


def test_connection_is_checked_with_the_key(redmine, line):
    line.template.check_connection(line.talk)

    with pytest.raises(PermanentDeliveryError) as caught:
        stranger = Line(redmine, line.template, key="0" * 40)
        stranger.template.check_connection(stranger.talk)
    assert caught.value.code == "http_401"


def test_issue_says_what_the_request_says(redmine, opened, about):
    issue = redmine.issue(opened)
    told = about("requested")["data"]

    assert issue["subject"] == told["title"]
    assert told["description"] in issue["description"]
    assert told["asset"]["name"] in issue["description"]
    assert issue["priority"]["name"] == "High"
    assert issue["author"]["name"] == "Odoo System"


def test_earlier_try_is_found_by_our_id(redmine, line, opened, about):
    count = len(redmine.issues())

    again = line.perform("create_issue", about("requested"), uncertain=True)

    assert again.reference == opened
    assert len(redmine.issues()) == count


def test_try_that_never_arrived_is_made_again(redmine, line, about):
    count = len(redmine.issues())

    line.perform("create_issue", about("requested"), uncertain=True)

    assert len(redmine.issues()) == count + 1


def test_change_keeps_our_id_in_the_description(redmine, line, opened, about):
    line.perform("change_issue", about("changed", opened, description="It smokes."))

    issue = redmine.issue(opened)
    assert issue["subject"] == about("changed")["data"]["title"]
    assert issue["priority"]["name"] == "Urgent"
    assert issue["description"].startswith("[Assembly Robot R1] It smokes. (Odoo ")
    again = line.perform("create_issue", about("requested"), uncertain=True)
    assert again.reference == opened


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("requested", "New"),
        ("in_progress", "In Progress"),
        ("waiting_parts", "Feedback"),
        ("completed", "Closed"),
        ("verified", "Closed"),
    ],
)
def test_state_becomes_a_status(redmine, line, opened, about, state, status):
    line.perform("set_status", about("state_changed", opened, state=state))

    assert redmine.issue(opened)["status"]["name"] == status


def test_status_that_the_workflow_forbids_is_not_believed(redmine, line, opened, about):
    with pytest.raises(PermanentDeliveryError) as caught:
        line.perform("set_status", about("state_changed", opened, state="cancelled"))

    assert caught.value.code == "not_as_written"
    assert "issue.status.id is 1, not 6" in caught.value.detail
    assert redmine.issue(opened)["status"]["name"] == "New"


def test_note_is_written_once(redmine, line, opened, about):
    message = about("commented", opened)
    line.perform("add_note", about("commented", opened) | {"id": "another"})
    line.perform("add_note", message)
    redmine.change(opened, notes="Seen.")

    line.perform("add_note", message, uncertain=True)

    notes = [one["notes"] for one in redmine.issue(opened)["journals"]]
    assert len(notes) == 3
    assert "Paula Planner: The spare gripper lies in cabinet 3." in notes[1]


def test_refusal_is_told_in_redmines_words(line, about):
    with pytest.raises(PermanentDeliveryError) as caught:
        line.perform("create_issue", about("requested", title="x" * 256))

    assert caught.value.code == "http_422"
    assert "Subject is too long" in caught.value.detail


def test_every_issue_is_on_one_page(line, opened):
    pages = line.read()

    numbers = [item.key for page, _request in pages for item in page]
    assert opened in numbers
    assert len(numbers) == len(set(numbers))
    assert all(len(page) == PAGE_SIZE for page, _request in pages[:-1])


def test_list_begins_at_the_watermark(line, opened):
    now = datetime.now(timezone.utc)
    recent = poll_run.asked_since(now, None, line.source.overlap_s)

    assert opened in line.events(since=recent)
    assert line.events(since=now + timedelta(hours=1)) == {}


def test_technicians_work_is_an_event_of_the_contract(redmine, line, opened, contracts):
    redmine.change(opened, status_id=CLOSED, notes="Replaced the sensor.")

    event = line.events()[opened]

    contracts.check(event.event_type, event.data)
    assert event.data == {
        "work_order": opened,
        "state": "completed",
        "technician": "Tess Technician",
        "note": "Replaced the sensor.",
        "completed_at": redmine.issue(opened)["closed_on"],
    }


def test_every_comment_is_told_however_many_came_between_two_polls(
    redmine, line, opened, about
):
    redmine.change(opened, notes="Ordered a sensor.")
    assert line.events()[opened].data["note"] == "Ordered a sensor."
    redmine.change(opened, notes="It came.")
    redmine.change(opened, notes="It is too long.")
    line.perform("add_note", about("commented", opened))

    event = line.events()[opened]

    assert event.data["note"] == (
        "Tess Technician: It came.\n\nTess Technician: It is too long."
    )
    assert "note" not in (line.events()[opened].data or {})


def test_our_own_words_do_not_come_back(redmine, line, opened, about, contracts):
    line.perform("set_status", about("state_changed", opened, state="in_progress"))
    assert line.events()[opened].event_type is None

    redmine.change(opened, status_id=CLOSED)
    line.perform("add_note", about("commented", opened))

    event = line.events()[opened]
    contracts.check(event.event_type, event.data)
    assert (event.data["state"], event.data.get("note")) == ("completed", None)
    assert "technician" not in event.data


def test_issue_that_nobody_began_is_no_news_until_somebody_writes(
    redmine, line, opened, about
):
    assert line.events()[opened].event_type is None

    line.perform("add_note", about("commented", opened))
    assert line.events()[opened].event_type is None

    redmine.change(opened, notes="Tomorrow.")

    assert line.events()[opened].data["note"] == "Tomorrow."


def test_issues_that_odoo_did_not_open_are_not_read(redmine, line):
    foreign = redmine.call(
        "tess",
        "POST",
        "/issues.json",
        {"issue": {"project_id": PROJECT, "subject": "A lamp is dark"}},
    )

    assert str(foreign["issue"]["id"]) not in line.events()
