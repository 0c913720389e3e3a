from odoo import fields, models


class MfgEdgeWindowRange(models.Model):
    """A range of raw events in a window: within one quarter of an hour, its sums.

    The ranges of a window add up to it. A shift begins at a full quarter of an hour in
    every time zone, so that they tell what was made in it.
    """

    _name = "mfg.edge.window.range"
    _description = "Range of Machine Counts"
    _log_access = False
    _order = "window_id desc, first_place"

    window_id = fields.Many2one(
        "mfg.edge.window", required=True, readonly=True, index=True, ondelete="cascade"
    )
    series_id = fields.Many2one(
        "mfg.edge.series",
        readonly=True,
        ondelete="cascade",
        help="Whose readings; empty where counts were summed as they came.",
    )
    quarter_at = fields.Datetime(
        "Quarter of an Hour from", required=True, readonly=True, index=True
    )
    event_count = fields.Integer("Counts", readonly=True)
    good_quantity = fields.Float("Good", digits=(20, 9), readonly=True)
    scrap_quantity = fields.Float("Scrap", digits=(20, 9), readonly=True)
    started_at = fields.Datetime("First at", readonly=True)
    ended_at = fields.Datetime("Last at", readonly=True)
    first_place = fields.Float(
        digits=(20, 0), readonly=True, help="Batch and number of the first event in it."
    )
    last_place = fields.Float(
        digits=(20, 0), readonly=True, help="Batch and number of the last event in it."
    )
