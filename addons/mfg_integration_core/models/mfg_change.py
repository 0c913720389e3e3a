from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..protocols import text_difference

SETTING = "change.second_person"


class MfgChange(models.Model):
    """A change that one person made and that holds once another one agrees to it.

    What may wait so inherits ``mfg.change.mixin``. All that is asked of one thing
    before somebody decides is one change; whoever asked for a part of it does not
    decide. It is done as a whole when it is agreed to, or not at all.
    """

    _name = "mfg.change"
    _description = "Change That Needs a Second Person"
    _inherit = ["mfg.second.person.mixin"]
    _order = "id desc"

    name = fields.Char("What", required=True, readonly=True)
    target = fields.Char(
        required=True, readonly=True, help="What is changed, in the words of its model."
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waits"),
            ("applied", "Done"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    steps = fields.Json(readonly=True, help="What is to be written, in order.")
    before = fields.Text(
        readonly=True, help="What held when it was asked for, untranslated."
    )
    difference = fields.Text(
        readonly=True, help="What changes, line by line: - goes, + comes."
    )
    why = fields.Char("Reason", help="Why it is needed; for who decides.")
    asker_ids = fields.Many2many("res.users", string="Asked by", readonly=True)
    asked_at = fields.Datetime("Asked", required=True, readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime("Decided", readonly=True)
    decision_note = fields.Text("Note", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    plant_id = fields.Many2one(
        "mfg.plant", readonly=True, index="btree_not_null", ondelete="cascade"
    )

    def init(self):
        """One thing has one change that waits."""
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_change_waiting_unique
                ON mfg_change (target) WHERE state = 'waiting'
            """
        )

    # ----------------------------------------------------------------- overrides

    def write(self, vals):
        """Extended: who asked writes the reason; the rest is written by code only."""
        if not self.env.su:
            mine = all(
                change.state == "waiting" and self.env.user in change.asker_ids
                for change in self
            )
            if vals.keys() - {"why"} or not mine:
                raise AccessError(
                    _("Only the reason can be written, by who asked, while it waits.")
                )
        return super().write(vals)

    # ------------------------------------------------------------------- actions

    def action_agree(self):
        """Ask for a note, then do it."""
        return self._ask_verdict("agree", _("Agree to Change"))

    def action_reject(self):
        """Ask for a note, then leave everything as it is."""
        return self._ask_verdict("reject", _("Reject Change"))

    def action_withdraw(self):
        """Give up what one asked for oneself."""
        for change in self:
            change._check_waits()
            if self.env.user not in change.asker_ids:
                raise UserError(
                    _("Only who asked can withdraw it. An Approver can reject it.")
                )
            change._close("withdrawn")

    def action_open_record(self):
        """The form of what is changed."""
        self.ensure_one()
        record = self._record()
        return record._mfg_change_opens() if record else False

    # -------------------------------------------------------------------- asking

    @api.model
    def _needs_second_person(self, record):
        """Whether changes of what a record says wait for another person.

        What holds in several places needs one where any of these places wants it.
        """
        if not self._is_wanted_anywhere():
            return False
        if self.env["mfg.setting"]._get(SETTING, record):
            return True
        scope = self.env["mfg.plant"]._scope_of(record)[record.id]
        return any(
            self._is_within(scope, level, place_id)
            for (level, place_id), value in self._own_values().items()
            if value
        )

    @api.model
    def _is_wanted_anywhere(self):
        """Whether any place wants a second person; costs nothing."""
        return any(self._own_values().values())

    @api.model
    def _own_values(self):
        return self.env["mfg.setting.value"]._own().get(SETTING, {})

    @api.model
    def _is_within(self, scope, level, place_id):
        """Whether the place is a part of a scope, as plants are of a company."""
        if level == "company":
            return not scope.company
        if level == "plant" and not scope.plant:
            # sudo: whose plant it is is no secret to who may change what holds there.
            plant = self.env["mfg.plant"].sudo().browse(place_id)
            return not scope.company or plant.company_id == scope.company
        return False

    @api.model
    def _ask(self, record, step, why=None):
        """Have a step wait for a second person, with what waits for the record already.

        :param step: as the record's model wants it, see ``mfg.change.mixin``
        :return: the change; none when nothing would be different
        :raise AccessError: the user may not change it even with a second person
        """
        waiting = self.sudo()._waiting_on(record).get(record.id, self.browse())
        steps = [*(waiting.steps or []), step]
        old, new = record._mfg_try_change(steps)
        difference = _told(old, new)
        # sudo: people ask by changing the record, which is checked by trying it.
        asked = waiting.sudo()
        if not difference:
            asked._close("withdrawn")
            return self.browse()
        values = {
            "steps": steps,
            "difference": difference,
            "asker_ids": [(4, self.env.uid)],
            "asked_at": fields.Datetime.now(),
            **({"why": why} if why else {}),
        }
        if asked:
            asked.write(values)
        else:
            values = {**self._prepare(record), **values}
            asked = self.sudo().create(values)
        asked._audit("change.asked", new=difference, why=asked.why)
        record.invalidate_recordset(["mfg_change_id"])
        return asked.with_env(self.env)

    @api.model
    def _prepare(self, record):
        """Values that a change has from what it changes."""
        scope = self.env["mfg.plant"]._scope_of(record)[record.id]
        return {
            "name": record._mfg_change_name(),
            "target": record._mfg_change_target(),
            "res_model": record._name,
            "before": record._mfg_stand(),
            "company_id": scope.company.id,
            "plant_id": scope.plant.id,
        }

    @api.model
    def _waiting_on(self, records):
        """``{record id: change}`` of the records whose change waits."""
        targets = {record._mfg_change_target(): record.id for record in records}
        found = self.search(
            [("target", "in", list(targets)), ("state", "=", "waiting")]
        )
        return {targets[change.target]: change for change in found}

    def _record(self):
        """What is changed; None when it is gone."""
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model]._mfg_of_target(self.target) or None

    # ------------------------------------------------------------------ deciding

    def _mfg_wanted_by(self):
        return self.asker_ids

    def _check_waits(self):
        """:raise UserError: it is over"""
        self.ensure_one()
        if self.state != "waiting":
            raise UserError(_("%(change)s is decided already.", change=self.name))

    def _decide(self, is_agreed, note):
        """Do the change or leave all as it is; by none of those who asked for it.

        :raise AccessError: the user is no Approver
        :raise UserError: the user asked for it; it is decided already; what it is about
            is gone or says something else than when it was asked for
        """
        self._mfg_check_second_person()
        for change in self:
            change._check_waits()
            if is_agreed:
                change._apply()
            change._close("applied" if is_agreed else "rejected", note)

    def _apply(self):
        # sudo: whoever agrees may change the record by this only.
        record = self.sudo()._record()
        if record is None:
            raise UserError(
                _("%(change)s: it is gone. Reject the change.", change=self.name)
            )
        if record._mfg_stand() != self.before:
            raise UserError(
                _(
                    "%(change)s says something else than when the change was asked"
                    " for, so nobody has seen what would come out. Reject it and have"
                    " it asked for again.",
                    change=self.name,
                )
            )
        record._mfg_apply_change(self.sudo().steps)

    def _close(self, state, note=None):
        """Note how it ended, and tell the audit trail."""
        for change in self:
            # sudo: nobody has the right to write the state; only code does.
            change.sudo().write(
                {
                    "state": state,
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "decision_note": note,
                }
            )
            if (record := change.sudo()._record()) is not None:
                record.invalidate_recordset(["mfg_change_id"])
            askers = ", ".join(change.sudo().asker_ids.mapped("name"))
            change._audit(
                f"change.{state}",
                old=_("asked for by %(askers)s", askers=askers),
                new=change.difference,
                why=note or change.why,
            )

    def _audit(self, action, **values):
        """Tell the audit trail of what is changed."""
        self.ensure_one()
        record = self.sudo()._record()
        audited = record._mfg_change_audited() if record is not None else None
        # The user's own environment: the trail names who acts.
        audit = self.env["mfg.audit.entry"]
        audit._append(audited or self, action, **values)


def _told(old: str, new: str) -> str:
    """The lines that go and those that come."""
    lines = text_difference.difference(old, new).splitlines()
    return "\n".join(
        f"{line[0]} {line[1:]}" for line in lines if line.startswith(("-", "+"))
    )
