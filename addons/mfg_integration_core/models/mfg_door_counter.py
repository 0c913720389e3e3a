from odoo import fields, models
from odoo.tools import sql


class MfgDoorCounter(models.Model):
    """What the doors answered, counted by connector, day and answer.

    The table is UNLOGGED and written by one READ COMMITTED statement: a counter may
    be lost in a crash of the database, an event may not.
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
        if not sql.table_exists(self.env.cr, self._table):
            self.env.cr.execute(
                f"""
                CREATE UNLOGGED TABLE {self._table} (
                    id serial PRIMARY KEY,
                    day date NOT NULL,
                    connector_code varchar NOT NULL,
                    status integer NOT NULL,
                    code varchar NOT NULL,
                    count integer NOT NULL,
                    UNIQUE (day, connector_code, status, code))
                """
            )

    def _count(self, cr, connector_code, status, code):
        """Count one answer on a READ COMMITTED cursor of the caller.

        :param connector_code: empty for an unknown connector, so that nobody can
            fill the table from outside
        """
        cr.execute(
            f"""
            INSERT INTO {self._table} (day, connector_code, status, code, count)
            VALUES (CURRENT_DATE, %s, %s, %s, 1)
            ON CONFLICT (day, connector_code, status, code)
            DO UPDATE SET count = {self._table}.count + 1
            """,
            (connector_code or "", status, code),
        )
