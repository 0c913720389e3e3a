from odoo import _, api, fields, models
from odoo.exceptions import UserError


class MfgMappingBench(models.TransientModel):
    """Shows what an event means here and would do in Odoo; nothing is posted."""

    _name = "mfg.mapping.bench"
    _inherit = ["mfg.reopening.mixin"]
    _description = "Try an Event"

    connector_id = fields.Many2one("mfg.connector", required=True)
    event_id = fields.Many2one(
        "mfg.inbox.event",
        "Stored Event",
        domain="[('connector_id', '=', connector_id),"
        " ('bodies_removed_at', '=', False)]",
        help="One that really came; without one, paste an event below.",
    )
    text = fields.Text(
        "Event",
        help="A CloudEvent, or the body as the other system writes it.",
    )
    version_id = fields.Many2one(
        "mfg.map.version",
        "Read with",
        domain="[('connector_id', '=', connector_id), ('state', '!=', 'discarded')]",
        help="A version of the value maps: a draft, or one that held once. Empty = the"
        " maps that hold.",
    )
    canonical = fields.Text("In Our Terms", readonly=True)
    effect = fields.Text("What It Would Do", readonly=True)
    was_tried = fields.Boolean(readonly=True)
    fails = fields.Boolean(readonly=True)

    @api.onchange("event_id", "text", "version_id", "connector_id")
    def _onchange_what(self):
        """What was told before is not about this."""
        self.was_tried = False

    @api.model
    def action_open(self):
        """The empty bench, in a window of its own."""
        action = "mfg_integration_core.mfg_mapping_bench_action"
        return self.env["ir.actions.act_window"]._for_xml_id(action)

    def action_try(self):
        """Read and handle the event in a transaction that is undone."""
        self.ensure_one()
        if not self.event_id and not (self.text or "").strip():
            raise UserError(_("Choose a stored event, or paste one."))
        # Whoever may not see connector and event must not try them either.
        self.connector_id.read(["code"])
        self.event_id.read(["event_id"])
        # What this transaction has done so far is not seen by the one that is undone.
        canonical, effect, fails = self.env["mfg.inbox.event"]._try_out(
            self.connector_id.sudo(),
            event_id=self.event_id.id,
            text=self.text,
            version=self.version_id,
        )
        self.write(
            {
                "canonical": canonical,
                "effect": effect,
                "fails": fails,
                "was_tried": True,
            }
        )
        return self._reopened(_("Try an Event"), dialog_size="extra-large")
