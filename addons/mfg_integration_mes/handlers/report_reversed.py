from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import OutOfTurnError


class ReportReversedHandler(models.AbstractModel):
    """A report is taken back: another one with its negative lines stands beside it."""

    _name = "mfg.handler.report.reversed"
    _inherit = "mfg.handler.shop.floor"
    _description = "Report Reversal Handler"

    def _handle(self, event):
        """The report that takes the other one back.

        :raise OutOfTurnError: no report of that id is known yet
        :raise GateError: it was posted, and a hold forbids to take it back
        """
        report = self._get_report(event)
        # sudo: which reports there are is the hub's.
        taken_back = report.sudo().reversed_by_ids.filtered(
            lambda other: other.state != "rejected"
        )
        if taken_back:
            event._ignore(
                "reversed_before",
                _("%(report)s was taken back before.", report=report.display_name),
            )
            return taken_back[:1].with_env(self.env)
        if report.state == "to_decide":
            report._drop(event.data.get("reason") or _("Taken back by its sender."))
        if report.state == "rejected":
            return report
        return report._reverse(
            {**self._shared(event), "name": event.event_id},
            event.data.get("reason"),
            event,
        )

    def _get_report(self, event):
        """The report of this sender with the id that the event names."""
        told = event.data["report_id"]
        # sudo: as above.
        report = (
            self.env["mfg.production.report"]
            .sudo()
            .search(
                [
                    ("connector_id", "=", event.connector_id.id),
                    ("reverses_id", "=", False),
                    "|",
                    ("name", "=", told),
                    ("event_id.event_id", "=", told),
                ],
                order="id desc",
                limit=1,
            )
        )
        if report:
            return report.with_env(self.env)
        raise OutOfTurnError(
            _("No report %(report)s of this sender is known yet.", report=told),
            model="mfg.production.report",
            key=told,
            remedy=_(
                "It is taken back as soon as it comes. If it never does, reject this"
                " event; what it takes back was never counted."
            ),
        )
