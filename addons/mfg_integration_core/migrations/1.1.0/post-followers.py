"""Users that connectors act as followed them, and were sent mail that nobody reads."""


def migrate(cr, _version):
    """Let those follow no more that somebody else has made the connector act as."""
    cr.execute(
        """
        DELETE FROM mail_followers follower
         USING mfg_connector connector
          JOIN res_users acting ON acting.id = connector.user_id
         WHERE follower.res_model = 'mfg.connector'
           AND follower.res_id = connector.id
           AND follower.partner_id = acting.partner_id
           AND acting.id <> connector.create_uid
           AND acting.id IS DISTINCT FROM connector.responsible_id
        """
    )
