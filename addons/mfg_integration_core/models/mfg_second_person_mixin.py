from odoo import _, models
from odoo.exceptions import UserError


class MfgSecondPersonMixin(models.AbstractModel):
    """What one person wants and another one has to agree to.

    A model says in :meth:`_mfg_wanted_by` who wants it and calls
    :meth:`_mfg_check_second_person` before it takes a decision down. One that asks for
    a note has a wizard of ``mfg.verdict.mixin`` and a method ``_decide(is_agreed,
    note)``.
    """

    _name = "mfg.second.person.mixin"
    _description = "Needs a Second Person"

    def _mfg_wanted_by(self):
        """The users who want it and so do not decide; none where one is enough."""
        raise NotImplementedError(f"{self._name} does not say who wants it")

    def _ask_verdict(self, verdict, title):
        """Ask for a note, then take the verdict down."""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": f"{self._name}.verdict",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_row_ids": self.ids, "default_verdict": verdict},
        }

    def _mfg_check_second_person(self):
        """Let an Approver decide who is none of those who want it.

        :raise AccessError: the user is no Approver
        :raise UserError: the user is one of those who want it
        """
        self.env.user._mfg_check_role(
            "approver",
            _(
                "Only an Integration Approver may decide about this. Ask your"
                " administrator."
            ),
        )
        for record in self:
            if self.env.user in record._mfg_wanted_by():
                raise UserError(
                    _(
                        "%(what)s: you asked for it or wrote part of it yourself, so"
                        " somebody else has to decide. Have another Integration"
                        " Approver look at it.",
                        what=record.display_name,
                    )
                )
