from collections.abc import Mapping, Sequence

from psycopg2.extras import execute_values

from odoo import fields, models

from ..protocols.poll_item import Known
from .mfg_source_lease import aware, naive


class MfgSourceItem(models.Model):
    """What is known of one item of a polled list, so that it is told once per version.

    The methods are statements on the cursor of the caller, who stores the events of the
    same items in the same transaction.
    """

    _name = "mfg.source.item"
    _description = "Polled Item"
    _log_access = False
    _order = "id desc"
    _rec_name = "key"

    source_id = fields.Many2one("mfg.source", required=True, ondelete="cascade")
    key = fields.Char("Partner's Key", required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True, help="Of its newest version.")
    changed_at = fields.Datetime("Changed", readonly=True)
    repeat = fields.Integer(
        readonly=True, help="Versions before it that changed in the same moment."
    )
    gone = fields.Boolean("Deleted", readonly=True)
    taken = fields.Boolean(readonly=True, help="Some version of it became an event.")
    mark = fields.Char(
        readonly=True,
        help="The greatest number of its parts, such as comments, that an event tells.",
    )
    seen = fields.Integer("Seen in Pass", readonly=True)

    _sql_constraints = [
        (
            "key_unique",
            "unique (source_id, key)",
            "This item of the list is known already.",
        ),
    ]

    def _known(self, cr, source_id: int, keys: Sequence[str]) -> dict[str, Known]:
        """What is known of these items, by key."""
        if not keys:
            return {}
        cr.execute(
            """
            SELECT key, digest, changed_at, repeat, gone, taken, mark::bigint
              FROM mfg_source_item
             WHERE source_id = %s AND key = ANY(%s)
            """,
            (source_id, list(keys)),
        )
        return {
            key: Known(digest, aware(changed_at), *rest)
            for key, digest, changed_at, *rest in cr.fetchall()
        }

    def _remember(self, cr, source_id: int, seen: int, known: Mapping[str, Known]):
        """Write what is known from now on.

        :param seen: number of the pass in which the items were read
        """
        if not known:
            return
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            """
            INSERT INTO mfg_source_item
                   (source_id, key, digest, changed_at, repeat, gone, taken, mark,
                    seen)
            VALUES %s
            ON CONFLICT (source_id, key) DO UPDATE
               SET digest = excluded.digest, changed_at = excluded.changed_at,
                   repeat = excluded.repeat, gone = excluded.gone,
                   taken = excluded.taken, mark = excluded.mark,
                   seen = excluded.seen
            """,
            [
                (
                    source_id,
                    key,
                    one.digest,
                    naive(one.changed_at),
                    one.repeat,
                    one.gone,
                    one.taken,
                    one.mark,
                    seen,
                )
                for key, one in sorted(known.items())
            ],
            page_size=len(known),
        )

    def _missing(self, cr, source_id: int, seen_before: int) -> tuple[list[str], int]:
        """Keys that no pass since ``seen_before`` has seen, and how many are there."""
        cr.execute(
            """
            SELECT array_agg(key ORDER BY key) FILTER (WHERE seen < %s), count(*)
              FROM mfg_source_item
             WHERE source_id = %s AND NOT gone
            """,
            (seen_before, source_id),
        )
        keys, count = cr.fetchone()
        return keys or [], count

    def _forget_untaken(self, cr, source_id: int):
        """Forget what was only noted, so that it is told when it is read again."""
        cr.execute(
            "DELETE FROM mfg_source_item WHERE source_id = %s AND NOT taken",
            (source_id,),
        )
