from odoo import fields, models
from odoo.tools import SQL

#: Code of every answer that is no refusal.
ACCEPTED = "accepted"
_COUNT = """
    INSERT INTO mfg_door_tally AS tally
           (day, connector_code, status, code, shard, count)
    SELECT CURRENT_DATE, %s, %s, %s, %s, 1
     WHERE {}
        ON CONFLICT (day, connector_code, status, code, shard)
        DO UPDATE SET count = tally.count + 1
"""
_COUNT_ALWAYS = _COUNT.format("TRUE")
_COUNT_WHAT_IS_STORED = f"counted AS ({_COUNT.format('EXISTS (SELECT FROM stored)')})"
#: So many requests at once count without waiting for each other.
SHARDS = 16


class MfgDoorCounter(models.Model):
    """What the doors answered, counted by connector, day and answer.

    The table below this view is UNLOGGED and written by one READ COMMITTED statement: a
    counter may be lost in a crash of the database, an event may not. It is written in
    the transaction that stores the event, so each count is spread over rows, that no
    request waits until another one's event is on disk.
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
                id serial PRIMARY KEY,
                day date NOT NULL,
                connector_code varchar NOT NULL,
                status integer NOT NULL,
                code varchar NOT NULL,
                shard integer NOT NULL,
                count integer NOT NULL,
                UNIQUE (day, connector_code, status, code, shard));
            CREATE OR REPLACE VIEW {self._table} AS
                SELECT min(id) AS id, day, connector_code, status, code,
                       sum(count)::integer AS count
                  FROM mfg_door_tally
                 GROUP BY day, connector_code, status, code
            """
        )

    def _count(self, cr, connector_code, status, code):
        """Count one answer on a READ COMMITTED cursor of the caller.

        :param connector_code: empty for an unknown connector, so that nobody can
            fill the table from outside
        """
        cr.execute(_COUNT_ALWAYS, _values(cr, connector_code or "", status, code))

    def _counting_what_is_stored(self, cr, connector_code) -> SQL:
        """A CTE that counts an accepted request where the CTE ``stored`` has rows."""
        return SQL(_COUNT_WHAT_IS_STORED, *_values(cr, connector_code, 202, ACCEPTED))


def _values(cr, connector_code, status, code):
    shard = cr.connection.info.backend_pid % SHARDS
    return connector_code, status, code, shard
