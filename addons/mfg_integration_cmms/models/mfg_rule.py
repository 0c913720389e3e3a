from odoo import _, fields, models
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.models.mfg_rule_step import (
    Done,
    UndoByHandError,
)

from .maintenance_request import REQUESTED


class MfgRuleActionMixin(models.AbstractModel):
    _inherit = "mfg.rule.action.mixin"

    kind = fields.Selection(
        selection_add=[("work_order", "Hand over to the CMMS")],
        ondelete={"work_order": "cascade"},
    )


class MfgRuleStep(models.Model):
    """A work order of the CMMS, as a step of a rule.

    Corrective requests go to the CMMS by themselves; this is for the others.
    """

    _inherit = "mfg.rule.step"

    def _do_work_order(self):
        """Owe the requests to the CMMS, unless it was asked already."""
        requests = self._targets()
        if requests._name != "maintenance.request":
            raise UserError(
                _(
                    "%(names)s is no maintenance request: have the step before ask for"
                    " maintenance, and choose what it made.",
                    names=", ".join(requests.mapped("display_name")),
                )
            )
        before = self._owed(requests)
        asked = self.env["maintenance.request"].browse(before.mapped("res_id"))
        for request in requests - asked:
            request._mfg_emit_requested()
        owed = self._owed(requests) - before
        told = _("Messages owed: %(count)s.", count=len(owed))
        return Done(told, requests[:1], {"messages": owed.ids})

    def _undo_work_order(self):
        """Call the messages back; what the CMMS has already, a person takes back."""
        ids = (self.undo_data or {}).get("messages", [])
        messages = self.env["mfg.outbox.message"].browse(ids).exists()
        for message in messages:
            called_back = message._set_state(
                "cancelled",
                allowed=("pending", "retry", "held", "cancelled"),
                reason_code="rule_undone",
                reason=self._undo_reason(),
            )
            if not called_back:
                raise UndoByHandError(
                    _(
                        "%(connector)s has %(document)s already. Cancel the work order"
                        " there.",
                        connector=message.connector_id.name,
                        document=message.document_name,
                    )
                )
        return _("Messages called back: %(count)s.", count=len(messages))

    def _owed(self, requests):
        """The messages that hand the requests over, cancelled ones left out."""
        return self.env["mfg.outbox.message"].search(
            [
                ("event_type", "=", REQUESTED),
                ("res_model", "=", requests._name),
                ("res_id", "in", requests.ids),
                ("state", "!=", "cancelled"),
            ]
        )
