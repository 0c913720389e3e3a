import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.mfg_integration_core.models.mfg_retention import BUDGET_S

from ..protocols.stops import BOUNDARIES

SETTING = "retention.history_days"
#: Tables of what is over by itself: whose it is, and which of its rows may go.
#: ``%(moment)s`` is the one before which a row has to be over.
OVER = {
    "mfg_edge_alarm": (
        "equipment_id",
        "went_at < %(moment)s AND write_date < %(moment)s",
    ),
    # What an alarm that is kept follows from is kept with it.
    "mfg_edge_alarm_word": (
        "equipment_id",
        """
        at < %(moment)s AND recorded_at < %(moment)s AND NOT EXISTS (
            SELECT FROM mfg_edge_alarm alarm
             WHERE alarm.equipment_id = due.equipment_id AND alarm.code = due.code
               AND COALESCE(alarm.came_at, alarm.went_at) <= due.at
               AND COALESCE(alarm.went_at, 'infinity') >= due.at)
        """,
    ),
    # The last of a limit says which readings are no news; and a maintenance request
    # is explained by the one that it was asked for.
    "mfg_edge_crossing": (
        "equipment_id",
        """
        cleared_at < %(moment)s AND request_id IS NULL AND EXISTS (
            SELECT FROM mfg_edge_crossing later
             WHERE later.equipment_id = due.equipment_id
               AND later.measurement = due.measurement
               AND COALESCE(later.rule_id, 0) = COALESCE(due.rule_id, 0)
               AND later.crossed_at > due.crossed_at)
        """,
    ),
    "mfg_edge_gap": (
        "connector_id",
        "state IN ('filled', 'closed') AND changed_at < %(moment)s",
    ),
    # A key that still opens the door is explained by the one that let it in.
    "mfg_edge_enrolment": (
        "connector_id",
        """
        state <> 'waiting' AND decided_at < %(moment)s AND NOT EXISTS (
            SELECT FROM mfg_api_key
             WHERE digest = due.key_sha256 AND revoked_at IS NULL)
        """,
    ),
}
OWNERS = {"equipment_id": "maintenance.equipment", "connector_id": "mfg.connector"}


class MfgEdgeRetentionHistory(models.Model):
    """How long it is kept what machines did, and what was missing of it.

    The days are a setting, by the place of the machine or the connector. What is open
    stays, and so does what a document of Odoo stems from.
    """

    _inherit = "mfg.edge.event"

    @api.model
    def _retain(self, run, budget_s=BUDGET_S):
        """Extended: the history of machines, and what is over of their devices."""
        deadline = time.monotonic() + budget_s
        complete = super()._retain(run, budget_s)
        steps = run(lambda env: env[self._name]._history_steps())
        return complete and all(
            self._repeat(run, step, deadline, *args) for step, *args in steps
        )

    @api.model
    def _history_steps(self):
        """``[(name of a method, *its arguments)]``; see :meth:`_repeat`."""
        now, steps = fields.Datetime.now(), []
        machines = self._owners("mfg_edge_state", "equipment_id")
        for machine, moment in self._moments(machines, now):
            steps.append(("_settle_history", machine, moment))
            steps.append(("_forget_states", machine))
            steps.append(("_forget_stops", machine))
        for table, (column, _condition) in OVER.items():
            for owner, moment in self._moments(self._owners(table, column), now):
                steps.append(("_forget_over", table, owner, moment))
        return steps

    @api.model
    def _owners(self, table, column):
        """Whose rows are in a table of the suite."""
        model = self.env[OWNERS[column]].with_context(active_test=False)
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM %s owner
                 WHERE EXISTS (SELECT FROM %s WHERE %s = owner.id) ORDER BY id
                """,
                SQL.identifier(model._table),
                SQL.identifier(table),
                SQL.identifier(column),
            )
        )
        return model.browse(id_ for (id_,) in self.env.cr.fetchall())

    @api.model
    def _moments(self, owners, now):
        """``[(id, moment)]``: before when rows of the owners go, if they ever do."""
        settings = self.env["mfg.setting"]
        days = [(owner.id, settings._get(SETTING, owner)) for owner in owners]
        return [(id_, now - timedelta(days=kept)) for id_, kept in days if kept]

    @api.model
    def _forget_over(self, table, owner, moment):
        """Delete a chunk of what is over by itself; how many rows."""
        column, condition = OVER[table]
        return self._forget(
            table, f"{column} = %(owner)s AND {condition}", owner=owner, moment=moment
        )

    # ---------------------------------------------------------- states and stops

    @api.model
    def _settle_history(self, machine, moment):
        """Say from when on the history of a machine is kept, and may be corrected.

        Shifts are summed up anew when something of them comes late, so it begins with
        one that can be, and before all that was recorded lately.

        :return: 0: no row is deleted yet
        """
        cr = self.env.cr
        # As whoever records a state does: one at a time per machine.
        cr.execute(
            """
            SELECT mfg_workcenter_id FROM maintenance_equipment WHERE id = %s
               FOR NO KEY UPDATE
            """,
            (machine,),
        )
        (workcenter,) = cr.fetchone() or (None,)
        cr.execute(
            """
            SELECT LEAST(
                %(moment)s,
                (SELECT min(at) FROM mfg_edge_state
                  WHERE equipment_id = %(machine)s AND at < %(moment)s
                    AND recorded_at >= %(moment)s),
                (SELECT min(begins_at) FROM mfg_shift_summary
                  WHERE workcenter_id = %(workcenter)s
                    AND (is_due OR ends_at > %(moment)s)),
                (SELECT max(ends_at) FROM mfg_shift_summary
                  WHERE workcenter_id = %(workcenter)s))
            """,
            {"machine": machine, "workcenter": workcenter, "moment": moment},
        )
        (since,) = cr.fetchone()
        cr.execute(
            """
            UPDATE maintenance_equipment SET mfg_history_since = %(since)s
             WHERE id = %(machine)s
               AND COALESCE(mfg_history_since, '-infinity') < %(since)s
               AND EXISTS (SELECT FROM mfg_edge_state
                            WHERE equipment_id = %(machine)s AND at < %(since)s)
            """,
            {"machine": machine, "since": since},
        )
        return 0

    @api.model
    def _forget_states(self, machine):
        """Delete a chunk of the points that nothing follows from any more."""
        return self._forget(
            "mfg_edge_state",
            "equipment_id = %(machine)s AND at < %(begin)s",
            machine=machine,
            begin=self._history_begins(machine),
        )

    @api.model
    def _forget_stops(self, machine):
        """Delete a chunk of the stops that no entry of the productivity log is."""
        return self._forget(
            "mfg_edge_stop",
            """
            equipment_id = %(machine)s AND ended_at <= %(begin)s AND NOT EXISTS (
                SELECT FROM mrp_workcenter_productivity WHERE mfg_stop_id = due.id)
            """,
            machine=machine,
            begin=self._history_begins(machine),
        )

    @api.model
    def _history_begins(self, machine):
        """The last boundary of stops before what is kept; None when all is kept."""
        self.env.cr.execute(
            """
            SELECT max(state.at)
              FROM mfg_edge_state state
              JOIN maintenance_equipment machine ON machine.id = state.equipment_id
             WHERE machine.id = %s AND state.at <= machine.mfg_history_since
               AND state.state = ANY(%s)
            """,
            (machine, list(BOUNDARIES)),
        )
        return self.env.cr.fetchone()[0]
