from odoo import models


class MfgEventHandler(models.AbstractModel):
    """What one type of event means: one event in, one Odoo document out.

    Named by ``mfg.event.type.handler_model``. Each event is handled in a transaction
    of its own, as the connector's user, in the connector's company; its failure is
    recorded by core in a second one. The context carries ``mfg_correlation_id``,
    ``mfg_causation_id`` and ``mfg_connector_id``.
    """

    _name = "mfg.event.handler"
    _description = "Event Handler"

    def _handle(self, event):
        """Do what the event means.

        :param event: record of ``mfg.inbox.event``; ``event.data`` follows the
            contract of its type
        :return: the business document that the event was about, or None; what is no
            news is left without effect by ``event._ignore(code, reason)``
        :raise InvalidEventError: the event makes no sense here; it is rejected
        :raise MissingReferenceError: it speaks of something not known yet; it waits
        :raise GateError: a hold forbids it; it waits
        :raise RetryableDeliveryError: it may work later; it is retried
        """
        raise NotImplementedError(f"{self._name} handles no event")
