from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols.freshness import Stand

from ..protocols.release_state import CANCELLED


class ReleaseAnsweredHandler(models.AbstractModel):
    """What a MES says to an order that was released to it."""

    _name = "mfg.handler.release.answered"
    _inherit = "mfg.event.handler"
    _description = "Release Answered Handler"

    def _handle(self, event):
        """Return the order, accepted or refused as the MES says.

        The MES's own number of the order is remembered whatever it answers.

        :raise MissingReferenceError: no order is known by that name or number
        :raise InvalidEventError: ``unknown_revision``: nobody told the MES of it;
            ``other_plant``: the MES serves another one; ``illegal_transition``
        """
        data = event.data
        order = self._named(event, "mrp.production", data["order"])
        self._check_answerable(event, order, data["revision"])
        if data.get("reference"):
            # sudo: which number the MES gave the order is not for users to write.
            self.env["mfg.binding"].sudo()._bind(
                event.connector_id, order, data["reference"]
            )
        word = "accepted" if data["accepted"] else "refused"
        known = order._mfg_release_stand(data["revision"])
        if not self._is_news(event, order, self._said(event), known, word):
            return order
        if order.mfg_release_state == CANCELLED:
            event._ignore(
                "withdrawn",
                _(
                    "%(order)s was withdrawn from the MES, which is told so.",
                    order=order.display_name,
                ),
            )
            return order
        order._mfg_release_answered(
            data["accepted"], why=self._why(data), at=event.said_at
        )
        return order

    def _said(self, event):
        return Stand(version=event.data["revision"], at=event.said_at)

    def _why(self, data):
        """What the MES says against the order, in one line."""
        reason = data.get("reason") or {}
        parts = [reason.get("code"), reason.get("text")]
        return ": ".join(part for part in parts if part) or None

    def _check_answerable(self, event, order, revision):
        # sudo: what was told of the order is no secret to who was told.
        asked = order.sudo()
        if not event.connector_id._serves(asked) or (
            asked.company_id != event.connector_id.company_id
        ):
            raise InvalidEventError(
                _(
                    "%(order)s is made in another plant than that of %(connector)s.",
                    order=asked.display_name,
                    connector=event.connector_id.name,
                ),
                code="other_plant",
                pointer="/data/order",
            )
        if revision > asked.mfg_release_revision:
            raise InvalidEventError(
                _(
                    "Revision %(revision)s of %(order)s was never released; the last"
                    " one is %(last)s.",
                    revision=revision,
                    order=asked.display_name,
                    last=asked.mfg_release_revision,
                ),
                code="unknown_revision",
                pointer="/data/revision",
                remedy=_("Answer the revision that the message named."),
            )
