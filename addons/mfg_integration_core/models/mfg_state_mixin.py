from odoo import models
from odoo.tools.sql import column_exists, create_column, table_exists


class MfgStateMixin(models.AbstractModel):
    """Tells the plant about changes of a canonical state, once per transaction.

    A model that inherits it defines ``mfg_state``, a pure stored compute: native
    moves are facts and are never refused here. What it was before is remembered at
    the first recomputation, and just before the commit each record that differs gets
    one audit entry and, where the model names a type, one event.

    Source of the pattern: ``mail.thread``, ``_track_prepare`` and ``_track_finalize``.
    """

    _name = "mfg.state.mixin"
    _description = "Has a Canonical State"

    # Type of the event to emit; None = the change is audited only.
    _mfg_state_event_type = None
    # The state of a new record, which is no news.
    _mfg_state_initial = None

    def _auto_init(self):
        """Fill the state of the records that were there before the suite.

        The ORM would compute it record by record, and each would count as a change.
        """
        cr = self.env.cr
        if self._auto and table_exists(cr, self._table):
            if not column_exists(cr, self._table, "mfg_state"):
                create_column(cr, self._table, "mfg_state", "varchar")
                self._mfg_state_fill()
        return super()._auto_init()

    # --------------------------------------------------------------- overrides

    def _compute_field_value(self, field):
        if any(each.name == "mfg_state" for each in self.pool.field_computed[field]):
            self._mfg_state_remember()
        return super()._compute_field_value(field)

    def unlink(self):
        """Delete the records; their last change is nobody's news any more."""
        before = self.env.cr.precommit.data.get(f"mfg.state.{self._name}", {})
        result = super().unlink()
        for record_id in self.ids:
            before.pop(record_id, None)
        return result

    # ---------------------------------------------------------------- business

    def _mfg_state_fill(self):
        """Set ``mfg_state`` of every row by SQL to what its compute would give.

        There are no holds and no partners yet.
        """
        raise NotImplementedError(f"{self._name} does not fill its state")

    def _mfg_state_remember(self):
        """Keep the states as the transaction found them."""
        records = [record for record in self if record.id]
        if not records:
            return
        precommit = self.env.cr.precommit
        key = f"mfg.state.{self._name}"
        if key not in precommit.data:
            precommit.data[key] = {}
            precommit.add(self._mfg_state_report)
        for record in records:
            precommit.data[key].setdefault(record.id, record.mfg_state)

    def _mfg_state_report(self):
        """Audit and emit what changed since :meth:`_mfg_state_remember`.

        ``self`` is whatever was computed first and lends only its environment: the
        acting user and the chain in the context.
        """
        key = f"mfg.state.{self._name}"
        before = self.env.cr.precommit.data.pop(key, {})
        changed = []
        # sudo: a compute's readers need no right on each other's records.
        for record in self.sudo().browse(before):
            old = before[record.id]
            if record.mfg_state != (old or self._mfg_state_initial):
                changed.append((record, old))
        if not changed:
            return
        audit = self.env["mfg.audit.entry"]
        audit._append_all(
            audit._prepare_entry(
                record,
                "state.changed",
                old=old or None,
                new=record.mfg_state,
                why=self.env.context.get("mfg_why"),
            )
            for record, old in changed
        )
        if self._mfg_state_event_type:
            for record, old in changed:
                record._mfg_state_emit(old or None)
        # This runs after the main flush and just before the commit.
        self.env.flush_all()

    def _mfg_state_emit(self, previous):
        """Owe the change to whoever subscribed to it."""
        self.ensure_one()
        self.env["mfg.outbox.message"]._emit(
            self._mfg_state_event_type,
            self,
            lambda: self._prepare_mfg_state_data(previous),
        )

    def _prepare_mfg_state_data(self, previous):
        """Data of the event, as its contract says.

        :param previous: state before, None for a new record
        """
        raise NotImplementedError(f"{self._name} emits no state")
