import os
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

TOKEN = "f00d"


@tagged("post_install", "-at_install")
class TestMetricsController(HttpCase):
    def scrape(self, configured, sent):
        """The answer to a scraper that sends ``sent``."""
        environment = {"MFG_INTEGRATION_METRICS_TOKEN": configured}
        headers = {"Authorization": f"Bearer {sent}"}
        with patch.dict(os.environ, environment):
            return self.url_open("/mfg/v1/metrics", headers=headers)

    def test_l3_without_a_token_in_the_deployment_there_is_no_such_page(self):
        self.assertEqual(self.scrape(configured="", sent="").status_code, 404)

    def test_l3_wrong_token_is_refused(self):
        self.assertEqual(self.scrape(configured=TOKEN, sent="beef").status_code, 401)

    def test_l3_right_token_gets_the_text_of_prometheus(self):
        answer = self.scrape(configured=TOKEN, sent=TOKEN)

        self.assertEqual(answer.status_code, 200)
        self.assertIn("version=0.0.4", answer.headers["Content-Type"])
        self.assertIn('mfg_alive{part="runner"} ', answer.text)
