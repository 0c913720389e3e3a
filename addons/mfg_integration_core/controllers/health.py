import time
from datetime import timezone

from odoo import fields, http
from odoo.http import request
from odoo.tools import config

from .. import deployment

#: The sweeper runs every minute; three missed rounds mean that no cron runs.
SWEEPER_SILENT_S = 200


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
        runner = env["mfg.sweeper"]._runner_is_alive()
        sweeper = bool(beat) and _age_s(beat) < SWEEPER_SILENT_S
        healthy = runner or sweeper
        return request.make_json_response(
            {
                "status": "ok" if healthy else "nobody_works",
                "runner_alive": runner,
                "sweeper_alive": sweeper,
                "sweeper_beat_at": beat
                and beat.replace(tzinfo=timezone.utc).isoformat(),
                "oldest_pending_s": _oldest_pending_s(env),
                # Without one the doors can't tell which database a call is for.
                "database_is_fixed": bool(config["db_name"] or config["dbfilter"]),
                "keys_configured": bool(deployment.keys()),
                "armed": env["mfg.connector"]._is_armed(),
            },
            status=200 if healthy else 503,
        )


def _age_s(moment) -> float:
    return (fields.Datetime.now() - moment).total_seconds()


def _oldest_pending_s(env) -> int:
    """Age in seconds of the oldest work that is due and that nobody has done yet.

    What waits in a parked lane waits for a person and does not count.
    """
    connectors = env["mfg.connector"].search([("state", "=", "live")])
    moments = [connector._due_view().oldest_due_at for connector in connectors]
    oldest = min((moment for moment in moments if moment is not None), default=None)
    return max(0, round(time.time() - oldest)) if oldest else 0
