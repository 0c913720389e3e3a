from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import NotReadyError, UnknownConnectorError
from ..protocols.outbox_page import Acknowledgement
from ..unit_of_work import read_committed

#: So long a partner waits before it asks a paused connector again.
PAUSED_RETRY_S = 60


class MfgConnectorPull(models.Model):
    """Partners that nobody calls: they fetch their messages and acknowledge them."""

    _inherit = "mfg.connector"

    adapter = fields.Selection(
        selection_add=[("pull", "The partner fetches its messages")],
        ondelete={"pull": "cascade"},
    )
    outbox_url = fields.Char("Address to Fetch from", compute="_compute_outbox_url")

    @api.depends("code")
    def _compute_outbox_url(self):
        base = self.browse().get_base_url()
        for connector in self:
            code = connector.code or "…"
            connector.outbox_url = f"{base}/mfg/v1/outbox/{code}"

    @api.constrains("adapter", "template")
    def _check_pull_has_no_template(self):
        for connector in self:
            if connector.adapter == "pull" and connector.template:
                raise ValidationError(
                    _(
                        "%(name)s fetches its messages, so there is nothing to call by"
                        " a template. Leave the template out.",
                        name=connector.name,
                    )
                )

    def write(self, vals):
        """Extended: what is owed already is fetched, too, from now on."""
        result = super().write(vals)
        if vals.get("adapter") == "pull":
            self.env["mfg.outbox.message"]._prepare_fetching(self.ids)
        return result

    def _assert_pull(self):
        """Return when messages may be fetched from the connector now.

        :raise UnknownConnectorError: its partner is called and fetches nothing
        :raise NotReadyError: the connector is paused, or the database is a copy
        """
        self.ensure_one()
        if self.adapter != "pull":
            raise UnknownConnectorError(
                "The partner of this connector is called; there is nothing to fetch."
                " The administrator of Odoo sets it to fetch.",
                code="no_outbox",
            )
        if not self._is_armed():
            raise NotReadyError(
                "This database is not armed: it is a copy, or not in use yet, and gives"
                " nothing out. Ask the administrator of Odoo.",
                code="not_armed",
            )

    def _fetch(self, after, limit):
        """A page of messages; see ``mfg.outbox.message``.

        :raise NotReadyError: the connector is paused
        """
        self._assert_pull()
        if self.state == "paused":
            raise NotReadyError(
                "The connector is paused: its messages wait. Ask again later.",
                code="paused",
                retry_after_s=PAUSED_RETRY_S,
            )
        with read_committed(self.env.registry) as cr:
            return self.env["mfg.outbox.message"]._page(cr, self.id, after, limit)

    def _take_acknowledgements(self, items):
        """Results of acknowledgements, errors among the items as they are.

        A paused connector takes them: the partner tells what it did before.
        """
        self._assert_pull()
        good = [item for item in items if isinstance(item, Acknowledgement)]
        with read_committed(self.env.registry) as cr:
            outbox = self.env["mfg.outbox.message"]
            results = iter(outbox._acknowledge(cr, self, good))
        if good:
            # Events may have waited for what the partner's number stands for.
            self._wake_now()
        return [
            next(results)
            if isinstance(item, Acknowledgement)
            else {"status": "invalid", "problem": item.as_problem()}
            for item in items
        ]
