import time

from odoo import api, models

from ..protocols.prometheus import Family


class MfgSourceMetric(models.AbstractModel):
    """What the metrics say about polled lists."""

    _inherit = "mfg.metric"

    @api.model
    def _families(self):
        return [*super()._families(), *self._families_of_sources()]

    @api.model
    def _families_of_sources(self):
        age = Family(
            "mfg_source_age_seconds", "gauge", "Since the last complete poll of a list."
        )
        trouble = Family(
            "mfg_source_trouble", "gauge", "1 = the list is failing or stale."
        )
        taken = Family(
            "mfg_source_events_total", "counter", "Changes that were taken from a list."
        )
        for source in self.env["mfg.source"].search([]):
            labels = {"connector": source.connector_id.code, "source": source.name}
            if source.succeeded_at:
                since = source.succeeded_at.timestamp()
                age.add(max(0.0, time.time() - since), **labels)
            trouble.add(source.health in ("failing", "stale"), **labels)
            taken.add(source.event_count, **labels)
        return age, trouble, taken
