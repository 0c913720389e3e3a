from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .plants_case import ROLES, PlantsScene

#: What each role may do of what :class:`TestRoles` tries; everything else is refused.
MAY = {
    "viewer": {"look"},
    "operator": {"look", "retry", "cancel", "hold"},
    "approver": {"look", "retry", "cancel", "hold", "correct", "map"},
    "administrator": {
        *("look", "retry", "cancel", "hold", "correct", "map"),
        *("configure", "make_key", "store_secret", "mask", "verify"),
    },
    "auditor": {"look", "verify"},
}


@tagged("post_install", "-at_install")
class TestRoles(TransactionCase):
    """What each of the five roles may do, and what it may not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plants = PlantsScene(cls.env)
        cls.rows = cls.plants.rows["A"]

    def row(self, model, user):
        return self.rows[model].with_user(user)

    def attempts(self, user):
        """``{what: function that does it}``, all as the user."""
        connector = self.row("mfg.connector", user)
        return {
            "look": lambda: [
                self.row(model, user).read(["display_name"])
                for model in ("mfg.inbox.event", "mfg.outbox.message", "mfg.case")
            ],
            "retry": self.row("mfg.inbox.event", user).action_retry,
            "cancel": self.row("mfg.outbox.message", user).action_cancel,
            "hold": lambda: (
                self.env["mfg.hold.place"]
                .with_user(user)
                .create(
                    {
                        "res_model": "mrp.workcenter",
                        "res_ids": self.rows["mfg.hold"]._document().ids,
                        "reason": "Looks odd",
                    }
                )
            ),
            "correct": lambda: (
                self.row("mfg.inbox.event", user)
                .env["mfg.payload.correct"]
                .create({"event_id": self.rows["mfg.inbox.event"].id})
            ),
            "map": lambda: (
                self.env["mfg.value.map"]
                .with_user(user)
                .create(
                    {
                        "connector_id": connector.id,
                        "map_name": "reason",
                        "partner_code": "NEW",
                        "value": "safety",
                    }
                )
            ),
            "configure": lambda: connector.write({"parallelism": 3}),
            "make_key": connector.action_generate_api_key,
            "store_secret": lambda: (
                self.env["mfg.secret"]
                .with_user(user)
                .create(
                    {"connector_id": connector.id, "purpose": "inbound", "sealed": "x"}
                )
            ),
            "mask": lambda: (
                self.env["mfg.masking.rule"]
                .with_user(user)
                .create({"path": "data.operator"})
            ),
            "verify": self.env["mfg.audit.entry"].with_user(user).action_verify,
            "write_row": lambda: self.row("mfg.inbox.event", user).write(
                {"state": "processed"}
            ),
            "forge_audit": lambda: (
                self.env["mfg.audit.entry"]
                .with_user(user)
                .create({"at": fields.Datetime.now(), "action": "hold.lifted"})
            ),
            "make_up_key": lambda: (
                self.env["mfg.api.key"]
                .with_user(user)
                .create({"connector_id": connector.id, "prefix": "x", "digest": "0"})
            ),
            "reveal": lambda: (
                self.env["mfg.body.reveal"]
                .with_user(user)
                .create({"res_model": "mfg.inbox.event", "res_id": 1})
            ),
        }

    def test_k1_each_role_may_do_what_it_is_for_and_nothing_else(self):
        for role in ROLES:
            done = set()
            for what, act in self.attempts(self.plants.user(role)).items():
                try:
                    with self.env.cr.savepoint():
                        act()
                        raise _UndoneError
                except _UndoneError:
                    done.add(what)
                except AccessError:
                    self.assertNotIn(what, MAY[role], role)
                self.env.invalidate_all()
            self.assertEqual(done, MAY[role], role)

    def test_k1_right_to_reveal_belongs_to_no_role_by_itself(self):
        for role in ROLES:
            user = self.plants.user(role)

            self.assertFalse(user.has_group("mfg_integration_core.group_reveal"), role)


class _UndoneError(Exception):
    """What was tried worked; it is taken back, so that the next one finds the same."""
