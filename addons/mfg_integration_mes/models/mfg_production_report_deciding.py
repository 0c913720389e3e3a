from odoo import SUPERUSER_ID, _, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round

from odoo.addons.mfg_integration_core.exceptions import MfgIntegrationError, in_full


class MfgProductionReport(models.Model):
    """How a report is taken back, and how a person decides about one."""

    _inherit = "mfg.production.report"

    # ------------------------------------------------------------------ reversal

    def _reverse(self, values, why=None, event=None):
        """Take the report back, as a whole; what was posted is corrected.

        :return: the report that takes it back
        """
        self.ensure_one()
        # sudo: reports are the hub's.
        told = self.sudo()
        lines = [
            {
                "kind": line.kind,
                "product": line.product_id.with_env(self.env),
                "quantity": -line.quantity,
                "lot": line.lot_id,
                "reason": line.reason,
            }
            for line in told.line_ids
        ]
        pieces = told.line_ids.filtered(
            lambda line: line.is_product and line.kind != "component"
        )
        return self._take(
            told.production_id.with_env(self.env),
            {
                **values,
                "lines": lines,
                "workorder": told.workorder_id.with_env(self.env),
                "reverses": told,
                # As it was taken: a machine may have said it, or nobody.
                "is_output": all(pieces.mapped("is_output")),
                "why": why,
            },
            event,
        )

    def _drop(self, why):
        """Leave a report that waits for a decision without effect."""
        # sudo: as above.
        self.sudo().write({"state": "rejected", "note": why})
        self.env["mfg.audit.entry"]._append(self, "report.rejected", why=why)

    # ------------------------------------------------------------------ deciding

    def _mfg_wanted_by(self):
        """Nobody here: the shop floor reports it, so one person is enough."""
        return self.env["res.users"]

    def _decide(self, is_agreed, note):
        """Let reports count that were parked, or leave them without effect.

        :raise AccessError: the user is no Approver
        :raise UserError: it is decided already, or its order is closed
        """
        for report in self:
            if is_agreed and report.is_order_closed:
                raise UserError(
                    _(
                        "%(order)s is closed. Choose how: correct its stock, reopen"
                        " the work, or a new order.",
                        order=report.production_id.name,
                    )
                )
        self._settle("approved" if is_agreed else "rejected", note)

    def _settle(self, verdict, note):
        """Carry a decision out.

        :param verdict: ``approved``, ``rejected``, ``correct_stock``, ``reopen`` or
            ``new_order``
        """
        self._mfg_check_second_person()
        for report in self:
            if report.state != "to_decide":
                raise UserError(
                    _("%(report)s is decided already.", report=report.display_name)
                )
            # sudo: nobody writes reports by hand.
            report.sudo().write(
                {
                    "state": "rejected" if verdict == "rejected" else "accepted",
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "note": note,
                }
            )
            self.env["mfg.audit.entry"]._append(
                report, f"report.{verdict}", new=report._told(), why=note
            )
            # What follows is the hub's work: who decides need not make goods. The
            # superuser of the hub stands in for the connector where that is gone.
            user = report.sudo().connector_id.user_id.id or SUPERUSER_ID
            # The companies that are switched on are those of who decides.
            hub = report.with_user(user).with_context(
                allowed_company_ids=report.sudo().company_id.ids
            )
            try:
                hub._carry_out(verdict)
            except MfgIntegrationError as error:
                raise UserError(in_full(error)) from error

    def _carry_out(self, verdict):
        """What follows from a decision."""
        if verdict == "approved":
            self._count()
        elif verdict == "correct_stock":
            self._correct_stock()
        elif verdict in ("reopen", "new_order"):
            self._count_elsewhere(is_reopened=verdict == "reopen")

    # ------------------------------------------------------------- closed orders

    def _correct_stock(self):
        """Post the report into the order that is closed, with moves of its own."""
        order = self.production_id
        if order.state != "done":
            raise UserError(
                _(
                    "%(order)s was cancelled, so nothing can be posted into it. Choose"
                    " a new order.",
                    order=order.name,
                )
            )
        self.env["mfg.production.posting"]._post(self)

    def _count_elsewhere(self, is_reopened):
        """Let the report count for another order that takes the closed one's place.

        :param is_reopened: the order stays open, and what is reported for the closed
            one from now on counts for it; else it is finished with this report
        """
        closed = self.production_id
        if not is_reopened and not self._is_of_output():
            raise UserError(
                _(
                    "%(report)s brings no finished pieces, so an order of its own would"
                    " make nothing. Reopen the work, correct the stock of the closed"
                    " order, or reject it.",
                    report=self.display_name,
                )
            )
        operation = self.workorder_id.operation_id
        order = closed._mfg_open_continuation() if is_reopened else None
        if not order:
            order = closed._mfg_continue(self._pieces(closed), is_reopened)
        workorder = order._mfg_operations().filtered(
            lambda each: operation and each.operation_id == operation
        )
        # sudo: as in _settle.
        self.sudo().write({"production_id": order.id, "workorder_id": workorder[:1].id})
        if not is_reopened:
            self.sudo().is_final = True
        self._count()

    def _pieces(self, order):
        """Pieces that the report speaks of, in the order's unit."""
        pieces = self.good_quantity + self.scrap_quantity
        if pieces <= 0:
            raise UserError(
                _(
                    "%(report)s takes pieces back: correct the stock of the closed"
                    " order, or reject it.",
                    report=self.display_name,
                )
            )
        unit = order.product_uom_id
        pieces = order.product_id.uom_id._compute_quantity(pieces, unit, round=False)
        return float_round(
            pieces, precision_rounding=unit.rounding, rounding_method="UP"
        )
