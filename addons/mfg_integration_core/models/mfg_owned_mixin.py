from collections import defaultdict

from odoo import SUPERUSER_ID, _, models
from odoo.exceptions import UserError

from ..exceptions import Conflict, NotOwnerError, UndecidedError
from ..protocols.ownership import ALL, STATE, owner_of
from .mfg_ownable_field import KEPT_BY_ODOO

#: Beginnings of the names of fields that no row about all fields speaks of.
BOOKKEEPING = ("mfg_", "message_", "activity_")


class MfgOwnedMixin(models.AbstractModel):
    """An object whose fields may belong to one system: the others do not write them.

    The one place where ``mfg.ownership`` is enforced: whatever writes passes here, an
    event's handler as well as a person's form, import or call. What belongs to nobody
    costs a look into memory.
    """

    _name = "mfg.owned.mixin"
    _description = "May Belong to a System"

    #: The fields that make up the state.
    _mfg_state_fields = ()

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        """Extended: only who owns a field changes it.

        :raise NotOwnerError: an event would change what is not its sender's
        :raise UndecidedError: the same, and a person is to decide
        :raise UserError: a person would change what belongs to a partner's system
        """
        self._mfg_check_owner(vals)
        return super().write(vals)

    # ---------------------------------------------------------------- business

    def _mfg_check_owner(self, vals):
        """Refuse values that are not the writer's to set; see :meth:`write`."""
        table = self.env["mfg.ownership"]._tables().get(self._name)
        if not table or not self.ids:
            return
        writer = self._mfg_writer()
        if writer and self.env.context.get("mfg_follows"):
            return
        if not writer and (self.env.uid == SUPERUSER_ID or not table.binds_users):
            return
        conflicts = self._mfg_conflicts(vals, table.rules, writer)
        if not conflicts:
            return
        if not writer:
            raise UserError(self._mfg_refusal_to_user(conflicts[0]))
        self._mfg_refuse_event(writer, conflicts)

    def _mfg_following(self):
        """The records for what Odoo itself does in consequence of an event.

        That is not what its sender says, so nobody's ownership stands against it.
        """
        return self.with_context(mfg_follows=True)

    def _mfg_state_owner(self):
        """The rule about the record's state that binds users; None for none."""
        self.ensure_one()
        rule = self.env["mfg.ownership"]._rule_of(self, STATE, ALL)
        return rule if rule and rule.owner and rule.binds_users else None

    def _mfg_writer(self):
        """Id of the connector whose event is being handled; 0 for people.

        Believed only of the connector's own user: a context comes from anybody.
        """
        connector_id = self.env.context.get("mfg_connector_id")
        if not connector_id:
            return 0
        # sudo: a connector's user need not see it.
        connector = self.env["mfg.connector"].sudo().browse(connector_id).exists()
        return connector.id if connector.user_id.id == self.env.uid else 0

    def _mfg_conflicts(self, vals, rules, writer):
        """What stands against the values, as a list of :class:`Conflict`."""
        # sudo: what it was is compared, not shown to who may not see it.
        records = self.sudo().with_context(lang=None)
        places = self.env["mfg.ownership"]._places_of(records)
        conflicts = []
        for record in records.filtered(lambda record: record.id):
            stopped = defaultdict(list)
            for name in vals:
                targets = self._mfg_targets(name)
                rule = owner_of(rules, targets, places[record.id])
                if rule and rule.stops(writer):
                    is_state = name in self._mfg_state_fields
                    stopped[STATE if is_state else name, rule].append(name)
            for (target, rule), names in stopped.items():
                words = record._mfg_change_told(target, names, vals)
                if words:
                    owned = record.with_env(self.env).sudo()
                    conflicts.append(owned._mfg_conflict(target, rule, *words))
        return conflicts

    def _mfg_targets(self, name):
        """What rows may be about that speak of the field, from narrow to wide."""
        targets = [name]
        if name in self._mfg_state_fields:
            targets.append(STATE)
        elif name in KEPT_BY_ODOO or name.startswith(BOOKKEEPING):
            return targets
        return [*targets, ALL]

    def _mfg_conflict(self, target, rule, old, wanted):
        """What stands against one value of one record."""
        return Conflict(
            model=self._name,
            record_id=self.id,
            name=self.display_name,
            target=target,
            label=self._mfg_target_label(target),
            old=old,
            wanted=wanted,
            rule_id=rule.id,
            owner=rule.owner,
            owner_name=self.env["mfg.ownership"]._owner_told(rule.owner),
            is_queued=rule.is_queued,
        )

    def _mfg_target_label(self, target):
        """What a person calls the field, or the state."""
        if target == STATE:
            return _("State")
        return self._fields[target]._description_string(self.env)

    # ----------------------------------------------------------- what changes

    def _mfg_change_told(self, target, names, vals):
        """``(old, wanted)`` as people read them; None when nothing changes.

        :param names: fields of ``vals`` that the target stands for
        """
        self.ensure_one()
        if target == STATE:
            return self._mfg_state_change(vals)
        return self._mfg_field_change(target, vals[target])

    def _mfg_state_change(self, vals):
        """As :meth:`_mfg_change_told`, of the state; extended where it has a name."""
        changes = [
            change
            for name in self._mfg_state_fields
            if name in vals and (change := self._mfg_field_change(name, vals[name]))
        ]
        if not changes:
            return None
        return tuple(", ".join(words) for words in zip(*changes, strict=True))

    def _mfg_field_change(self, name, value):
        """As :meth:`_mfg_change_told`, of one field."""
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return ("", str(value)) if value else None
        before = field.convert_to_cache(self[name], self, validate=False)
        after = field.convert_to_cache(value, self, validate=False)
        # Nothing is None or False, depending on where it comes from.
        if (before or False) == (after or False):
            return None
        return self._mfg_value_told(name, before), self._mfg_value_told(name, after)

    def _mfg_value_told(self, name, value):
        """A value as people read it, in the language of the source."""
        field = self._fields[name]
        if not value and field.type not in ("boolean", "integer", "float", "monetary"):
            return ""
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value).display_name
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
            return labels.get(value) or str(value)
        return str(value)

    # -------------------------------------------------------------- refusals

    def _mfg_refusal_to_user(self, conflict):
        """Why a person cannot change it, and what to do."""
        return _(
            "%(document)s: the %(field)s belongs to %(owner)s. Change it there; Odoo"
            " follows by itself. Who owns it is set in Manufacturing Integration >"
            " Configuration > Ownership.",
            document=conflict.name,
            field=conflict.label.lower(),
            owner=conflict.owner_name,
        )

    def _mfg_refuse_event(self, writer, conflicts):
        """Refuse what an event wants, or leave it to an Approver.

        What an Approver has agreed to passes.
        """
        refused = [conflict for conflict in conflicts if not conflict.is_queued]
        words = {"writer": self.env["mfg.ownership"]._owner_told(writer)}
        if refused:
            first = refused[0]
            raise NotOwnerError(
                _(
                    "%(document)s: the %(field)s belongs to %(owner)s, so %(writer)s"
                    " may not set it to %(wanted)s.",
                    **words,
                    **first.words(),
                ),
                conflicts=refused,
                remedy=_(
                    "Change it in %(owner)s, or have an administrator name another"
                    " owner in Configuration > Ownership.",
                    owner=first.owner_name,
                ),
            )
        uuid = self.env.context.get("mfg_causation_id") or ""
        decisions = self.env["mfg.decision"]
        open_ = [each for each in conflicts if not decisions._is_approved(uuid, each)]
        if open_:
            raise UndecidedError(
                _(
                    "%(document)s: the %(field)s belongs to %(owner)s, and %(writer)s"
                    " wants it to be %(wanted)s.",
                    **words,
                    **open_[0].words(),
                ),
                conflicts=open_,
                key=uuid,
                remedy=_(
                    "An Approver decides in Manufacturing Integration > Decisions."
                ),
            )
