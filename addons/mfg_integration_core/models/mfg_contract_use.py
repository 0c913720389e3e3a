from collections import Counter
from collections.abc import Iterable

from psycopg2.extras import execute_values

from odoo import api, fields, models


class MfgContractUse(models.Model):
    """How often a partner still sends what a deprecated contract describes.

    Written by one READ COMMITTED statement in the transaction that stores the events,
    and only for deprecated types. The table is an ordinary one: a use that a crash made
    forgotten would tell that a version can go.
    """

    _name = "mfg.contract.use"
    _description = "Contract Use"
    _order = "last_used_at desc, id desc"
    _rec_name = "event_type"
    _log_access = False

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    event_type = fields.Char(required=True, readonly=True)
    use_count = fields.Integer("Events", readonly=True, required=True)
    last_used_at = fields.Datetime("Last Use", readonly=True, required=True)
    sunset_on = fields.Date(
        "Ends", compute="_compute_from_contract", help="From this day it may be gone."
    )
    successor = fields.Char("Use Instead", compute="_compute_from_contract")

    _sql_constraints = [
        (
            "use_unique",
            "unique (connector_id, event_type)",
            "This use is counted already.",
        ),
    ]

    @api.depends("event_type")
    def _compute_from_contract(self):
        book = self.env["mfg.event.type"]._contracts()
        found = {
            one.event_type: one for one in book.deprecations(self.mapped("event_type"))
        }
        for use in self:
            deprecation = found.get(use.event_type)
            use.sunset_on = deprecation and deprecation.sunset
            use.successor = deprecation and deprecation.successor

    @api.model
    def _count(self, cr, connector_id, event_types: Iterable[str]):
        """Count events of these types, those of deprecated ones.

        :param cr: READ COMMITTED cursor of the caller, who stores the events on it
        :param event_types: one for each event
        """
        counts = Counter(event_types)
        book = self.env["mfg.event.type"]._contracts()
        # In one order, so that two requests never wait for each other.
        used = sorted(one.event_type for one in book.deprecations(counts))
        if not used:
            return
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            """
            INSERT INTO mfg_contract_use
                   (connector_id, event_type, use_count, last_used_at) VALUES %s
            ON CONFLICT (connector_id, event_type) DO UPDATE
               SET use_count = mfg_contract_use.use_count + EXCLUDED.use_count,
                   last_used_at = EXCLUDED.last_used_at
            """,
            [(connector_id, name, counts[name]) for name in used],
            template="(%s, %s, %s, now() AT TIME ZONE 'UTC')",
        )
