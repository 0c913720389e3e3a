from odoo import _, api, fields, models
from odoo.tools import SQL

from ..gate_error import GateUserError


class MfgHoldableMixin(models.AbstractModel):
    """A thing that must not move while a hold is active, and the gate that sees to it.

    Gates have no write skew: placing or lifting a hold first updates the version
    column of the held row, and a gate locks the same row before it looks for holds.
    Odoo's transactions are REPEATABLE READ, so whoever comes second gets a
    serialization failure (SQLSTATE 40001), and the work is done again on what the
    first one left.
    Source: PostgreSQL, "Repeatable Read Isolation Level"; design, invariant 9.
    """

    _name = "mfg.holdable.mixin"
    _inherit = ["mfg.banner.mixin", "mfg.timeline.mixin"]
    _description = "Can Be Held"

    # Whether a gated action writes the row itself. Then a gate may trust for the rest
    # of the transaction that it found no hold: should a rollback to a bare savepoint
    # give the lock away, that write fails when a hold was placed meanwhile.
    _mfg_gate_remembers = False

    # No default: it would rewrite every row of a big table at installation.
    mfg_hold_version = fields.Integer(
        "Hold Version",
        readonly=True,
        copy=False,
        help="Raised by every hold that is placed or lifted, before anything else.",
    )
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

    # ------------------------------------------------------------------- gates

    def _mfg_check_gate(self, action):
        """Let an action pass only when none of the records is held.

        :param action: key of :meth:`_mfg_refusals`, such as ``finish``
        :raise GateUserError: names every hold, since when, and who can clear it

        Two queries for all records together, none for an empty recordset. The rows
        stay locked until the transaction ends: nobody holds them behind its back.
        """
        records = self._mfg_not_known_free()
        if not records.ids:
            return
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                records.ids,
            )
        )
        # sudo: a gate holds for people who may not see holds, too.
        holds = self.env["mfg.hold"].sudo()._active_on(records)
        if holds:
            raise GateUserError(records._mfg_refusal(action, holds), holds=holds)
        records._mfg_remember_free()

    def _mfg_refusal(self, action, holds):
        """The sentence, one per held record, that a refused action is answered with."""
        template = self._mfg_refusals()[action]
        # Not in the generator, where 19.0 does not find the user's language.
        blocked = _("blocked by %(hold)s")
        held = self.filtered(lambda record: holds._of(record))
        return "\n".join(
            template
            % {
                "document": record.sudo().display_name,
                "holds": "; ".join(
                    blocked % {"hold": hold._blocker_text()}
                    for hold in holds._of(record)
                ),
            }
            for record in held
        )

    def _mfg_refusals(self):
        """Sentence per gated action; made to be extended with further actions."""
        return {
            "finish": _("%(document)s cannot be finished: %(holds)s."),
            "move": _("%(document)s cannot be moved: %(holds)s."),
            "split": _("%(document)s cannot be split or merged: %(holds)s."),
            "start": _("%(document)s cannot be started: %(holds)s."),
        }

    def _mfg_not_known_free(self):
        """The records that no gate of this transaction has passed yet."""
        known = self.env.cr.precommit.data.get("mfg.gate", ())
        return self.filtered(lambda record: (record._name, record.id) not in known)

    def _mfg_remember_free(self):
        # Lives in the precommit data since a rollback to a savepoint clears that.
        if self._mfg_gate_remembers:
            known = self.env.cr.precommit.data.setdefault("mfg.gate", set())
            known.update((self._name, record_id) for record_id in self.ids)

    # ------------------------------------------------------------------- holds

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
        known = self.env.cr.precommit.data.get("mfg.gate")
        if known:
            known.difference_update((self._name, record_id) for record_id in self.ids)

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

    def _mfg_hold_placed(self, hold):
        """React to a hold on the record; extended per model."""

    def _mfg_holds_cleared(self, hold, why):
        """React to the last active hold being lifted; extended per model.

        :param hold: those that were lifted last, together
        :param why: the reason it was lifted for
        """
