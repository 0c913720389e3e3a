import json
import uuid

from odoo.tests import tagged

from .screens_case import ScreensCase
from .test_browser_rules import HANDS

PASTE = """
await action.doAction(benchId, {
    additionalContext: { default_connector_id: connectorId },
});
put(await part("text", "textarea"), event);
await press("Try", ".modal footer");
const canonical = await shown(".modal .o_field_widget[name='canonical']");
expect("in our terms", canonical.textContent.includes("mfg.ping.v1"), true);
"""


@tagged("post_install", "-at_install")
class TestBrowserMappingBench(ScreensCase):
    def test_b9_person_pastes_an_event_and_sees_what_it_means(self):
        event = {
            "specversion": "1.0",
            "id": uuid.uuid4().hex,
            "source": "urn:line",
            "type": "mfg.ping.v1",
            "time": "2026-11-20T08:00:00Z",
            "data": {"note": "Hello"},
        }
        bench = self.env.ref("mfg_integration_core.mfg_mapping_bench_action")

        self.browse_as_admin(
            HANDS + PASTE,
            benchId=bench.id,
            connectorId=self.connector.id,
            event=json.dumps(event),
        )
