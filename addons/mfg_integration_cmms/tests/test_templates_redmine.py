import json
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.exceptions import UnmappedValueError
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook
from odoo.addons.mfg_integration_core.protocols.poll_item import Item
from odoo.addons.mfg_integration_core.protocols.template import Template
from odoo.addons.mfg_integration_core.protocols.template_answer import Reply

ADDON = Path(get_module_path("mfg_integration_cmms"))
US, TECHNICIAN = {"id": 5, "name": "Odoo"}, {"id": 6, "name": "Tess Technician"}
NEW, IN_PROGRESS, CLOSED = (
    {"id": 1, "is_closed": False},
    {"id": 2, "is_closed": False},
    {"id": 5, "is_closed": True},
)


class TestRedmine(BaseCase):
    """What the list of Redmine means; tests/contract asks a real one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = ADDON / "templates" / "redmine.yaml"
        cls.template = Template.load(path.read_text(encoding="utf-8"), path.name)
        cls.book = ContractBook([ADDON / "contract"])

    def read(self, *journals, told=None, **changes):
        """The event that an issue of ours becomes, which keeps its contract.

        :param told: number of the newest journal that was told before
        """
        document = {"id": 7, "author": US, "status": IN_PROGRESS, **changes}
        answer = json.dumps({"issue": {"journals": list(journals)}})
        source = self.template.source("issues")
        item = source.detail.read(
            Item("7", None, "", document=document),
            Reply(200, {"Content-Type": "application/json"}, answer.encode()),
            told,
        )
        event = source.event(item.document, "7", False, "id")
        if event.event_type:
            self.book.check(event.event_type, event.data)
        return event

    def test_every_state_of_the_contract_has_a_status(self):
        schema = self.book.schema("mfg.maintenance.state_changed.v1")

        for state in schema["properties"]["state"]["enum"]:
            event = self.book.example("mfg.maintenance.state_changed.v1")
            data = {**event["data"], "state": state}
            operation = self.template.operation("set_status")
            connector = {"base_url": "https://redmine.example.com", "secret": "k"}
            connector["username"] = "plant-a"
            operation.request({**event, "reference": "7", "data": data}, connector)

    def test_every_comment_is_told_once_whatever_the_order_is(self):
        first = {"id": 1, "user": TECHNICIAN, "notes": "Ordered.", "details": []}
        last = {"id": 2, "user": TECHNICIAN, "notes": "It came.", "details": []}

        for journals in ((first, last), (last, first)):
            self.assertEqual(
                self.read(*journals).data["note"],
                "Tess Technician: Ordered.\n\nTess Technician: It came.",
            )
            self.assertEqual(
                self.read(*journals, told=1).data,
                {
                    "work_order": "7",
                    "state": "in_progress",
                    "technician": "Tess Technician",
                    "note": "It came.",
                },
            )

    def test_a_comment_before_a_note_of_ours_is_told(self):
        theirs = {"id": 1, "user": TECHNICIAN, "notes": "It came.", "details": []}
        ours = {"id": 2, "user": US, "notes": "Good. (Odoo 5-a)", "details": []}

        for status, state in ((NEW, "requested"), (IN_PROGRESS, "in_progress")):
            event = self.read(theirs, ours, status=status)
            self.assertEqual(
                event.data,
                {
                    "work_order": "7",
                    "state": state,
                    "technician": "Tess Technician",
                    "note": "It came.",
                },
            )

    def test_the_status_that_we_set_is_no_news(self):
        ours = {"id": 1, "user": US, "notes": "", "details": [{"name": "status_id"}]}

        self.assertIsNone(self.read(ours, status=CLOSED).event_type)

    def test_a_status_before_our_own_change_is_told(self):
        theirs = {
            "id": 1,
            "user": TECHNICIAN,
            "notes": "",
            "details": [{"name": "status_id"}],
        }
        ours = {"id": 2, "user": US, "notes": "", "details": [{"name": "subject"}]}

        event = self.read(theirs, ours, status=CLOSED)

        self.assertEqual(event.data, {"work_order": "7", "state": "completed"})

    def test_an_issue_that_nobody_touched_is_no_news(self):
        self.assertIsNone(self.read(status=NEW).event_type)

    def test_an_issue_that_was_opened_again_is_not_finished(self):
        reopened = {"id": 3, "user": TECHNICIAN, "notes": "", "details": []}

        event = self.read(reopened, closed_on="2026-11-20T12:00:00Z")

        self.assertNotIn("completed_at", event.data)

    def test_a_status_of_the_plants_own_is_parked_not_guessed(self):
        with self.assertRaises(UnmappedValueError):
            self.read(status={"id": 17, "is_closed": False})
