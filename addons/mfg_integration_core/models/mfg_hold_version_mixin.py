from odoo import fields, models
from odoo.tools import SQL


class MfgHoldVersionMixin(models.AbstractModel):
    """A row that holds change before anything else and that gates lock.

    Odoo's transactions are REPEATABLE READ, so whoever of a hold and a gate comes
    second gets a serialization failure (SQLSTATE 40001), and the work is done again on
    what the first one left.
    Source: PostgreSQL, "Repeatable Read Isolation Level"; design, invariant 9.
    """

    _name = "mfg.hold.version.mixin"
    _description = "Is Claimed by Holds"

    # Whether what a gate lets pass shares the row with others that pass at the same
    # time, such as all moves out of one location. It must not write the row then: two
    # that share it and both want to write it would wait for each other.
    _mfg_gate_shares = False

    # No default: it would rewrite every row of a big table at installation.
    mfg_hold_version = fields.Integer(
        "Hold Version",
        readonly=True,
        copy=False,
        help="Raised by every hold that is placed or lifted, before anything else.",
    )

    def _mfg_bump_hold_version(self):
        """Claim the rows for a change of their holds; comes before any reading.

        The rows are taken in the order of their ids, as the gates do.
        """
        if not self.ids:
            return
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL(
                """
                UPDATE %s AS held
                   SET mfg_hold_version = COALESCE(held.mfg_hold_version, 0) + 1
                  FROM (SELECT id FROM %s WHERE id = ANY(%s)
                         ORDER BY id FOR NO KEY UPDATE) AS locked
                 WHERE held.id = locked.id
                """,
                table,
                table,
                self.ids,
            )
        )
        self.invalidate_recordset(["mfg_hold_version"], flush=False)

    def _mfg_lock_for_gate(self):
        """Let nobody hold the rows until the transaction ends; one query."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id %s",
                SQL.identifier(self._table),
                self.ids,
                SQL("FOR SHARE" if self._mfg_gate_shares else "FOR NO KEY UPDATE"),
            )
        )
