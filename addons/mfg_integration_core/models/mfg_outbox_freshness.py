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
        # In steps from lane to lane, since the planner takes the few that are unsent
        # among millions for none, and would compare them all with each other.
        cr.execute(
            """
            WITH newest AS MATERIALIZED (
                SELECT DISTINCT ON (unsent.lane_id, unsent.subscription_id,
                                    unsent.res_model, unsent.res_id)
                       unsent.*
                  FROM unnest(%(lanes)s) AS wanted (id)
                 CROSS JOIN LATERAL (
                       SELECT lane_id, subscription_id, res_model, res_id, uuid,
                              lane_sequence
                         FROM mfg_outbox_message
                        WHERE lane_id = wanted.id AND state IN ('pending', 'retry')
                       OFFSET 0) AS unsent
                  JOIN mfg_subscription subscription
                    ON subscription.id = unsent.subscription_id
                   AND subscription.full_state
                 WHERE EXISTS (SELECT FROM mfg_subscription WHERE full_state)
                 ORDER BY unsent.lane_id, unsent.subscription_id,
                          unsent.res_model, unsent.res_id,
                          unsent.lane_sequence DESC),
            outdated AS MATERIALIZED (
                SELECT older.id, newest.uuid
                  FROM newest
                 CROSS JOIN LATERAL (
                       SELECT id
                         FROM mfg_outbox_message
                        WHERE lane_id = newest.lane_id
                          AND subscription_id = newest.subscription_id
                          AND res_model = newest.res_model
                          AND res_id = newest.res_id
                          AND lane_sequence < newest.lane_sequence
                          AND state IN ('pending', 'retry', 'held')
                       OFFSET 0) AS older)
            UPDATE mfg_outbox_message message
               SET state = 'superseded', next_attempt_at = NULL,
                   reason_code = 'superseded',
                   reason = 'Message ' || outdated.uuid || ' tells the full state.'
              FROM outdated
             WHERE message.id = outdated.id
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
