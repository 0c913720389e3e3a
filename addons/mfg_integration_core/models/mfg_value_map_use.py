from odoo import api, models, tools

from ..exceptions import VALUE_MAP, waiting_key
from ..protocols.value_map import IN, OUT, Entry, Words
from ..unit_of_work import read_committed

#: Rows that one look at what waits for a mapping takes in hand.
LOOK_AT = 500


class MfgValueMapUse(models.Model):
    """How entries are read, and what goes on once there is one."""

    _inherit = "mfg.value.map"

    # ------------------------------------------------------------------- reading

    @api.model
    @tools.ormcache("connector_id")
    def _words(self, connector_id) -> Words:
        """The words of a connector, without the shipped ones."""
        # sudo: what a code means is asked for by whoever handles or sends.
        return Words(self.sudo()._words_in_effect(connector_id)._as_entries())

    @api.model
    def _words_in_effect(self, connector_id):
        """The own entries of a connector that hold."""
        return self.search(
            [
                ("connector_id", "=", connector_id),
                ("shipped", "=", False),
                ("version_id", "=", False),
            ]
        )

    @api.model
    def _words_now(self, connector) -> Words:
        """The words to go by: those that hold, or those of a version being tried.

        These are never kept in memory: only who tries them may read them.
        """
        version_id = self.env.context.get("mfg_map_version_id")
        if not version_id:
            return self._words(connector.id)
        # sudo: as for the words that hold.
        return self.env["mfg.map.version"].sudo().browse(version_id)._words()

    def _as_entries(self) -> list[Entry]:
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return [entry._as_entry(languages) for entry in self]

    def _as_entry(self, languages) -> Entry:
        return Entry(
            self.map_name,
            self.direction,
            self.plant_id.id or 0,
            self.partner_code,
            self.meaning_key,
            self._words_of_meaning(languages),
        )

    def _words_of_meaning(self, languages) -> tuple[str, ...]:
        """What messages may call the meaning: the word, or a record's own codes."""
        record = self._record()
        if not record:
            return (self.value,)
        own = self.env["mfg.own.code"]
        codes = [own._codes_of(record.with_context(lang=lang)) for lang in languages]
        return tuple(dict.fromkeys(code for each in codes for code in each))

    @api.model
    def _forget_codes_of(self, records):
        """Read anew what mapped records are called in messages."""
        field = self._record_field(self._map_of_model(records._name))
        # sudo: who renames a record need not see the maps.
        if field and self.sudo().search_count([(field, "in", records.ids)], limit=1):
            self._forget_cached()

    @api.model
    def _ours(self, connector, name, code, plant=None):
        """What a partner's code means: a word or a record; None when unmapped."""
        words = self._words_now(connector)
        found = words.ours(name, code, plant.id if plant else 0)
        model = self._record_model(name)
        if not found or not model:
            return found
        record_id = int(found.removeprefix(f"{model},"))
        return self.env[model].browse(record_id).exists() or None

    @api.model
    def _theirs(self, connector, name, meaning, plant=None):
        """The partner's code for our word or record; None when unmapped."""
        if isinstance(meaning, models.BaseModel):
            meaning = f"{meaning._name},{meaning.id}"
        words = self._words_now(connector)
        return words.theirs(name, meaning, plant.id if plant else 0)

    # ------------------------------------------------------------------- resuming

    def _resume_waiting(self):
        """Let the events and messages go on that waited for these entries."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        inward, outward = [], []
        for entry in self:
            connector_id, name = entry.connector_id.id, entry.map_name
            if entry.direction != OUT:
                key = waiting_key(name, entry.partner_code)
                inward.append((connector_id, VALUE_MAP, key))
                model = self._record_model(name)
                if model:
                    inward.append((connector_id, model, entry.partner_code))
            if entry.direction != IN:
                outward += [
                    (connector_id, VALUE_MAP, waiting_key(name, word))
                    for word in entry._words_of_meaning(languages)
                ]
        events, messages = self.env["mfg.inbox.event"], self.env["mfg.outbox.message"]
        for rows, references in ((events, inward), (messages, outward)):
            if references:
                rows.flush_model()
                rows._resume_waiting(self.env.cr, references)
                rows.invalidate_model(flush=False)
        self.connector_id._wake()

    @api.model
    def _resume_mapped(self):
        """Let messages go on whose word was mapped while they were on their way.

        Who maps a word lets go on what waits then. A message whose try began before
        and ended after is held too late for that; events look again by themselves.
        """
        held = self.env["mfg.outbox.message"].search(
            [("state", "=", "held"), ("waiting_model", "=", VALUE_MAP)], limit=LOOK_AT
        )
        mapped = held.filtered(lambda message: message._word_is_mapped())
        if not mapped:
            return
        references = {
            (message.connector_id.id, VALUE_MAP, message.waiting_key)
            for message in mapped
        }
        # A cursor of its own: that of the cron is never committed.
        with read_committed(self.env.registry) as cr:
            held._resume_waiting(cr, references)
        mapped.connector_id._wake_now()
