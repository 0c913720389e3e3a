import json
from dataclasses import replace
from datetime import timedelta

from psycopg2.extras import Json

from odoo import _, models

from ..protocols import poll_run
from ..protocols.poll_item import Item, judge
from .mfg_inbox_polled import arrival_of
from .mfg_source_lease import naive, update_source

#: Fewer missing items than these are believed, whatever their share.
FEW_GONE = 5


class MfgSourcePage(models.AbstractModel):
    """How a page that was read is stored.

    The page's events, what is known of its items and the place behind it are committed
    together: a crash at any point leaves the page either read or not read.
    """

    _inherit = "mfg.source.worker"

    def _store(self, cr, connector, line, turn, read, now):
        """Write what a page brought and where the poll goes on, in one transaction."""
        plan = turn.plan
        arrivals, known = self._judge(cr, line, turn, read.items)
        taken = self._accept(cr, connector, arrivals)
        self.env["mfg.source.item"]._remember(
            cr, turn.source_id, turn.run.number, known
        )
        run = replace(turn.run, note=read.unreadable or turn.run.note)
        step = poll_run.after_page(
            run,
            read.page,
            taken,
            plan.paging.first(),
            plan.paging.stable,
            plan.full,
        )
        refused = 0
        if step.gone_before is not None:
            gone, refused = self._bury(cr, connector, line, turn, step.gone_before)
            taken += gone
        if step.run is None:
            values = self._finished(turn, step, now, refused, run.note)
        else:
            values = self._under_way(turn, step.run, now)
        update_source(cr, turn.source_id, values)
        cr.execute(
            "UPDATE mfg_source SET read_count = COALESCE(read_count, 0) + %s,"
            " event_count = COALESCE(event_count, 0) + %s WHERE id = %s",
            (len(read.items), taken, turn.source_id),
        )
        goes_on = step.run is not None and not values["error"]
        return replace(turn, run=step.run, failures=0) if goes_on else None

    def _judge(self, cr, line, turn, items):
        """The events that items make, and what is known of the items then."""
        keys = [item.key for item in items if item.key]
        before = self.env["mfg.source.item"]._known(cr, turn.source_id, keys)
        now_known, arrivals, changed = dict(before), [], {}
        for item in items:
            if not item.key:
                # Its mapping will say what is wrong; nothing is lost until then.
                arrivals.append(_arrival(turn, line, item, 0))
                continue
            verdict = judge(item, now_known.get(item.key), turn.since, turn.baseline)
            if verdict.known is None:
                continue
            now_known[item.key] = verdict.known
            # Only a full list has to note that an item is still there.
            if turn.plan.full or verdict.known != before.get(item.key):
                changed[item.key] = verdict.known
            if verdict.is_news:
                arrivals.append(_arrival(turn, line, item, verdict.known.repeat))
        return arrivals, changed

    def _accept(self, cr, connector, arrivals):
        """Store events as the door does; how many were new."""
        if not arrivals:
            return 0
        inbox = self.env["mfg.inbox.event"].with_user(connector.user_id)
        results = inbox._accept(cr, connector, arrivals)
        return sum(result["status"] == "accepted" for result in results)

    def _bury(self, cr, connector, line, turn, gone_before):
        """Tell of the items that have disappeared from a full list.

        :return: ``(events made, items that are missing but not believed to be gone)``
        """
        items = self.env["mfg.source.item"]
        keys, count = items._missing(cr, turn.source_id, gone_before)
        too_many = 100 * len(keys) > turn.plan.gone_percent * count
        if len(keys) >= FEW_GONE and too_many and not turn.gone_allowed:
            return 0, len(keys)
        gone = [turn.plan.gone(key) for key in keys]
        arrivals, known = self._judge(cr, line, turn, gone)
        items._remember(cr, turn.source_id, turn.run.number, known)
        return self._accept(cr, connector, arrivals), 0

    # ----------------------------------------------------------------- results

    def _finished(self, turn, step, now, refused, note):
        """Columns of a source whose poll is complete."""
        values = {
            "pass_number": turn.run.number,
            "position": None,
            "next_at": naive(now + timedelta(seconds=turn.every_s)),
            "lease_token": None,
            "lease_until": None,
            "baseline": False,
            "gone_allowed": False,
            "gone_refused": refused,
            "failures": 0,
            "error": None,
            "note": note,
        }
        if step.moves:
            moved = poll_run.move(turn.watermark, step.high, now)
            values["watermark"] = naive(moved)
        if refused:
            values["error"] = _(
                "The list lacks %(number)s items that were there before. So many are"
                " rarely deleted at once, so nothing was marked as deleted. If it is"
                " right, press Accept Deletions.",
                number=refused,
            )
            return values
        values["succeeded_at"] = naive(now)
        if step.restless:
            values["note"] = _(
                "The list changed each time it was read, so it is read again from the"
                " same moment until it stands still."
            )
        return values

    def _under_way(self, turn, run, now):
        """Columns of a source whose poll goes on."""
        stopped = poll_run.over_limit(run, turn.plan.limits)
        values = {
            "pass_number": run.number,
            "position": Json((run.rested() if stopped else run).as_json()),
            "failures": 0,
            "error": stopped,
        }
        if stopped:
            later = now + timedelta(seconds=turn.every_s)
            return values | {
                "next_at": naive(later),
                "lease_token": None,
                "lease_until": None,
            }
        lease_until = now + timedelta(seconds=turn.lease_s)
        return values | {"lease_until": naive(lease_until)}


def _arrival(turn, line, item: Item, repeat: int):
    document = {} if item.document is None else item.document
    body = line.mask.body(json.dumps(document, ensure_ascii=False).encode())
    return arrival_of(turn.plan.name, item, repeat, body)
