from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import format_datetime, ormcache

from ..gate_error import GateUserError

POLICIES = [
    ("ignore", "Orders take no notice"),
    ("block", "Orders wait until it is back"),
    ("continue", "Orders go on; each is an exception to settle"),
    ("grace", "Orders go on for a time, then wait"),
]
#: What of an order waits for a partner that is down.
GATED_ACTIONS = frozenset({"start", "finish"})


class MfgConnectorOutage(models.Model):
    """What orders do while a partner is down that has to hear of them.

    A partner is down since its circuit breaker opened, or since somebody began a drill.
    It has to hear of an order when it subscribed to an event of a type that gates
    orders, and the condition of the subscription is met.
    """

    _inherit = "mfg.connector"

    outage_policy = fields.Selection(
        POLICIES,
        "When It Is Down",
        required=True,
        default="ignore",
        tracking=True,
        help="For orders that this partner has to hear of: a subscription to an event"
        " type that orders need its receiver for says which.",
    )
    outage_grace_h = fields.Float(
        "Go On for (h)",
        default=4.0,
        tracking=True,
        help="Then orders wait; counted from when it went down.",
    )
    drill_since = fields.Datetime(
        "Treated as Down Since", readonly=True, copy=False, tracking=True
    )
    down_since = fields.Datetime(compute="_compute_down_since")

    _sql_constraints = [
        (
            "outage_grace_positive",
            "CHECK (outage_grace_h >= 0)",
            "Orders go on for a positive time.",
        )
    ]

    # ---------------------------------------------------------------- computes

    @api.depends("drill_since", "breaker_enabled")
    def _compute_down_since(self):
        since = self._origin._down()
        for connector in self:
            connector.down_since = since.get(connector._origin, False)

    # ----------------------------------------------------------------- actions

    def action_start_drill(self):
        """Treat the partner as down, to see that everybody knows what to do."""
        self._check_administrator()
        for connector in self.filtered(lambda each: not each.drill_since):
            connector.drill_since = fields.Datetime.now()
            self.env["mfg.audit.entry"]._append(connector, "drill.started")

    def action_end_drill(self):
        """Treat the partner as it is."""
        self._check_administrator()
        for connector in self.filtered("drill_since"):
            connector.drill_since = False
            self.env["mfg.audit.entry"]._append(connector, "drill.ended")

    def action_view_outage_exceptions(self):
        """What passed while the partner was down."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Exceptions of %(name)s", name=self.name),
            "res_model": "mfg.override",
            "view_mode": "list,form",
            "domain": [("connector_id", "=", self.id), ("kind", "=", "outage")],
        }

    def _check_administrator(self):
        self.env.user._mfg_check_role(
            "administrator",
            _("Only an Integration Administrator may do this. Ask yours."),
        )

    # ----------------------------------------------------------------- reading

    def _down(self):
        """Those of the connectors whose partner is down: ``{connector: since}``."""
        if not self.ids:
            return {}
        self.flush_model(["drill_since", "breaker_enabled"])
        self.env.cr.execute(
            """
            SELECT connector.id,
                   LEAST(connector.drill_since,
                         date_trunc('second', breaker.down_since))
              FROM mfg_connector connector
              LEFT JOIN mfg_breaker breaker ON connector.breaker_enabled
                   AND breaker.connector_id = connector.id
             WHERE connector.id = ANY(%s)
               AND COALESCE(connector.drill_since, breaker.down_since) IS NOT NULL
             ORDER BY connector.id
            """,
            (self.ids,),
        )
        return {self.browse(id_): since for id_, since in self.env.cr.fetchall()}

    @api.model
    @ormcache()
    def _asked_by_orders(self):
        """``((connector id, company id), ...)`` of those that orders ask about.

        Kept in memory, so that an order asks the database nothing where nobody wants
        orders to wait.
        """
        wanted = self.sudo().search(
            [
                ("outage_policy", "!=", "ignore"),
                ("state", "in", ("live", "paused")),
                ("subscription_ids.event_type_id.gates_orders", "=", True),
            ],
            order="id",
        )
        return tuple((connector.id, connector.company_id.id) for connector in wanted)

    @api.model
    def _down_for(self, document):
        """The partners that are down and that an order waits for, if it is one."""
        if document._name != "mrp.production":
            return {}
        # sudo: who finishes orders need not see connectors.
        company_id = document.sudo().company_id.id
        asked = [
            connector_id
            for connector_id, of_company_id in self._asked_by_orders()
            if of_company_id == company_id
        ]
        down = self.sudo().browse(asked)._down()
        return {
            connector: since
            for connector, since in down.items()
            if connector._has_to_hear_of(document)
        }

    def _has_to_hear_of(self, order):
        self.ensure_one()
        return any(
            subscription._matches(order)
            for subscription in self.subscription_ids
            if subscription.event_type_id.gates_orders
        )

    def _down_text(self, since):
        """``CMMS has been down since 20 Nov 14:03``."""
        self.ensure_one()
        at = format_datetime(self.env, since, dt_format="d MMM HH:mm")
        return _("%(name)s has been down since %(at)s", name=self.name, at=at)

    # ------------------------------------------------------------------- gates

    @api.model
    def _check_outages(self, orders, action, *, looks_only=False):
        """Let orders pass as the policies of the partners that are down say.

        :raise GateUserError: an order has to wait for one of them
        """
        if action not in GATED_ACTIONS or not self._asked_by_orders():
            return
        # Lives in the precommit data since a rollback to a savepoint clears that.
        passed = self.env.cr.precommit.data.setdefault("mfg.outages", set())
        for order in orders.filtered(lambda each: each.id not in passed):
            for connector, since in self._down_for(order).items():
                connector._check_outage(order, since, action, looks_only)
            if not looks_only:
                passed.add(order.id)

    def _check_outage(self, order, since, action, looks_only):
        overrides = self.env["mfg.override"]
        if self._lets_pass(since):
            if not looks_only:
                overrides._record_exception(order, self, since)
        elif not overrides._passes_outage(order, self, looks_only=looks_only):
            refusal = order._mfg_refusals()[action]
            raise GateUserError(
                refusal
                % {
                    "document": order.display_name,
                    "holds": _(
                        "%(outage)s, and orders wait for it (they go on when it is"
                        " back; an Approver can grant an override)",
                        outage=self._down_text(since),
                    ),
                }
            )

    def _lets_pass(self, since):
        """Whether orders go on although the partner is down."""
        if self.outage_policy == "grace":
            end = since + timedelta(hours=self.outage_grace_h)
            return fields.Datetime.now() < end
        return self.outage_policy != "block"
