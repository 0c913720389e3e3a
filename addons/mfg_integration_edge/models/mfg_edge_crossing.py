from odoo import _, api, fields, models


class MfgEdgeCrossing(models.Model):
    """One time in which a measurement of a machine was beyond a limit.

    It begins with the first reading beyond the limit and ends with the first one that
    is not. Whatever is to be done about it is done once, when it begins, however many
    readings follow and whoever handles them.
    """

    _name = "mfg.edge.crossing"
    _description = "Crossing of a Limit"
    _inherit = ["mfg.edge.told.mixin"]
    _order = "crossed_at desc, id desc"
    _rec_name = "measurement"

    measurement = fields.Char(required=True, readonly=True)
    rule_id = fields.Many2one(
        "mfg.rule",
        readonly=True,
        ondelete="cascade",
        help="The rule that says the limit; empty for the sender's own.",
    )
    value = fields.Float(readonly=True, digits=False)
    unit = fields.Char(readonly=True)
    threshold = fields.Float(
        "Sender's Limit", readonly=True, digits=False, help="Where the sender told one."
    )
    # Both kept with microseconds.
    crossed_at = fields.Datetime("Crossed", required=True, readonly=True)
    cleared_at = fields.Datetime(
        "Back", readonly=True, help="Empty while it is still beyond the limit."
    )
    request_id = fields.Many2one(
        "maintenance.request",
        "Maintenance Request",
        readonly=True,
        ondelete="set null",
        help="Asked for because of the sender's own limit.",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_crossing_open_unique
                ON mfg_edge_crossing
                   (equipment_id, measurement, COALESCE(rule_id, 0))
             WHERE cleared_at IS NULL;
            CREATE INDEX IF NOT EXISTS mfg_edge_crossing_at_index
                ON mfg_edge_crossing (equipment_id, measurement, crossed_at);
            """
        )

    @api.model
    def _begin(self, event, equipment, rule=None):
        """The crossing that a reading begins; empty when it has begun before.

        Two readings at once, by two workers: the second one waits for the first, and
        then is handled again on what that one left.

        :param rule: the rule that says the limit; None for the sender's own
        """
        # sudo: crossings are the hub's own, which a connector's user cannot write.
        crossings, data, equipment = self.sudo(), event.data, equipment.sudo()
        equipment._mfg_bump_hold_version()
        key = self._key(equipment, data["measurement"], rule)
        if crossings._after(key, event.said_at):
            return crossings.browse()
        return crossings.create(
            {
                **self._prepare_place(equipment),
                "measurement": data["measurement"],
                "rule_id": rule.id if rule else False,
                "value": data["value"],
                "unit": data.get("unit"),
                "threshold": data.get("threshold"),
                "crossed_at": event.said_at,
            }
        )

    @api.model
    def _key(self, equipment, measurement, rule):
        """What a crossing is one of a time for."""
        return equipment.id, measurement, rule.id if rule else 0

    @api.model
    def _after(self, key, moment):
        """Whether a crossing goes on, or one ended after that moment: no news then."""
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT 1 FROM mfg_edge_crossing
             WHERE equipment_id = %s AND measurement = %s
               AND COALESCE(rule_id, 0) = %s
               AND COALESCE(cleared_at, 'infinity') > %s
             LIMIT 1
            """,
            (*key, moment),
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _going_on(self, equipment, measurement):
        """The crossings of a measurement that have not ended."""
        return self.search(
            [
                ("equipment_id", "=", equipment.id),
                ("measurement", "=", measurement),
                ("cleared_at", "=", False),
            ]
        )

    def _end(self, moment):
        """They are over, unless they began after that moment."""
        self.filtered(lambda each: each.crossed_at <= moment).cleared_at = moment

    def _ask_for_maintenance(self, event):
        """The maintenance request for a sender's own limit."""
        self.ensure_one()
        equipment = self.equipment_id
        values = {
            "name": self._describe(),
            "maintenance_type": "corrective",
            "equipment_id": equipment.id,
            "company_id": event.company_id.id,
            "request_date": fields.Date.context_today(self),
            "mfg_correlation_id": event.correlation_id,
        }
        if equipment.maintenance_team_id:
            values["maintenance_team_id"] = equipment.maintenance_team_id.id
        self.request_id = self.env["maintenance.request"].create(values)
        return self.request_id

    def _describe(self):
        """Such as "Assembly Robot R1: vibration 7.4 mm/s, limit 7.1 mm/s"."""
        return _(
            "%(machine)s: %(measurement)s %(value)s, limit %(limit)s",
            machine=self.equipment_id.display_name,
            measurement=self.measurement,
            value=f"{self.value:g} {self.unit or ''}".strip(),
            limit=f"{self.threshold:g} {self.unit or ''}".strip(),
        )
