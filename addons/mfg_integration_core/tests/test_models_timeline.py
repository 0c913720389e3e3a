from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestTimeline(ManufacturingCase):
    def timeline(self, record, user=None):
        """The moments that the screen of a document shows."""
        action = record.with_user(user or self.env.user).action_view_mfg_timeline()
        shown = self.env[action["res_model"]].with_user(user or self.env.user)
        return shown.browse(action["res_id"]).timeline

    def kinds(self, record):
        return {moment["kind"] for moment in self.timeline(record)}

    def titles(self, record, kind):
        return [
            moment["title"]
            for moment in self.timeline(record)
            if moment["kind"] == kind
        ]

    def given_message(self, document):
        """A message about the document."""
        connector = self.env["mfg.connector"].create(
            {"name": "MES", "code": f"mes-{document.id}"}
        )
        message = self.env["mfg.outbox.message"].create(
            {
                "uuid": f"timeline-{document._name}-{document.id}",
                "connector_id": connector.id,
                "company_id": self.env.company.id,
                "ordering_key": "one",
                "event_type": "mfg.production.state_changed.v1",
                "res_model": document._name,
                "res_id": document.id,
                "correlation_id": "timeline",
            }
        )
        self.env.flush_all()
        return message

    def given_story(self):
        """An order that was worked on, held, freed and finished."""
        self.given_message(self.order)
        self.given_running_workorder()
        self.commit()
        hold = self.given_hold(self.order)
        hold._lift("Repaired")
        self.commit()
        self.scene.finish(self.order)
        self.commit()

    def test_d7_order_tells_messages_holds_work_and_postings_in_one_list(self):
        self.given_story()

        self.assertLessEqual(
            {"message", "hold", "state", "work", "posting"}, self.kinds(self.order)
        )
        self.assertEqual(len(self.titles(self.order, "hold")), 2)
        postings = " ".join(self.titles(self.order, "posting"))
        self.assertIn("Produced: 120 ", postings)
        self.assertIn("Consumed: 120 ", postings)

    def test_d7_reason_that_ends_with_a_full_stop_gets_no_second_one(self):
        hold = self.given_hold(self.order)
        hold.with_user(self.env.ref("base.user_admin"))._lift("Repaired.")
        self.commit()

        texts = [moment["detail"] for moment in self.timeline(self.order)]

        self.assertTrue([text for text in texts if text.startswith("Repaired. ")])

    def test_d7_moments_are_in_order(self):
        self.given_story()

        moments = [moment["at"] for moment in self.timeline(self.order)]

        self.assertEqual(moments, sorted(moments))

    def test_d7_lot_tells_how_it_was_made_and_held(self):
        self.scene.finish(self.order)
        self.given_hold(self.lot, reason="Cracked")
        self.commit()

        self.assertIn("Produced: 120 ", " ".join(self.titles(self.lot, "posting")))
        self.assertIn("Cracked", " ".join(self.titles(self.lot, "hold")))

    def test_d7_machine_tells_its_faults_repairs_and_what_they_set_off(self):
        chain = "timeline-of-a-fault"
        request = self.scene.request(self.equipment, mfg_correlation_id=chain)
        self.equipment._mfg_set_availability("down", why="E-STOP")
        case = self.env["mfg.case"]._ensure(chain, "E-STOP", self.equipment)
        self.given_hold(self.order, blocker=request, case=case)
        self.commit()

        told = " ".join(moment["title"] for moment in self.timeline(self.equipment))

        self.assertIn("Maintenance asked for", told)
        self.assertIn(f"{self.equipment.display_name} is down", told)
        self.assertIn(f"{self.order.display_name} held", told)

    def test_d7_work_center_tells_when_it_worked_and_stood_still(self):
        self.given_running_workorder()
        self.workcenter._mfg_block("E-STOP")

        self.assertTrue(self.titles(self.workcenter, "work"))

    def test_d7_who_may_not_read_the_document_sees_no_timeline(self):
        viewer = new_test_user(
            self.env, "timeline-viewer", "mfg_integration_core.group_viewer"
        )
        timeline = (
            self.env["mfg.timeline"]
            .with_user(viewer)
            .create({"res_model": self.order._name, "res_id": self.order.id})
        )

        with self.assertRaises(AccessError):
            timeline.read(["timeline"])

    def test_d7_document_of_a_message_is_found_by_an_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")

        for table in ("mfg_inbox_event", "mfg_outbox_message"):
            self.env.cr.execute(
                f"EXPLAIN SELECT id FROM {table}"
                " WHERE correlation_id IN ('a') OR (res_model = 'x' AND res_id = 1)"
            )
            plan = "\n".join(line for (line,) in self.env.cr.fetchall())

            self.assertIn(f"{table}_document_index", plan)
