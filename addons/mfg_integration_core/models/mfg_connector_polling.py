import logging

from odoo import SUPERUSER_ID, _, api, fields, models

from ..exceptions import ConfigurationError, in_full
from ..unit_of_work import read_committed, run_in_transaction

_logger = logging.getLogger(__name__)

#: In SQL: sources that may be polled when their time comes.
OPEN_SOURCES = "connector_id = %(connector)s AND active AND paused IS NOT TRUE"
_NOW = "(now() AT TIME ZONE 'UTC')"
_FREE = f"(lease_until IS NULL OR lease_until < {_NOW})"


class MfgConnectorPolling(models.Model):
    """Lists of the partner that are polled, as the connector's template says."""

    _inherit = "mfg.connector"

    source_ids = fields.One2many("mfg.source", "connector_id", copy=False)
    source_count = fields.Integer(compute="_compute_source_trouble")
    source_trouble = fields.Text(compute="_compute_source_trouble")

    @api.depends("source_ids.health")
    def _compute_source_trouble(self):
        for connector in self:
            connector.source_count = len(connector.source_ids)
            bad = connector.source_ids.filtered(
                lambda source: source.health in ("stale", "failing")
            )
            connector.source_trouble = "\n".join(
                connector._trouble_of(source) for source in bad
            )

    def _trouble_of(self, source):
        if not source.error:
            return _("%(name)s has not been read for long.", name=source.label)
        return f"{source.label}: {source.error}"

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, values_list):
        connectors = super().create(values_list)
        connectors._sync_sources()
        return connectors

    def write(self, values):
        result = super().write(values)
        if "template" in values:
            self._sync_sources()
        if values.get("state") == "live":
            # Whatever they waited for, they are due: nobody polled meanwhile.
            self.sudo().source_ids.write({"next_at": fields.Datetime.now()})
        return result

    def _sync_sources(self):
        """Have one source per list of the template, and none of another template."""
        for connector in self.sudo().with_context(active_test=False):
            plans = connector.template and connector._get_template().sources or {}
            mine = connector.source_ids.filtered(
                lambda source, key=connector.template: source.template == key
            )
            (connector.source_ids - mine).unlink()
            for source in mine:
                if source.active != (source.name in plans):
                    source.active = source.name in plans
            known = set(mine.mapped("name"))
            self.env["mfg.source"].sudo().create(
                [
                    connector._prepare_source(plan)
                    for name, plan in plans.items()
                    if name not in known
                ]
            )

    def _prepare_source(self, plan):
        """Values of a source as the template describes it."""
        return {
            "connector_id": self.id,
            "template": self.template,
            "name": plan.name,
            "label": plan.label,
            "every_s": plan.every_s,
            "full": plan.full,
            "start": plan.start,
            "next_at": fields.Datetime.now(),
        }

    @api.model
    def _sync_changed_templates(self):
        """Bring in what a newer version of a template lists, in its own transaction."""
        connectors = self.search([("template", "!=", False), ("state", "=", "live")])
        changed = []
        for connector in connectors:
            lists = connector._lists()
            known = set(connector.source_ids.mapped("name"))
            if lists is not None and known != set(lists):
                changed.append(connector.id)
        if changed:
            run_in_transaction(
                self.env.registry,
                lambda env: env["mfg.connector"].browse(changed)._sync_sources(),
                uid=SUPERUSER_ID,
            )

    # ------------------------------------------------------------------- drain

    def _pump(self):
        return super()._pump() + self.env["mfg.source.worker"]._poll_due(self)

    def _backlog_since(self):
        moments = (super()._backlog_since(), self._source_outlook()[0])
        return min((one for one in moments if one is not None), default=None)

    def _next_due_at(self):
        return _earliest(super()._next_due_at(), self._source_outlook()[1])

    def _lease_ends_at(self):
        return _earliest(super()._lease_ends_at(), self._source_outlook()[2])

    def _polls(self):
        """Whether the partner has lists that this database may ask for."""
        self.ensure_one()
        return bool(self._lists()) and self._is_armed()

    def _lists(self):
        """The lists of the connector's template, by name; None when it is broken.

        A broken template must not stop the rounds over all connectors. Its own lists
        become stale, and every delivery of the connector says what is wrong.
        """
        self.ensure_one()
        if not self.template:
            return {}
        try:
            return self._get_template().sources
        except ConfigurationError as error:
            _logger.warning("%s polls nothing: %s", self.code, in_full(error))
            return None

    def _source_outlook(self):
        """When sources were, will be, or may be due.

        :return: the epoch second since which one is due, the naive UTC moment at which
            the next one becomes due, that at which the first lease runs out; each may
            be None, and all are in a database that may not poll
        """
        if not self._polls():
            return None, None, None
        with read_committed(self.env.registry) as cr:
            cr.execute(
                f"""
                SELECT extract(epoch FROM min(COALESCE(next_at, create_date)) FILTER (
                           WHERE {_FREE} AND (next_at IS NULL OR next_at <= {_NOW}))
                           AT TIME ZONE 'UTC')::float,
                       min(next_at) FILTER (WHERE {_FREE} AND next_at > {_NOW}),
                       min(lease_until) FILTER (WHERE NOT {_FREE})
                  FROM mfg_source
                 WHERE {OPEN_SOURCES}
                """,
                {"connector": self.id},
            )
            return cr.fetchone()


def _earliest(*moments):
    return min((moment for moment in moments if moment is not None), default=None)
