from odoo import _, api, fields, models


class MfgEdgeAlarm(models.Model):
    """One time in which a machine had an alarm: when it came and when it went.

    It says nothing about whether the machine runs; its state does.
    """

    _name = "mfg.edge.alarm"
    _description = "Machine Alarm"
    _inherit = ["mfg.edge.told.mixin"]
    _order = "id desc"
    _rec_name = "code"

    code = fields.Char(required=True, readonly=True)
    text = fields.Char(readonly=True)
    severity = fields.Selection(
        [("info", "Information"), ("warning", "Warning"), ("critical", "Critical")],
        readonly=True,
    )
    # Both kept with microseconds.
    came_at = fields.Datetime("Came", readonly=True, help="Empty when nobody told it.")
    went_at = fields.Datetime("Went", readonly=True, help="Empty while it is there.")
    historical = fields.Boolean(readonly=True)

    def init(self):
        self.env.cr.execute("SELECT to_regclass('mfg_edge_alarm_word') IS NULL")
        (is_new,) = self.env.cr.fetchone()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_edge_alarm_moment_index
                ON mfg_edge_alarm (equipment_id, code, COALESCE(came_at, went_at));
            DROP INDEX IF EXISTS mfg_edge_alarm_code_index;
            -- All that was told, from which the times follow in whatever order it came.
            CREATE TABLE IF NOT EXISTS mfg_edge_alarm_word (
                id bigserial PRIMARY KEY,
                equipment_id integer NOT NULL
                    REFERENCES maintenance_equipment ON DELETE CASCADE,
                code varchar NOT NULL,
                is_active boolean NOT NULL,
                at timestamp NOT NULL,
                recorded_at timestamp NOT NULL,
                UNIQUE (equipment_id, code, is_active, at)
            );
            """
        )
        if is_new:
            self.env.cr.execute(
                """
                INSERT INTO mfg_edge_alarm_word
                            (equipment_id, code, is_active, at, recorded_at)
                SELECT equipment_id, code, told.is_active, told.at, write_date
                  FROM mfg_edge_alarm
                 CROSS JOIN LATERAL (
                       VALUES (TRUE, came_at), (FALSE, went_at)) told (is_active, at)
                 WHERE told.at IS NOT NULL
                ON CONFLICT DO NOTHING
                """
            )

    @api.depends("code", "text", "equipment_id")
    def _compute_display_name(self):
        # sudo: who may see it may know its name, whatever rights on machines.
        for alarm in self:
            words = " ".join(part for part in (alarm.code, alarm.text) if part)
            alarm.display_name = _(
                "%(machine)s: %(alarm)s",
                machine=alarm.sudo().equipment_id.display_name,
                alarm=words,
            )

    @api.model
    def _told(self, equipment, at, *, is_active, **words):
        """Take down that an alarm came or went; in any order, and once.

        The times are those that the words make up in the order they were meant. That it
        came while it is there, or went while it is not, is remembered and is no time of
        its own; only of the first word of all, that it went is.

        :param at: naive UTC
        :param words: ``code``, ``text``, ``severity``, ``historical``
        """
        # Two words of one alarm are one row.
        self._lock_machine(equipment)
        code = words["code"]
        if not self._keep_word(equipment, code, is_active, at):
            return
        begin, end = self._gone_around(equipment, code, is_active, at)
        known = self._between(equipment, code, begin, end)
        wanted = self._times(equipment, code, is_active, at, begin, end)
        told = {name: word for name, word in words.items() if word}
        for alarm, (came_at, went_at) in zip(known, wanted, strict=False):
            values = {"came_at": came_at, "went_at": went_at}
            alarm.write({**told, **values} if at in (came_at, went_at) else values)
        for came_at, went_at in wanted[len(known) :]:
            self.create(
                {
                    **self._prepare_place(equipment),
                    "text": known[:1].text,
                    "severity": known[:1].severity,
                    **told,
                    "came_at": came_at,
                    "went_at": went_at,
                }
            )
        known[len(wanted) :].unlink()

    @api.model
    def _keep_word(self, equipment, code, is_active, at):
        """Remember what was told; whether that is new."""
        self.env.cr.execute(
            """
            INSERT INTO mfg_edge_alarm_word
                        (equipment_id, code, is_active, at, recorded_at)
            VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
            """,
            (equipment.id, code, is_active, at, fields.Datetime.now()),
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _gone_around(self, equipment, code, is_active, at):
        """When the alarm went before and after a word; None for never.

        What came and went at one moment came first.
        """
        after = ">=" if is_active else ">"
        self.env.cr.execute(
            f"""
            SELECT max(at) FILTER (WHERE side < 0), max(at) FILTER (WHERE side > 0)
              FROM ((SELECT -1 AS side, at FROM mfg_edge_alarm_word
                      WHERE equipment_id = %(machine)s AND code = %(code)s
                        AND NOT is_active AND at < %(at)s
                      ORDER BY at DESC LIMIT 1)
                    UNION ALL
                    (SELECT 1, at FROM mfg_edge_alarm_word
                      WHERE equipment_id = %(machine)s AND code = %(code)s
                        AND NOT is_active AND at {after} %(at)s
                      ORDER BY at LIMIT 1)) AS around
            """,
            {"machine": equipment.id, "code": code, "at": at},
        )
        return self.env.cr.fetchone()

    @api.model
    def _times(self, equipment, code, is_active, at, begin, end):
        """``[(came, went)]`` between two moments at which the alarm went."""
        if is_active:
            return [(self._first_came(equipment, code, begin, end), end or False)]
        found = []
        came_at = self._first_came(equipment, code, begin, at)
        if came_at or begin is None:
            found.append((came_at, at))
        again_at = self._first_came(equipment, code, at, end)
        if again_at:
            found.append((again_at, end or False))
        return found

    @api.model
    def _first_came(self, equipment, code, begin, end):
        """When the alarm came first, after a moment and up to another; False if never.

        :param begin: None for from ever, as ``end`` for ever
        """
        self.env.cr.execute(
            """
            SELECT at FROM mfg_edge_alarm_word
             WHERE equipment_id = %s AND code = %s AND is_active
               AND at > COALESCE(%s, '-infinity'::timestamp)
               AND at <= COALESCE(%s, 'infinity'::timestamp)
             ORDER BY at LIMIT 1
            """,
            (equipment.id, code, begin, end),
        )
        found = self.env.cr.fetchone()
        return found[0] if found else False

    @api.model
    def _between(self, equipment, code, begin, end):
        """The alarms of a code that begin between two moments, in their order.

        Asked in SQL: the ORM of some series compares whole seconds.
        """
        self.flush_model(["equipment_id", "code", "came_at", "went_at"])
        self.env.cr.execute(
            """
            SELECT id FROM mfg_edge_alarm
             WHERE equipment_id = %s AND code = %s
               AND COALESCE(came_at, went_at) > COALESCE(%s, '-infinity'::timestamp)
               AND COALESCE(came_at, went_at) <= COALESCE(%s, 'infinity'::timestamp)
             ORDER BY COALESCE(came_at, went_at), id
            """,
            (equipment.id, code, begin, end),
        )
        return self.browse(id_ for (id_,) in self.env.cr.fetchall())
