from odoo import models


class MfgOutboxMessage(models.Model):
    _inherit = "mfg.outbox.message"

    def init(self):
        """Extended: who got an order is looked up at each change of it."""
        super().init()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_outbox_message_released_index
                ON mfg_outbox_message (res_id)
             WHERE event_type = 'mfg.production.released.v1'
            """
        )
