from odoo import _, models

from ..timeline import moment
from .mfg_timeline_mixin import MOST_MOMENTS


class MfgTimelinePostings(models.AbstractModel):
    """Work and postings, as the timeline of a document tells them."""

    _inherit = "mfg.timeline.mixin"

    # ---------------------------------------------------------------- postings

    def _mfg_moments_of_lines(self, lines):
        """A moment for each of the newest ``stock.move.line`` that are done."""
        # sudo: whoever may see a document may know what was posted for it.
        done = lines.sudo().filtered(lambda line: line.state == "done")
        newest = done.sorted(lambda line: (line.date, line.id))[-MOST_MOMENTS:]
        return [self._mfg_moment_of_line(line) for line in newest]

    def _mfg_moment_of_line(self, line):
        """What one line did to the stock."""
        opens = line.lot_id or line.move_id.picking_id or line.product_id
        detail = _(
            "%(place)s → %(target)s",
            place=line.location_id.display_name,
            target=line.location_dest_id.display_name,
        )
        if line.lot_id:
            detail = _("Lot %(lot)s. %(way)s", lot=line.lot_id.name, way=detail)
        return moment(
            line,
            line.date,
            "posting",
            self._mfg_posting_told(line),
            detail,
            "fa-cubes",
            "info",
            opens=(opens._name, opens.id),
        )

    def _mfg_posting_told(self, line):
        """What was done, with how much of what."""
        words = {
            "quantity": f"{line.quantity:g}",
            "unit": line.product_uom_id.name,
            "product": line.product_id.display_name,
        }
        if line.move_id.scrap_id:
            return _("Scrapped: %(quantity)s %(unit)s of %(product)s", **words)
        if line.location_dest_id.usage == "production":
            return _("Consumed: %(quantity)s %(unit)s of %(product)s", **words)
        if line.location_id.usage == "production":
            return _("Produced: %(quantity)s %(unit)s of %(product)s", **words)
        return _("Moved: %(quantity)s %(unit)s of %(product)s", **words)

    # -------------------------------------------------------------------- work

    def _mfg_moments_of_times(self, times):
        """Begin and end of the newest ``mrp.workcenter.productivity``."""
        moments = []
        # sudo: whoever may see a document may know when it was worked on.
        for time in times.sudo().sorted("id")[-MOST_MOMENTS:]:
            place = {
                "work": time.workorder_id.name or time.loss_id.name,
                "place": time.workcenter_id.name,
            }
            started = _("%(work)s begins at %(place)s", **place)
            moments.append(_work(time, time.date_start, started, "fa-play"))
            if time.date_end:
                stopped = _("%(work)s stops at %(place)s", **place)
                moments.append(_work(time, time.date_end, stopped, "fa-stop"))
        return moments


def _work(time, at, title, icon):
    """The begin or the end of one time."""
    opens = time.workorder_id or time.workcenter_id
    opens = (opens._name, opens.id)
    detail = time.description or ""
    return moment(time, at, "work", title, detail, icon, "info", opens=opens)
