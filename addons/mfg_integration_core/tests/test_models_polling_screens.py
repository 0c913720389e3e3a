from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .polling_case import PollingCase


@tagged("post_install", "-at_install")
class TestPollingScreens(PollingCase):
    def health(self):
        return self.on_source(lambda source: source.health)

    def test_source_says_how_it_is(self):
        self.assertEqual(self.health(), "waiting")
        self.poll()
        self.assertEqual(self.health(), "ok")
        self.partner.answers.append((500, {}, b"oops"))
        self.poll()
        self.assertEqual(self.health(), "failing")
        self.sql(
            "UPDATE mfg_source SET succeeded_at = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual(self.health(), "stale")

        trouble, families = self.commit(
            lambda env: (
                env["mfg.connector"].browse(self.connector_id).source_trouble,
                [str(one) for one in env["mfg.metric"]._families_of_sources()],
            )
        )

        self.assertIn("oops", trouble)
        self.assertEqual(len(families), 3)

    def test_poll_now_makes_the_source_due_and_says_why_it_cannot(self):
        self.poll()
        self.on_source(lambda source: source.action_poll_now())
        self.assertLessEqual(self.column("next_at"), datetime.utcnow())

        self.on_source(lambda source: source.action_pause())
        with self.assertRaisesRegex(UserError, "Resume it first"):
            self.on_source(lambda source: source.action_poll_now())

    def test_viewer_may_look_and_only_an_operator_may_act(self):
        def try_as(env, group):
            user = new_test_user(env, f"polling-{group}", f"base.group_user,{group}")
            source = self.source_in(env).with_user(user)
            source.read(["label", "health", "error", "progress"])
            source.action_poll_now()
            env.cr.rollback()

        core = "mfg_integration_core"
        with self.assertRaises(AccessError):
            self.commit(lambda env: try_as(env, f"{core}.group_viewer"))
        self.commit(lambda env: try_as(env, f"{core}.group_operator"))

    def test_only_an_administrator_may_start_over(self):
        def try_as(env):
            user = new_test_user(
                env,
                "polling-restart",
                "base.group_user,mfg_integration_core.group_operator",
            )
            env["mfg.source.restart"].with_user(user).create(
                {"source_id": self.source_in(env).id}
            )

        with self.assertRaises(AccessError):
            self.commit(try_as)
