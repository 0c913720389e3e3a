from odoo import _, fields, models

from ..protocols import packml
from ..timeline import moment
from .mfg_timeline_mixin import MOST_MOMENTS

AVAILABILITIES = [
    ("running", "Running"),
    ("idle", "Idle"),
    ("down", "Down"),
    ("under_maintenance", "Under Maintenance"),
    ("unknown", "Unknown"),
]
#: States that a repair ends; what comes then, only the machine can say.
REPAIRED_FROM = ("down", "under_maintenance")


class MaintenanceEquipment(models.Model):
    """A machine: where it stands and what it says about itself."""

    _name = "maintenance.equipment"
    _inherit = [
        "maintenance.equipment",
        "mfg.holdable.mixin",
        "mfg.placed.mixin",
        "mfg.owned.mixin",
    ]

    _mfg_plant_paths = ("mfg_workcenter_id.mfg_plant_id",)
    _mfg_line_path = "mfg_workcenter_id.mfg_line_id"

    mfg_workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", index=True, check_company=True
    )
    mfg_packml_state = fields.Selection(
        [(state, state) for state in packml.STATES],
        string="Machine State",
        readonly=True,
        copy=False,
        help="PackML state that the machine reported last (ISA-TR88.00.02).",
    )
    mfg_availability = fields.Selection(
        AVAILABILITIES,
        string="Availability",
        default="unknown",
        readonly=True,
        copy=False,
    )
    mfg_state_since = fields.Datetime("Since", readonly=True, copy=False)

    def _mfg_report_state(self, packml_state, *, at=None, why=None):
        """Take over what the machine says about itself; a fact, always accepted.

        :param packml_state: PackML state name
        :param at: when, naive UTC; now by default
        :param why: such as the fault, for the audit trail
        :return: whether the availability changed
        """
        self.ensure_one()
        self.write({"mfg_packml_state": packml_state})
        availability = packml.AVAILABILITY[packml_state]
        if availability == "down" and self.mfg_availability == "under_maintenance":
            return False
        return self._mfg_set_availability(availability, at=at, why=why)

    def _mfg_set_availability(self, availability, *, at=None, why=None):
        """Set and audit the availability where it is another one.

        :return: whether any of the equipment changed
        """
        changed = self.filtered(lambda each: each.mfg_availability != availability)
        for equipment in changed:
            self.env["mfg.audit.entry"]._append(
                equipment,
                f"equipment.{availability}",
                old=equipment.mfg_availability,
                new=availability,
                why=why,
            )
        changed.write(
            {
                "mfg_availability": availability,
                "mfg_state_since": at or fields.Datetime.now(),
            }
        )
        return bool(changed)

    def _mfg_open_cases(self):
        """Open cases that began here; several may end with the last repair."""
        return self.env["mfg.case"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "=", "open"),
            ]
        )

    def _mfg_cause_is_cleared(self):
        """Whether a case that began with a fault of this machine may settle."""
        return self.mfg_availability not in REPAIRED_FROM

    # ---------------------------------------------------------------- timeline

    def _mfg_chains(self):
        """Extended: what its repairs were part of."""
        # sudo: whoever may see the machine may know of its repairs.
        repairs = self.sudo().maintenance_ids.mapped("mfg_correlation_id")
        return sorted({*super()._mfg_chains(), *(chain for chain in repairs if chain)})

    def _mfg_moments(self):
        """Extended: the repairs that were asked for."""
        # sudo: as above.
        repairs = self.sudo().maintenance_ids.sorted("id")[-MOST_MOMENTS:]
        return [*super()._mfg_moments(), *map(self._mfg_moment_of_repair, repairs)]

    def _mfg_moment_of_repair(self, request):
        """That a repair was asked for, and how it stands."""
        states = dict(request._fields["mfg_state"]._description_selection(self.env))
        return moment(
            request,
            request.create_date,
            "work",
            _("Maintenance asked for: %(request)s", request=request.display_name),
            _("Now: %(state)s", state=states[request.mfg_state]),
            "fa-wrench",
            "info",
        )
