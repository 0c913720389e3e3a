from odoo import _, api, fields, models
from odoo.exceptions import UserError

#: What is tried in Odoo too takes a transaction for each event, twice.
MOST_WITH_EFFECTS = 200


class MfgMapTry(models.TransientModel):
    """Has a draft of value maps read what came in during some time."""

    _name = "mfg.map.try"
    _description = "Try a Draft of Value Maps"

    version_id = fields.Many2one("mfg.map.version", required=True, readonly=True)
    since = fields.Datetime(
        "From",
        required=True,
        default=lambda self: fields.Datetime.subtract(fields.Datetime.now(), days=7),
    )
    until = fields.Datetime(
        "To",
        required=True,
        # A minute more: what came this second is part of it.
        default=lambda self: fields.Datetime.add(fields.Datetime.now(), minutes=1),
    )
    most = fields.Integer(
        "At Most", required=True, default=1000, help="The newest events of that time."
    )
    with_effects = fields.Boolean(
        "Try in Odoo, too",
        help="Handle each event both ways in a transaction that is undone. Slower;"
        " needed for events that bring codes of products, units or reasons.",
    )
    event_count = fields.Integer("Events", compute="_compute_event_count")

    @api.depends("version_id", "since", "until")
    def _compute_event_count(self):
        for wizard in self:
            wizard.event_count = self.env["mfg.inbox.event"].search_count(
                wizard._domain()
            )

    def _domain(self):
        return [
            ("connector_id", "=", self.version_id.connector_id.id),
            ("received_at", ">=", self.since),
            ("received_at", "<=", self.until),
            ("bodies_removed_at", "=", False),
        ]

    def action_run(self):
        """Read the events both ways and show where that differs."""
        self.ensure_one()
        version = self.version_id
        if version.state != "draft":
            raise UserError(_("%(version)s is no draft.", version=version.display_name))
        most = min(self.most, MOST_WITH_EFFECTS) if self.with_effects else self.most
        # Whoever may not see the events must not try them either.
        events = self.env["mfg.inbox.event"].search(self._domain(), limit=most)
        trials = [self._compared(event) for event in events]
        # sudo: nobody has the right to write trials; only code does.
        version.sudo().write({"trial_ids": [(5, 0, 0), *[(0, 0, t) for t in trials]]})
        return version.action_view_trials()

    def _compared(self, event):
        """Values of the trial of one event."""
        before, after = (
            self._told(event, version) for version in (None, self.version_id)
        )
        return {
            "event_id": event.id,
            "before": before,
            "after": after,
            "differs": before != after,
        }

    def _told(self, event, version):
        """What the event means, and would do, with one version of the maps."""
        if not self.with_effects:
            version_id = version.id if version else False
            return event.with_context(mfg_map_version_id=version_id)._told_canonical()
        canonical, effect, _fails = event._try_out(
            event.sudo().connector_id, event_id=event.id, version=version
        )
        return f"{canonical}\n\n{effect}"
