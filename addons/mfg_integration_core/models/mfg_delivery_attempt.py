import base64
import time

from odoo import fields, models

from ..exceptions import in_full


class MfgDeliveryAttempt(models.Model):
    """One try to deliver a message or to handle an event."""

    _name = "mfg.delivery.attempt"
    _description = "Attempt"
    _order = "id desc"
    _rec_name = "number"

    message_id = fields.Many2one("mfg.outbox.message", ondelete="cascade", index=True)
    event_id = fields.Many2one("mfg.inbox.event", ondelete="cascade", index=True)
    number = fields.Integer(help="1 for the first try.")
    started_at = fields.Datetime(required=True)
    duration_ms = fields.Integer("Duration (ms)")
    outcome = fields.Selection(
        [
            ("running", "Running"),
            ("succeeded", "Succeeded"),
            ("retryable", "To be retried"),
            ("permanent", "Refused"),
            ("abandoned", "Outcome unknown"),
        ],
        required=True,
        default="running",
    )
    request_method = fields.Char()
    request_url = fields.Char("Request URL")
    request_headers = fields.Json(help="Credentials are masked.")
    request_body = fields.Binary(attachment=False)
    response_status = fields.Integer()
    response_headers = fields.Json()
    response_body = fields.Binary(attachment=False)
    error_class = fields.Char()
    error_detail = fields.Text()
    request_text = fields.Text(compute="_compute_texts")
    response_text = fields.Text(compute="_compute_texts")

    def _compute_texts(self):
        """Bodies as text a person can read."""
        for attempt in self.with_context(bin_size=False):
            attempt.request_text = _readable(attempt.request_body)
            attempt.response_text = _readable(attempt.response_body)

    def _finish(self, task, outcome, error=None):
        """Close the attempt of a worker's task, with what went wrong, if anything."""
        attempt = self.browse(task.attempt_id)
        attempt.write(
            {
                "duration_ms": round((time.monotonic() - task.begun) * 1000),
                "outcome": outcome,
                "error_class": type(error).__name__ if error else False,
                "error_detail": in_full(error) if error else False,
            }
        )


def _readable(stored: bytes | bool) -> str:
    """A stored body as text; bytes that are no UTF-8 show as their escapes."""
    return base64.b64decode(stored or b"").decode("utf-8", "backslashreplace")
