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
        return [
            self._with_detail(connector, line, turn, item)
            if _is_asked_about(turn, item, known.get(item.key))
            else item
            for item in items
        ]

    def _with_detail(self, connector, line, turn, item):
        self._renew_lease(turn)
        plan = turn.plan.detail
        return (
            self.env["mfg.connector.adapter"]
            ._of(connector)
            ._fetch(
                line,
                plan.request(item, line.connector),
                lambda answer: plan.read(
                    item, Reply(answer.status, answer.headers, answer.body)
                ),
            )
        )

    def _renew_lease(self, turn):
        """Keep the list for one more request."""
        with read_committed(self.env.registry) as cr:
            now = self._assert_leased(cr, turn)
            lease_until = now + timedelta(seconds=turn.lease_s)
            update_source(cr, turn.source_id, {"lease_until": naive(lease_until)})


def _is_asked_about(turn, item, known):
    """Whether an item will be told and the partner can be asked about it."""
    if not item.key or item.deleted or not isinstance(item.document, dict):
        return False
    return judge(item, known, turn.since, turn.baseline).is_news
