from odoo import api, models


class MfgShiftSummaryPlaces(models.Model):
    """Which machines stood at a work center, and when.

    By where each of them told its states, not by where it stands now: a machine that
    is moved takes nothing with it that it did before.
    """

    _inherit = "mfg.shift.summary"

    @api.model
    def _workcenters_told_of(self):
        """The work centers where machines have told their state."""
        self.env.cr.execute(
            """
            SELECT id FROM mrp_workcenter workcenter
             WHERE EXISTS (SELECT FROM mfg_edge_state
                            WHERE workcenter_id = workcenter.id)
             ORDER BY id
            """
        )
        return self.env["mrp.workcenter"].browse(
            id_ for (id_,) in self.env.cr.fetchall()
        )

    @api.model
    def _machines_told_at(self, workcenter):
        """The machines that have told a state there, at any time."""
        self.env.cr.execute(
            """
            SELECT id FROM maintenance_equipment machine
             WHERE EXISTS (SELECT FROM mfg_edge_state
                            WHERE workcenter_id = %s AND equipment_id = machine.id)
             ORDER BY id
            """,
            (workcenter.id,),
        )
        return self.env["maintenance.equipment"].browse(
            id_ for (id_,) in self.env.cr.fetchall()
        )

    @api.model
    def _stays(self, workcenter, begin, end):
        """Which machines stood there between two moments, naive UTC, and when.

        A machine stays until it tells a state somewhere else. What it did before its
        first word in a shift is unknown, and it did it there.

        :return: ``[(machine, from, until)]``
        """
        found = []
        for machine in self._machines_told_at(workcenter):
            points = self._places(machine, begin, end)
            ends = [at for at, _place in points[1:]] + [end]
            for (at, place), until in zip(points, ends, strict=True):
                if place != workcenter.id or max(at, begin) >= until:
                    continue
                if found and found[-1][0] == machine and found[-1][2] == at:
                    found[-1] = (machine, found[-1][1], until)
                else:
                    found.append((machine, max(at, begin), until))
        return found

    @api.model
    def _places(self, machine, begin, end):
        """Where a machine stood from when on: ``[(at, id of the work center)]``."""
        self.env.cr.execute(
            """
            SELECT at, workcenter_id FROM mfg_edge_state
             WHERE equipment_id = %(machine)s AND at < %(end)s
               AND at >= COALESCE((SELECT max(at) FROM mfg_edge_state
                                    WHERE equipment_id = %(machine)s
                                      AND at <= %(begin)s), '-infinity'::timestamp)
             ORDER BY at, boot NULLS FIRST, sequence NULLS FIRST, id
            """,
            {"machine": machine.id, "begin": begin, "end": end},
        )
        told = self.env.cr.fetchall()
        if told and told[0][0] > begin:
            told.insert(0, (begin, told[0][1]))
        return told

    @api.model
    def _first_told_at(self, workcenter):
        """When a machine told a state there for the first time."""
        self.env.cr.execute(
            "SELECT min(at) FROM mfg_edge_state WHERE workcenter_id = %s",
            (workcenter.id,),
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _left_at(self, workcenter, now):
        """Until when a machine stood there: ``now`` where one still does."""
        self.env.cr.execute(
            """
            SELECT max(CASE WHEN machine.active IS NOT TRUE THEN last.at
                            ELSE COALESCE(following.at, %(now)s) END)
              FROM maintenance_equipment machine
              JOIN LATERAL (SELECT max(at) AS at FROM mfg_edge_state
                             WHERE workcenter_id = %(workcenter)s
                               AND equipment_id = machine.id) last
                ON last.at IS NOT NULL
              LEFT JOIN LATERAL (SELECT min(at) AS at FROM mfg_edge_state
                                  WHERE equipment_id = machine.id
                                    AND at > last.at) following ON TRUE
            """,
            {"workcenter": workcenter.id, "now": now},
        )
        return min(self.env.cr.fetchone()[0], now)
