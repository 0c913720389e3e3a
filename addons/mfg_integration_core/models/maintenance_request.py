from odoo import _, api, fields, models

from ..documents import form_of
from ..protocols import maintenance_state
from ..protocols.maintenance_state import FINAL, UNDER_REPAIR
from .maintenance_equipment import REPAIRED_FROM

STATES = [
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("scheduled", "Scheduled"),
    ("in_progress", "In Progress"),
    ("waiting_parts", "Waiting for Parts"),
    ("completed", "Completed"),
    ("verified", "Verified"),
    ("cancelled", "Cancelled"),
]


class MaintenanceRequest(models.Model):
    """A repair that Odoo and a CMMS do together, in one canonical state."""

    _name = "maintenance.request"
    _inherit = [
        "maintenance.request",
        "mfg.placed.mixin",
        "mfg.state.mixin",
        "mfg.owned.mixin",
    ]

    _mfg_plant_paths = ("equipment_id.mfg_plant_id",)
    _mfg_line_path = "equipment_id.mfg_workcenter_id.mfg_line_id"

    _mfg_state_initial = "requested"
    _mfg_state_fields = ("stage_id", "archive", "schedule_date", "mfg_partner_state")

    mfg_state = fields.Selection(
        STATES,
        string="Plant State",
        compute="_compute_mfg_state",
        store=True,
        index=True,
        copy=False,
    )
    mfg_partner_state = fields.Selection(
        STATES,
        string="Partner State",
        readonly=True,
        copy=False,
        help="What the CMMS said last, in our words.",
    )
    mfg_partner_version = fields.Integer(
        "Partner Version",
        readonly=True,
        copy=False,
        help="Version of the partner's work order that it said it with.",
    )
    mfg_partner_at = fields.Datetime(
        "Partner Time",
        readonly=True,
        copy=False,
        help="Of when that is, says the partner; what it says of earlier is no news.",
    )
    mfg_partner_stands = fields.Json(
        "How New Each Partner's Word Is",
        readonly=True,
        copy=False,
        help="Per connector [version, moment]; each partner counts for itself.",
    )
    mfg_stage_before_id = fields.Many2one(
        "maintenance.stage",
        "Stage Before",
        readonly=True,
        copy=False,
        help="Where the request was when the partner called the work done; a repair"
        " that it reopens goes back there.",
    )
    mfg_fault_code = fields.Char("Fault Code", readonly=True, copy=False)
    mfg_correlation_id = fields.Char(
        "Correlation ID", readonly=True, copy=False, index=True
    )
    mfg_case_id = fields.Many2one("mfg.case", "Case", readonly=True, copy=False)
    mfg_waiting_message = fields.Char(
        "Waiting for This",
        # sudo: the name of what waits is no secret to who repairs the machine.
        compute="_compute_mfg_waiting_message",
        compute_sudo=True,
    )

    # ---------------------------------------------------------------- computes

    @api.depends("archive", "stage_id.done", "schedule_date", "mfg_partner_state")
    def _compute_mfg_state(self):
        first_stage = self.env["maintenance.stage"].search([], limit=1)
        for request in self:
            request.mfg_state = request._mfg_state_in(first_stage)

    @api.depends("mfg_state")
    def _compute_mfg_waiting_message(self):
        """What stands still until the request is done, in one sentence."""
        holds = self.env["mfg.hold"].search(
            [
                ("blocker_model", "=", self._name),
                ("blocker_id", "in", self.ids),
                ("state", "=", "active"),
            ],
            order="id",
        )
        for request in self:
            waiting = holds.filtered(lambda hold, id=request.id: hold.blocker_id == id)
            names = ", ".join(waiting.mapped("document_name"))
            request.mfg_waiting_message = names and _(
                "On hold until this request is done: %(documents)s.", documents=names
            )

    def _mfg_state_in(self, first_stage):
        """The canonical state; open ones are as far as either side has come."""
        return maintenance_state.canonical(
            is_archived=self.archive,
            is_done=self.stage_id.done,
            is_begun=bool(self.stage_id) and self.stage_id != first_stage,
            is_scheduled=bool(self.schedule_date),
            partner=self.mfg_partner_state,
        )

    def _mfg_state_fill(self):
        self.env.cr.execute(
            """
            UPDATE maintenance_request AS request
               SET mfg_state = CASE
                       WHEN request.archive THEN 'cancelled'
                       WHEN stage.done THEN 'completed'
                       WHEN stage.id != (SELECT id FROM maintenance_stage
                                          ORDER BY sequence, id LIMIT 1)
                            THEN 'in_progress'
                       WHEN request.schedule_date IS NOT NULL THEN 'scheduled'
                       ELSE 'requested'
                   END
              FROM maintenance_request AS same
              LEFT JOIN maintenance_stage AS stage ON stage.id = same.stage_id
             WHERE same.id = request.id
            """
        )

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Requests, as part of the chain of events that asked for them, if any."""
        chain = self.env.context.get("mfg_correlation_id")
        if chain:
            vals_list = [{"mfg_correlation_id": chain, **vals} for vals in vals_list]
        requests = super().create(vals_list)
        audit = self.env["mfg.audit.entry"]
        audit._append_all(
            audit._prepare_entry(request, "document.created") for request in requests
        )
        return requests

    def write(self, vals):
        watched = {"archive", "stage_id", "schedule_date", "mfg_partner_state"}
        if watched.isdisjoint(vals):
            return super().write(vals)
        if "stage_id" in vals and "mfg_stage_before_id" not in vals:
            # Moved by a person: what was before it is nothing to go back to.
            vals = {**vals, "mfg_stage_before_id": False}
        before = {request: request.mfg_state for request in self}
        result = super().write(vals)
        for request, old in before.items():
            request._mfg_moved_on(old)
        return result

    def unlink(self):
        for request in self:
            request.env["mfg.hold"]._lift_blocked_by(
                request, _("The maintenance request was deleted.")
            )
        return super().unlink()

    # ----------------------------------------------------------------- actions

    def action_view_mfg_log(self):
        """What was exchanged about the request."""
        return self.env["mfg.case"]._log_action(self)

    def action_view_mfg_case(self):
        """The case that the request belongs to."""
        self.ensure_one()
        return form_of(self.mfg_case_id)

    # ---------------------------------------------------------- what follows from it

    def _mfg_moved_on(self, old):
        """Do what follows from the state that the request has now.

        :param old: its state before
        """
        self.ensure_one()
        if self.mfg_state in FINAL:
            if old not in FINAL:
                self._mfg_repair_over()
            return
        if old in FINAL:
            self._mfg_repair_reopened()
        if self.mfg_state in UNDER_REPAIR and old not in UNDER_REPAIR:
            self._mfg_repair_begun()

    def _mfg_repair_reopened(self):
        """The repair was not over after all: what went on since waits again."""
        # sudo: as for a repair that is over.
        request = self.sudo()
        why = _("Maintenance %(request)s was reopened.", request=request.display_name)
        # Before the work center, so that the holds see which work runs.
        self.env["mfg.hold"]._renew_blocked_by(request, why)
        equipment = request.equipment_id
        # A machine that has said since how it is knows better than its repair.
        if request.mfg_fault_code and equipment.mfg_availability == "unknown":
            equipment._mfg_set_availability("down", why=why)
            equipment.mfg_workcenter_id._mfg_block(why)

    def _mfg_repair_begun(self):
        """Somebody works on the machine that is down."""
        # sudo: a technician or a CMMS needs no right on the equipment's state.
        equipment = self._mfg_following().equipment_id.sudo()
        if equipment.mfg_availability == "down":
            equipment._mfg_set_availability("under_maintenance")

    def _mfg_repair_over(self):
        """The repair is done or given up: nothing waits for it any longer."""
        # sudo: a technician or a CMMS needs no right on what waits for the repair.
        request = self._mfg_following().sudo()
        why = self._mfg_over_text()
        equipment = request.equipment_id
        is_broken = equipment.mfg_availability in REPAIRED_FROM
        if is_broken and not request._mfg_open_faults(equipment):
            equipment._mfg_set_availability("unknown", why=why)
        if not request._mfg_open_faults(equipment.mfg_workcenter_id.mfg_equipment_ids):
            # Before the holds: work orders start again on an unblocked machine only.
            equipment.mfg_workcenter_id._mfg_unblock(why)
        self.env["mfg.hold"]._lift_blocked_by(request, why)
        (request.mfg_case_id | equipment._mfg_open_cases())._settle_if_over()

    def _mfg_over_text(self):
        """Why what waited for the request goes on."""
        states = dict(self._fields["mfg_state"]._description_selection(self.env))
        text = _(
            "Maintenance %(request)s: %(state)s.",
            request=self.display_name,
            state=states[self.mfg_state].lower(),
        )
        note = self.env.context.get("mfg_why")
        return f"{text} {note}" if note else text

    def _mfg_open_faults(self, equipment):
        """Other faults that still keep any of the equipment from running."""
        return self.search(
            [
                ("id", "!=", self.id),
                ("equipment_id", "in", equipment.ids),
                ("mfg_fault_code", "!=", False),
                ("mfg_state", "not in", FINAL),
            ],
            limit=1,
        )

    def _mfg_cause_is_cleared(self):
        """Whether a case that began with this request may settle."""
        return self.mfg_state in FINAL
