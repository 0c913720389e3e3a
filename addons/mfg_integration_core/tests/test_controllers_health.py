from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..models.mfg_sweeper import MfgSweeper
from ..models.mfg_sweeper_watch import MfgSweeperWatch


@tagged("post_install", "-at_install")
class TestHealthController(HttpCase):
    def health_while(self, *, runner, sweeper):
        """Status of the answer and what it says, while they are alive or not."""
        with (
            patch.object(MfgSweeper, "_runner_holds_lock", return_value=runner),
            patch.object(MfgSweeper, "_oldest_wake_job_at", return_value=None),
            patch.object(MfgSweeperWatch, "_sweeper_is_alive", return_value=sweeper),
        ):
            answer = self.url_open("/mfg/v1/health")
        return answer.status_code, answer.json()["status"]

    def test_l3_health_is_red_when_runner_and_sweeper_are_both_gone(self):
        red = self.health_while(runner=False, sweeper=False)

        self.assertEqual(red, (503, "nobody_works"))

    def test_l3_health_is_green_while_one_of_them_works(self):
        for runner, sweeper in ((True, False), (False, True), (True, True)):
            green = self.health_while(runner=runner, sweeper=sweeper)

            self.assertEqual(green, (200, "ok"))
