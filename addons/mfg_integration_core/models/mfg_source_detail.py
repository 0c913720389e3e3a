from datetime import timedelta

from odoo import models

from ..protocols.poll_item import judge
from ..protocols.template_answer import Reply
from ..unit_of_work import read_committed
from .mfg_source_lease import naive, update_source


class MfgSourceDetail(models.AbstractModel):
    """How the rest of the items is asked for that a list tells too little of."""

    _inherit = "mfg.source.worker"

    def _with_details(self, connector, line, turn, items):
        """The items of a page; those that are news with their detail.

        Whether they are is judged again when the page is stored, by the same worker.

        :raise LeaseLostError: somebody else reads the list by now
        """
        keys = [item.key for item in items if item.key]
        with read_committed(self.env.registry) as cr:
            known = self.env["mfg.source.item"]._known(cr, turn.source_id, keys)
        completed = []
        for item in items:
            verdict = _verdict(turn, item, known)
            if verdict and verdict.is_news and isinstance(item.document, dict):
                before = known.get(item.key)
                mark = before and before.mark
                item = self._with_detail(connector, line, turn, item, mark)
                verdict = _verdict(turn, item, known)
            if verdict and verdict.known:
                # A list may hold an item twice.
                known[item.key] = verdict.known
            completed.append(item)
        return completed

    def _with_detail(self, connector, line, turn, item, mark):
        self._renew_lease(turn)
        plan = turn.plan.detail
        return (
            self.env["mfg.connector.adapter"]
            ._of(connector)
            ._fetch(
                line,
                plan.request(item, line.connector),
                lambda answer: plan.read(
                    item, Reply(answer.status, answer.headers, answer.body), mark
                ),
            )
        )

    def _renew_lease(self, turn):
        """Keep the list for one more request."""
        with read_committed(self.env.registry) as cr:
            now = self._assert_leased(cr, turn)
            lease_until = now + timedelta(seconds=turn.lease_s)
            update_source(cr, turn.source_id, {"lease_until": naive(lease_until)})


def _verdict(turn, item, known):
    """What an item means, None for one that the partner cannot be asked about."""
    if not item.key or item.deleted:
        return None
    return judge(item, known.get(item.key), turn.since, turn.baseline)
