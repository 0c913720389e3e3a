from datetime import timedelta

from odoo import api, models

from ..aggregation.made import made_between
from ..aggregation.stood import stood_at_sql

#: Summaries are compared with the counts so long after they were computed: what was
#: counted while they were could not see them yet. Longer than an aggregation takes.
YOUNG = timedelta(hours=1)


class MfgShiftSummaryLate(models.Model):
    """What comes late has its shift summed up again.

    Who writes states or counts marks the shifts that these belong to, which costs what
    is written. Counts lock no machine, so that the cron compares once more.
    """

    _inherit = "mfg.shift.summary"

    @api.model
    def _mark_late_state(self, workcenter_id, at, until):
        """Have the shifts summed up again in which a late state holds.

        :param workcenter_id: where the machine stood then; None for nowhere
        :param at: naive UTC
        :param until: when the next state begins; None when there is none
        """
        self.env.cr.execute(
            """
            UPDATE mfg_shift_summary SET is_due = TRUE
             WHERE workcenter_id = %s AND ends_at > %s
               AND begins_at < COALESCE(%s, 'infinity'::timestamp)
               AND is_due IS NOT TRUE
            """,
            (workcenter_id, at, until),
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["is_due"])

    @api.model
    def _mark_late_counts(self, windows):
        """Have the shifts summed up again in which these counts were made.

        Costs what is in the windows, however much is stored.
        """
        if not windows:
            return
        self._flush_counts()
        self.env.cr.execute(
            f"""
            UPDATE mfg_shift_summary summary SET is_due = TRUE
              FROM (
                  SELECT {stood_at_sql("each.equipment_id", "each.started_at")}
                         AS workcenter_id, each.started_at
                    FROM (
                        SELECT posted.equipment_id, part.started_at
                          FROM mfg_edge_window posted
                          JOIN mfg_edge_window_range part
                            ON part.window_id = posted.id
                         WHERE posted.id = ANY(%(windows)s)
                        UNION ALL
                        SELECT equipment_id, started_at
                          FROM mfg_edge_window
                         WHERE id = ANY(%(windows)s) AND kind = 'single') each) made
             WHERE summary.workcenter_id = made.workcenter_id
               AND summary.begins_at <= made.started_at
               AND summary.ends_at > made.started_at
               AND summary.is_due IS NOT TRUE
            """,
            {"windows": windows.ids},
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["is_due"])

    @api.model
    def _of_late_counts(self, now):
        """The young summaries whose counts are not, or not any more, those posted.

        :param now: naive UTC
        """
        self._flush_counts()
        self.flush_model()
        self.env.cr.execute(
            f"""
            WITH young AS (
                SELECT * FROM mfg_shift_summary
                 WHERE computed_at > %s AND is_due IS NOT TRUE),
            posted AS (
                SELECT shift.begins_at, shift.ends_at,
                       {stood_at_sql("made.equipment_id", "made.started_at")}
                           AS workcenter_id,
                       sum(made.good_quantity) AS good,
                       sum(made.scrap_quantity) AS scrap
                  FROM (SELECT DISTINCT begins_at, ends_at FROM young) shift
                 CROSS JOIN LATERAL (
                       {made_between("shift.begins_at", "shift.ends_at")}) made
                 GROUP BY shift.begins_at, shift.ends_at, 3)
            SELECT young.id
              FROM young
              LEFT JOIN posted USING (workcenter_id, begins_at, ends_at)
             WHERE young.good_quantity <> COALESCE(posted.good, 0)
                OR young.scrap_quantity <> COALESCE(posted.scrap, 0)
            """,
            (now - YOUNG,),
        )
        return self.browse(id_ for (id_,) in self.env.cr.fetchall())
