import base64
import time

from psycopg2.extras import Json, execute_values

from odoo import _, fields, models

from ..exceptions import in_full
from .mfg_masked_mixin import NOBODY, readable


class MfgDeliveryAttempt(models.Model):
    """One try to deliver a message or to handle an event."""

    _name = "mfg.delivery.attempt"
    _description = "Attempt"
    _inherit = ["mfg.masked.mixin"]
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
    request_body = fields.Binary("Stored Request", attachment=False, groups=NOBODY)
    response_status = fields.Integer()
    response_headers = fields.Json()
    response_body = fields.Binary("Stored Answer", attachment=False, groups=NOBODY)
    error_class = fields.Char()
    error_detail = fields.Text()
    request_text = fields.Text(compute="_compute_texts")
    response_text = fields.Text(compute="_compute_texts")
    request_shown = fields.Binary("Request Body", compute="_compute_request_shown")
    response_shown = fields.Binary("Answer's Body", compute="_compute_response_shown")

    def _compute_texts(self):
        """Bodies as text a person can read, masked where rules ask for it."""
        for attempt, whole in self._with_whole():
            mask = attempt._mask()
            attempt.request_text = mask.text(readable(whole.request_body))
            attempt.response_text = mask.text(readable(whole.response_body))

    def _compute_request_shown(self):
        for attempt, whole in self._with_whole():
            attempt.request_shown = attempt._shown_body(whole.request_body)

    def _compute_response_shown(self):
        for attempt, whole in self._with_whole():
            attempt.response_shown = attempt._shown_body(whole.response_body)

    def _masked_row(self):
        return self.message_id or self.event_id

    def _whole_bodies(self):
        whole = self._whole()
        named = (
            (_("Request"), whole.request_body),
            (_("Answer"), whole.response_body),
        )
        bodies = [(title, readable(body)) for title, body in named if body]
        return [*super()._whole_bodies(), *bodies]

    def _finish(self, task, outcome, error=None):
        """Close the attempt of a task, with what went wrong, if anything."""
        attempt = self.browse(task.attempt_id)
        attempt.write(
            {
                "duration_ms": round((time.monotonic() - task.begun) * 1000),
                "outcome": outcome,
                "error_class": type(error).__name__ if error else False,
                "error_detail": in_full(error) if error else False,
            }
        )
        attempt.flush_recordset()
        self.env["mfg.metric"]._sample(self.env.cr, attempt.ids)

    def _keep_requests(self, cr, requests):
        """Store what will be sent, before it is.

        :param requests: ``(attempt id, exchange or another request)``
        """
        if not requests:
            return
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            """
            UPDATE mfg_delivery_attempt attempt
               SET request_method = sent.method, request_url = sent.url,
                   request_headers = sent.headers, request_body = sent.body
              FROM (VALUES %s) AS sent (id, method, url, headers, body)
             WHERE attempt.id = sent.id
            """,
            [
                (
                    attempt_id,
                    exchange.method,
                    exchange.url,
                    Json(exchange.headers),
                    base64.b64encode(exchange.body or b""),
                )
                for attempt_id, exchange in requests
            ],
            template="(%s, %s, %s, %s::jsonb, %s::bytea)",
            page_size=len(requests),
        )

    def _close(self, cr, deliveries, verdicts):
        """Store how deliveries ended, with the last answer, whatever it means.

        Where it answers another request than the one that was kept before, that one
        is kept instead.
        """
        last = [each.answers[-1] if each.answers else None for each in deliveries]
        self._keep_requests(
            cr,
            [
                (delivery.task.attempt_id, answer.sent)
                for delivery, answer in zip(deliveries, last, strict=True)
                if answer and answer.sent
            ],
        )
        rows = []
        for delivery, verdict, answer in zip(deliveries, verdicts, last, strict=True):
            error = delivery.error
            rows.append(
                (
                    delivery.task.attempt_id,
                    verdict.outcome,
                    delivery.duration_ms,
                    answer and answer.status,
                    Json(answer.headers) if answer else None,
                    base64.b64encode(answer.body) if answer else None,
                    type(error).__name__ if error else None,
                    in_full(error) if error else None,
                )
            )
        execute_values(
            cr._obj,
            """
            UPDATE mfg_delivery_attempt attempt
               SET outcome = ended.outcome, duration_ms = ended.duration_ms,
                   response_status = ended.status, response_headers = ended.headers,
                   response_body = ended.body, error_class = ended.error_class,
                   error_detail = ended.error_detail
              FROM (VALUES %s) AS ended
                   (id, outcome, duration_ms, status, headers, body, error_class,
                    error_detail)
             WHERE attempt.id = ended.id
            """,
            rows,
            template="(%s, %s, %s, %s::integer, %s::jsonb, %s::bytea, %s, %s)",
            page_size=len(rows),
        )
        self.env["mfg.metric"]._sample(cr, [row[0] for row in rows])
