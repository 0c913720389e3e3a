from odoo import _, models

from ..exceptions import MfgIntegrationError


class MfgOutboxRehearsal(models.Model):
    """What another delivery of a message would send, without sending it."""

    _inherit = "mfg.outbox.message"

    def _foresee(self):
        """The call that would be made, in words; nothing leaves.

        :return: ``(fails, text)``
        """
        self.ensure_one()
        # sudo: the request is built with the connector's secret, and shows none of it.
        message = self.sudo()
        adapter = message.env["mfg.connector.adapter"]._of(message.connector_id)
        try:
            with adapter._open(message.connector_id) as line:
                exchange = adapter._prepare_exchange(line, message, False)
        except MfgIntegrationError as error:
            return True, _("Would fail again: %(error)s", error=error)
        return False, _(
            "%(method)s %(url)s, %(size)s bytes",
            method=exchange.method,
            url=exchange.url,
            size=len(exchange.body or b""),
        )
