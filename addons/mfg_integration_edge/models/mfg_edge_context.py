from odoo import fields, models


class MfgEdgeContext(models.Model):
    """What a machine says it works on: from a moment on, until the next one."""

    _name = "mfg.edge.context"
    _description = "Machine Context"
    _log_access = False
    _rec_name = "equipment"
    _order = "started_at desc, id desc"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade"
    )
    equipment = fields.Char(required=True, readonly=True)
    source = fields.Char(required=True, readonly=True, help="Who told it.")
    event_uuid = fields.Char("Machine Event", required=True, readonly=True)
    started_at = fields.Datetime("From", required=True, readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    barcode = fields.Char(readonly=True)
    job_order = fields.Char(readonly=True)
    operation = fields.Char(readonly=True)
    lot = fields.Char(readonly=True)
    operator = fields.Char(readonly=True)
    ended = fields.Boolean(readonly=True, help="Nothing is worked on any more.")

    def init(self):
        self.env.cr.execute(
            """
            ALTER TABLE mfg_edge_context
                ADD COLUMN IF NOT EXISTS boot integer NOT NULL DEFAULT -1,
                ADD COLUMN IF NOT EXISTS sequence bigint NOT NULL DEFAULT -1,
                ADD COLUMN IF NOT EXISTS place bigint;
            CREATE INDEX IF NOT EXISTS mfg_edge_context_moment_index
                ON mfg_edge_context (connector_id, equipment, started_at);
            CREATE INDEX IF NOT EXISTS mfg_edge_context_number_index
                ON mfg_edge_context (connector_id, equipment, source, boot, sequence);
            """
        )

    def _scanned(self):
        """What names the order: its reference, a barcode or a lot; None if nothing."""
        if self.ended:
            return None
        return self.job_order or self.barcode or self.lot or None
