from odoo import models

from ..protocols import strict_json
from ..protocols.arrival import Arrival
from ..protocols.poll_item import event_id

#: Kept with the event for its mapping. No door keeps headers of these names.
SOURCE, KEY, GONE = "mfg-source", "mfg-key", "mfg-gone"


class MfgInboxPolled(models.Model):
    """Items of polled lists; they lie in the inbox as the partner wrote them."""

    _inherit = "mfg.inbox.event"

    def _read_native(self):
        headers = self.headers or {}
        if SOURCE not in headers:
            return super()._read_native()
        plan = self.connector_id._get_template(self).source(headers[SOURCE])
        item = strict_json.read(self._native_body(), what="The item")
        return plan.event(item, headers.get(KEY), GONE in headers, self.event_id)


def arrival_of(source: str, item, repeat: int, body: bytes) -> Arrival:
    """An item as the inbox stores it.

    :param source: technical name of the list
    :param repeat: see :class:`..protocols.poll_item.Known`
    :param body: the item as JSON, without secrets
    """
    identity = event_id(source, item, repeat)
    headers = {SOURCE: source}
    if item.key:
        headers[KEY] = item.key
    if item.deleted:
        headers[GONE] = "true"
    return Arrival(
        event_id=identity,
        event_type="native",
        body=body,
        content_type="application/json",
        # The id says all that tells two versions apart.
        digest=identity.removeprefix("poll-"),
        ordering_key=item.key or identity,
        headers=headers,
    )
