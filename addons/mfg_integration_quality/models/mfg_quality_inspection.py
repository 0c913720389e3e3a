from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols.ownership import ALL, STATE

REQUESTED = "mfg.inspection.requested.v1"

DISPOSITIONS = [
    ("pending", "Pending"),
    ("in_inspection", "In Inspection"),
    ("quarantined", "Quarantined"),
    ("released", "Released"),
    ("released_with_deviation", "Released with Deviation"),
    ("rework", "Rework"),
    ("rejected", "Rejected"),
    ("returned", "Returned"),
]

# What only `_decide` may write, so that the table of transitions cannot be passed by.
DECISION_FIELDS = {"disposition", "decided_at", "decided_by"}


class MfgQualityInspection(models.Model):
    """What quality has to decide about one lot, and what was decided."""

    _name = "mfg.quality.inspection"
    _description = "Quality Inspection"
    _inherit = ["mail.thread", "mfg.placed.mixin", "mfg.owned.mixin"]
    _order = "id desc"

    _mfg_plant_paths = ("production_id.mfg_plant_id",)
    _mfg_state_fields = ("disposition",)

    name = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env["ir.sequence"].next_by_code(self._name),
    )
    disposition = fields.Selection(
        DISPOSITIONS,
        required=True,
        readonly=True,
        copy=False,
        default="pending",
        index=True,
        tracking=True,
    )
    production_id = fields.Many2one(
        "mrp.production", string="Production Order", readonly=True, index=True
    )
    lot_id = fields.Many2one("stock.lot", readonly=True, index=True)
    product_id = fields.Many2one("product.product", readonly=True, required=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        digits="Product Unit of Measure",
        readonly=True,
        help="Quantity of the lot made when the inspection was asked for.",
    )
    reason = fields.Char(readonly=True, required=True)
    requested_at = fields.Datetime(
        readonly=True, required=True, copy=False, default=fields.Datetime.now
    )
    decided_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the disposition was last given, by the clock of who gave it.",
    )
    decided_by = fields.Char(readonly=True, copy=False)
    note = fields.Text(copy=False)
    mfg_case_id = fields.Many2one("mfg.case", string="Case", readonly=True, copy=False)
    mfg_correlation_id = fields.Char(
        string="Correlation", readonly=True, copy=False, index=True
    )
    mfg_partner_reference = fields.Char(
        string="QMS Inspection",
        compute="_compute_mfg_partner_reference",
        compute_sudo=True,
        help="The number under which the QMS keeps this inspection; empty until "
        "the QMS has answered.",
    )
    mfg_decided_here = fields.Boolean(
        string="Decided in Odoo",
        compute="_compute_mfg_decided_here",
        compute_sudo=True,
        help="Whether a user may decide: no QMS connector owns the decision.",
    )
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    # ----------------------------------------------------------------- computes

    def _compute_mfg_partner_reference(self):
        references = self.env["mfg.binding"]._external_ids(self)
        for inspection in self:
            inspection.mfg_partner_reference = references.get(
                inspection._origin.id, False
            )

    @api.depends("company_id")
    def _compute_mfg_decided_here(self):
        for inspection in self:
            inspection.mfg_decided_here = not inspection._mfg_owning_connectors()

    # ---------------------------------------------------------------- overrides

    def write(self, vals):
        if DECISION_FIELDS & vals.keys() and not self.env.su:
            raise AccessError(_("Use the buttons to decide about an inspection."))
        return super().write(vals)

    # ------------------------------------------------------------------ actions

    def action_release(self):
        """Release the lots; only where no QMS owns the decision."""
        self._action_decide("released")

    def action_reject(self):
        """Reject the lots; only where no QMS owns the decision."""
        self._action_decide("rejected")

    def _action_decide(self, disposition):
        """A user's decision: the right to it, the system of record, in plain words."""
        if not self.env.user.has_group("mfg_integration_core.group_approver"):
            raise UserError(_("Deciding about an inspection needs the role Approver."))
        for inspection in self:
            owners = inspection._mfg_owning_connectors()
            if owners:
                raise UserError(
                    _(
                        "%(inspection)s is decided in %(connector)s. Decide there; "
                        "Odoo follows by itself.",
                        inspection=inspection.name,
                        connector=", ".join(owners.mapped("name")),
                    )
                )
            try:
                inspection._decide(
                    disposition,
                    by=self.env.user.name,
                    at=fields.Datetime.now(),
                    note=inspection.note,
                )
            except InvalidEventError as error:
                raise UserError(str(error)) from error

    # ---------------------------------------------------------------- ownership

    def _mfg_owning_connectors(self):
        """The connectors whose system decides.

        Where nobody has said who owns the disposition, those that are asked to inspect:
        a paused one still owns the decision, it only is not spoken to.
        """
        self.ensure_one()
        rule = self.env["mfg.ownership"]._rule_of(self, "disposition", STATE, ALL)
        if rule:
            owner = rule.owner if rule.binds_users else 0
            return self.env["mfg.connector"].sudo().browse(owner or [])
        subscriptions = self.env["mfg.connector"]._subscriptions_to(REQUESTED)
        return subscriptions.connector_id.filtered(
            lambda connector: connector.company_id == self.company_id
        )
