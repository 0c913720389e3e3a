from datetime import timezone
from uuid import uuid4

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols import rfc3339
from odoo.addons.mfg_integration_core.protocols.ownership import ALL, STATE

from ..protocols import disposition as dispositions

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

    # ----------------------------------------------------------------- requests

    @api.model
    def _request(self, production, lot, *, cause):
        """The open inspection of a lot, made when there is none.

        Lot and order are held until it is decided, and the QMS is asked, all in
        the transaction of the cause.

        :param cause: the hold that put the lot in doubt
        """
        inspection = self._open_for(production, lot)
        if inspection:
            return inspection
        inspection = self.create(self._prepare_request(production, lot, cause))
        self.env["mfg.audit.entry"]._append(
            inspection, "document.created", why=cause.name
        )
        inspection._place_holds()
        inspection._mfg_emit_requested()
        return inspection

    @api.model
    def _open_for(self, production, lot):
        """The inspection of this lot that still waits for a decision, if any."""
        return self.search(
            [
                ("production_id", "=", production.id),
                ("lot_id", "=", lot.id),
                ("disposition", "not in", list(dispositions.DECIDED)),
            ],
            limit=1,
        )

    @api.model
    def _prepare_request(self, production, lot, cause):
        """Values of a new inspection, made to be extended."""
        quantity = production.product_uom_id._compute_quantity(
            production.qty_producing, lot.product_id.uom_id
        )
        return {
            "production_id": production.id,
            "lot_id": lot.id,
            "product_id": lot.product_id.id,
            "quantity": 1.0 if lot.product_id.tracking == "serial" else quantity,
            "reason": cause.reason or cause.name,
            "company_id": production.company_id.id,
            "mfg_case_id": cause.case_id.id,
            "mfg_correlation_id": cause.correlation_id or str(uuid4()),
        }

    def _place_holds(self):
        self.ensure_one()
        for document in (self.lot_id, self.production_id):
            self.env["mfg.hold"]._place(
                document,
                reason_code="quality_review",
                reason=_(
                    "%(inspection)s of lot %(lot)s (%(reason)s)",
                    inspection=self.name,
                    lot=self.lot_id.name,
                    reason=self.reason,
                ),
                blocker=self,
                clearer=self.env["mfg.setting"]._get("hold.clearer_quality", document),
                case=self.mfg_case_id,
            )

    def _mfg_emit_requested(self):
        self.ensure_one()
        self.env["mfg.outbox.message"]._emit(
            REQUESTED, self, self._prepare_mfg_requested_data, subject=self.name
        )

    def _prepare_mfg_requested_data(self):
        """``data`` of ``mfg.inspection.requested.v1``, made to be extended."""
        self.ensure_one()
        return {
            "reference": self.name,
            "order": self.production_id.name,
            "product": self.product_id.default_code or self.product_id.name,
            "lot": self.lot_id.name,
            "quantity": self.quantity,
            "uom": self.uom_id.name,
            "reason": self.reason,
            "requested_at": rfc3339.write(
                self.requested_at.replace(tzinfo=timezone.utc)
            ),
        }

    # ---------------------------------------------------------------- decisions

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

    def _decide(self, disposition, *, by, at, note=None):
        """Take over a disposition, lift or explain the holds, and leave a trace.

        The same disposition again changes nothing.

        :param by: name of the person who decided, if known
        :param at: naive UTC moment of the decision
        :raise InvalidEventError: ``illegal_transition``
        """
        self.ensure_one()
        current = self.disposition
        if disposition == current:
            # No change, but what was said before this is no news any more.
            self.sudo().decided_at = max(at, self.decided_at or at)
            return
        if not dispositions.may_become(current, disposition):
            raise InvalidEventError(
                _(
                    "%(inspection)s is %(current)s and cannot become %(asked)s.",
                    inspection=self.name,
                    current=self._disposition_label(current),
                    asked=self._disposition_label(disposition),
                ),
                code="illegal_transition",
                pointer="/data/disposition",
            )
        # Decisions pass here only; rights were checked by the door or the button.
        self.sudo().write(
            {
                "disposition": disposition,
                "decided_by": by,
                "decided_at": at,
                "note": note or self.note,
            }
        )
        why = self._decision_sentence(by, note)
        self.env["mfg.audit.entry"]._append(
            self, "state.changed", old=current, new=disposition, why=why
        )
        self._update_holds(by, why)

    def _disposition_label(self, disposition):
        selection = self._fields["disposition"]._description_selection(self.env)
        return dict(selection)[disposition]

    def _decision_sentence(self, by, note):
        """`Released by Ines Okafor: torque within limits`, as far as it is known."""
        label = self._disposition_label(self.disposition)
        sentence = _("%(what)s by %(who)s", what=label, who=by) if by else label
        return f"{sentence}: {note}" if note else sentence

    def _update_holds(self, by, why):
        """Lift what this inspection blocked, or say who can clear it now."""
        self.ensure_one()
        holds = self.env["mfg.hold"]
        if self.disposition in dispositions.RELEASING:
            holds._lift_blocked_by(self, why, by=by)
            return
        # sudo: the decision needs no right on the holds that wait for it.
        waiting = holds.sudo().search(
            [
                ("blocker_model", "=", self._name),
                ("blocker_id", "=", self.id),
                ("state", "=", "active"),
            ]
        )
        waiting._restate(
            _("%(inspection)s: %(why)s", inspection=self.name, why=why),
            self._clearer(),
        )

    def _clearer(self):
        """Who can clear the holds, as it stands."""
        self.ensure_one()
        if self.disposition == "rework":
            return _("Quality, once the rework is inspected")
        if self.disposition == "rejected":
            return _("Quality, by lifting the hold once the lot is dealt with")
        return self.env["mfg.setting"]._get("hold.clearer_quality", self)
