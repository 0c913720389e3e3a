from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestMapVersion(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.scene.wordy()
        cls.maps = cls.env["mfg.value.map"]
        cls.entry = cls.maps.create(cls.entry_values("R7", "tool_broken"))
        cls.connector.state = "live"
        cls.author, cls.other = (
            new_test_user(cls.env, name, "mfg_integration_core.group_approver")
            for name in ("maps-author", "maps-other")
        )

    @classmethod
    def entry_values(cls, code, word, **values):
        return {
            "connector_id": cls.connector.id,
            "map_name": "reason",
            "partner_code": code,
            "value": word,
            **values,
        }

    def meaning(self, code="R7"):
        return self.maps._ours(self.connector, "reason", code)

    def given_draft(self, word="no_material"):
        """Another meaning for R7, proposed by the author."""
        action = self.entry.with_user(self.author).action_propose()
        proposed = self.maps.with_user(self.author).browse(action["res_id"])
        proposed.value = word
        proposed.version_id.why = "They changed it"
        return proposed.version_id

    # -------------------------------------------------------------- second person

    def test_k6_change_of_a_live_map_needs_a_second_person(self):
        entry = self.entry.with_user(self.author)

        with self.assertRaisesRegex(UserError, "Propose a change"):
            entry.value = "no_material"
        with self.assertRaisesRegex(UserError, "second person"):
            entry.unlink()
        self.assertEqual(self.meaning(), "tool_broken")

    def test_k6_meaning_for_one_plant_changes_what_held_for_all(self):
        plant = self.scene.plant("Berlin")

        with self.assertRaisesRegex(UserError, "second person"):
            self.maps.with_user(self.author).create(
                self.entry_values("R7", "no_material", plant_id=plant.id)
            )

    def test_k6_new_word_holds_at_once_unless_the_connector_asks_for_more(self):
        maps = self.maps.with_user(self.author)
        maps.create(self.entry_values("R8", "no_material"))
        self.assertEqual(self.meaning("R8"), "no_material")

        self.connector.map_approval = "all"

        with self.assertRaisesRegex(UserError, "second person"):
            maps.create(self.entry_values("R9", "no_operator"))

    def test_k6_shipped_word_is_changed_by_a_draft_only(self):
        shipped = self.maps.search(
            [("connector_id", "=", self.connector.id), ("partner_code", "=", "BAD")]
        )

        action = shipped.with_user(self.author).action_override()

        proposed = self.maps.browse(action["res_id"])
        self.assertEqual(proposed.version_id.state, "draft")
        self.assertFalse(proposed.replaces_id)

    def test_k6_author_does_not_publish_what_he_wrote(self):
        draft = self.given_draft()

        with self.assertRaisesRegex(UserError, "another Integration Approver"):
            draft.with_user(self.author).action_publish()
        self.assertEqual(self.meaning(), "tool_broken")

    def test_k6_who_has_changed_the_draft_is_an_author_too(self):
        draft = self.given_draft()
        draft.with_user(self.other).entry_ids.value = "no_operator"

        with self.assertRaisesRegex(UserError, "another Integration Approver"):
            draft.with_user(self.other).action_publish()

    def test_k6_only_an_approver_publishes(self):
        operator = new_test_user(
            self.env, "maps-operator", "mfg_integration_core.group_operator"
        )

        with self.assertRaises(AccessError):
            self.given_draft().with_user(operator).action_publish()

    def test_k6_draft_cannot_be_made_to_hold_by_writing_to_it(self):
        draft = self.given_draft()

        with self.assertRaises(UserError):
            draft.entry_ids.with_user(self.author).version_id = False
        with self.assertRaises(AccessError):
            draft.with_user(self.author).write({"state": "published"})
        with self.assertRaises(AccessError):
            draft.with_user(self.author).write({"author_id": self.other.id})

    # ----------------------------------------------------------------- publishing

    def test_b9_draft_holds_nothing_until_another_person_publishes_it(self):
        draft = self.given_draft()
        self.assertEqual(self.meaning(), "tool_broken")

        draft.with_user(self.other).action_publish()

        self.assertEqual(self.meaning(), "no_material")
        self.assertRecordValues(
            draft,
            [
                {
                    "state": "published",
                    "number": 1,
                    "author_id": self.author.id,
                    "publisher_id": self.other.id,
                }
            ],
        )

    def test_k6_difference_is_kept_and_audited(self):
        draft = self.given_draft()

        draft.with_user(self.other).action_publish()
        self.env.flush_all()
        self.env.invalidate_all()

        gone, come = draft.difference.splitlines()
        self.assertIn("- Reason: R7 = tool_broken", gone)
        self.assertIn("+ Reason: R7 = no_material", come)
        (entry,) = self.audit(self.connector, "mapping.published")
        self.assertEqual(entry.new_value, draft.difference)
        self.assertEqual((entry.actor, entry.why), ("maps-other", "They changed it"))

    def test_b9_draft_may_remove_an_entry(self):
        self.entry.with_user(self.author).action_propose_removal()
        draft = self.env["mfg.map.version"].search([("state", "=", "draft")])

        draft.with_user(self.other).action_publish()

        self.assertIsNone(self.meaning())
        self.assertIn("- Reason: R7", draft.difference)

    def test_b9_published_version_is_history(self):
        draft = self.given_draft()
        draft.with_user(self.other).action_publish()

        with self.assertRaisesRegex(UserError, "no draft any more"):
            draft.entry_ids.value = "no_operator"
        with self.assertRaisesRegex(UserError, "is kept"):
            draft.unlink()
        with self.assertRaisesRegex(UserError, "is no draft"):
            draft.with_user(self.other).action_publish()

    def test_b9_version_that_held_once_can_still_be_read_with(self):
        first = self.given_draft("no_material")
        first.with_user(self.other).action_publish()
        self.given_draft("no_operator").with_user(self.other).action_publish()
        self.env.flush_all()
        self.env.invalidate_all()

        then = self.maps.with_context(mfg_map_version_id=first.id)

        self.assertEqual(then._ours(self.connector, "reason", "R7"), "no_material")
        self.assertEqual(self.meaning(), "no_operator")

    def test_b9_discarded_draft_changes_nothing(self):
        draft = self.given_draft()

        draft.with_user(self.author).action_discard()

        self.assertEqual((draft.state, self.meaning()), ("discarded", "tool_broken"))

    def test_b9_words_of_a_draft_are_read_by_who_tries_it_only(self):
        draft = self.given_draft()
        trying = self.maps.with_context(mfg_map_version_id=draft.id)

        self.assertEqual(trying._ours(self.connector, "reason", "R7"), "no_material")
        self.assertEqual(self.meaning(), "tool_broken")
