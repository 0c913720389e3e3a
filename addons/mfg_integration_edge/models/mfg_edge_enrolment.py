from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..protocols.device_enrolment import fingerprint

STATES = [
    ("waiting", "Waiting"),
    ("approved", "Approved"),
    ("refused", "Refused"),
]


class MfgEdgeEnrolment(models.Model):
    """A device that asks to be let in with a key it has made, and what became of it.

    The key is a record of its own only once somebody has approved it; what is here
    opens nothing. Rows are written by :mod:`..enrolment_store` and by who decides.
    """

    _name = "mfg.edge.enrolment"
    _description = "Enrolment of a Device"
    _inherit = ["mfg.second.person.mixin"]
    _log_access = False
    _order = "id desc"
    _rec_names_search = ["name", "device_id"]

    device_id = fields.Many2one(
        "mfg.edge.device", required=True, readonly=True, ondelete="cascade", index=True
    )
    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    plant_id = fields.Many2one(related="connector_id.plant_id")
    name = fields.Char(readonly=True, help="As the device calls itself.")
    source = fields.Char(related="device_id.source")
    device_state = fields.Selection(
        related="device_id.state", string="Device Is", help="Before it is decided."
    )
    key_sha256 = fields.Char(
        "Hash of the Key", required=True, readonly=True, exportable=False
    )
    fingerprint = fields.Char(
        compute="_compute_fingerprint",
        help="Compare it with what the device shows: its key begins to hash like this.",
    )
    asked_at = fields.Datetime("When", required=True, readonly=True)
    asked_from = fields.Char(
        "From", readonly=True, help="Address that the request came from."
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="waiting")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    note = fields.Text(readonly=True)

    _sql_constraints = [
        ("key_unique", "unique (key_sha256)", "This key was sent before."),
    ]

    def init(self):
        """One device has one open question, whoever asks it."""
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_enrolment_waiting_unique
                ON mfg_edge_enrolment (device_id) WHERE state = 'waiting';
            CREATE INDEX IF NOT EXISTS mfg_edge_enrolment_waiting_index
                ON mfg_edge_enrolment (connector_id) WHERE state = 'waiting'
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("device_id", "fingerprint")
    def _compute_display_name(self):
        for enrolment in self:
            enrolment.display_name = (
                f"{enrolment.device_id.name}: {enrolment.fingerprint}"
            )

    @api.depends("key_sha256")
    def _compute_fingerprint(self):
        for enrolment in self:
            enrolment.fingerprint = fingerprint(enrolment.key_sha256)

    # ----------------------------------------------------------------- actions

    def action_approve(self):
        """Ask for a note, then let the devices in."""
        return self._ask_verdict("approve", _("Approve"))

    def action_refuse(self):
        """Ask for a note, then keep the devices out."""
        return self._ask_verdict("refuse", _("Refuse"))

    # ---------------------------------------------------------------- business

    def _mfg_wanted_by(self):
        """Nobody here: a device wants it, so one person is enough."""
        return self.env["res.users"]

    def _decide(self, is_approved, note):
        """Let the devices in with the keys that they have made, or keep them out.

        Of two who decide at once the second starts again and finds it decided.

        :raise AccessError: the user is no Approver
        :raise UserError: it is decided already
        """
        self._mfg_check_second_person()
        for enrolment in self:
            if enrolment.state != "waiting":
                raise UserError(
                    _("%(what)s is decided already.", what=enrolment.display_name)
                )
            # sudo: nobody writes enrolments by hand.
            enrolment.sudo().write(
                {
                    "state": "approved" if is_approved else "refused",
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "note": note,
                }
            )
            if is_approved:
                enrolment._let_in()
            else:
                enrolment.device_id._set_state("refused", allowed=("waiting",))
            self.env["mfg.audit.entry"]._append(
                enrolment.device_id,
                "device.approved" if is_approved else "device.refused",
                old=_("From %(address)s", address=enrolment.asked_from or "-"),
                new=enrolment.fingerprint,
                why=note,
            )

    def _let_in(self):
        """Make the key of the device, in place of the one that it had."""
        self.ensure_one()
        device = self.device_id
        key = self.env["mfg.api.key"]._admit(
            self.connector_id,
            # What a key begins with only its device knows; this is of its hash.
            f"sha256:{self.key_sha256[:8]}",
            self.key_sha256,
            device_id=device.id,
            note=device.name,
        )
        device._keep_only(key)
        device._set_state("approved", allowed=("waiting", "refused", "revoked"))
