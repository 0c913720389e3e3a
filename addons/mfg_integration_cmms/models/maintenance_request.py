from datetime import timezone
from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import html2plaintext

from odoo.addons.mfg_integration_core.protocols import rfc3339

REQUESTED = "mfg.maintenance.requested.v1"

# Odoo's four stars in the words of the contract.
PRIORITY_WORDS = {"0": "low", "1": "normal", "2": "high", "3": "urgent"}


class MaintenanceRequest(models.Model):
    _inherit = "maintenance.request"

    mfg_partner_reference = fields.Char(
        string="CMMS Work Order",
        compute="_compute_mfg_partner_reference",
        compute_sudo=True,
        help="The number under which the CMMS keeps this request; empty until "
        "the CMMS has answered.",
    )

    def _compute_mfg_partner_reference(self):
        references = self.env["mfg.binding"]._external_ids(self)
        for request in self:
            request.mfg_partner_reference = references.get(request._origin.id, False)

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        for request in requests:
            if request._mfg_needs_work_order():
                request._mfg_emit_requested()
        return requests

    # ----------------------------------------------------------------- messages

    def _mfg_needs_work_order(self):
        """Whether a CMMS is to hear of this request: something broke on a machine.

        Preventive work is planned where the plans are, which is the CMMS.
        """
        self.ensure_one()
        return (
            self.maintenance_type == "corrective"
            and bool(self.equipment_id)
            and not (self.archive or self.done)
        )

    def _mfg_emit_requested(self):
        """Owe the request to the CMMS, as the beginning or a part of a chain."""
        self.ensure_one()
        # sudo: whoever reports a breakdown may do so for any equipment.
        request = self.sudo()
        if not request.mfg_correlation_id:
            chain = self.env.context.get("mfg_correlation_id")
            request.mfg_correlation_id = chain or str(uuid4())
        self.env["mfg.outbox.message"]._emit(
            REQUESTED,
            request,
            request._prepare_mfg_requested_data,
            subject=f"MR-{request.id}",
        )

    def _prepare_mfg_requested_data(self):
        """``data`` of ``mfg.maintenance.requested.v1``, made to be extended."""
        self.ensure_one()
        data = {
            **self._prepare_mfg_content(),
            "requested_at": rfc3339.write(
                self.create_date.replace(tzinfo=timezone.utc)
            ),
        }
        if self.mfg_fault_code:
            data["fault"] = {"code": self.mfg_fault_code}
        return data

    def _prepare_mfg_content(self):
        """What the request says, as the contracts have it."""
        self.ensure_one()
        # sudo: whoever may change a request need not read its equipment.
        equipment = self.sudo().equipment_id
        return {
            "reference": f"MR-{self.id}",
            "title": self.name,
            "description": html2plaintext(self.description or "").strip(),
            "asset": {
                "name": equipment.name,
                "external_id": None,
                "serial": equipment.serial_no or None,
            },
            "priority": PRIORITY_WORDS[self.priority or "1"],
        }
