from odoo import models


class MfgOutboxFreshness(models.Model):
    """How a message that is of no use any more leaves its lane unsent.

    The methods are single statements on a READ COMMITTED cursor of whoever holds the
    leases of the lanes, so they never meet a message that is on its way.
    """

    _inherit = "mfg.outbox.message"

    def _expire(self, cr, message_id):
        """Give up a message whose time to live is over."""
        cr.execute(
            """
            UPDATE mfg_outbox_message
               SET state = 'expired', reason_code = 'expired',
                   reason = 'Its time to live was over before it could be delivered.'
             WHERE id = %s
            """,
            (message_id,),
        )

    def _supersede(self, cr, lane_ids):
        """Give up unsent messages behind which a newer one tells the full state.

        Only within one subscription and about one document; the newest stays.
        """
        cr.execute(
            """
            UPDATE mfg_outbox_message older
               SET state = 'superseded', next_attempt_at = NULL,
                   reason_code = 'superseded',
                   reason = 'Message ' || newest.uuid || ' tells the full state.'
              FROM (SELECT DISTINCT ON (message.lane_id, message.subscription_id,
                                        message.res_model, message.res_id)
                           message.*
                      FROM mfg_outbox_message message
                      JOIN mfg_subscription subscription
                        ON subscription.id = message.subscription_id
                     WHERE message.lane_id = ANY(%(lanes)s) AND subscription.full_state
                       AND message.state IN ('pending', 'retry')
                     ORDER BY message.lane_id, message.subscription_id,
                              message.res_model, message.res_id,
                              message.lane_sequence DESC) AS newest
             WHERE older.lane_id = newest.lane_id
               AND older.subscription_id = newest.subscription_id
               AND older.res_model = newest.res_model
               AND older.res_id = newest.res_id
               AND older.lane_sequence < newest.lane_sequence
               AND older.state IN ('pending', 'retry', 'held')
            """,
            {"lanes": list(lane_ids)},
        )

    def _reopen_superseded(self, cr, connector_id):
        """Let the lanes go on whose held first row has a newer full state behind it.

        Nobody holds the lease of a parked lane; whoever claims it supersedes the row.
        """
        cr.execute(
            """
            UPDATE mfg_lane lane
               SET parked = FALSE, parked_reason = NULL,
                   next_at = now() AT TIME ZONE 'UTC'
             WHERE lane.connector_id = %s AND lane.direction = 'out' AND lane.parked
               AND EXISTS (
                   SELECT 1
                     FROM mfg_outbox_message fresh
                     JOIN mfg_subscription subscription
                       ON subscription.id = fresh.subscription_id
                     JOIN mfg_outbox_message held
                       ON held.lane_id = lane.id AND held.state = 'held'
                      AND held.subscription_id = fresh.subscription_id
                      AND held.res_model = fresh.res_model
                      AND held.res_id = fresh.res_id
                    WHERE fresh.lane_id = lane.id AND fresh.state = 'pending'
                      AND fresh.lane_sequence IS NULL AND subscription.full_state)
            """,
            (connector_id,),
        )
