"""The scene of tests that commit: one machine whose day others can see."""

import uuid
from datetime import datetime

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.mfg_integration_core.tests.committed_case import CommittedCase
from odoo.addons.mfg_integration_core.unit_of_work import read_committed

from .common import CONNECTION_GROUPS, ROBOT, store


class CommittedMachineCase(CommittedCase):
    """A robot in an early shift, every day of the week, from six to two UTC."""

    def setUp(self):
        super().setUp()
        self.robot_id, self.workcenter_id = self.commit(self._create_machine)
        self.addCleanup(self.commit, self._scrap_machine)

    def _create_machine(self, env):
        name = uuid.uuid4().hex[:8]
        user = new_test_user(env, f"edge-{name}", groups=CONNECTION_GROUPS)
        connector = env["mfg.connector"].browse(self.connector_id)
        connector.user_id = user
        calendar = env["resource.calendar"].create(
            {"name": name, "tz": "UTC", "attendance_ids": self._early_shift()}
        )
        workcenter = env["mrp.workcenter"].create(
            {"name": name, "resource_calendar_id": calendar.id}
        )
        robot = env["maintenance.equipment"].create(
            {"name": f"Robot {name}", "mfg_workcenter_id": workcenter.id}
        )
        env["mfg.binding"]._bind(connector, robot, ROBOT)
        return robot.id, workcenter.id

    def _early_shift(self):
        return [Command.clear()] + [
            Command.create(
                {
                    "name": "Early",
                    "dayofweek": str(weekday),
                    "day_period": "morning",
                    "hour_from": 6,
                    "hour_to": 14,
                }
            )
            for weekday in range(7)
        ]

    def _scrap_machine(self, env):
        """Leave nothing behind that other tests or their crons would look at."""
        env.cr.execute(
            """
            DELETE FROM mfg_edge_state WHERE equipment_id = %(robot)s;
            DELETE FROM mfg_rule_run
             WHERE res_model = 'maintenance.equipment' AND res_id = %(robot)s
            """,
            {"robot": self.robot_id},
        )
        self.robot(env).active = False

    # ------------------------------------------------------------------- scene

    def robot(self, env):
        return env["maintenance.equipment"].browse(self.robot_id)

    def workcenter(self, env):
        return env["mrp.workcenter"].browse(self.workcenter_id)

    def given_states(self, *points):
        """The robot told these states, ``(at, name)``; at is naive UTC."""

        def record(env):
            for at, name in points:
                env["mfg.edge.state"]._record(self.robot(env), at, name)

        self.commit(record)

    def given_counts(self, *events):
        """Events that the door stored and the aggregator summed up."""
        with read_committed(self.registry) as cr:
            store(cr, self.connector_id, events)

        def aggregate(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            env["mfg.edge.batch"]._aggregate(connector)

        self.commit(aggregate)

    def given_event(self, event):
        """An event in the inbox that two workers could take; its id."""

        def create(env):
            return env["mfg.inbox.event"].create(self._prepare_event(env, event)).id

        return self.commit(create)

    def _prepare_event(self, env, event):
        return {
            "uuid": str(uuid.uuid4()),
            "event_id": event["id"],
            "event_type": event["type"],
            "connector_id": self.connector_id,
            "company_id": env.company.id,
            "received_at": datetime.utcnow(),
            "event_time": datetime.fromisoformat(event["time"].removesuffix("Z")),
            "ordering_key": event["id"],
            "correlation_id": str(uuid.uuid4()),
            "state": "processing",
            "payload": event,
        }

    @staticmethod
    def handle(env, event_id):
        """What a worker does with an event, in the transaction at hand."""
        event = env["mfg.inbox.event"].browse(event_id)
        event.with_user(event.connector_id.user_id)._handle_as_user()
        env.flush_all()

    def run_cron(self, xml_id):
        """Run a scheduled action as its *Run Manually* does."""
        self.commit(lambda env: env.ref(xml_id).method_direct_trigger())
