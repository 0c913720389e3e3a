from odoo import _, models

from ..exceptions import UnmappedValueError
from ..protocols import freshness


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

    # --------------------------------------------------------- what is still news

    #: Whether the audit trail tells of what came too late; not for telemetry.
    _audits_stale = True

    def _is_news(self, event, record, said, known, what=None):
        """Whether the event tells something newer than what is known already.

        What is not is left without effect: the event says so in the log, the audit
        trail too. Every handler of something that replaces what was said before asks
        this first; what adds up, such as counts, needs no order.

        :param said: :class:`Stand` of the event
        :param known: that of the record
        :param what: the word that is said, for the audit trail
        """
        if not freshness.is_stale(said, known):
            return True
        self._leave_older(event, record, self._stale_text(record, said, known), what)
        return False

    def _leave_older(self, event, record, why, what=None):
        """Leave what came too late without effect, and say so where people look."""
        event._ignore("older_version", why)
        if self._audits_stale:
            self.env["mfg.audit.entry"]._append(
                record, "partner.ignored", new=what or event.event_type, why=why
            )

    def _said(self, event):
        """How new what the event says is; extended where the partner counts.

        :return: :class:`Stand`
        """
        return freshness.Stand(at=event.said_at)

    def _step_taken(self, event):
        """Give newer events that were refused before this one came another try.

        A message that overtakes the one before it asks for what is not allowed from
        where the record still stands. Once the step between was taken it may be, so
        that any order of arrival ends where the right one does.
        """
        said = self._said(event)
        overtook = event._refused_before().filtered(
            lambda other: (
                other._is_read() and freshness.is_stale(said, self._said(other))
            )
        )
        overtook._take_up_again()

    def _stale_text(self, record, said, known):
        """Why the event is no news."""
        if said.version is not None and known.version is not None:
            return _(
                "%(record)s was reported in version %(known)s before; version"
                " %(version)s is no news.",
                record=record.display_name,
                known=known.version,
                version=said.version,
            )
        return _(
            "What was said of %(record)s for %(known)s UTC is newer than this, of"
            " %(at)s UTC.",
            record=record.display_name,
            known=known.at,
            at=said.at,
        )

    # ------------------------------------------------------ what the partner means

    def _word(self, event, map_name, code):
        """Our word for the partner's ``code``; see ``mfg.value.map``.

        :raise UnmappedValueError: nobody has said what it means; the event waits
        """
        plant = event._mapping_plant()
        word = self.env["mfg.value.map"]._ours(
            event.connector_id, map_name, code, plant
        )
        if word is None:
            raise UnmappedValueError(
                _(
                    "The value map %(map)s does not know %(code)s.",
                    map=map_name,
                    code=code,
                ),
                value_map=map_name,
                word=code,
            )
        return word

    def _named(self, event, model, code, within=()):
        """The record that the partner calls ``code``.

        :param within: more terms for a code that is unique only there, such as
            ``[("product_id", "=", product.id)]`` for a lot
        :raise MissingReferenceError: there is none yet; the event waits for it
        """
        return self.env["mfg.binding"]._record(
            event.connector_id, model, code, event._mapping_plant(), within
        )

    def _in_unit_of(self, event, product, quantity, unit):
        """The partner's quantity in the product's own unit, by Odoo's conversion.

        :param unit: the partner's code of its unit
        :raise MissingReferenceError: nobody has said which unit that is
        :raise InvalidEventError: codes ``unit_family``, ``quantity_too_small``
        """
        uom = self._named(event, "uom.uom", unit)
        return self.env["mfg.unit"]._convert(quantity, uom, product)
