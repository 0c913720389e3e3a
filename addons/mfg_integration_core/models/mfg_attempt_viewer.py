from odoo import _, api, fields, models

from ..protocols import curl
from ..protocols.text_difference import comparable, difference


class MfgAttemptViewer(models.Model):
    """What a person wants to know of an attempt beside what was recorded."""

    _inherit = "mfg.delivery.attempt"

    duration_share = fields.Float(
        compute="_compute_duration_share",
        help="Percent of the longest attempt of the same event or message.",
    )
    request_difference = fields.Text(compute="_compute_differences")
    answer_difference = fields.Text(compute="_compute_differences")
    previous_id = fields.Many2one(
        "mfg.delivery.attempt", "Attempt before", compute="_compute_differences"
    )
    curl = fields.Text("As curl", compute="_compute_curl")

    @api.depends("duration_ms")
    def _compute_duration_share(self):
        for attempt in self:
            siblings = (attempt.message_id or attempt.event_id).attempt_ids
            longest = max(siblings.mapped("duration_ms"), default=0)
            attempt.duration_share = (
                100.0 * attempt.duration_ms / longest if longest else 0.0
            )

    def _compute_differences(self):
        """What was sent and answered otherwise than by the attempt before."""
        for attempt in self:
            siblings = (attempt.message_id or attempt.event_id).attempt_ids
            before = siblings.filtered(
                lambda one, attempt=attempt: one.number < attempt.number
            ).sorted("number")[-1:]
            attempt.previous_id = before
            attempt.request_difference = attempt.answer_difference = ""
            if before:
                attempt.request_difference = difference(
                    before._request_told(), attempt._request_told()
                )
                attempt.answer_difference = difference(
                    before._answer_told(), attempt._answer_told()
                )

    def _compute_curl(self):
        for attempt in self:
            attempt.curl = attempt.request_url and curl.command(
                attempt.request_method,
                attempt.request_url,
                attempt.request_headers or {},
                (attempt.request_text or "").encode(),
            )

    def _request_told(self):
        """The request as text that can be compared line by line."""
        self.ensure_one()
        return _told(
            f"{self.request_method or ''} {self.request_url or ''}".strip(),
            self.request_headers,
            self.request_text,
        )

    def _answer_told(self):
        """The answer as text that can be compared line by line."""
        self.ensure_one()
        status = self.response_status
        return _told(
            _("HTTP status %(status)s", status=status) if status else "",
            self.response_headers,
            self.response_text or self.error_detail,
        )


def _told(first: str, headers: dict | None, body: str | None) -> str:
    """One exchange, half of it, line by line."""
    lines = [f"{name}: {value}" for name, value in sorted((headers or {}).items())]
    return "\n".join([first, *lines, "", comparable(body or "")]).strip()
