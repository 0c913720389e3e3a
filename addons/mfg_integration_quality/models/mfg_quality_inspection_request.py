from datetime import timezone
from uuid import uuid4

from odoo import _, api, models

from odoo.addons.mfg_integration_core.protocols import rfc3339

from ..protocols import disposition as dispositions
from .mfg_quality_inspection import REQUESTED


class MfgQualityInspectionRequest(models.Model):
    """How an inspection is asked for, of people and of the QMS."""

    _inherit = "mfg.quality.inspection"

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
