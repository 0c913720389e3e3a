from odoo import _, models
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
    RetryableDeliveryError,
)


class MfgHandlerTest(models.AbstractModel):
    """Leaves one effect per event, and fails in the way the event asks for."""

    _name = "mfg.handler.test"
    _inherit = "mfg.event.handler"
    _description = "Test Handler"

    def _handle(self, event):
        effect = self.env["mfg.test.effect"].create(
            {
                "name": event.event_id,
                "lane_key": event.ordering_key,
                "number": event.data["number"],
                "company_id": self.env.company.id,
            }
        )
        if event.data.get("tell"):
            self.env["mfg.outbox.message"]._emit(
                "mfg.test.changed.v1", effect, {"number": effect.number}
            )
        if event.data.get("fail") == "old":
            event._ignore("older_version", "The test knows better.")
        self._fail(event.data.get("fail"), event.attempt_count)
        return effect

    def _fail(self, how, attempt):
        """Raise what the event asks for, after the effect was written."""
        if how == "invalid":
            raise InvalidEventError("The test asked to be refused.")
        if how == "user_error":
            raise UserError(_("The test asked for an error of Odoo."))
        if how == "missing":
            self.env["mfg.binding"]._record(
                self.env["mfg.connector"].browse(self.env.context["mfg_connector_id"]),
                "mfg.test.effect",
                "EXT-1",
            )
        if how == "once" and attempt == 1:
            raise RetryableDeliveryError("The first try fails.", retry_after=0)
        if how == "missing_forever":
            raise MissingReferenceError("Nobody knows it.", model="x", key="y")
