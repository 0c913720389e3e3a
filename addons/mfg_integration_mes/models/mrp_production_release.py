from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.sql import column_exists, create_column, table_exists

from odoo.addons.mfg_integration_core.models.mfg_masked_mixin import NOBODY

from ..protocols import release_state
from ..protocols.release_state import NOT_RELEASED, RELEASE, TOLD, WITHDRAW
from .release_events import RELEASED

STATES = [
    ("not_released", "Not Released"),
    ("released", "Released"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled at the MES"),
]
#: What only code may write, so that the order says what the MES knows.
RELEASE_FIELDS = frozenset(
    {
        "mfg_release_state",
        "mfg_release_revision",
        "mfg_release_reason",
        "mfg_release_content",
        "mfg_release_name",
        "mfg_released_at",
        "mfg_released_by",
        "mfg_release_answered_at",
    }
)


class MrpProductionRelease(models.Model):
    """A manufacturing order that the shop floor is asked to make, and what it says."""

    _inherit = "mrp.production"

    mfg_release_state = fields.Selection(
        STATES,
        "Release to the MES",
        required=True,
        default=NOT_RELEASED,
        readonly=True,
        index=True,
        copy=False,
        help="Released: the MES was told and has not answered. Accepted, refused: what"
        " it answered to the last revision.",
    )
    mfg_release_revision = fields.Integer(
        "Release Revision",
        readonly=True,
        copy=False,
        group_operator=None,
        help="Rises with each release and each change that the MES is told.",
    )
    mfg_release_reason = fields.Char(
        "Why Refused", readonly=True, copy=False, help="What the MES says against it."
    )
    mfg_released_at = fields.Datetime(
        "Released", readonly=True, copy=False, help="When the MES was told last."
    )
    mfg_released_by = fields.Char(readonly=True, copy=False)
    mfg_release_answered_at = fields.Datetime(
        "Answered",
        readonly=True,
        copy=False,
        help="When the MES answered the last revision, by its own clock.",
    )
    mfg_release_name = fields.Char(
        "Released as",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Its name when it was released: a split gives an order another one, and"
        " the MES may still use the old one.",
    )
    mfg_release_content = fields.Json(
        readonly=True,
        copy=False,
        prefetch=False,
        groups=NOBODY,
        help="The order as the MES was told last.",
    )
    mfg_partner_reference = fields.Char(
        "MES Order",
        compute="_compute_mfg_partner_reference",
        compute_sudo=True,
        help="The MES's own number of this order; empty until it has said one.",
    )
    mfg_release_offered = fields.Boolean(
        compute="_compute_mfg_release_offered",
        compute_sudo=True,
        help="A MES gets orders of this plant.",
    )
    mfg_may_be_released = fields.Boolean(
        compute="_compute_mfg_release_offered", compute_sudo=True
    )
    mfg_may_be_withdrawn = fields.Boolean(
        compute="_compute_mfg_release_offered", compute_sudo=True
    )

    def _auto_init(self):
        """Add the state to tables that were there before.

        A constant that the database itself fills in rewrites no row of a big table.
        """
        cr = self.env.cr
        if table_exists(cr, self._table):
            if not column_exists(cr, self._table, "mfg_release_state"):
                create_column(
                    cr,
                    self._table,
                    "mfg_release_state",
                    "varchar DEFAULT 'not_released'",
                )
        return super()._auto_init()

    # ---------------------------------------------------------------- computes

    def _compute_mfg_partner_reference(self):
        references = self.env["mfg.binding"]._external_ids(self)
        for order in self:
            order.mfg_partner_reference = references.get(order._origin.id, False)

    @api.depends("state", "mfg_release_state")
    def _compute_mfg_release_offered(self):
        """For the buttons, which are shown where there is a MES only."""
        for order in self:
            hearers = order._mfg_release_hearers()
            release, native = order.mfg_release_state, order.state
            order.mfg_release_offered = bool(hearers)
            order.mfg_may_be_released = bool(hearers) and release_state.may_be_released(
                release or NOT_RELEASED, native
            )
            order.mfg_may_be_withdrawn = release in TOLD and native not in (
                "done",
                "cancel",
            )

    def _mfg_release_hearers(self):
        """The subscriptions by which a release of the order would leave."""
        self.ensure_one()
        connectors = self.env["mfg.connector"]
        if not self.id or self.company_id.id not in connectors._asked_for_releases():
            return self.env["mfg.subscription"]
        return connectors._subscriptions_to(RELEASED).filtered(
            lambda subscription: subscription._matches(self)
        )

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._mfg_check_release_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Extended: people release by the buttons, and the MES answers by messages."""
        self._mfg_check_release_fields(vals)
        return super().write(vals)

    def _mfg_check_release_fields(self, vals):
        if not (RELEASE_FIELDS.isdisjoint(vals) or self.env.su):
            raise AccessError(_("Use the buttons to release an order to the MES."))

    def _mfg_refusals(self):
        """Extended: what is held is not released either."""
        return {
            **super()._mfg_refusals(),
            "release": _("%(document)s cannot be released to the MES: %(holds)s."),
        }

    # ----------------------------------------------------------------- actions

    def action_mfg_release(self):
        """Release the orders to the MES, for the first time or once more."""
        for order in self:
            order._mfg_check_releasable()
        self._mfg_check_gate("release")
        self._mfg_release_wish(RELEASE)

    def action_mfg_withdraw(self):
        """Have the MES give the orders up; they stay as they are in Odoo."""
        for order in self:
            if order.mfg_release_state not in TOLD:
                raise UserError(
                    _(
                        "%(order)s is not at the MES, so there is nothing to withdraw.",
                        order=order.display_name,
                    )
                )
        self._mfg_release_wish(WITHDRAW)

    def _mfg_check_releasable(self):
        """:raise UserError: why the order cannot be released, and what to do"""
        self.ensure_one()
        if release_state.may_be_released(self.mfg_release_state, self.state):
            if self.sudo()._mfg_release_hearers():
                return
            raise UserError(
                _(
                    "No MES gets %(order)s. An administrator subscribes the connector"
                    " of the MES to “%(event)s” (Configuration, Connectors).",
                    order=self.display_name,
                    event=RELEASED,
                )
            )
        if self.mfg_release_state in TOLD:
            raise UserError(
                _(
                    "%(order)s is released already. What you change is told by itself.",
                    order=self.display_name,
                )
            )
        states = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            _(
                "%(order)s is %(state)s. Orders that are confirmed and not finished can"
                " be released.",
                order=self.display_name,
                state=states[self.state].lower(),
            )
        )
