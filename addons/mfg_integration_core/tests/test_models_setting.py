import json

from odoo.exceptions import AccessError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged

from ..models import mfg_retention
from .common import ManufacturingCase

RESTART = "hold.restart_work_orders"
BODIES = "retention.bodies_days"


@tagged("post_install", "-at_install")
class TestSetting(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        warehouse = cls.order.picking_type_id.warehouse_id
        cls.plant = cls.scene.plant("Berlin", warehouses=warehouse)
        cls.line = cls.scene.line(cls.plant, workcenters=cls.workcenter)
        cls.settings = cls.env["mfg.setting"]
        cls.company = cls.env.company

    def row(self, key, place=None):
        """The row of the screen about a setting at a place, all companies without."""
        level = {"res.company": "company", "mfg.plant": "plant", "mfg.line": "line"}
        domain = [("key", "=", key)]
        if place is None:
            domain.append(("level", "=", "global"))
        else:
            name = level[place._name]
            domain += [("level", "=", name), (f"{name}_id", "=", place.id)]
        return self.settings.search(domain)

    def set(self, key, place, value):
        self.row(key, place)._override(value)

    # ----------------------------------------------------------------- nearest

    def test_n1_nearest_setting_wins(self):
        order = self.order
        told = [self.settings._resolve(BODIES, order).level]

        for place, days in ((None, 20), (self.company, 15), (self.plant, 10)):
            self.set(BODIES, place, days)
            resolved = self.settings._resolve(BODIES, order)
            told.append((resolved.value, resolved.level))

        self.assertEqual(
            told, ["default", (20, "global"), (15, "company"), (10, "plant")]
        )
        self.assertEqual(self.settings._get(BODIES), 20)
        self.assertEqual(self.settings._get(BODIES, self.scene.plant("Lyon")), 15)

    def test_n1_dropped_override_lets_the_wider_value_hold_again(self):
        self.set(RESTART, self.plant, False)
        self.set(RESTART, self.line, True)

        self.row(RESTART, self.line).action_drop()

        self.assertIs(self.settings._get(RESTART, self.order.workorder_ids), False)
        self.assertFalse(self.row(RESTART, self.line).is_own)

    def test_n1_setting_of_one_line_is_none_of_the_next(self):
        workcenter = self.scene.workcenter("Packing")
        other = self.scene.line(self.plant, "Packing", workcenters=workcenter)

        self.set(RESTART, self.line, False)

        self.assertIs(self.settings._get(RESTART, self.workcenter), False)
        self.assertIs(self.settings._get(RESTART, workcenter), True)
        self.assertIs(self.settings._get(RESTART, other), True)

    # --------------------------------------------------------------- the screen

    def test_n1_screen_shows_where_each_value_comes_from(self):
        self.set(RESTART, self.plant, False)

        told = {
            place and place.display_name: (
                self.row(RESTART, place).value_told,
                self.row(RESTART, place).source_told,
                self.row(RESTART, place).is_own,
            )
            for place in (None, self.company, self.plant, self.line)
        }

        self.assertEqual(
            told,
            {
                None: ("Yes", "Default", False),
                self.company.display_name: ("Yes", "Default", False),
                "Berlin": ("No", "Berlin", True),
                self.line.display_name: ("No", "Berlin", False),
            },
        )

    def test_n1_screen_and_code_agree_about_every_value(self):
        self.set(RESTART, None, False)
        self.set(RESTART, self.plant, True)
        self.set(BODIES, self.company, 3)

        for row in self.settings.search([]):
            place = row._place()
            resolved = self.settings._resolve(row.key, place)

            self.assertEqual(json.loads(row.content), resolved.value, row.key)
            self.assertEqual(row.source_level, resolved.level, row.key)

    def test_n1_setting_is_offered_down_to_its_narrowest_level_only(self):
        self.assertFalse(self.row(BODIES, self.line))
        self.assertTrue(self.row(BODIES, self.plant))

    def test_n1_wizard_begins_with_what_holds_and_says_why_it_was_changed(self):
        wizard = self.env["mfg.setting.override"].create(
            {"setting_id": self.row(BODIES, self.plant).id}
        )
        before = wizard.integer_value, wizard.source_told
        wizard.write({"integer_value": 5, "why": "Small disk"})
        # The button comes in a request of its own.
        wizard.flush_recordset()
        wizard.invalidate_recordset()

        wizard.action_apply()

        self.assertEqual(before, (30, "Default"))
        self.assertEqual(self.settings._get(BODIES, self.plant), 5)
        entry = self.audit(self.plant, "setting.changed")
        self.assertEqual((entry.new_value, entry.why), (f"{BODIES} = 5", "Small disk"))

    def test_n1_change_and_drop_are_audited_with_both_values(self):
        self.set(BODIES, self.plant, 10)
        self.set(BODIES, self.plant, 7)
        self.row(BODIES, self.plant).action_drop()

        entries = self.audit(self.plant)

        self.assertEqual(
            [(one.action, one.old_value, one.new_value) for one in entries],
            [
                ("setting.changed", False, f"{BODIES} = 10"),
                ("setting.changed", f"{BODIES} = 10", f"{BODIES} = 7"),
                ("setting.dropped", f"{BODIES} = 7", False),
            ],
        )

    def test_n1_value_of_the_wrong_kind_is_refused_in_plain_words(self):
        for value in ("ten", -1, True):
            with self.assertRaisesRegex(ValidationError, "for ever"):
                self.set(BODIES, self.plant, value)

    def test_n1_value_is_read_without_a_query(self):
        self.set(RESTART, self.plant, False)
        workorder = self.order.workorder_ids
        self.settings._get(RESTART, workorder)

        with self.assertQueryCount(0):
            self.settings._get(RESTART, workorder)

    # ----------------------------------------------------------------- effects

    def test_n1_line_says_whether_work_orders_start_again_by_themselves(self):
        for restarts in (True, False):
            order = self.scene.order(self.bom)
            workorder = self.given_running_workorder(order)
            self.set(RESTART, self.line, restarts)
            hold = self.given_hold(order)

            hold._lift("Repaired")

            self.assertEqual(bool(workorder._mfg_running()), restarts)

    def test_n1_connector_inherits_its_limits_from_its_plant(self):
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-limits", "plant_id": self.plant.id}
        )
        connector.state = "live"
        self.set("connector.max_body_bytes", self.plant, 4096)
        connectors = self.env["mfg.connector"]

        inherited = connectors._by_code("mes-limits")._limit("max_body_bytes")
        connector.max_body_bytes = 512
        own = connectors._by_code("mes-limits")._limit("max_body_bytes")

        self.assertEqual((inherited, own), (4096, 512))
        # What a door took from memory is not what the connector itself says.
        connector.invalidate_recordset()
        self.assertIn("300, from Default", connector.limits_told)

    def test_n1_look_of_a_door_loses_nothing_that_was_just_changed(self):
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-busy", "plant_id": self.plant.id}
        )
        connector.state = "live"
        self.env.flush_all()
        connector.tolerance_s = 60

        found = self.env["mfg.connector"]._by_code("mes-busy")

        self.assertEqual(found._limit("tolerance_s"), 60)
        self.env.flush_all()
        connector.invalidate_recordset()
        self.assertEqual(connector.tolerance_s, 60)

    def test_n1_door_knows_of_a_changed_setting_at_once(self):
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-door", "plant_id": self.plant.id}
        )
        connector.state = "live"
        doors = self.env["mfg.connector"]
        before = doors._known_to_doors()["mes-door"]["fields"]["tolerance_s"]

        self.set("connector.tolerance_s", self.plant, 60)

        after = doors._known_to_doors()["mes-door"]["fields"]["tolerance_s"]
        self.assertEqual((before, after), (300, 60))

    def test_n1_plant_keeps_bodies_as_long_as_it_says(self):
        self.set(BODIES, self.company, 5)
        self.set(BODIES, self.plant, 2)

        store = mfg_retention.STORES["in"]
        query, parameters = self.env["mfg.retention"]._due("bodies", store, "item.id")

        row = self.given_event_of(self.plant, days=3)
        other = self.given_event_of(self.scene.plant("Lyon"), days=3)
        self.env.cr.execute(query, parameters)
        due = {row_id for (row_id,) in self.env.cr.fetchall()}
        self.assertIn(row, due)
        self.assertNotIn(other, due)

    def given_event_of(self, plant, days):
        """The id of an event of the plant, processed so many days ago."""
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": f"mes-{plant.id}", "plant_id": plant.id}
        )
        self.env.cr.execute(
            """
            INSERT INTO mfg_inbox_event (uuid, connector_id, company_id, plant_id,
                                         event_id, ordering_key, state, received_at,
                                         create_date)
            SELECT %s, %s, %s, %s, 'one', 'one', 'processed', moment, moment
              FROM (SELECT now() AT TIME ZONE 'UTC'
                           - make_interval(days => %s)) AS old (moment)
            RETURNING id
            """,
            (
                f"setting-{plant.id}",
                connector.id,
                plant.company_id.id,
                plant.id,
                days,
            ),
        )
        return self.env.cr.fetchone()[0]

    # ----------------------------------------------------------------- upgrade

    def test_n1_upgrade_from_1_0_takes_over_what_was_set(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("mfg_integration_core.keep_bodies_days", "0")
        parameters.set_param("mfg_integration_core.keep_headers_days", "365")
        as_shipped, changed = (
            self.env["mfg.connector"].create(
                {"name": "MES", "code": f"mes-{seconds}", "tolerance_s": seconds}
            )
            for seconds in (300, 60)
        )
        self.env.flush_all()
        script = load_script(
            "mfg_integration_core/migrations/1.1.0/post-settings.py", "settings"
        )

        script.migrate(self.env.cr, "17.0.1.0.0")
        script.migrate(self.env.cr, "17.0.1.0.0")
        self.env.invalidate_all()
        self.env.registry.clear_cache()

        self.assertEqual(self.settings._resolve(BODIES)[:2], (0, "global"))
        rows = self.settings._resolve("retention.rows_days")
        self.assertEqual(rows[:2], (365, "default"))
        self.assertEqual((as_shipped.tolerance_s, changed.tolerance_s), (0, 60))
        self.assertFalse(parameters.get_param("mfg_integration_core.keep_bodies_days"))

    # ------------------------------------------------------------------ rights

    def test_n1_only_administrators_override(self):
        for role in ("viewer", "operator", "approver", "auditor"):
            group = f"mfg_integration_core.group_{role}"
            user = new_test_user(self.env, f"setting-{role}", group)

            with self.assertRaisesRegex(AccessError, "Administrator"):
                self.row(BODIES, self.plant).with_user(user)._override(1)

    def test_n3_administrator_of_a_plant_sets_what_holds_there_only(self):
        user = new_test_user(
            self.env, "setting-berlin", "mfg_integration_core.group_administrator"
        )
        user.mfg_plant_ids = self.plant
        lyon = self.scene.plant("Lyon")

        self.row(BODIES, self.plant).with_user(user)._override(1)

        self.assertEqual(self.settings._get(BODIES, self.plant), 1)
        for place in (None, self.company, lyon):
            with self.assertRaises(AccessError):
                self.row(BODIES, place).with_user(user)._override(2)
        seen = self.settings.with_user(user).search([]).plant_id
        self.assertEqual(seen, self.plant)
