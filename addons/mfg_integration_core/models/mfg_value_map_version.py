from odoo import _, models
from odoo.exceptions import UserError

from .mfg_value_map import ENTRY_FIELDS


class MfgValueMapVersion(models.Model):
    """What of the entries needs a second person, and how a change is proposed."""

    _inherit = "mfg.value.map"

    def _check_second_person(self, is_change=False):
        """Refuse what another person has to publish.

        :param is_change: the entries hold already and get another meaning, or none
        :raise UserError: says how to propose it instead
        """
        for entry in self._in_effect():
            connector = entry.connector_id
            if not entry._needs_second_person():
                continue
            if connector.map_approval == "changes" and not (
                is_change or entry._gives_another_meaning()
            ):
                continue
            raise UserError(
                _(
                    "%(connector)s is live, so a change of its value maps needs a"
                    " second person: %(entry)s. Press Propose a change (or add it to"
                    " a draft under Mapping, Versions), try it over stored events, and"
                    " have another Integration Approver publish it.",
                    connector=connector.name,
                    entry=entry.display_name,
                )
            )

    def _check_draft_is_open(self):
        """Refuse to change what a version has changed already: it is history."""
        closed = self.version_id.filtered(lambda version: version.state != "draft")
        if closed:
            raise UserError(
                _("%(version)s is no draft any more.", version=closed[0].display_name)
            )

    def _needs_second_person(self):
        """Whether a change of what the connector's codes mean needs one."""
        return self.connector_id._maps_need_second_person()

    def _gives_another_meaning(self):
        """Whether the code or the meaning of a new entry was mapped before."""
        same = [
            ("id", "!=", self.id),
            ("connector_id", "=", self.connector_id.id),
            ("map_name", "=", self.map_name),
            ("version_id", "=", False),
        ]
        return any(self._said_by_others(same))

    def action_propose(self):
        """Open a draft of another meaning for the entry."""
        self.ensure_one()
        return self._draft_action({})

    def action_propose_removal(self):
        """Put into a draft that the entry is to go."""
        self.ensure_one()
        return self._draft_action({"removes": True})

    def _draft_action(self, values):
        draft = self.env["mfg.map.version"]._draft_of(self.connector_id)
        entry = draft.entry_ids.filtered(lambda entry: entry.replaces_id == self)
        if not entry:
            entry = self.create(
                {
                    **self._copied(),
                    "connector_id": self.connector_id.id,
                    "version_id": draft.id,
                    "replaces_id": False if self.shipped else self.id,
                    **values,
                }
            )
        if entry.removes:
            return draft.get_formview_action()
        return {
            **entry.get_formview_action(),
            "name": _("Proposed Entry"),
            "target": "new",
        }

    def _copied(self):
        """What the entry says, as values for another."""
        names = {*ENTRY_FIELDS, "note"} - {"connector_id"}
        return {name: self._stored(name) for name in names}
