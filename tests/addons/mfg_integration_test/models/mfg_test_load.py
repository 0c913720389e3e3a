import requests

from odoo import api, models

PAYLOAD = {
    "reference": "Bench",
    "title": "Bench",
    "asset": {"name": "Bench", "external_id": None, "serial": None},
    "priority": "normal",
    "requested_at": "2026-03-02T06:00:00Z",
}


class MfgTestLoad(models.AbstractModel):
    """A load of messages to measure with, sent by the lanes or by a job each."""

    _name = "mfg.test.load"
    _description = "Load of Messages"

    @api.model
    def fill(self, connector_id, lanes, per_lane):
        """Owe ``per_lane`` messages in each of so many lanes; their ids."""
        subscription = self.env["mfg.subscription"].search(
            [("connector_id", "=", connector_id)], limit=1
        )
        request = self.env["maintenance.request"].search([], limit=1)
        messages = self.env["mfg.outbox.message"]
        prepared = [
            {
                **messages._prepare_message(
                    subscription, "mfg.maintenance.requested.v1", request, PAYLOAD, None
                ),
                "ordering_key": f"bench/{lane}",
                # About no document, so that no reference of it is changed.
                "res_model": False,
                "res_id": False,
            }
            for _turn in range(per_lane)
            for lane in range(lanes)
        ]
        # sudo: nobody has the right to owe a message; only code does.
        owed = messages.sudo().create(prepared)
        self.env["mfg.connector"].browse(connector_id)._wake()
        return owed.ids

    @api.model
    def send_each_in_a_job(self, message_ids, channel):
        """What a plain use of queue_job does: a job per message.

        :param channel: its jobs keep their order only if it runs one at a time
        """
        for message in self.env["mfg.outbox.message"].sudo().browse(message_ids):
            message.with_delay(channel=channel)._send_in_a_job()


class MfgOutboxMessage(models.Model):
    _inherit = "mfg.outbox.message"

    def _send_in_a_job(self):
        """Send one message and note that it was sent."""
        connector = self.connector_id
        adapter = self.env["mfg.connector.adapter"]._of(connector)
        with adapter._open(connector) as line:
            operation = line.template.operation(self.operation)
            request = operation.request(self._envelope(), line.connector)
            answer = requests.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                timeout=10,
            )
            answer.raise_for_status()
        self.state = "delivered"
