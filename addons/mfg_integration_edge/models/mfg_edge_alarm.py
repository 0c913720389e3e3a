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
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_edge_alarm_code_index
                ON mfg_edge_alarm (equipment_id, code, came_at)
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

        :param at: naive UTC
        :param words: ``code``, ``text``, ``severity``, ``historical``
        """
        # One at a time per machine: two words of one alarm are one row.
        self.env.cr.execute(
            "SELECT id FROM maintenance_equipment WHERE id = %s FOR NO KEY UPDATE",
            (equipment.id,),
        )
        known = self.search(
            [("equipment_id", "=", equipment.id), ("code", "=", words["code"])]
        )
        alarm = known._coming(at) if is_active else known._going(at)
        values = {"came_at" if is_active else "went_at": at}
        if alarm:
            told = {name: word for name, word in words.items() if word}
            alarm.write({**told, **values})
            return alarm
        if is_active and known._holding(at):
            return known._holding(at)
        return self.create(
            {
                **self._prepare_place(equipment),
                **words,
                **values,
            }
        )

    def _coming(self, at):
        """The alarm whose coming this is: the next that went, of unknown coming."""
        found = self.filtered(
            lambda alarm: not alarm.came_at and alarm.went_at and alarm.went_at >= at
        )
        return found.sorted("went_at")[:1]

    def _going(self, at):
        """The alarm whose end this is: the last that came before and is still there."""
        found = self.filtered(
            lambda alarm: alarm.came_at and alarm.came_at <= at and not alarm.went_at
        )
        return found.sorted("came_at")[-1:]

    def _holding(self, at):
        """The alarm that was there already at that moment."""
        return self.filtered(
            lambda alarm: (
                alarm.came_at
                and alarm.came_at <= at
                and (not alarm.went_at or alarm.went_at > at)
            )
        )[:1]
