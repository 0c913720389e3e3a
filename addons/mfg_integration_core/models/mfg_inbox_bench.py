import json
import uuid

from odoo import _, api, models
from odoo.exceptions import UserError

from ..exceptions import InvalidEventError, MfgIntegrationError
from ..protocols import strict_json
from ..protocols.arrival import Arrival
from ..unit_of_work import rehearse


class MfgInboxBench(models.Model):
    """What an event means and would do, tried out without anything staying of it."""

    _inherit = "mfg.inbox.event"

    def _told_canonical(self):
        """The event in our terms as the maps at hand read it, or why it is not read."""
        event = self.sudo()
        if not event.native:
            return _pretty(event.payload_shown)
        try:
            webhook = event._read_native()
            if webhook.event_type is None:
                return _("Ignored: the template has no use for it.")
            contracts = event.env["mfg.event.type"]._contracts()
            contracts.check(webhook.event_type, webhook.data)
        except MfgIntegrationError as error:
            return f"{error.title}: {self._reason_of(event.connector_id, error)}"
        mask = event.env["mfg.masking.rule"]._mask_of(
            event.connector_id, webhook.event_type
        )
        told = {"type": webhook.event_type, "data": webhook.data}
        return _pretty(mask.document(told))

    @api.model
    def _try_out(self, connector, *, event_id=None, text=None, version=None):
        """What an event means and would do, in a transaction that is undone.

        :param event_id: of a stored event; else ``text`` is one that a person pastes
        :param version: draft of value maps to read it with; else what holds
        :return: ``(canonical form, effect in Odoo, whether it would fail)``, as texts
        :raise UserError: the text is no event
        """
        context = {
            **self._handling_context(connector),
            "mfg_remap": True,
            "mfg_map_version_id": version.id if version else False,
        }

        def work(env):
            events = env["mfg.inbox.event"]
            event = events.browse(event_id)
            if not event_id:
                event = events._paste(env["mfg.connector"].browse(connector.id), text)
            canonical = event._told_canonical()
            try:
                return canonical, event._rehearse(), False
            except (MfgIntegrationError, UserError) as error:
                return (
                    canonical,
                    event._reason_of(event.sudo().connector_id, error),
                    True,
                )

        try:
            return rehearse(
                self.env.registry, work, uid=connector.user_id.id, context=context
            )
        except InvalidEventError as error:
            raise UserError(error.detail) from error

    @api.model
    def _paste(self, connector, text):
        """The event that a person pasted, as if it had just come."""
        # sudo: events are written by doors only; this one is undone.
        events, connector = self.sudo(), connector.sudo()
        content = strict_json.read(text, _("The event"))
        event_id = f"bench-{uuid.uuid4()}"
        if isinstance(content, dict) and "specversion" in content:
            arrival = Arrival.of_cloudevent({**content, "id": event_id})
        else:
            arrival = Arrival(
                event_id=event_id,
                event_type="native",
                body=text.encode(),
                content_type="application/json",
                digest=event_id,
                ordering_key=event_id,
                headers=connector._get_template().headers_of_trial(event_id),
            )
        events._accept(self.env.cr, connector, [arrival])
        event = events.search(
            [("connector_id", "=", connector.id), ("event_id", "=", event_id)]
        )
        return event.with_env(self.env)


def _pretty(content) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
