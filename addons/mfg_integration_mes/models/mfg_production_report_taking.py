from collections import defaultdict
from decimal import Decimal

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import (
    MfgIntegrationError,
    MissingReferenceError,
)

from ..protocols.report_sums import COMPONENT, exact, exceeds
from .mfg_production_report import CLOSED


class MfgProductionReport(models.Model):
    """How a report is taken: it counts, waits for a decision, or is posted at once."""

    _inherit = "mfg.production.report"

    @api.model
    def _take(self, order, values, event=None):
        """Take what was made, lost and used for an order; negative corrects it.

        :param order: a confirmed order, or one that is closed (somebody then decides)
        :param values: ``{"good": Decimal, "scrap": Decimal}`` in the order's unit, and
            where known ``lot`` (record), ``reason`` (of the scrap), ``workorder``,
            ``operator``, ``reported_at`` (naive UTC), ``is_final``, ``name``,
            ``reverses`` (report), ``is_output`` (whether it counts for the order and
            not for an operation only; by default what the last one makes), and
            ``lines``: dicts of ``kind``, ``product``,
            ``quantity`` (in the product's unit), ``lot``, ``reason``
        :param event: the event of the inbox that says so
        :return: the report
        :raise MissingReferenceError: the order is a draft, or a lot has to be named
        :raise GateError: it is to be posted, and a hold forbids it
        """
        order.ensure_one()
        if order.state == "draft":
            raise MissingReferenceError(
                _("%(order)s is not confirmed yet.", order=order.name),
                model=order._name,
                key=order.name,
            )
        # sudo: nobody writes reports by hand; what follows is the user's.
        report = self.sudo().create(self._prepare(order, values, event))
        report = report.with_env(self.env)
        cause = report._why_to_decide()
        if cause:
            report._park(cause)
        else:
            report._count()
        return report

    @api.model
    def _prepare(self, order, values, event):
        """Values of a new report and its lines."""
        workorder = values.get("workorder") or self.env["mrp.workorder"]
        is_output = self._is_output(order, workorder, values)
        lines = self._prepare_lines(order, values, is_output)
        event = event.sudo() if event else self.env["mfg.inbox.event"]
        return {
            "name": values.get("name") or event.event_id or _("By hand"),
            "production_id": order.id,
            "workorder_id": workorder.id,
            "connector_id": event.connector_id.id,
            "event_id": event.id,
            "event_uuid": event.uuid,
            "reported_at": values.get("reported_at")
            or (event and event.said_at)
            or fields.Datetime.now(),
            "operator": values.get("operator") or False,
            "is_final": bool(values.get("is_final")),
            "reverses_id": values["reverses"].id if values.get("reverses") else False,
            "reason": values.get("why") or False,
            "line_ids": [
                (0, 0, {**line, "is_output": is_output or not _is_piece(line, order)})
                for line in self._with_derived(order, lines, workorder, values)
            ],
        }

    @api.model
    def _is_output(self, order, workorder, values):
        """Whether what was made is what the order makes."""
        is_last = not workorder or workorder == order._mfg_last_operation()
        return values.get("is_output", is_last)

    @api.model
    def _prepare_lines(self, order, values, is_output):
        """Lines of what the report says itself.

        :param is_output: whether the pieces come to stock, and so to a lot
        """
        product, unit = order.product_id, order.product_uom_id
        lines = []
        for kind in ("good", "scrap"):
            quantity = exact(values.get(kind) or 0)
            if quantity:
                lines.append(
                    {
                        "kind": kind,
                        "product": product,
                        "quantity": in_product_unit(quantity, unit, product),
                        "lot": values.get("lot"),
                        "reason": values.get("reason") if kind == "scrap" else None,
                    }
                )
        for line in (*lines, *values.get("lines", ())):
            if line["kind"] in ("good", "scrap") and line["product"] == product:
                if is_output:
                    line["lot"] = line.get("lot") or self._lot_made(order)
            elif line["kind"] == "byproduct":
                line["lot"] = line.get("lot") or self._lot_left(order, line["product"])
        return [_line(**line) for line in (*lines, *values.get("lines", ()))]

    # --------------------------------------------------------- what goes with it

    @api.model
    def _with_derived(self, order, lines, workorder, values):
        """The lines, with what the policy of the product adds by the BOM.

        What an operation before the last one loses has used the components up to it,
        and the pieces that become good bear their cost; what it makes has not left the
        line yet.
        """
        if values.get("reverses"):
            return lines
        policy = order.product_id.mfg_consumption_policy or "mixed"
        is_output = self._is_output(order, workorder, values)
        made = ("good", "scrap") if is_output else ("scrap",)
        pieces = sum(
            exact(line["quantity"])
            for line in lines
            if _is_piece(line, order) and line["kind"] in made
        )
        if policy == "actual" or not pieces:
            return lines
        if policy == "backflush":
            lines = self._without_told_components(lines)
        told = {(line["kind"], line["product_id"]) for line in lines}
        derived = []
        for (role, part), per_piece in order._mfg_per_piece(
            None if is_output else workorder
        ).items():
            quantity = round(per_piece * pieces, 9)
            if (role, part.id) not in told and quantity:
                lot = self._lot_left(order, part) if role == "byproduct" else None
                line = _line(kind=role, product=part, quantity=quantity, lot=lot)
                derived.append({**line, "is_derived": True})
        return [*lines, *derived]

    @api.model
    def _without_told_components(self, lines):
        """The lines without components of no lot: the BOM says how much of those.

        Of a component with lots the report says the lots; it counts as told.
        """
        return [
            line for line in lines if line["kind"] != COMPONENT or line.get("lot_id")
        ]

    # ------------------------------------------------------------------ deciding

    def _why_to_decide(self):
        """The cause for which a person has to decide; empty when there is none."""
        order = self.production_id
        if order.state in CLOSED:
            return "closed"
        good = sum(
            exact(line.quantity)
            for line in self.sudo().line_ids
            if line.kind == "good" and line.is_output
        )
        if good > 0 and self._is_beyond_tolerance(order):
            return "tolerance"
        return ""

    def _is_beyond_tolerance(self, order):
        """Whether more good pieces are reported, with these, than are wanted."""
        product = order.product_id
        percent = self.env["mfg.setting"]._get("mes.tolerance_percent", order)
        if product.mfg_has_tolerance:
            percent = product.mfg_tolerance_percent
        ordered = in_product_unit(
            exact(order.product_qty), order.product_uom_id, product
        )
        return exceeds(order._mfg_reported()["good"], ordered, exact(percent))

    def _park(self, cause):
        """Leave the report to a person."""
        # sudo: see _take.
        self.sudo().write({"state": "to_decide", "cause": cause})
        told = dict(self._fields["cause"]._description_selection(self.env))[cause]
        self.env["mfg.audit.entry"]._append(
            self, "report.parked", new=self._told(), why=told
        )
        self.production_id._mfg_note(
            _(
                "Report %(report)s waits for an Approver: %(cause)s.",
                report=self.name,
                cause=told.lower(),
            )
        )

    def _count(self):
        """Let the report count, and post it where the policy says so."""
        order = self.production_id
        self._check_serials()
        if self.workorder_id:
            self.workorder_id._mfg_follow_reports()
        corrects_posting = bool(self.sudo().reverses_id.posting_id)
        if corrects_posting or order._mfg_posts_at_once():
            self.env["mfg.production.posting"]._post(self)
        else:
            self._check_covered()
            order._mfg_follow_reports()
            order._mfg_touch()
        if self.is_final:
            self._finish()

    def _finish(self):
        """Finish what the report says is finished: its operation, or the order.

        :raise MissingReferenceError: nobody says which lot of a component was used
        """
        order = self.production_id
        if self.workorder_id and self.workorder_id != order._mfg_last_operation():
            self.workorder_id.button_finish()
            return
        order = order.with_context(skip_backorder=True, skip_consumption=True)
        try:
            order._mfg_post_waiting()
            if order.qty_produced or order._mfg_made_by_reports():
                order.button_mark_done()
            else:
                # Odoo would take an order of which nothing is made for one that is.
                order._mfg_note(_("Nothing was made; the shop floor says that is all."))
                # sudo: from 19.0 on Odoo touches analytic lines; a MES may not.
                order.sudo().action_cancel()
        except UserError as error:
            if isinstance(error.__cause__, MfgIntegrationError):
                # A person reads the text; the inbox goes by the error.
                raise error.__cause__ from error
            raise

    def _told(self):
        """What the report says, in one line."""
        totals = defaultdict(Decimal)
        labels = dict(self.env["mfg.production.report.line"]._fields["kind"].selection)
        for line in self.sudo().line_ids.filtered(lambda line: not line.is_derived):
            totals[line.kind, line.product_id] += exact(line.quantity)
        return ", ".join(
            f"{labels[kind]} {total.normalize():f} {product.uom_id.name}"
            f" {product.display_name}"
            for (kind, product), total in totals.items()
        )


def in_product_unit(quantity, unit, product):
    """A Decimal of ``unit`` in the unit of the product, not rounded by either."""
    if unit == product.uom_id:
        return quantity
    converted = unit._compute_quantity(float(quantity), product.uom_id, round=False)
    return exact(round(converted, 9))


def _is_piece(line, order):
    """Whether a line is about pieces of what the order makes."""
    return line["product_id"] == order.product_id.id and line["kind"] != "component"


def _line(kind, product, quantity, lot=None, reason=None):
    """Values of one line."""
    return {
        "kind": kind,
        "product_id": product.id,
        "quantity": float(quantity),
        "lot_id": lot.id if lot else False,
        "reason": reason or False,
    }
