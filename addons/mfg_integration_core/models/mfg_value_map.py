from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..exceptions import UnknownEventTypeError
from ..protocols import template_targets
from ..protocols.value_map import BOTH, IN, OUT

#: Maps whose meanings are records, and the field that holds the record.
RECORD_FIELDS = {
    "uom": "uom_id",
    "product": "product_id",
    "lot": "lot_id",
    "location": "location_id",
    "workcenter": "workcenter_id",
    "equipment": "equipment_id",
    "loss": "loss_id",
}
#: What an entry says; a change of it is audited.
ENTRY_FIELDS = (
    "connector_id",
    "plant_id",
    "map_name",
    "direction",
    "partner_code",
    "value",
    *RECORD_FIELDS.values(),
)


class MfgValueMap(models.Model):
    """What one code of a partner means here.

    The meaning is a word of ours, such as ``in_progress``, or a record. An entry of a
    plant goes before that of the whole connector, and both before what the connector's
    template ships with; the shipped words are listed as entries for people only.
    """

    _name = "mfg.value.map"
    _description = "Value Map Entry"
    _inherit = ["mfg.cached.mixin"]
    _order = "connector_id, map_name, plant_id, partner_code, id"
    _check_company_auto = True

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    plant_id = fields.Many2one(
        "mfg.plant",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The one plant that it holds for, before what holds for all. Empty = every"
        " plant that the connector serves.",
    )
    map_name = fields.Selection(
        "_selection_map_name",
        "Map",
        required=True,
        help="What the code is about. The maps of the connectors' templates are among"
        " them.",
    )
    direction = fields.Selection(
        [
            (BOTH, "Both ways"),
            (IN, "Only what they tell us"),
            (OUT, "Only what we tell them"),
        ],
        required=True,
        default=BOTH,
        help="Where several of their codes mean the same, only one can be the code that"
        " we send: the others are only for what they tell us.",
    )
    partner_code = fields.Char("Their code", required=True)
    value = fields.Char("Our word", help="Such as in_progress.")
    uom_id = fields.Many2one("uom.uom", "Our unit", ondelete="cascade")
    product_id = fields.Many2one(
        "product.product", "Our product", check_company=True, ondelete="cascade"
    )
    lot_id = fields.Many2one(
        "stock.lot", "Our lot", check_company=True, ondelete="cascade"
    )
    location_id = fields.Many2one(
        "stock.location", "Our location", check_company=True, ondelete="cascade"
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Our work center", check_company=True, ondelete="cascade"
    )
    equipment_id = fields.Many2one(
        "maintenance.equipment", "Our equipment", check_company=True, ondelete="cascade"
    )
    loss_id = fields.Many2one(
        "mrp.workcenter.productivity.loss", "Our downtime reason", ondelete="cascade"
    )
    meaning_key = fields.Char(
        compute="_compute_meaning_key",
        store=True,
        help="The meaning as one text: the word, or model and id.",
    )
    # sudo: what a code means is no secret to who may see the code.
    meaning = fields.Char(compute="_compute_meaning", compute_sudo=True)
    known_words = fields.Char(
        "Words to choose from",
        compute="_compute_known_words",
        help="Our words that the contract takes, else those in use.",
    )
    shipped = fields.Boolean(
        readonly=True,
        copy=False,
        help="Comes with the connector's template. To change it, add an entry of your"
        " own for the same code.",
    )
    version_id = fields.Many2one(
        "mfg.map.version",
        "Draft",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The version that proposes it; empty for what holds.",
    )
    replaces_id = fields.Many2one(
        "mfg.value.map",
        "Instead of",
        readonly=True,
        ondelete="set null",
        help="The entry that this one changes once the version is published.",
    )
    removes = fields.Boolean(
        readonly=True, help="The entry is to go once the version is published."
    )
    overridden = fields.Boolean(
        compute="_compute_overridden", help="Another entry goes before the shipped one."
    )
    note = fields.Char(help="Why the code means this; for those who come after you.")

    def init(self):
        # Of what holds only: shipped entries are copies, drafts hold nothing yet.
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_value_map_ours_unique
                ON mfg_value_map (connector_id, COALESCE(plant_id, 0), map_name,
                                  partner_code)
             WHERE direction <> 'out' AND version_id IS NULL
               AND NOT COALESCE(shipped, FALSE);
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_value_map_theirs_unique
                ON mfg_value_map (connector_id, COALESCE(plant_id, 0), map_name,
                                  meaning_key)
             WHERE direction <> 'in' AND version_id IS NULL
               AND NOT COALESCE(shipped, FALSE)
            """
        )

    # ------------------------------------------------------------------- choices

    @api.model
    def _selection_map_name(self):
        """Maps that the suite knows, and those of the templates."""
        known = {
            "status": _("Status"),
            "priority": _("Priority"),
            "disposition": _("Quality decision"),
            "reason": _("Reason"),
            "uom": _("Unit of measure"),
            "product": _("Product"),
            "lot": _("Lot"),
            "location": _("Location"),
            "workcenter": _("Work center"),
            "equipment": _("Equipment"),
            "loss": _("Downtime reason"),
        }
        for name in self.env["mfg.connector"]._template_map_names():
            known.setdefault(name, name.replace("_", " ").capitalize())
        return list(known.items())

    @api.model
    def _map_label(self, name):
        """What people call the map."""
        return dict(self._selection_map_name()).get(name, name)

    @api.model
    def _record_field(self, name):
        """Field of the records that a map leads to; None where it leads to words."""
        return RECORD_FIELDS.get(name)

    @api.model
    def _record_model(self, name):
        """Model of the records that a map leads to; None where it leads to words."""
        field = self._record_field(name)
        return self._fields[field].comodel_name if field else None

    @api.model
    def _map_of_model(self, model):
        """The map that leads to records of ``model``; None for no map."""
        for name in RECORD_FIELDS:
            if self._record_model(name) == model:
                return name
        return None

    # ------------------------------------------------------------------ computes

    @api.depends("map_name", "value", *RECORD_FIELDS.values())
    def _compute_meaning_key(self):
        for entry in self:
            record = entry._record()
            key = f"{record._name},{record.id}" if record else entry.value
            entry.meaning_key = key or False

    @api.depends("map_name", "value", *RECORD_FIELDS.values())
    def _compute_meaning(self):
        for entry in self:
            record = entry._record()
            entry.meaning = record.display_name if record else entry.value

    @api.depends("map_name", "partner_code", "meaning")
    def _compute_display_name(self):
        for entry in self:
            if not entry.map_name:
                entry.display_name = _("New")
                continue
            entry.display_name = (
                f"{self._map_label(entry.map_name)}: {entry.partner_code or '…'}"
                f" = {entry.meaning or '…'}"
            )

    @api.depends("connector_id", "map_name")
    def _compute_known_words(self):
        for entry in self:
            words = entry._words_to_choose_from() if entry.connector_id else None
            entry.known_words = ", ".join(words or [])

    @api.depends("shipped", "connector_id", "map_name", "partner_code", "meaning_key")
    def _compute_overridden(self):
        shipped = self.filtered("shipped")
        own = self.search(
            [
                ("connector_id", "in", shipped.connector_id.ids),
                ("shipped", "=", False),
                ("version_id", "=", False),
                ("plant_id", "=", False),
            ]
        )
        read = {each._read_by(way) for each in own for way in (IN, OUT)} - {None}
        for entry in self:
            entry.overridden = entry.shipped and (
                entry._read_by(entry.direction) in read
            )

    def _read_by(self, way):
        """By what an entry is found in one direction; None when it is not read so."""
        if way not in (IN, OUT) or self.direction not in (way, BOTH):
            return None
        word = self.partner_code if way == IN else self.meaning_key
        return way, self.connector_id.id, self.map_name, word

    def _record(self):
        """The record that the code means; empty for a word."""
        field = RECORD_FIELDS.get(self.map_name)
        return self[field] if field else self.env["mfg.value.map"]

    def _words_to_choose_from(self):
        """Words that the map may lead to; None when nothing says which.

        What the contracts of the events list that the template fills with the map.
        """
        connector = self.connector_id
        if not connector.template:
            return None
        # Not with its own words: these are being looked at.
        template = connector._load_template(connector.template)
        contracts = self.env["mfg.event.type"]._contracts()
        words = {}
        for event_type, path in template.map_targets.get(self.map_name, ()):
            try:
                schema = contracts.schema(event_type)
            except UnknownEventTypeError:
                # Its addon is not installed: nothing of it can come in either.
                continue
            words |= dict.fromkeys(template_targets.allowed_words(schema, path) or ())
        return list(words) or None

    # --------------------------------------------------------------- constraints

    @api.onchange("map_name")
    def _onchange_map_name(self):
        """A meaning of another map is none of this one."""
        for name, field in RECORD_FIELDS.items():
            if name != self.map_name:
                self[field] = False
        if self.map_name in RECORD_FIELDS:
            self.value = False

    @api.constrains(*ENTRY_FIELDS)
    def _check_meaning(self):
        for entry in self.filtered(lambda entry: not entry.shipped):
            label = self._map_label(entry.map_name)
            leads_to_record = entry.map_name in RECORD_FIELDS
            if leads_to_record != bool(entry._record()) or (
                leads_to_record == bool(entry.value)
            ):
                raise ValidationError(
                    _("Choose what %(code)s means (%(map)s).", **entry._named(label))
                )
            words = None if leads_to_record else entry._words_to_choose_from()
            if words and entry.direction != OUT and entry.value not in words:
                raise ValidationError(
                    _(
                        "%(code)s cannot mean %(word)s (%(map)s). Choose one of:"
                        " %(words)s.",
                        **entry._named(label),
                        word=entry.value,
                        words=", ".join(words),
                    )
                )

    def _check_free(self, values, but=None):
        """Say in plain words, and first, what the unique indexes would say in theirs.

        :param values: of an entry that is to be
        :param but: the entry that is to say it
        """
        entry = self.new(values)
        if entry.shipped:
            return
        same = [
            ("id", "!=", but.id if but else 0),
            ("connector_id", "=", entry.connector_id.id),
            ("plant_id", "=", entry.plant_id.id),
            ("map_name", "=", entry.map_name),
            ("shipped", "=", False),
            # What holds is compared with what holds, a draft with itself.
            ("version_id", "=", entry.version_id.id),
        ]
        inward = [("direction", "!=", OUT), ("partner_code", "=", entry.partner_code)]
        outward = [("direction", "!=", IN), ("meaning_key", "=", entry.meaning_key)]
        named = entry._named(self._map_label(entry.map_name))
        double = entry.direction != OUT and self.search([*same, *inward], limit=1)
        if double:
            raise ValidationError(
                _(
                    "%(code)s means %(meaning)s already (%(map)s). Change that entry"
                    " instead.",
                    **{**named, "meaning": double.meaning},
                )
            )
        double = entry.direction != IN and self.search([*same, *outward], limit=1)
        if double:
            raise ValidationError(
                _(
                    "For %(meaning)s we send %(other)s already (%(map)s), and it can be"
                    " one code only. Let %(code)s be only what they tell us, or let the"
                    " other one be.",
                    **named,
                    other=double.partner_code,
                )
            )

    def _named(self, label):
        """Values for sentences about the entry."""
        return {"code": self.partner_code, "meaning": self.meaning, "map": label}

    # ------------------------------------------------------------------- actions

    def action_override(self):
        """Open an entry of one's own that goes before the shipped one."""
        self.ensure_one()
        if self._needs_second_person():
            return self.action_propose()
        return {
            "type": "ir.actions.act_window",
            "name": _("Own Entry"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_connector_id": self.connector_id.id,
                "default_map_name": self.map_name,
                "default_direction": self.direction,
                "default_partner_code": self.partner_code,
                "default_value": self.value,
            },
        }

    # ----------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Entries, after which everything goes on that waited for them.

        :raise UserError: a second person must agree first
        """
        entries = self._create_agreed(vals_list)
        entries._check_second_person()
        return entries

    def write(self, vals):
        """Extended: what waited for the new code goes on, and the change is audited.

        :raise UserError: a second person must agree first
        """
        if {"version_id", "shipped"} & vals.keys():
            raise UserError(_("A draft holds once it is published, and not before."))
        if not set(ENTRY_FIELDS) & vals.keys():
            return super().write(vals)
        self._check_draft_is_open()
        self._check_second_person(is_change=True)
        return self._write_agreed(vals)

    def unlink(self):
        """Extended as :meth:`write`; what was said stays in the audit trail."""
        self._check_draft_is_open()
        self._check_second_person(is_change=True)
        return self._unlink_agreed()

    def _create_agreed(self, vals_list):
        """Add what was agreed on, or what needs nobody's agreement."""
        vals_list = [_trimmed(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_free(vals)
        entries = super().create(vals_list)
        entries._changed("mapping.added")
        return entries

    def _write_agreed(self, vals):
        """Change what was agreed on, or what needs nobody's agreement."""
        vals = _trimmed(vals)
        before = {entry: entry.display_name for entry in self}
        for entry in self:
            home = {
                "connector_id": entry.connector_id.id,
                "version_id": entry.version_id.id,
                "shipped": entry.shipped,
            }
            self._check_free({**entry._copied(), **home, **vals}, but=entry)
        result = super().write(vals)
        self._changed("mapping.changed", before)
        return result

    def _unlink_agreed(self):
        for entry in self._in_effect():
            entry._audit_in_plant()._append(
                entry.connector_id, "mapping.removed", old=entry._told()
            )
        return super().unlink()

    def _in_effect(self):
        """The own entries that hold, without shipped ones and drafts."""
        return self.filtered(lambda entry: not entry.shipped and not entry.version_id)

    def _changed(self, action, before=None):
        """Audit what people changed, and let go on what waited for it."""
        own = self._in_effect()
        before = before or {}
        self.env["mfg.audit.entry"]._append_all(
            entry._audit_in_plant()._prepare_entry(
                entry.connector_id,
                action,
                old=before.get(entry),
                new=entry._told(),
                why=entry.note,
            )
            for entry in own
        )
        own._resume_waiting()

    def _audit_in_plant(self):
        """The audit trail; what is told of the entry is for users of its plant."""
        plant_id = self.plant_id.id or self.env.context.get("mfg_plant_id")
        return self.env["mfg.audit.entry"].with_context(mfg_plant_id=plant_id)

    def _told(self):
        """The whole entry in one line, for the audit trail."""
        self.ensure_one()
        directions = dict(self._fields["direction"]._description_selection(self.env))
        parts = [self.display_name, directions[self.direction].lower()]
        if self.plant_id:
            parts.append(self.plant_id.display_name)
        return ", ".join(parts)


def _trimmed(vals):
    """Values in which blanks around a code or word, which nobody sees, are gone."""
    texts = {
        name: vals[name].strip()
        for name in ("partner_code", "value")
        if isinstance(vals.get(name), str)
    }
    return {**vals, **texts}
