"""A CMMS, another one, and who owns what; the worker's part is played by hand."""

import time

from odoo import fields

from odoo.addons.mfg_integration_core.models.mfg_lane_worker import Task

from .common import CmmsCase

REQUEST = "maintenance.request"


class OwnershipCase(CmmsCase):
    """Gives rows of the matrix, and lets events have their effect or fail."""

    def given_owner(self, connector=None, target="state", **values):
        """A row of the matrix; Odoo is the owner without a connector."""
        return self.env["mfg.ownership"].create(
            {
                "model": REQUEST,
                "target": target,
                "owner": "connector" if connector else "odoo",
                "connector_id": connector.id if connector else False,
                **values,
            }
        )

    def ownable(self, name, model=REQUEST):
        """The field of that name, as the matrix knows it."""
        return self.env["mfg.ownable.field"].search(
            [("model", "=", model), ("name", "=", name)]
        )

    def work(self, event):
        """Handle the event and record how it went, as a worker does."""
        attempt = self.env["mfg.delivery.attempt"].create(
            {
                "event_id": event.id,
                "number": event.attempt_count + 1,
                "started_at": fields.Datetime.now(),
            }
        )
        event.state = "processing"
        task = Task(0, event.id, attempt.id, 1, False, 0.0, time.monotonic())
        try:
            with self.env.cr.savepoint():
                self.handle(event)
                event._succeeded(task)
        except Exception as error:  # noqa: BLE001  recorded, as the worker does
            event._failed(task, error)

    def trail(self, record):
        """What the audit trail says about a record, oldest first."""
        return self.env["mfg.audit.entry"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )

    def decisions_about(self, record):
        return self.env["mfg.decision"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )
