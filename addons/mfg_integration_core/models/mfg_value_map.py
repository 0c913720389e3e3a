from odoo import _, api, fields, models

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
