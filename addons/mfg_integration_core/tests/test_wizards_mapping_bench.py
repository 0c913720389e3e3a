import json

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_models_value_map_waiting import WordyCase


@tagged("post_install", "-at_install")
class TestMappingBench(WordyCase):
    """An event is tried out, and nothing of it stays."""

    def bench(self, **values):
        """What the person sees after pressing Try."""

        def press(env):
            wizard = env["mfg.mapping.bench"].create(
                {"connector_id": self.connector_id, **values}
            )
            wizard.action_try()
            return wizard.canonical, wizard.effect, wizard.fails

        return self.commit(press)

    def event_ids(self):
        return [
            event_id
            for (event_id,) in self.sql(
                "SELECT id FROM mfg_inbox_event WHERE connector_id = %s ORDER BY id",
                self.connector_id,
            )
        ]

    def given_draft(self, **values):
        """A version with one entry of the map that webhooks are read with."""

        def propose(env):
            version = env["mfg.map.version"].create({"connector_id": self.connector_id})
            env["mfg.value.map"].create(
                {
                    "connector_id": self.connector_id,
                    "version_id": version.id,
                    "map_name": "fail",
                    "direction": "in",
                    **values,
                }
            )
            return version.id

        return self.commit(propose)

    def test_b9_pasted_webhook_is_told_in_our_terms_and_posts_nothing(self):
        body = {"subject": "ORDER-1", "number": 5, "how": "BAD"}

        canonical, effect, fails = self.bench(text=json.dumps(body))

        self.assertEqual(
            json.loads(canonical),
            {"type": "mfg.test.happened.v1", "data": {"number": 5, "fail": "invalid"}},
        )
        self.assertIn("asked to be refused", effect)
        self.assertTrue(fails)
        self.assertEqual((self.states(), self.effects()), ([], []))

    def test_b9_pasted_cloudevent_tells_its_effect(self):
        _canonical, effect, fails = self.bench(text=json.dumps(self.event(5)))

        self.assertFalse(fails)
        self.assertTrue(effect)
        self.assertEqual((self.states(), self.effects()), ([], []))

    def test_b9_stored_event_is_tried_and_stays_as_it_was(self):
        self.given_webhook("ODD")
        self.drain()
        (event_id,) = self.event_ids()

        canonical, effect, fails = self.bench(event_id=event_id)

        self.assertIn("Waiting for a value mapping", canonical)
        self.assertIn("Test says ODD", effect)
        self.assertTrue(fails)
        self.assertEqual(self.states(), ["waiting"])

    def test_b9_draft_is_tried_with_a_stored_event(self):
        self.given_webhook("ODD")
        self.drain()
        (event_id,) = self.event_ids()
        version_id = self.given_draft(partner_code="ODD", value="none")

        canonical, _effect, fails = self.bench(event_id=event_id, version_id=version_id)

        self.assertEqual(json.loads(canonical)["data"]["fail"], "none")
        self.assertFalse(fails)
        # Neither the event nor the words that hold know of it.
        self.drain()
        self.assertEqual((self.states(), self.effects()), (["waiting"], []))

    def test_b9_text_that_is_no_event_is_told_plainly(self):
        with self.assertRaises(UserError):
            self.bench(text="not JSON")
        with self.assertRaisesRegex(UserError, "or paste one"):
            self.bench()

    # --------------------------------------------------------- a time of events

    def try_draft(self, version_id, **values):
        """``[(before, after, differs)]`` of the stored events."""

        def run(env):
            wizard = env["mfg.map.try"].create({"version_id": version_id, **values})
            wizard.action_run()
            version = env["mfg.map.version"].browse(version_id)
            return [
                (trial.before, trial.after, trial.differs)
                for trial in version.trial_ids.sorted("id")
            ]

        return self.commit(run)

    def test_b9_draft_over_stored_events_shows_where_they_are_read_differently(self):
        self.given_webhook("BAD", 1)
        self.given_webhook("EARLY", 2, subject="ORDER-2")
        self.drain()
        version_id = self.given_draft(partner_code="BAD", value="none")

        trials = self.try_draft(version_id)

        self.assertEqual(sorted(differs for _b, _a, differs in trials), [False, True])
        ((before, after),) = [(b, a) for b, a, differs in trials if differs]
        self.assertIn('"invalid"', before)
        self.assertIn('"none"', after)
        self.assertEqual(self.states(), ["rejected", "waiting"])

    def test_b9_effects_in_odoo_are_compared_when_asked_for(self):
        self.given_webhook("BAD", 1)
        self.drain()
        version_id = self.given_draft(partner_code="BAD", value="none")

        ((before, after, differs),) = self.try_draft(version_id, with_effects=True)

        self.assertTrue(differs)
        self.assertIn("asked to be refused", before)
        self.assertNotIn("asked to be refused", after)
        self.assertEqual(self.effects(), [])
