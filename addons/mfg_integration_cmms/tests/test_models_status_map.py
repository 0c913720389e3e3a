from odoo.exceptions import ValidationError

from .common import CmmsCase


class TestStatusMap(CmmsCase):
    """What the CMMS's statuses mean is said on the screen, in words of the contract."""

    def given_entry(self, code, word, **values):
        return self.env["mfg.value.map"].create(
            {
                "connector_id": self.connector.id,
                "map_name": "status",
                "direction": "in",
                "partner_code": code,
                "value": word,
                **values,
            }
        )

    def state_of(self, status):
        """The canonical state that a webhook of the CMMS with this status reports."""
        body = (
            '{"event": "workorder.changed", "wo_no": "WO-1", "version": 1,'
            f' "status": "{status}", "changed_at": 1795212900000}}'
        )
        template = self.connector._get_template()
        return template.webhook({}, body.encode()).data["state"]

    def test_b1_status_of_the_cmms_means_one_canonical_state(self):
        self.given_entry("ESCALATED", "in_progress")

        self.assertEqual(self.state_of("ESCALATED"), "in_progress")
        self.assertEqual(self.state_of("FINISHED"), "completed")

    def test_b1_status_cannot_mean_what_the_contract_does_not_know(self):
        with self.assertRaisesRegex(ValidationError, "Choose one of: requested, appr"):
            self.given_entry("ESCALATED", "escalated")

    def test_b1_words_to_choose_from_are_shown(self):
        entry = self.env["mfg.value.map"].new(
            {"connector_id": self.connector.id, "map_name": "status"}
        )

        self.assertIn("waiting_parts", entry.known_words)
