from odoo import _, api, fields, models
from odoo.exceptions import UserError


class MfgHoldableMixin(models.AbstractModel):
    """A thing that must not move while a hold is active, and what holds tell about it.

    The gates are in ``mfg.gate.mixin``.
    """

    _name = "mfg.holdable.mixin"
    _inherit = ["mfg.gate.mixin", "mfg.banner.mixin", "mfg.timeline.mixin"]
    _description = "Can Be Held"

    # No default: it would rewrite every row of a big table at installation.
    mfg_active_hold_count = fields.Integer(
        "Active Holds", readonly=True, copy=False, help="Kept up to date by the holds."
    )
    mfg_hold_ids = fields.One2many(
        "mfg.hold", string="Holds", compute="_compute_mfg_hold_ids"
    )
    mfg_block_message = fields.Char(
        "Blocked", compute="_compute_mfg_block_message", compute_sudo=True
    )
    mfg_case_ids = fields.Many2many(
        "mfg.case", string="Cases", compute="_compute_mfg_case_ids"
    )
    mfg_case_count = fields.Integer(
        "Case Count", compute="_compute_mfg_case_count", compute_sudo=True
    )

    # ---------------------------------------------------------------- computes

    @api.depends("mfg_active_hold_count")
    def _compute_mfg_hold_ids(self):
        holds = self.env["mfg.hold"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        for record in self:
            record.mfg_hold_ids = holds.filtered(
                lambda hold, record=record: hold.res_id == record.id
            )

    @api.depends("mfg_active_hold_count")
    @api.depends_context("lang", "tz")
    def _compute_mfg_block_message(self):
        held = self.filtered("mfg_active_hold_count")
        (self - held).mfg_block_message = False
        holds = self.env["mfg.hold"]._active_on(held)
        for record in held:
            texts = holds._of(record).mapped(lambda hold: hold._blocker_text())
            record.mfg_block_message = _(
                "Blocked by %(holds)s.", holds="; ".join(texts)
            )

    @api.depends("mfg_active_hold_count")
    def _compute_mfg_case_ids(self):
        cases = self.env["mfg.case"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        for record in self:
            record.mfg_case_ids = record.mfg_hold_ids.case_id | cases.filtered(
                lambda case, record=record: case.res_id == record.id
            )

    @api.depends("mfg_case_ids")
    def _compute_mfg_case_count(self):
        for record in self:
            record.mfg_case_count = len(record.mfg_case_ids)

    # --------------------------------------------------------------- overrides

    def unlink(self):
        """Delete the records; what held them holds nothing any more."""
        if self.ids:
            holds = self.env["mfg.hold"].sudo()._active_on(self)
            # Lifting frees the record first: its last chance to be restarted is gone.
            holds.with_context(mfg_no_resume=True)._lift(_("The document was deleted."))
        return super().unlink()

    # ----------------------------------------------------------------- actions

    def action_view_mfg_holds(self):
        """The holds of the record, lifted ones included."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Holds"),
            "res_model": "mfg.hold",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "in", self.ids)],
        }

    def action_view_mfg_log(self):
        """What was exchanged about the record."""
        return self.env["mfg.case"]._log_action(self)

    def action_view_mfg_cases(self):
        """The cases that the record is part of; the form when there is only one."""
        action = {
            "type": "ir.actions.act_window",
            "name": _("Cases"),
            "res_model": "mfg.case",
            "view_mode": "list,form",
            "domain": [("id", "in", self.mfg_case_ids.ids)],
        }
        if len(self.mfg_case_ids) == 1:
            action.update(views=[(False, "form")], res_id=self.mfg_case_ids.id)
        return action

    # ------------------------------------------------------------------- holds

    def _mfg_refresh_hold_count(self):
        """Count the active holds again; the states that depend on it follow."""
        counts = dict(
            self.env["mfg.hold"]._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "=", "active"),
                ],
                ["res_id"],
                ["__count"],
            )
        )
        for record in self:
            count = counts.get(record.id, 0)
            if record.mfg_active_hold_count != count:
                record.mfg_active_hold_count = count

    def _mfg_check_holdable(self):
        """Refuse what a hold could not stop any more; extended per model.

        :raise UserError: says why
        """

    def _mfg_can_be_held(self):
        """Whether a hold could still stop the record."""
        try:
            self._mfg_check_holdable()
        except UserError:
            return False
        return True

    def _mfg_hold_placed(self, hold):
        """React to a hold on the record; extended per model.

        A hold that stands again since its blocker was reopened has
        ``mfg_hold_renewed`` in the context: what its cause set off was set off before.
        """

    def _mfg_holds_cleared(self, hold, why):
        """React to the last active hold being lifted: say so; extended per model.

        :param hold: those that were lifted last, together
        :param why: the reason it was lifted for
        """
        if not self.env.context.get("mfg_no_resume"):
            hold._newest()._audit("document.freed", self, why=why)
            self._mfg_note(self._mfg_freed_note(why))

    def _mfg_freed_note(self, why):
        """What the chatter says when nothing holds the record any more."""
        return _(
            "May go on: the last hold was lifted by %(who)s. %(why)s",
            who=self.env["mfg.hold"]._acting_person(),
            why=why,
        )

    def _mfg_note(self, text):
        """Note something in the chatter of the record, if it has one."""
        if hasattr(self, "_message_log"):
            # A log note: a connector's user may have no address to post from.
            self._message_log(body=text, author_id=self.env.user.partner_id.id)
