from decimal import Decimal

from odoo import SUPERUSER_ID, _, api, fields, models, tools

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError
from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction

from .. import aggregation

KINDS = [
    ("counts", "Counts"),
    ("readings", "Readings"),
    ("correction", "Correction"),
    ("single", "One event"),
]


class MfgEdgeWindow(models.Model):
    """Proof of one posted sum: which raw events are in it, and which order has it.

    Of kind *counts*: every count of its equipment, order and operation from its first
    to its last place, either live or sent afterwards, and nothing else. Of kind
    *readings*: what rows of ``mfg_edge_reading`` added that name it. A *correction* is
    the difference to another window, after an event that came late. *One event* came
    through another door.
    """

    _name = "mfg.edge.window"
    _description = "Machine Count Window"
    _log_access = False
    _rec_name = "event_uuid"
    _order = "id desc"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True, default="counts")
    event_uuid = fields.Char("Inbox Event", required=True, readonly=True, index=True)
    equipment = fields.Char(required=True, readonly=True)
    job_order = fields.Char(readonly=True)
    operation = fields.Char(readonly=True)
    context_id = fields.Many2one(
        "mfg.edge.context",
        readonly=True,
        ondelete="set null",
        help="What was scanned at the machine before.",
    )
    corrects_id = fields.Many2one(
        "mfg.edge.window",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="What came late shows that this posting said too much or too little.",
    )
    correction_ids = fields.One2many(
        "mfg.edge.window", "corrects_id", "Corrections", readonly=True
    )
    range_ids = fields.One2many(
        "mfg.edge.window.range", "window_id", "Ranges", readonly=True
    )
    segment = fields.Integer(readonly=True)
    event_count = fields.Integer("Counts", readonly=True)
    good_quantity = fields.Float("Good", digits=(20, 9), readonly=True)
    scrap_quantity = fields.Float("Scrap", digits=(20, 9), readonly=True)
    started_at = fields.Datetime(
        "First at", readonly=True, help="When the first of it was counted."
    )
    ended_at = fields.Datetime(
        "Last at", readonly=True, help="When the last of it was counted."
    )
    historical = fields.Boolean(
        readonly=True, help="All of it was sent afterwards; it counts all the same."
    )
    first_event_id = fields.Char("First Event ID", readonly=True)
    last_event_id = fields.Char("Last Event ID", readonly=True)
    # Positions of the batches that the first and the last event came in.
    first_position = fields.Integer(readonly=True)
    last_position = fields.Integer(readonly=True)
    # What it became.
    equipment_id = fields.Many2one(
        "maintenance.equipment", "Machine", readonly=True, ondelete="set null"
    )
    production_id = fields.Many2one(
        "mrp.production",
        "Manufacturing Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The order that has it; empty while it waits for its order.",
    )
    workorder_id = fields.Many2one(
        "mrp.workorder", "Work Order", readonly=True, ondelete="set null"
    )
    is_output = fields.Boolean(
        "Output",
        readonly=True,
        help="Whether it counts for the order, and not only for one of its operations.",
    )
    posted_at = fields.Datetime(readonly=True)
    gathers_until = fields.Datetime(
        readonly=True,
        help="What the machine counts next for the same is added to it until then.",
    )

    def init(self):
        self.env.cr.execute(
            """
            -- Places of raw events are wider than Odoo's integers.
            ALTER TABLE mfg_edge_window
                ADD COLUMN IF NOT EXISTS first_place bigint,
                ADD COLUMN IF NOT EXISTS last_place bigint;
            CREATE INDEX IF NOT EXISTS mfg_edge_window_place_index
                ON mfg_edge_window (connector_id, equipment, first_place);
            -- The others are found by their ranges.
            CREATE INDEX IF NOT EXISTS mfg_edge_window_single_index
                ON mfg_edge_window (started_at) WHERE kind = 'single';
            CREATE INDEX IF NOT EXISTS mfg_edge_window_gathering_index
                ON mfg_edge_window (connector_id, gathers_until)
             WHERE gathers_until IS NOT NULL;
            """
        )

    @api.depends("equipment", "good_quantity", "scrap_quantity")
    def _compute_display_name(self):
        """What it says to people; its number says nothing."""
        for window in self:
            window.display_name = _(
                "%(machine)s: %(good)s good, %(scrap)s scrap",
                machine=window.equipment,
                good=f"{window.good_quantity:g}",
                scrap=f"{window.scrap_quantity:g}",
            )

    # --------------------------------------------------------------- gathering

    @api.model
    def _gathering_for(self, orders):
        """``{order: windows}``: what gathers for them, where that goes on by itself.

        One query, however many orders; those for which nothing gathers are left out.
        """
        found = aggregation.gathering.named(self.env.cr, fields.Datetime.now())
        gathering = {}
        for order in orders if found else ():
            names = order._mfg_counted_as()
            ids = [
                id_
                for id_, company_id, name in found
                if company_id == order.company_id.id and name in names
            ]
            if ids:
                gathering[order] = self.browse(ids)
        return gathering

    def _tell_soon(self):
        """Have their orders hear of them now, whatever becomes of this transaction."""
        ids, connectors = self.ids, self.connector_id

        def end(env):
            env.cr.execute(
                "UPDATE mfg_edge_window SET gathers_until = %s"
                " WHERE id = ANY(%s) AND gathers_until IS NOT NULL",
                (fields.Datetime.now(), ids),
            )

        run_in_transaction(self.env.registry, end, uid=SUPERUSER_ID)
        connectors._wake_now()

    # --------------------------------------------------------------- quantities

    def _unposted(self):
        """Good and scrap that no order has yet, to the last digit.

        With the corrections that came while the window itself waited: their own
        events have nothing to add any more.

        :return: two :class:`Decimal`; Odoo reads decimals as binary fractions
        """
        self.ensure_one()
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT COALESCE(sum(good_quantity), 0)::text,
                   COALESCE(sum(scrap_quantity), 0)::text
              FROM mfg_edge_window WHERE id = ANY(%s)
            """,
            (self._with_corrections().ids,),
        )
        return tuple(Decimal(text) for text in self.env.cr.fetchone())

    def _with_corrections(self):
        """The window and what corrects it, as far as no order has it yet."""
        return (self | self.correction_ids).filtered(
            lambda window: not window.posted_at
        )

    @api.model
    def _of_event(self, event):
        """The window that an event of the inbox tells of.

        Made for it where it came through another door, so that the ledger has all.
        """
        window = self.search([("event_uuid", "=", event.uuid)], limit=1)
        return window or self.create(self._prepare_single(event))

    @api.model
    def _prepare_single(self, event):
        data = event.data
        moment = event.happened_at.replace(microsecond=0)
        return {
            "connector_id": event.connector_id.id,
            "kind": "single",
            "event_uuid": event.uuid,
            "equipment": data["equipment"],
            "job_order": data.get("job_order"),
            "operation": data.get("operation"),
            "event_count": 1,
            "good_quantity": data["good_quantity"],
            "scrap_quantity": data["scrap_quantity"],
            "started_at": moment,
            "ended_at": moment,
            "historical": event.historical,
            "first_event_id": event.event_id,
            "last_event_id": event.event_id,
        }

    @api.model
    def _find_machine(self, connector, name):
        """The machine that the connector calls so; empty when nobody has said which."""
        machines = self.env["maintenance.equipment"]
        try:
            return self.env["mfg.binding"]._record(
                connector, machines._name, name, connector.plant_id
            )
        except MissingReferenceError:
            # The event of the window says so, and waits for it.
            return machines

    def _find_machines(self):
        """Say of which machine the windows are, whether an order will have them or not.

        A plant that has machines and no orders sums up its shifts from them.
        """
        for (connector, name), windows in tools.groupby(
            self, lambda window: (window.connector_id, window.equipment)
        ):
            machine = self._find_machine(connector, name)
            self.browse([window.id for window in windows]).equipment_id = machine
        self.env["mfg.shift.summary"]._mark_late_counts(self)

    def _post_nowhere(self, equipment):
        """Write down that no order was waiting for it."""
        self._give_to(equipment)
        self.posted_at = fields.Datetime.now()

    def _give_to(self, equipment):
        """Say of which machine they are, and have its shifts know."""
        news = self.filtered(lambda window: window.equipment_id != equipment)
        news.equipment_id = equipment
        self.env["mfg.shift.summary"]._mark_late_counts(news)

    def _post(self, order, taken):
        """Write down which order has it."""
        windows = self._with_corrections()
        windows._give_to(taken.equipment)
        windows.write(
            {
                "production_id": order.id,
                "workorder_id": taken.workorder.id,
                "is_output": taken.is_output,
                "posted_at": fields.Datetime.now(),
            }
        )

    # -------------------------------------------------------------------- proof

    def _contradictions(self):
        """Windows of these that the raw events do not confirm: none, or a fault.

        :return: see :func:`aggregation.proof.contradictions`
        """
        self.env.flush_all()
        return aggregation.proof.contradictions(self.env.cr, self.ids)

    def _kept(self):
        """How many of these can be judged; see :func:`aggregation.proof.kept`."""
        self.env.flush_all()
        return aggregation.proof.kept(self.env.cr, self.ids)

    def action_prove(self):
        """Show in words whether the raw events confirm these windows."""
        return self.env["mfg.edge.proof"]._show_windows(self)
