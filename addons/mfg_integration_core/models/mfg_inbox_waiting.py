from odoo import api, models


class MfgInboxWaiting(models.Model):
    """How the events go on that wait for a record, once it is there."""

    _inherit = "mfg.inbox.event"

    def _step_aside(self):
        """Leave the lane for one of the event's own; what was behind it goes on."""
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            """
            UPDATE mfg_inbox_event
               SET ordering_key = 'event:' || uuid, lane_id = NULL, lane_sequence = NULL
             WHERE id = %s AND ordering_key <> 'event:' || uuid
            """,
            (self.id,),
        )
        self.invalidate_recordset(["ordering_key", "lane_id", "lane_sequence"])

    @api.model
    def _resume_waiting(self, cr, references):
        """Let the events go on that waited for these records.

        :param references: ``(connector id, model, external id)``
        """
        if not references:
            return
        cr.execute(
            """
            WITH resumed AS (
                UPDATE mfg_inbox_event
                   SET state = 'retry', next_attempt_at = NULL,
                       reason_code = NULL, reason = NULL
                 WHERE state = 'waiting'
                   AND (connector_id, waiting_model, waiting_key) IN %s
                RETURNING lane_id)
            UPDATE mfg_lane SET next_at = NULL
             WHERE id IN (SELECT lane_id FROM resumed)
            """,
            (tuple(references),),
        )

    @api.model
    def _resume_awaiting(self, cr, codes):
        """Let the events go on that waited for records with these codes.

        :param codes: ``(model, code)`` of records that are there now
        :return: ids of the connectors that the events are of
        """
        cr.execute(
            """
            WITH resumed AS (
                UPDATE mfg_inbox_event
                   SET state = 'retry', next_attempt_at = NULL,
                       reason_code = NULL, reason = NULL
                 WHERE state = 'waiting' AND (waiting_model, waiting_key) IN %s
                RETURNING lane_id, connector_id),
            due AS (
                UPDATE mfg_lane SET next_at = NULL
                 WHERE id IN (SELECT lane_id FROM resumed))
            SELECT DISTINCT connector_id FROM resumed
            """,
            (tuple(codes),),
        )
        return [connector_id for (connector_id,) in cr.fetchall()]
