from odoo import _, api, fields, models

from .mfg_override import USABLE


class MfgOverrideGate(models.Model):
    """How overrides are used up at a gate."""

    _inherit = "mfg.override"

    @api.model
    def _left_of(self, holds, records, *, looks_only=False):
        """The holds that stand against the records although people granted overrides.

        When none does, the overrides are used, except by who only looks. Within one
        transaction an override is used once, however many gates there are.

        :param holds: the active holds of the records
        :param looks_only: the effect comes later, behind a gate of its own
        """
        # sudo: see mfg.gate.mixin.
        usable = self.sudo()._usable_for(records)
        left = holds - usable.hold_ids
        if usable and not left and not looks_only:
            usable.filtered(lambda each: each.hold_ids & holds)._use()
        return left

    @api.model
    def _usable_for(self, records):
        """The overrides that are good for the records now."""
        granted = self.search(
            [
                ("kind", "=", "override"),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", USABLE),
                ("valid_until", ">", fields.Datetime.now()),
            ],
            order="id",
        )
        used_now = self._used_now()
        return granted.filtered(
            lambda each: not each.once or each.state == "granted" or each.id in used_now
        )

    def _use(self):
        """Write down that the overrides let something pass.

        Two transactions that use one at once write the same row: the second starts
        again and finds it used.
        """
        used_now = self._used_now()
        for override in self.filtered(lambda each: each.id not in used_now):
            used_now.add(override.id)
            who = self.env["mfg.hold"]._acting_person()
            override.write(
                {
                    "state": "used",
                    "pass_count": override.pass_count + 1,
                    "passed_at": fields.Datetime.now(),
                    "passed_by": who,
                }
            )
            override._audit(
                "override.used", old=override.against, why=override.decision_note
            )
            override._document()._mfg_note(
                _(
                    "Passed with an override: %(who)s, granted by %(approver)s."
                    " %(against)s",
                    who=who,
                    approver=override.decided_by_id.name,
                    against=override.against,
                )
            )

    def _used_now(self):
        """Ids of the overrides that this transaction has used."""
        # Lives in the precommit data since a rollback to a savepoint clears that.
        return self.env.cr.precommit.data.setdefault("mfg.overrides", set())
