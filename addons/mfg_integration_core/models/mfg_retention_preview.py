from odoo import _, api, models
from odoo.tools import human_size

from .mfg_retention import ATTEMPT_BODIES, BODIES, STEPS, STORES

_FILES_OF_ATTEMPT = """(
    SELECT COALESCE(sum(file_size), 0) FROM ir_attachment
     WHERE res_model = 'mfg.delivery.attempt' AND res_id = attempt.id)"""


class MfgRetentionPreview(models.AbstractModel):
    """What the next run would remove, for people who change how long."""

    _inherit = "mfg.retention"

    @api.model
    def _preview(self):
        """What the next run would remove.

        :return: one ``{"direction", "event_type", "step", "count", "bytes",
            "oldest_at"}`` per direction, type and step, the largest first; bytes are
            those that lie on the disk
        """
        found = []
        for step in STEPS:
            for direction, store in STORES.items():
                found += self._preview_of(step, direction, store)
        return sorted(found, key=lambda line: line["bytes"], reverse=True)

    @api.model
    def _preview_of(self, step, direction, store):
        attempt_size = "pg_column_size(attempt.*)"
        row_size = "pg_column_size(item.*)"
        if step == BODIES:
            attempt_size = _size_of("attempt", ATTEMPT_BODIES)
            row_size = _size_of("item", store.bodies)
        query, parameters = self._due(
            step,
            store,
            f"""
            item.event_type, count(*), min(item.create_date),
            sum({row_size}
                + (SELECT COALESCE(sum({attempt_size} + {_FILES_OF_ATTEMPT}), 0)
                     FROM mfg_delivery_attempt attempt
                    WHERE attempt.{store.attempt_column} = item.id)
                + (SELECT COALESCE(sum(file_size), 0) FROM ir_attachment
                    WHERE res_model = %(model)s AND res_id = item.id))
            """,
        )
        self.env.cr.execute(
            f"{query} GROUP BY item.event_type", {**parameters, "model": store.model}
        )
        return [
            {
                "direction": direction,
                "event_type": event_type,
                "step": step,
                "count": count,
                "bytes": int(size),
                "oldest_at": oldest_at,
            }
            for event_type, count, oldest_at, size in self.env.cr.fetchall()
        ]

    @api.model
    def _readable_size(self, size):
        """Bytes as people say them, such as ``3.20 Mb``."""
        return human_size(size) or _("nothing")


def _size_of(alias: str, columns: tuple[str, ...]) -> str:
    """SQL of the bytes that columns take, nothing for those that are empty."""
    return " + ".join(
        f"COALESCE(pg_column_size({alias}.{column}), 0)" for column in columns
    )
