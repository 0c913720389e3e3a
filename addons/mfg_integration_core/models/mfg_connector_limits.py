from odoo import _, api, fields, models

#: Fields that a connector inherits where they are 0, and the settings they come from.
INHERITED = {
    "max_body_bytes": "connector.max_body_bytes",
    "tolerance_s": "connector.tolerance_s",
    "clock_limit_s": "connector.clock_limit_s",
}


class MfgConnectorLimits(models.Model):
    """What a partner may send: as the connector says, else as its plant does."""

    _inherit = "mfg.connector"

    tolerance_s = fields.Integer(
        "Signature Tolerance (s)",
        help="Clock skew a signature may have; 0 = as set for the plant.",
    )
    max_body_bytes = fields.Integer(
        "Largest Body (bytes)",
        help="Longer requests are refused; 0 = as set for the plant.",
    )
    clock_limit_s = fields.Integer(
        "Clock May Be off by (s)",
        help="A clock that is off by more is flagged; 0 = as set for the plant.",
    )
    limits_told = fields.Char(
        compute="_compute_limits_told",
        help="What holds for limits that the connector does not set itself.",
    )

    _sql_constraints = [
        (
            "limits_positive",
            "CHECK (tolerance_s >= 0 AND max_body_bytes >= 0)",
            "A limit is not negative; 0 = as set for the plant.",
        ),
        (
            "clock_limit_positive",
            "CHECK (clock_limit_s >= 0)",
            "A limit is not negative; 0 = as set for the plant.",
        ),
    ]

    @api.depends("plant_id", "company_id", *INHERITED)
    def _compute_limits_told(self):
        for connector in self:
            parts = [
                connector._limit_told(name)
                for name in INHERITED
                if not connector[name] and connector.company_id
            ]
            connector.limits_told = "; ".join(parts)

    def _limit_told(self, name):
        """An inherited limit and where it comes from."""
        settings = self.env["mfg.setting"]
        key = INHERITED[name]
        # The place itself: a connector that is being edited is in no table yet.
        found = settings._resolve(key, self.plant_id._origin or self.company_id._origin)
        return _(
            "%(label)s: %(value)s, from %(place)s",
            label=settings._registry()[key].label,
            value=found.value,
            place=settings._place_told(found),
        )

    def _limit(self, name):
        """The limit that holds for the connector."""
        self.ensure_one()
        return self[name] or self.env["mfg.setting"]._get(INHERITED[name], self)

    def _limits(self):
        """``{field: value}`` of the limits that hold for the connector."""
        return {name: self._limit(name) for name in INHERITED}
