from odoo import _, api, fields, models

from odoo.addons.mfg_integration_core.protocols import packml

from ..aggregation.stood import stood_at_sql
from ..protocols.state_history import UNKNOWN, Point, segments
from ..protocols.stops import BOUNDARIES


class MfgEdgeState(models.Model):
    """From when on a machine was in a state: one point of its history.

    A state holds until the next point. Points are only ever added, whatever order they
    come in, so that what the machine did follows from them at any time.
    """

    _name = "mfg.edge.state"
    _description = "Machine State"
    _inherit = ["mfg.edge.told.mixin"]
    _log_access = False
    _order = "at desc, id desc"
    _rec_name = "state"

    workcenter_id = fields.Many2one(
        "mrp.workcenter",
        "Work Center",
        readonly=True,
        ondelete="set null",
        help="Where the machine stood when it told the state.",
    )
    # Kept with microseconds.
    at = fields.Datetime("From", required=True, readonly=True)
    state = fields.Selection(
        [*((state, state) for state in packml.STATES), (UNKNOWN, "Unknown")],
        required=True,
        readonly=True,
        help="PackML state that holds from then on; unknown when nobody knows.",
    )
    is_fault = fields.Boolean("Fault", readonly=True)
    job_order = fields.Char(readonly=True)
    why = fields.Char(readonly=True, help="Such as the fault, or the silence.")
    boot = fields.Integer("Start", readonly=True)
    event_uuid = fields.Char("Inbox Event", readonly=True)
    historical = fields.Boolean(
        readonly=True, help="Sent afterwards, from what the machine had kept."
    )
    recorded_at = fields.Datetime("Recorded", required=True, readonly=True)

    def init(self):
        self.env.cr.execute(
            """
            -- Numbers of events are wider than Odoo's integers.
            ALTER TABLE mfg_edge_state ADD COLUMN IF NOT EXISTS sequence bigint;
            CREATE INDEX IF NOT EXISTS mfg_edge_state_at_index
                ON mfg_edge_state (equipment_id, at);
            CREATE INDEX IF NOT EXISTS mfg_edge_state_workcenter_index
                ON mfg_edge_state (workcenter_id, equipment_id, at);
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_state_event_unique
                ON mfg_edge_state (equipment_id, event_uuid, at);
            """
        )

    # ----------------------------------------------------------------- writing

    @api.model
    def _record(self, equipment, at, state, **told):
        """Add a point, and let the stops follow from it.

        :param at: naive UTC, with microseconds
        :param told: more columns: ``is_fault``, ``job_order``, ``why``, ``boot``,
            ``sequence``, ``event_uuid``, ``historical``
        :return: whether it is a new one; the same event a second time is none, and
            neither is one of before ``mfg_history_since``
        """
        equipment = equipment.sudo()
        since = self._lock_machine(equipment)
        if since and at < since:
            return False
        place = {
            **self._prepare_place(equipment),
            "workcenter_id": self._stood_at(equipment, at),
        }
        row = {
            **{name: id_ or None for name, id_ in place.items()},
            "at": at,
            "state": state,
            "recorded_at": fields.Datetime.now(),
            "is_fault": False,
            "historical": False,
            **told,
        }
        self.env.cr.execute(
            f"""
            INSERT INTO mfg_edge_state ({", ".join(row)})
            VALUES %s
            ON CONFLICT (equipment_id, event_uuid, at) DO NOTHING
            """,
            (tuple(row.values()),),
        )
        if not self.env.cr.rowcount:
            return False
        self.env["mfg.edge.stop"]._follow(equipment, at)
        self.env["mfg.shift.summary"]._mark_late_state(
            row["workcenter_id"], at, self._next_at(equipment, at)
        )
        return True

    @api.model
    def _stood_at(self, equipment, at):
        """Id of the work center where a machine stood when it got into a state.

        What comes late was told where the machine stood before: it may have moved.
        """
        if self._next_at(equipment, at) is None:
            return equipment.mfg_workcenter_id.id
        self.env.cr.execute(
            f"SELECT {stood_at_sql('%(machine)s', '%(at)s')}",
            {"machine": equipment.id, "at": at},
        )
        return self.env.cr.fetchone()[0]

    # ----------------------------------------------------------------- reading

    @api.model
    def _last(self, equipment, at=None):
        """The newest point of a machine, of those up to a moment; None without any."""
        self.env.cr.execute(
            """
            SELECT at, state, boot, sequence, id, is_fault FROM mfg_edge_state
             WHERE equipment_id = %s AND at <= COALESCE(%s, 'infinity'::timestamp)
             ORDER BY at DESC, boot DESC NULLS LAST, sequence DESC NULLS LAST, id DESC
             LIMIT 1
            """,
            (equipment.id, at),
        )
        found = self.env.cr.fetchone()
        return Point(*found) if found else None

    @api.model
    def _next_at(self, equipment, at):
        """When the next point of a machine after a moment is; None without any."""
        self.env.cr.execute(
            "SELECT min(at) FROM mfg_edge_state WHERE equipment_id = %s AND at > %s",
            (equipment.id, at),
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _is_followed(self, equipment, at):
        """Whether it is known how a standstill at a moment would have ended."""
        self.env.cr.execute(
            """
            SELECT EXISTS (SELECT 1 FROM mfg_edge_state
                            WHERE equipment_id = %s AND at >= %s AND state = ANY(%s))
            """,
            (equipment.id, at, list(BOUNDARIES)),
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _around(self, equipment, at):
        """The points between the boundaries of stops before and after a moment.

        :return: ``(points, from when, until when)``, None where there is no boundary
        """
        self.env.cr.execute(
            """
            SELECT (SELECT max(at) FROM mfg_edge_state
                     WHERE equipment_id = %(equipment)s AND at < %(at)s
                       AND state = ANY(%(boundaries)s)),
                   (SELECT min(at) FROM mfg_edge_state
                     WHERE equipment_id = %(equipment)s AND at > %(at)s
                       AND state = ANY(%(boundaries)s))
            """,
            {"equipment": equipment.id, "at": at, "boundaries": list(BOUNDARIES)},
        )
        begin, end = self.env.cr.fetchone()
        return self._points(equipment, begin, end), begin, end

    @api.model
    def _points(self, equipment, begin=None, end=None):
        """The points of a machine between two moments, these included."""
        self.env.cr.execute(
            """
            SELECT at, state, boot, sequence, id, is_fault FROM mfg_edge_state
             WHERE equipment_id = %s
               AND at BETWEEN COALESCE(%s, '-infinity'::timestamp)
                          AND COALESCE(%s, 'infinity'::timestamp)
            """,
            (equipment.id, begin, end),
        )
        return [Point(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _segments(self, equipment, begin, end):
        """What a machine did between two moments, naive UTC; see ``segments``."""
        before = self._last(equipment, begin)
        points = self._points(equipment, before and before.at, end)
        return segments(points, begin, end)

    @api.depends("state", "equipment_id")
    def _compute_display_name(self):
        # sudo: who may see it may know its name, whatever rights on machines.
        for point in self:
            point.display_name = _(
                "%(machine)s: %(state)s",
                machine=point.sudo().equipment_id.display_name,
                state=point.state,
            )
