from odoo import _, api, fields, models


class MfgEdgeSeries(models.Model):
    """What one sender tells of one machine, reading by reading.

    The readings are rows of ``mfg_edge_reading``, a narrow table without a model.
    """

    _name = "mfg.edge.series"
    _description = "Machine Counter"
    _log_access = False
    _rec_name = "equipment"
    _order = "equipment, id"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    source = fields.Char(required=True, readonly=True)
    equipment = fields.Char(required=True, readonly=True)
    operation = fields.Char(readonly=True)
    is_counter = fields.Boolean(
        "Totals",
        readonly=True,
        help="Whether it tells totals of a counter, or counts for no order by name.",
    )

    good_text = fields.Char("Good", compute="_compute_texts")
    scrap_text = fields.Char("Scrap", compute="_compute_texts")

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_series_key_index
                ON mfg_edge_series (connector_id, equipment, source,
                                    COALESCE(operation, ''), is_counter);

            CREATE TABLE IF NOT EXISTS mfg_edge_reading (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                series_id integer NOT NULL
                    REFERENCES mfg_edge_series ON DELETE CASCADE,
                is_scrap boolean NOT NULL,
                boot integer NOT NULL,
                sequence bigint NOT NULL,
                moment timestamp NOT NULL,
                place bigint NOT NULL,
                segment integer NOT NULL,
                event_row_id bigint NOT NULL,
                received_at timestamp NOT NULL,
                historical boolean NOT NULL,
                value numeric NOT NULL,
                rollover_at numeric,
                job_order varchar,
                -- What was posted of it: NULL until it was looked at.
                increment numeric,
                previous_id bigint,
                context_id integer,
                window_id integer
            );
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_edge_reading_order_index
                ON mfg_edge_reading
                   (series_id, is_scrap, boot, sequence, moment, place);
            CREATE INDEX IF NOT EXISTS mfg_edge_reading_moment_index
                ON mfg_edge_reading (series_id, moment) WHERE job_order IS NULL;
            CREATE INDEX IF NOT EXISTS mfg_edge_reading_fresh_index
                ON mfg_edge_reading (series_id) WHERE increment IS NULL;
            CREATE INDEX IF NOT EXISTS mfg_edge_reading_window_index
                ON mfg_edge_reading (window_id);
            CREATE INDEX IF NOT EXISTS mfg_edge_reading_event_index
                ON mfg_edge_reading (event_row_id);
            """
        )

    @api.depends("is_counter")
    def _compute_texts(self):
        self.env.cr.execute(
            """
            SELECT series_id, is_scrap, count(*),
                   ((array_agg(value ORDER BY boot, sequence, moment, place))[1])::text,
                   sum(increment)::text
              FROM mfg_edge_reading WHERE series_id = ANY(%s)
             GROUP BY series_id, is_scrap
            """,
            (self.ids,),
        )
        said = {row[:2]: row[2:] for row in self.env.cr.fetchall()}
        for series in self:
            series.good_text = series._said(said.get((series.id, False)))
            series.scrap_text = series._said(said.get((series.id, True)))

    def _said(self, told):
        """What the readings say, in words; empty when there are none."""
        if not told:
            return False
        count, first, added = told
        if not self.is_counter:
            return _("%(count)s counts, %(added)s in all", count=count, added=added)
        return _(
            "%(count)s readings from %(first)s, where it stood first: %(added)s made",
            count=count,
            first=first,
            added=added,
        )
