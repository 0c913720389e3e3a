import time
from datetime import timezone

from odoo import http
from odoo.http import request

from .. import deployment
from ..protocols import sweep


class HealthController(http.Controller):
    """Whether the hub moves; for load balancers and people on call."""

    @http.route(
        "/mfg/v1/health",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def health(self, **params):
        """200 when events are handled and messages sent, 503 when nobody does it."""
        env = request.env(su=True)
        beat = env["mfg.sweeper"]._last_beat("sweeper")
        runner_state = env["mfg.sweeper"]._runner_state()
        runner = runner_state == sweep.ALIVE
        sweeper = env["mfg.sweeper"]._sweeper_is_alive()
        healthy = runner or sweeper
        return request.make_json_response(
            {
                "status": "ok" if healthy else "nobody_works",
                "runner_alive": runner,
                "runner_state": runner_state,
                "sweeper_alive": sweeper,
                "sweeper_beat_at": beat
                and beat.replace(tzinfo=timezone.utc).isoformat(),
                "oldest_pending_s": _oldest_pending_s(env),
                # Else the doors can't tell which database a call is for.
                "database_is_fixed": len(http.db_list(force=True)) == 1,
                "keys_configured": bool(deployment.keys()),
                "armed": env["mfg.connector"]._is_armed(),
            },
            status=200 if healthy else 503,
        )


def _oldest_pending_s(env) -> int:
    """Age in seconds of the oldest work that is due and that nobody has done yet.

    What waits in a parked lane waits for a person and does not count.
    """
    connectors = env["mfg.connector"].search([("state", "=", "live")])
    moments = [connector._due_view().oldest_due_at for connector in connectors]
    oldest = min((moment for moment in moments if moment is not None), default=None)
    return max(0, round(time.time() - oldest)) if oldest else 0
