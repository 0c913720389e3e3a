from odoo import api, models

from .mfg_retention import ROWS, SETTINGS


class MfgRetentionDue(models.AbstractModel):
    """How long what is kept, and so which rows are due."""

    _inherit = "mfg.retention"

    # ------------------------------------------------------------------- how long

    @api.model
    def _default_days(self):
        """Days that bodies and headers are kept by default; 0 = for ever."""
        settings = self.env["mfg.setting"]
        return tuple(settings._get(key) for key in SETTINGS)

    @api.model
    def _set_default_days(self, bodies, headers):
        """Keep bodies and headers so many days by default; 0 = for ever."""
        everywhere = self.env["res.company"]
        for key, days in zip(SETTINGS, (bodies, headers), strict=True):
            if days != self.env["mfg.setting"]._get(key):
                self.env["mfg.setting"]._change(key, everywhere, days)

    @api.model
    def _own_days(self):
        """``(level, id, bodies, headers)`` of companies and plants that say their own.

        What they leave to others is None.
        """
        own = self.env["mfg.setting.value"]._own()
        bodies, headers = (own.get(key, {}) for key in SETTINGS)
        places = sorted({*bodies, *headers} - {("global", 0)})
        return [
            (level, place, bodies.get((level, place)), headers.get((level, place)))
            for level, place in places
        ]

    # ---------------------------------------------------------------- what is due

    @api.model
    def _due(self, step, store, columns):
        """A query of the rows that a step removes, to be continued with AND.

        :param columns: SQL of what to select; the row is ``item``
        :return: SQL and its parameters
        """
        types = (
            self.env["mfg.event.type"]
            .with_context(active_test=False)
            .search([("has_own_retention", "=", True)])
        )
        bodies, headers = self._default_days()
        places = self._own_days()
        finished = (
            f"GREATEST(item.create_date, item.write_date, item.{store.finished_column})"
        )
        is_row_due = f"""(
            keep.headers_days > 0 AND {finished}
            < now() AT TIME ZONE 'UTC' - make_interval(days => keep.headers_days))"""
        is_body_due = f"""(
            item.bodies_removed_at IS NULL
            AND keep.bodies_days > 0 AND {finished}
            < now() AT TIME ZONE 'UTC' - make_interval(days => keep.bodies_days)
            AND NOT {is_row_due})"""
        days = [bodies, headers, *types.mapped("keep_bodies_days")]
        days += types.mapped("keep_headers_days")
        days += [day for _level, _id, *own in places for day in own if day is not None]
        query = f"""
            SELECT {columns}
              FROM {store.table} item
              LEFT JOIN unnest(%(types)s::varchar[], %(bodies)s::int[],
                               %(headers)s::int[])
                     AS own (event_type, bodies_days, headers_days)
                     ON own.event_type = item.event_type
              LEFT JOIN unnest(%(levels)s::varchar[], %(places)s::int[],
                               %(place_bodies)s::int[], %(place_headers)s::int[])
                     AS plant (level, id, bodies_days, headers_days)
                     ON plant.level = 'plant' AND plant.id = item.plant_id
              LEFT JOIN unnest(%(levels)s::varchar[], %(places)s::int[],
                               %(place_bodies)s::int[], %(place_headers)s::int[])
                     AS company (level, id, bodies_days, headers_days)
                     ON company.level = 'company' AND company.id = item.company_id
             CROSS JOIN LATERAL (
                SELECT COALESCE(own.bodies_days, plant.bodies_days,
                                company.bodies_days, %(default_bodies)s)
                           AS bodies_days,
                       COALESCE(own.headers_days, plant.headers_days,
                                company.headers_days, %(default_headers)s)
                           AS headers_days
             ) keep
             WHERE item.state IN %(final_states)s
               AND item.create_date
                   < now() AT TIME ZONE 'UTC' - make_interval(days => %(shortest)s)
               AND {is_row_due if step == ROWS else is_body_due}
               AND NOT EXISTS (
                    SELECT 1 FROM mfg_case
                     WHERE mfg_case.correlation_id = item.correlation_id
                       AND mfg_case.state = 'open')"""
        return query, {
            "types": types.mapped("name"),
            "bodies": types.mapped("keep_bodies_days"),
            "headers": types.mapped("keep_headers_days"),
            "levels": [level for level, *_rest in places],
            "places": [place for _level, place, *_rest in places],
            "place_bodies": [bodies for *_place, bodies, _headers in places],
            "place_headers": [headers for *_place, headers in places],
            "default_bodies": bodies,
            "default_headers": headers,
            "final_states": store.final_states,
            # Nothing younger can be due: it keeps the scan in the old end of the index.
            "shortest": min((day for day in days if day > 0), default=0),
        }
