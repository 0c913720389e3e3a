import logging
import time
from dataclasses import replace
from datetime import timedelta

from psycopg2.extras import Json

from odoo import _, models

from ..exceptions import (
    LeaseLostError,
    MfgIntegrationError,
    PermanentDeliveryError,
    RetryableDeliveryError,
    in_full,
)
from ..protocols import poll_run
from ..protocols.poll_run import Run
from ..protocols.retry_policy import delay_before
from ..unit_of_work import read_committed
from .mfg_source_lease import naive, update_source

_logger = logging.getLogger(__name__)

#: Pages are read for so long before the lanes get their turn again.
TURN_S = 1.0
#: A source that fails is tried again at least this often, whatever the retry plan.
LONGEST_WAIT_S = 900.0
#: Refusals that may mean that the partner does not know the place in the list any more.
PLACE_LOST = frozenset({"http_400", "http_404", "http_410", "http_422", "same_page"})


class MfgSourcePolling(models.AbstractModel):
    """How a source that is due is read; no transaction is open while it is asked."""

    _inherit = "mfg.source.worker"

    def _poll_due(self, connector):
        """Read some pages of a source that is due; how many were read or tried."""
        if not connector._polls():
            return 0
        turn = self._claim(connector)
        if turn is None:
            return 0
        pages = 0
        adapter = self.env["mfg.connector.adapter"]._of(connector)
        try:
            with adapter._open(connector) as line:
                until = time.monotonic() + TURN_S
                while not pages or time.monotonic() < until:
                    pages += 1
                    following = self._read_page(connector, line, turn)
                    if following is None:
                        return pages
                    turn = following
            self._give_back(turn)
        except LeaseLostError as error:
            _logger.info("%s", error)
        except Exception as error:  # noqa: BLE001  every failure is recorded
            self._fail(connector, turn, error)
        # One that could not even be tried is not due any more, which is a step, too.
        return max(pages, 1)

    def _read_page(self, connector, line, turn):
        """Read and store one page; the turn for the next one, None at the end."""
        plan, run = turn.plan, turn.run
        since = poll_run.asked_since(turn.watermark, turn.since, plan.overlap_s)
        adapter = self.env["mfg.connector.adapter"]._of(connector)
        line.assert_alive()
        request = plan.request(run.place, since, line.connector)
        try:
            read = adapter._fetch(
                line,
                request,
                lambda answer: plan.read(
                    run.place, request.url, answer.status, answer.headers, answer.body
                ),
            )
        except PermanentDeliveryError as error:
            raise _told_for_pages(error) from error
        poll_run.check_page(run, read.page)
        if plan.detail:
            items = self._with_details(connector, line, turn, read.items)
            read = replace(read, items=items)
        with read_committed(self.env.registry) as cr:
            now = self._assert_leased(cr, turn)
            return self._store(cr, connector, line, turn, read, now)

    def _fail(self, connector, turn, error):
        """Record why a page was not read, and when it is tried again."""
        if not isinstance(error, MfgIntegrationError):
            _logger.error(
                "%s of %s was not polled",
                turn.plan.name,
                connector.code,
                exc_info=error,
            )
            told = _(
                "An error in Odoo itself: %(kind)s. Nothing is lost; it is tried again"
                " by itself. The server's log tells your administrator more.",
                kind=type(error).__name__,
            )
        else:
            told = in_full(error)
        failures = turn.failures + 1
        wait = self._wait_s(connector, turn, failures, error)
        values = {
            "failures": failures,
            "error": told,
            "lease_token": None,
            "lease_until": None,
        }
        first = turn.plan.paging.first()
        if getattr(error, "code", None) in PLACE_LOST and turn.run.place != first:
            # The pass begins anew; what it brought is known and not told twice.
            number = turn.run.number + 1
            values["position"] = Json(Run(number, first).as_json())
            values["pass_number"] = number
        try:
            with read_committed(self.env.registry) as cr:
                now = self._assert_leased(cr, turn)
                values["next_at"] = naive(now + timedelta(seconds=wait))
                update_source(cr, turn.source_id, values)
        except LeaseLostError as lost:
            _logger.info("%s", lost)

    def _wait_s(self, connector, turn, failures, error):
        """Seconds until the next try; a source is never given up."""
        policy = connector._retry_policy()
        attempt = min(failures + 1, policy.max_attempts)
        planned = delay_before(attempt, policy)
        wait = min(planned, max(LONGEST_WAIT_S, turn.every_s))
        return max(wait, getattr(error, "retry_after", None) or 0.0)


def _told_for_pages(error):
    """An error in the words of somebody who reads a list page by page."""
    if error.code != "answer_too_long":
        return error
    return RetryableDeliveryError(
        f"A page is too long. {error.detail}",
        code=error.code,
        remedy="Ask for fewer items per page: lower `paging/limit` in the template.",
    )
