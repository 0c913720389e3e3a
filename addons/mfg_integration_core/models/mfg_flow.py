from collections import Counter
from datetime import datetime, timezone

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.tools import sql

from ..unit_of_work import read_committed, run_in_transaction
from .mfg_metric import DEAD

TARGET_S = 60
ALERT_AFTER_S = 900
#: Hours that "in time" looks back on.
WINDOW_H = 24


class MfgFlow(models.Model):
    """One type of event at one connector: what waits, and how much is in time.

    A count of what waits misses a flow that stopped without a word; the age of the
    oldest does not. The sweeper writes the rows once a minute; people set the target
    and when they want to be told.
    """

    _name = "mfg.flow"
    _description = "Flow"
    _order = "late_since, oldest_pending_at, connector_id, event_type"
    _rec_name = "event_type"
    _log_access = False

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade", index=True
    )
    direction = fields.Selection(
        [("in", "Inbound"), ("out", "Outbound")], required=True, readonly=True
    )
    event_type = fields.Char(required=True, readonly=True)
    target_s = fields.Integer(
        "Target (s)", default=TARGET_S, help="Done within this time is in time."
    )
    alert_after_s = fields.Integer(
        "Alert after (s)",
        default=ALERT_AFTER_S,
        help="Tell the responsible when the oldest waits longer; 0 = never.",
    )
    pending_count = fields.Integer("Waiting", readonly=True)
    oldest_pending_at = fields.Datetime("Oldest since", readonly=True)
    oldest_pending_age_s = fields.Float(
        "Oldest (s)", compute="_compute_oldest_pending_age_s"
    )
    handled_count = fields.Integer("Done in 24 h", readonly=True)
    in_time_count = fields.Integer("In time in 24 h", readonly=True)
    in_time_percent = fields.Float(
        "In Time (%)", compute="_compute_in_time_percent", digits=(5, 1)
    )
    late_since = fields.Datetime(
        readonly=True, help="Since then its responsible knows that it is late."
    )

    _sql_constraints = [
        (
            "flow_unique",
            "unique (connector_id, direction, event_type)",
            "This flow exists already.",
        ),
        (
            "limits_not_negative",
            "CHECK (target_s >= 0 AND alert_after_s >= 0)",
            "A time is not negative.",
        ),
    ]

    def init(self):
        if not sql.table_exists(self.env.cr, "mfg_flow_hour"):
            self.env.cr.execute(
                """
                CREATE UNLOGGED TABLE mfg_flow_hour (
                    hour timestamp NOT NULL,
                    flow_id integer NOT NULL REFERENCES mfg_flow ON DELETE CASCADE,
                    handled integer NOT NULL,
                    in_time integer NOT NULL,
                    PRIMARY KEY (flow_id, hour))
                """
            )

    @api.depends("oldest_pending_at")
    def _compute_oldest_pending_age_s(self):
        now = fields.Datetime.now()
        for flow in self:
            since = flow.oldest_pending_at
            flow.oldest_pending_age_s = (
                max(0.0, (now - since).total_seconds()) if since else 0.0
            )

    @api.depends("handled_count", "in_time_count")
    def _compute_in_time_percent(self):
        for flow in self:
            share = flow.in_time_count / flow.handled_count if flow.handled_count else 1
            flow.in_time_percent = 100.0 * share

    def action_view_pending(self):
        """The rows of the flow that are not done."""
        self.ensure_one()
        action = self.connector_id.action_view_log()
        action["domain"] += [
            ("direction", "=", self.direction),
            ("event_type", "=", self.event_type),
        ]
        return action

    # ------------------------------------------------------------ the sweeper

    @api.model
    def _refresh(self):
        """Bring all flows up to date, and tell who is late or late no more."""
        self.env["mfg.metric"]._fold()
        backlog = self.env["mfg.metric"]._backlog()
        with read_committed(self.env.registry) as cr:
            self._ensure(cr, {(row[0], row[1], row[2]) for row in backlog})
            self._note_backlog(cr, backlog)
            self._note_hours(cr)
        run_in_transaction(
            self.env.registry, lambda env: env["mfg.flow"]._alert(), uid=SUPERUSER_ID
        )

    @api.model
    def _ensure(self, cr, keys):
        """Have a row for each ``(connector id, direction, event type)``."""
        for key in sorted(keys):
            cr.execute(
                """
                INSERT INTO mfg_flow
                       (connector_id, direction, event_type, target_s, alert_after_s)
                SELECT id, %s, %s, %s, %s FROM mfg_connector WHERE id = %s
                ON CONFLICT DO NOTHING
                """,
                (key[1], key[2], TARGET_S, ALERT_AFTER_S, key[0]),
            )

    @api.model
    def _add(self, cr, samples):
        """Count what was done, and what of it in time, in the present hour.

        :param samples: rows of ``mfg_metric_sample``
        """
        done = [sample for sample in samples if sample[4] is not None]
        self._ensure(cr, {sample[:3] for sample in done})
        cr.execute(
            "SELECT connector_id, direction, event_type, id, target_s FROM mfg_flow"
        )
        flows = {row[:3]: row[3:] for row in cr.fetchall()}
        handled, in_time = Counter(), Counter()
        for sample in done:
            if sample[:3] in flows:
                flow_id, target_s = flows[sample[:3]]
                handled[flow_id] += 1
                in_time[flow_id] += sample[4] <= target_s
        cr.execute(
            """
            UPDATE mfg_flow SET last_success_at = now() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s)
            """,
            (sorted(handled),),
        )
        for flow_id in sorted(handled):
            cr.execute(
                """
                INSERT INTO mfg_flow_hour (hour, flow_id, handled, in_time)
                VALUES (date_trunc('hour', now() AT TIME ZONE 'UTC'), %s, %s, %s)
                ON CONFLICT (flow_id, hour) DO UPDATE
                   SET handled = mfg_flow_hour.handled + excluded.handled,
                       in_time = mfg_flow_hour.in_time + excluded.in_time
                """,
                (flow_id, handled[flow_id], in_time[flow_id]),
            )

    @api.model
    def _note_backlog(self, cr, backlog):
        """Write how much of each flow waits and since when; dead letters do not."""
        waiting = {}
        for connector, direction, event_type, state, count, oldest, _due in backlog:
            if state != DEAD:
                key = connector, direction, event_type
                before, since = waiting.get(key, (0, oldest))
                waiting[key] = before + count, min(since, oldest)
        cr.execute("SELECT id, connector_id, direction, event_type FROM mfg_flow")
        for flow_id, *key in cr.fetchall():
            count, oldest = waiting.get(tuple(key), (0, None))
            moment = oldest and datetime.fromtimestamp(oldest, timezone.utc)
            cr.execute(
                """
                UPDATE mfg_flow SET pending_count = %(count)s,
                       oldest_pending_at = %(since)s
                 WHERE id = %(id)s
                   AND (pending_count, oldest_pending_at)
                       IS DISTINCT FROM (%(count)s, %(since)s::timestamp)
                """,
                {
                    "count": count,
                    "since": moment and moment.replace(tzinfo=None),
                    "id": flow_id,
                },
            )

    @api.model
    def _note_hours(self, cr):
        """Write what the last hours add up to, and forget those before."""
        cr.execute(
            """
            DELETE FROM mfg_flow_hour
             WHERE hour < now() AT TIME ZONE 'UTC' - make_interval(hours => %s)
            """,
            (WINDOW_H,),
        )
        cr.execute(
            """
            UPDATE mfg_flow flow
               SET handled_count = COALESCE(recent.handled, 0),
                   in_time_count = COALESCE(recent.in_time, 0)
              FROM mfg_flow one
              LEFT JOIN (SELECT flow_id, sum(handled) AS handled,
                                sum(in_time) AS in_time
                           FROM mfg_flow_hour GROUP BY flow_id) recent
                     ON recent.flow_id = one.id
             WHERE flow.id = one.id
               AND (flow.handled_count, flow.in_time_count) IS DISTINCT FROM
                   (COALESCE(recent.handled, 0), COALESCE(recent.in_time, 0))
            """
        )

    @api.model
    def _alert(self):
        """Tell the responsible of flows that became late, and of those late no more."""
        for flow in self.search([("connector_id.state", "=", "live")]):
            age_s = flow.oldest_pending_age_s
            is_late = bool(flow.alert_after_s) and age_s > flow.alert_after_s
            if is_late and not flow.late_since:
                flow.late_since = fields.Datetime.now()
                flow._tell(
                    "trouble",
                    _(
                        "%(event_type)s is late: the oldest of %(count)s waits since"
                        " %(since)s UTC.",
                        event_type=flow.event_type,
                        count=flow.pending_count,
                        since=flow.oldest_pending_at,
                    ),
                )
            elif flow.late_since and not is_late:
                flow.late_since = False
                flow._tell(
                    "recovered",
                    _("%(event_type)s is in time again.", event_type=flow.event_type),
                )

    def _tell(self, kind, text):
        """Post it on the connector, which notifies its responsible, and note it."""
        self.ensure_one()
        connector = self.connector_id
        self.env["mfg.hub.note"]._note(kind, text, connector)
        connector.message_post(
            body=text,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
            partner_ids=connector.responsible_id.partner_id.ids,
        )
