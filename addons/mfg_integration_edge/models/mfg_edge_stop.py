from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import format_datetime

from odoo.addons.mfg_integration_core.protocols import packml

from ..protocols.stops import BOUNDARIES, Known, reconcile, stops


class MfgEdgeStop(models.Model):
    """One time in which a machine did not produce, and why.

    It follows from the machine's states: late ones make it longer, shorter, two or
    none. At a work center it is one entry of Odoo's own productivity log.
    """

    _name = "mfg.edge.stop"
    _description = "Machine Stop"
    _inherit = ["mfg.edge.told.mixin"]
    _order = "began_at desc, id desc"

    equipment_id = fields.Many2one(index=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", readonly=True, index=True, ondelete="set null"
    )
    # Both kept with microseconds.
    began_at = fields.Datetime("Began", required=True, readonly=True)
    ended_at = fields.Datetime(
        "Ended", readonly=True, help="Empty while the machine still stands."
    )
    duration_s = fields.Float(
        "Duration (s)",
        compute="_compute_duration_s",
        store=True,
        digits=(16, 3),
        help="Seconds; nothing while the machine still stands.",
    )
    state = fields.Selection(
        [(state, state) for state in packml.STATES],
        "First State",
        required=True,
        readonly=True,
    )
    is_fault = fields.Boolean("Fault", readonly=True)
    is_lost = fields.Boolean(
        "End Unknown",
        readonly=True,
        help="It ended because nobody knew any more what the machine did.",
    )
    is_block = fields.Boolean(
        "Blocks the Work Center",
        readonly=True,
        help="A fault or a person blocked the work center in it; whoever unblocks it"
        " ends that. A stop alone keeps nobody from starting work.",
    )
    # What the block was by itself; the entry of the log is that and the stop together.
    block_began_at = fields.Datetime(readonly=True)
    block_ended_at = fields.Datetime(readonly=True)
    loss_id = fields.Many2one(
        "mrp.workcenter.productivity.loss", "Reason", readonly=True
    )
    reason_code = fields.Char(
        "Reason Told", readonly=True, help="The sender's own code of the reason."
    )
    reason_text = fields.Char("Remark", readonly=True)
    reason_by = fields.Char("Told by", readonly=True)
    reason_at = fields.Datetime("Told at", readonly=True)
    productivity_ids = fields.One2many(
        "mrp.workcenter.productivity", "mfg_stop_id", "Productivity Log", readonly=True
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_stop_open_unique
                ON mfg_edge_stop (equipment_id) WHERE ended_at IS NULL;
            CREATE INDEX IF NOT EXISTS mfg_edge_stop_began_index
                ON mfg_edge_stop (equipment_id, began_at);
            """
        )

    @api.depends("began_at", "ended_at")
    def _compute_duration_s(self):
        for stop in self:
            span = stop.ended_at and stop.ended_at - stop.began_at
            stop.duration_s = span.total_seconds() if span else 0.0

    @api.depends("equipment_id", "began_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        # sudo: who may see it may know its name, whatever rights on machines.
        zone = self.env.context.get("tz")
        for stop in self:
            began = stop.began_at
            stop.display_name = _(
                "%(machine)s, %(began)s",
                machine=stop.sudo().equipment_id.display_name,
                began=began and format_datetime(self.env, began, tz=zone),
            )

    # ------------------------------------------------------------ from states

    @api.model
    def _follow(self, equipment, at, now=None):
        """Write down the stops that the states around a moment make up.

        Two states at once, by two workers: the second one waits for the first, and then
        is handled again on what that one left.

        :param at: of the point that is new, naive UTC
        :return: the stops that are there now, around that moment; none of a time that
            the retention has settled
        """
        if equipment.mfg_history_since and at < equipment.mfg_history_since:
            return self.browse()
        # sudo: that a machine stood still is a fact, whoever's event tells it.
        stops_ = self.sudo()
        now = now or fields.Datetime.now()
        equipment.sudo()._mfg_bump_hold_version()
        points, begin, end = self.env["mfg.edge.state"]._around(equipment, at)
        minimum_s = self.env["mfg.setting"]._get("stop.minimum_s", equipment)
        wanted = [
            stop
            for stop in stops(points, timedelta(seconds=minimum_s), now)
            if end is None or stop.begin < end
        ]
        known = stops_._between(equipment, begin, end)
        kept, gone = reconcile(
            [Known(stop.id, stop.began_at, stop.ended_at or None) for stop in known],
            wanted,
        )
        # First what ends: only one stop of a machine can be open.
        stops_.browse(gone)._forget()
        found = stops_.browse()
        for key, stop in kept:
            found |= stops_._write_down(equipment, key, stop)
        found._post()
        found._take_up_reasons()
        self._resume_reasons(equipment)
        return found

    @api.model
    def _between(self, equipment, begin, end):
        """The stops of a machine that lie between two moments, None = for ever.

        Asked in SQL: the ORM of some series compares whole seconds.
        """
        self.flush_model(["equipment_id", "began_at", "ended_at"])
        self.env.cr.execute(
            """
            SELECT id FROM mfg_edge_stop
             WHERE equipment_id = %s
               AND COALESCE(ended_at, 'infinity') > COALESCE(%s, '-infinity'::timestamp)
               AND began_at < COALESCE(%s, 'infinity'::timestamp)
             ORDER BY began_at
            """,
            (equipment.id, begin, end),
        )
        return self.browse(id_ for (id_,) in self.env.cr.fetchall())

    @api.model
    def _write_down(self, equipment, key, stop):
        """The record of a stop, as it is now."""
        values = {
            "began_at": stop.begin,
            "ended_at": stop.end or False,
            "state": stop.state,
            "is_fault": stop.is_fault,
            "is_lost": stop.is_lost,
        }
        if key:
            record = self.browse(key)
            if any(record[name] != value for name, value in values.items()):
                record.write(values)
            return record
        # One that has ended makes room for another open one.
        self.flush_model()
        return self.create(
            {
                **values,
                **self._prepare_place(equipment),
                "workcenter_id": equipment.mfg_workcenter_id.id,
            }
        )

    @api.model
    def _at(self, equipment, moment):
        """The stop that a machine was in at a moment; empty for none.

        People tell moments by the second: a stop that began within it is meant, too.
        """
        return self._between(equipment, moment, moment + timedelta(seconds=1))[:1]

    # ----------------------------------------------------------------- sweeper

    @api.model
    def _standing(self, now):
        """``[(equipment id, at)]``: not producing by their last state, no stop yet."""
        self.env.cr.execute(
            """
            SELECT equipment.id, last.at
              FROM maintenance_equipment equipment
              JOIN LATERAL (
                   SELECT at, state FROM mfg_edge_state
                    WHERE equipment_id = equipment.id
                    ORDER BY at DESC, boot DESC NULLS LAST, sequence DESC NULLS LAST,
                             id DESC
                    LIMIT 1) last ON NOT last.state = ANY(%s)
             WHERE NOT EXISTS (
                   SELECT 1 FROM mfg_edge_stop
                    WHERE equipment_id = equipment.id AND ended_at IS NULL)
             ORDER BY equipment.id
            """,
            (list(BOUNDARIES),),
        )
        standing = self.env.cr.fetchall()
        machines = self.env["maintenance.equipment"].browse(
            id_ for id_, _at in standing
        )
        minimum = {
            machine.id: self.env["mfg.setting"]._get("stop.minimum_s", machine)
            for machine in machines
        }
        return [
            (id_, at)
            for id_, at in standing
            if now - at >= timedelta(seconds=minimum[id_])
        ]
