from odoo import SUPERUSER_ID, api, models

from ..unit_of_work import after_commit, run_in_transaction


class MfgCodedMixin(models.AbstractModel):
    """Records that partners name by a code: events wait until there is such a record.

    Who creates one, or gives it another code, need not know of the events: they go on
    when the transaction is committed, whoever's it is.
    """

    _name = "mfg.coded.mixin"
    _description = "Has a Code"

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: what waited for one of the records goes on."""
        records = super().create(vals_list)
        records._mfg_appeared()
        return records

    def write(self, vals):
        """Extended: a record has appeared, too, when it is given a code."""
        result = super().write(vals)
        codes = self.env["mfg.own.code"]._code_fields(self._name)
        if vals.keys() & {*codes, "active", "company_id"}:
            self._mfg_appeared()
        if vals.keys() & {*codes, "name"}:
            self.env["mfg.value.map"]._forget_codes_of(self)
        return result

    def _mfg_appeared(self):
        """Let go on what waited for these records, once they are committed."""
        fields = self.env["mfg.own.code"]._code_fields(self._name)
        codes = {
            (self._name, record[field])
            for record in self.sudo()
            for field in fields
            if record[field]
        }
        awaited = self.env.cr.postcommit.data.setdefault("mfg.appeared", set())
        if codes and not awaited:
            registry = self.env.registry
            after_commit(self.env.cr, lambda: _resume(registry, awaited))
        awaited.update(codes)

    def action_view_mfg_bindings(self):
        """What partners call these records."""
        return self.env["mfg.binding"]._action_of(self)


def _resume(registry, awaited):
    """Let the events go on that waited for what was just committed.

    Behind the commit and not in it: who creates a product should not have to try again
    because an event that waits for it looks at the same moment.
    """
    codes = list(awaited)
    awaited.clear()

    def resume(env):
        connector_ids = env["mfg.inbox.event"]._resume_awaiting(env.cr, codes)
        env["mfg.connector"].browse(connector_ids)._wake()

    run_in_transaction(registry, resume, uid=SUPERUSER_ID)
