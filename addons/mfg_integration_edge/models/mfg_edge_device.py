from odoo import _, api, fields, models
from odoo.exceptions import UserError

#: A device that may send is in one of these.
ADMITTED = ("approved", "online", "stale", "dead")
STATES = [
    ("waiting", "Waiting for Approval"),
    ("refused", "Refused"),
    ("revoked", "Revoked"),
    ("approved", "Not Heard Yet"),
    ("online", "Online"),
    ("stale", "Silent"),
    ("dead", "Off"),
]


class MfgEdgeDevice(models.Model):
    """Who sends machine events: a source behind a connector, and how it is.

    Nobody writes its row at a door. What was heard of it is derived by the aggregator,
    once per run, and that nothing was heard by the sweeper.
    """

    _name = "mfg.edge.device"
    _description = "Device"
    _order = "connector_id, name, id"
    _rec_names_search = ["name", "source"]

    name = fields.Char(required=True, help="What people call it.")
    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    source = fields.Char(
        required=True, help="The source of its events, letter by letter."
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    plant_id = fields.Many2one(related="connector_id.plant_id")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="approved", copy=False, index=True
    )
    device_trust = fields.Selection(related="connector_id.device_trust")
    # The hashes are nobody's business; that there is a key is everybody's.
    key_ids = fields.One2many(
        "mfg.api.key",
        "device_id",
        "Keys",
        groups="mfg_integration_core.group_administrator",
    )
    key_prefix = fields.Char(
        "Key", compute="_compute_key", compute_sudo=True, help="Begins with."
    )
    key_used_at = fields.Datetime(
        "Key Last Used", compute="_compute_key", compute_sudo=True
    )
    enrolment_ids = fields.One2many("mfg.edge.enrolment", "device_id", "Enrolments")
    waiting_count = fields.Integer(
        "Keys to Approve", compute="_compute_waiting_count", compute_sudo=True
    )

    _sql_constraints = [
        (
            "source_unique",
            "unique (connector_id, source)",
            "This connector has a device of that source already.",
        ),
    ]

    # ---------------------------------------------------------------- computes

    @api.depends("key_ids.revoked_at", "key_ids.expires_at")
    def _compute_key(self):
        for device in self:
            key = device._keys_in_force()[:1]
            device.key_prefix = key.prefix
            device.key_used_at = key.last_used_at

    @api.depends("enrolment_ids.state")
    def _compute_waiting_count(self):
        for device in self:
            waiting = device.enrolment_ids.filtered(lambda one: one.state == "waiting")
            device.waiting_count = len(waiting)

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: that somebody made a device by hand is in the audit trail."""
        devices = super().create(vals_list)
        for device in devices:
            self.env["mfg.audit.entry"]._append(
                device, "device.created", new=device.source
            )
        return devices

    def write(self, vals):
        """Extended: a device stays the one that was approved.

        :raise UserError: its source or its connector is written
        """
        if {"source", "connector_id"} & vals.keys():
            raise UserError(
                _(
                    "The source of a device is what its key was approved for. Make"
                    " another device instead."
                )
            )
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    def action_generate_key(self):
        """Make a key for the device and show it this once; it replaces the one before.

        :raise AccessError: the user is no administrator
        :raise UserError: the connector's devices need no keys
        """
        self.ensure_one()
        if self.connector_id.device_trust != "own_keys":
            raise UserError(
                _(
                    "The devices of %(connector)s have no keys of their own. Choose so"
                    " on the connector first.",
                    connector=self.connector_id.name,
                )
            )
        keys = self.env["mfg.api.key"]
        clear = keys._generate(self.connector_id, device_id=self.id, note=self.name)
        self._keep_only(keys.sudo()._of_clear(clear))
        self._set_state("approved", allowed=("waiting", "refused", "revoked"))
        return self.env["mfg.secret"]._show_once(clear)

    def action_revoke(self):
        """End the device's key at once, and no other device's.

        :raise AccessError: the user is no Approver
        """
        self.env.user._mfg_check_role(
            "approver",
            _("Only an Integration Approver may revoke a device's key."),
        )
        for device in self:
            # sudo: keys are administrators'; to end one is right for who approves.
            device.sudo()._keys_in_force().action_revoke()
            device._set_state("revoked", allowed=ADMITTED)
            self.env["mfg.audit.entry"]._append(
                device, "device.revoked", old=device.source
            )

    def action_view_enrolments(self):
        """What was asked for in the device's name."""
        action = "mfg_integration_edge.mfg_edge_enrolment_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("device_id", "in", self.ids)],
            "context": {},
        }

    # ----------------------------------------------------------------- business

    def _set_state(self, target, *, allowed):
        """Set the state of those that are in one of ``allowed``; they are returned."""
        changed = self.filtered(lambda device: device.state in allowed)
        # sudo: nobody writes the state of a device by hand.
        changed.sudo().write({"state": target})
        return changed

    def _keys_in_force(self):
        """Keys that are neither revoked nor over."""
        now = fields.Datetime.now()
        return self.key_ids.filtered(
            lambda key: (
                not key.revoked_at and (not key.expires_at or key.expires_at > now)
            )
        )

    def _keep_only(self, key):
        """Let the device have this key and no other."""
        self.ensure_one()
        # sudo: see action_revoke.
        (self.sudo()._keys_in_force() - key).action_revoke()
