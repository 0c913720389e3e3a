from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..protocols import latency


class MfgLatencyMixin(models.AbstractModel):
    """How soon something goes: a setting, not code."""

    _name = "mfg.latency.mixin"
    _description = "Has a Latency Class"

    latency_class = fields.Selection(
        [
            (latency.NOW, "At once"),
            (latency.MICRO_BATCH, "In small batches"),
            (latency.WINDOW, "In a time window"),
        ],
        required=True,
        default=latency.NOW,
    )
    batch_s = fields.Integer(
        "Batch Every (s)",
        default=60,
        help="What came meanwhile goes together at every multiple of so many seconds.",
    )
    window_opens_h = fields.Float(
        "Window Opens", default=22.0, help="By the clock of the plant."
    )
    window_closes_h = fields.Float(
        "Window Closes",
        default=6.0,
        help="Before the hour at which it opens = on the next day.",
    )

    @api.constrains("latency_class", "batch_s", "window_opens_h", "window_closes_h")
    def _check_latency(self):
        for record in self:
            hours = (record.window_opens_h, record.window_closes_h)
            if record.latency_class == latency.MICRO_BATCH and record.batch_s <= 0:
                raise ValidationError(
                    _("Say how many seconds a small batch gathers, such as 60.")
                )
            if record.latency_class == latency.WINDOW and not all(
                0 <= hour < 24 for hour in hours
            ):
                raise ValidationError(
                    _("A window opens and closes from 0:00 to 23:59.")
                )

    def _release_at(self, plant, company):
        """When what is owed now goes: naive UTC, None for at once.

        :param plant: whose clock a window follows; may be empty
        :param company: whose, where there is no plant, or it has no clock
        """
        self.ensure_one()
        tz = None
        if self.latency_class == latency.WINDOW:
            tz = plant.tz or company.partner_id.tz
        return latency.release_at(
            self.latency_class,
            fields.Datetime.now(),
            batch_s=self.batch_s,
            opens_h=self.window_opens_h,
            closes_h=self.window_closes_h,
            tz=tz or "UTC",
        )
