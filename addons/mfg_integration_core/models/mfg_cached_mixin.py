from odoo import api, models


class MfgCachedMixin(models.AbstractModel):
    """Rows that each server process keeps in its memory until one of them changes.

    Their methods keep them by ``ormcache``; Odoo tells the other processes. They are
    forgotten twice: for the transaction that changes them at once, and once more when
    it ends. Until a commit, another thread of the process may have read what held
    before; until a rollback, the transaction itself may have read what never holds.
    """

    _name = "mfg.cached.mixin"
    _description = "Kept in Memory"

    #: Names of the fields that are kept; None for all.
    _cached_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: what is not there yet is kept in memory, too."""
        self._forget_cached()
        return super().create(vals_list)

    def write(self, vals):
        """Extended: the next look reads what was written."""
        if self._cached_fields is None or self._cached_fields & vals.keys():
            self._forget_cached()
        return super().write(vals)

    def unlink(self):
        """Extended as :meth:`write`."""
        self._forget_cached()
        return super().unlink()

    def _forget_cached(self):
        forget = self.env.registry.clear_cache
        forget()
        self.env.cr.postcommit.add(forget)
        self.env.cr.postrollback.add(forget)
