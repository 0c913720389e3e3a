from odoo import fields


class CopiedMany2one(fields.Many2one):
    """A Many2one without a foreign key, for a value copied from another row.

    The row that it is copied from has the foreign key. PostgreSQL would prove each
    copy again, with a plan that it makes anew for each request, since Odoo resets a
    connection before it is used again: at a door that is a good part of an insert.
    Who lets the target be deleted looks for copies first.
    """

    def update_db_foreign_key(self, model, column):
        """Extended: makes none, and drops the one of an earlier version."""
        # The names are those of a table and a field of the suite.
        model.env.cr.execute(
            f"ALTER TABLE {model._table}"
            f" DROP CONSTRAINT IF EXISTS {model._table}_{self.name}_fkey"
        )
