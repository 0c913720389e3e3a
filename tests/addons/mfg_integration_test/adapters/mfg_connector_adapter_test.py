from odoo import models

from odoo.addons.mfg_integration_core.adapters.mfg_connector_adapter import (
    Answer,
    Exchange,
)
from odoo.addons.mfg_integration_core.exceptions import PermanentDeliveryError


class MfgConnectorAdapterTest(models.AbstractModel):
    """A partner in this very process: takes what it is sent, or refuses if asked to."""

    _name = "mfg.connector.adapter.test"
    _inherit = "mfg.connector.adapter"
    _description = "Test Adapter"

    def _prepare_exchange(self, line, message, uncertain):
        data = message._envelope()["data"]

        def perform(seen, assert_in_time):
            assert_in_time()
            if data.get("answer") == "refuse":
                answer = Answer(422, {"X-Partner": "test"}, b'{"error": "unknown"}')
                seen(answer)
                raise PermanentDeliveryError(
                    f"The partner refused number {data['number']}."
                )
            answer = Answer(201, {}, b'{"id": "T-1"}', "T-1")
            seen(answer)
            return answer

        return Exchange(
            "POST",
            "http://partner.test/things",
            {"Authorization": "***"},
            b"{}",
            perform,
        )
