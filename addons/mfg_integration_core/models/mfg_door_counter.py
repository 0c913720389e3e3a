from odoo import api, fields, models
from odoo.tools import SQL

#: Code of every answer that is no refusal.
ACCEPTED = "accepted"
_APPEND = """
    INSERT INTO mfg_door_answer (day, connector_code, status, code)
    SELECT CURRENT_DATE, %s, %s, %s
"""
_APPEND_WHAT_IS_STORED = f"counted AS ({_APPEND} FROM stored LIMIT 1)"


class MfgDoorCounter(models.Model):
    """What the doors answered, counted by connector, day and answer.

    A door appends each answer to a table without an index, in the transaction that
    stores the event: that waits for nobody and costs next to nothing. Each minute the
    answers are added up; this view adds those that are not yet. Both tables are
    UNLOGGED: a counter may be lost in a crash of the database, an event may not.
    """

    _name = "mfg.door.counter"
    _description = "Door Counter"
    _auto = False
    _order = "day desc, connector_code, code"
    _log_access = False

    day = fields.Date(readonly=True)
    connector_code = fields.Char("Connector", readonly=True)
    status = fields.Integer("HTTP Status", readonly=True)
    code = fields.Char("Answer", readonly=True)
    count = fields.Integer(readonly=True)

    def init(self):
        self.env.cr.execute(
            f"""
            CREATE UNLOGGED TABLE IF NOT EXISTS mfg_door_tally (
                id bigserial PRIMARY KEY,
                day date NOT NULL,
                connector_code varchar NOT NULL,
                status integer NOT NULL,
                code varchar NOT NULL,
                count integer NOT NULL,
                UNIQUE (day, connector_code, status, code));
            CREATE UNLOGGED TABLE IF NOT EXISTS mfg_door_answer (
                id bigint NOT NULL DEFAULT nextval('mfg_door_tally_id_seq'),
                day date NOT NULL,
                connector_code varchar NOT NULL,
                status integer NOT NULL,
                code varchar NOT NULL);
            CREATE OR REPLACE VIEW {self._table} AS
                SELECT min(id) AS id, day, connector_code, status, code,
                       sum(count)::integer AS count
                  FROM (SELECT id, day, connector_code, status, code, count
                          FROM mfg_door_tally
                         UNION ALL
                        SELECT id, day, connector_code, status, code, 1
                          FROM mfg_door_answer) AS counted
                 GROUP BY day, connector_code, status, code
            """
        )

    def _count(self, cr, connector_code, status, code):
        """Count one answer.

        :param connector_code: empty for an unknown connector, so that nobody can
            fill the table from outside
        """
        cr.execute(_APPEND, (connector_code or "", status, code))

    def _counting_what_is_stored(self, connector_code) -> SQL:
        """A CTE that counts an accepted request where the CTE ``stored`` has rows."""
        return SQL(_APPEND_WHAT_IS_STORED, connector_code, 202, ACCEPTED)

    @api.model
    def _add_up(self, cr):
        """Turn the answers so far into counts, which keep their ids in the view.

        :param cr: a READ COMMITTED cursor of the caller
        """
        cr.execute(
            """
            WITH answers AS (DELETE FROM mfg_door_answer RETURNING *)
            INSERT INTO mfg_door_tally AS tally
                   (id, day, connector_code, status, code, count)
            SELECT min(id), day, connector_code, status, code, count(*)
              FROM answers GROUP BY day, connector_code, status, code
                ON CONFLICT (day, connector_code, status, code)
                DO UPDATE SET count = tally.count + excluded.count
            """
        )
