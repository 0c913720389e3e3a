from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..protocols.rule_scope import LEVELS, Place

TRIGGERS = [
    ("event", "An event came in"),
    ("state", "A state changed"),
    ("hold_placed", "A hold was placed"),
    ("hold_lifted", "A hold was lifted"),
]
#: What decides when a rule is set off and where; the rest is read when it is.
WIRING = frozenset(
    {
        "key",
        "active",
        "company_id",
        "plant_id",
        "line_id",
        "connector_id",
        "trigger",
        "event_type_id",
        "trigger_model",
        "sequence",
    }
)


class MfgRule(models.Model):
    """When this happens and that is so, do these things in order.

    Rules with one key are one rule, said differently for different places: where
    several hold, the nearest one does. One without actions does nothing there, which
    is how a plant does without a rule that all others have.
    """

    _name = "mfg.rule"
    _description = "Rule"
    _inherit = ["mfg.cached.mixin", "mfg.latency.mixin"]
    _order = "sequence, key, id"
    _check_company_auto = True
    _cached_fields = WIRING

    name = fields.Char(required=True, translate=True)
    key = fields.Char(
        required=True,
        help="Rules with the same key override each other: the nearest one holds.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    plant_id = fields.Many2one(
        "mfg.plant",
        compute="_compute_plant_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        check_company=True,
    )
    line_id = fields.Many2one("mfg.line", ondelete="cascade", check_company=True)
    connector_id = fields.Many2one(
        "mfg.connector", ondelete="cascade", check_company=True
    )
    scope_level = fields.Selection(
        [
            ("global", "Everywhere"),
            ("company", "Company"),
            ("plant", "Plant"),
            ("line", "Line"),
            ("connector", "Connector"),
        ],
        "Holds In",
        compute="_compute_scope_level",
        store=True,
    )
    trigger = fields.Selection(TRIGGERS, "When", required=True, default="event")
    event_type_id = fields.Many2one(
        "mfg.event.type",
        "Event",
        ondelete="cascade",
        domain=[("direction", "=", "in")],
    )
    trigger_model = fields.Selection(
        [
            ("mrp.production", "Manufacturing order"),
            ("maintenance.request", "Maintenance request"),
            ("maintenance.equipment", "Equipment"),
            ("mrp.workcenter", "Work center"),
            ("stock.lot", "Lot"),
            ("mrp.workorder", "Work order"),
            ("stock.picking", "Transfer"),
            ("res.partner", "Supplier"),
            ("mfg.quarantine", "Quantity on hold"),
        ],
        "Of",
        help="Of a hold: nothing chosen = whatever is held.",
    )
    condition_ids = fields.One2many(
        "mfg.rule.condition", "rule_id", "Only When", copy=True
    )
    action_ids = fields.One2many("mfg.rule.action", "rule_id", "Then", copy=True)
    override_note = fields.Text("Overrides", compute="_compute_override_note")
    run_count = fields.Integer(compute="_compute_run_count")

    # ---------------------------------------------------------------- computes

    @api.depends("line_id")
    def _compute_plant_id(self):
        for rule in self:
            rule.plant_id = rule.line_id.plant_id or rule.plant_id

    @api.depends("plant_id", "connector_id")
    def _compute_company_id(self):
        for rule in self:
            narrower = rule.plant_id.company_id or rule.connector_id.company_id
            rule.company_id = narrower or rule.company_id

    @api.depends("company_id", "plant_id", "line_id", "connector_id")
    def _compute_scope_level(self):
        for rule in self:
            rule.scope_level = LEVELS[rule._place().level]

    @api.depends("key", "active", "company_id", "plant_id", "line_id", "connector_id")
    def _compute_override_note(self):
        """Which rules of the same key this one gives way to, and which to it."""
        # sudo: that a nearer rule holds is no secret to who reads the wider one.
        kin = self.sudo().search([("key", "in", self.mapped("key"))])
        for rule in self:
            place = rule._place()
            notes = []
            for other in kin - rule._origin:
                theirs = other._place()
                if other.key != rule.key or not place.meets(theirs):
                    continue
                words = {"where": other._where(), "rule": other.name}
                if theirs.level > place.level:
                    notes.append(_("%(where)s: “%(rule)s” holds instead.", **words))
                elif theirs.level < place.level:
                    notes.append(_("Holds instead of “%(rule)s” (%(where)s).", **words))
            rule.override_note = "\n".join(notes)

    def _compute_run_count(self):
        counts = dict(
            self.env["mfg.rule.run"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.run_count = counts.get(rule, 0)

    # ------------------------------------------------------------- constraints

    @api.constrains("trigger", "event_type_id", "trigger_model")
    def _check_trigger(self):
        for rule in self:
            if rule.trigger == "event" and not rule.event_type_id:
                raise ValidationError(_("Say which event sets the rule off."))
            if rule.trigger == "state" and not rule.trigger_model:
                raise ValidationError(_("Say whose state sets the rule off."))

    @api.constrains(
        "key", "active", "company_id", "plant_id", "line_id", "connector_id"
    )
    def _check_only_one(self):
        for rule in self.filtered("active"):
            place = [
                (name, "=", rule[name].id)
                for name in ("company_id", "plant_id", "line_id", "connector_id")
            ]
            twin = self.search([("key", "=", rule.key), ("id", "!=", rule.id), *place])
            if twin:
                raise ValidationError(
                    _(
                        "“%(rule)s” has the key %(key)s and holds in the same place."
                        " Archive one of them, or give one another key.",
                        rule=twin[0].name,
                        key=rule.key,
                    )
                )

    # --------------------------------------------------------------- overrides

    def copy_data(self, default=None):
        default = {"active": False, **(default or {})}
        return super().copy_data(default)

    # ----------------------------------------------------------------- actions

    def action_view_runs(self):
        """What the rule did."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Runs"),
            "res_model": "mfg.rule.run",
            "view_mode": "list,form",
            "domain": [("rule_id", "in", self.ids)],
        }

    # ------------------------------------------------------------------- words

    def _place(self):
        """Where the rule holds."""
        self.ensure_one()
        return Place(
            self.company_id.id or None,
            self.plant_id.id or None,
            self.line_id.id or None,
            self.connector_id.id or None,
        )

    def _where(self):
        """Where the rule holds, in words."""
        self.ensure_one()
        narrowest = (
            self.connector_id or self.line_id or self.plant_id or self.company_id
        )
        return narrowest.display_name if narrowest else _("Everywhere")
