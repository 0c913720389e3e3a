from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..protocols.value_map import Entry, Words


class MfgMapVersion(models.Model):
    """A change of a connector's value maps: proposed, tried, published by another.

    Its entries hold nothing until then. What it changed is kept with it.
    """

    _name = "mfg.map.version"
    _description = "Version of Value Maps"
    _inherit = ["mfg.second.person.mixin"]
    _order = "id desc"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    number = fields.Integer(readonly=True, group_operator=None, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("published", "Published"),
            ("discarded", "Discarded"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    author_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.user
    )
    why = fields.Char("Reason", help="Why the change is needed; for who publishes it.")
    entry_ids = fields.One2many("mfg.value.map", "version_id", "Changes")
    difference = fields.Text(
        compute="_compute_difference",
        store=True,
        help="What changes, line by line: - goes, + comes.",
    )
    snapshot = fields.Json(
        readonly=True, help="All entries as they were once this was published."
    )
    publisher_id = fields.Many2one("res.users", "Published by", readonly=True)
    published_at = fields.Datetime("Published", readonly=True)
    trial_ids = fields.One2many("mfg.map.trial", "version_id", "Trials")
    differing_count = fields.Integer(compute="_compute_differing_count")

    _sql_constraints = [
        ("number_unique", "unique (connector_id, number)", "Try again."),
    ]

    @api.depends("connector_id", "number")
    def _compute_display_name(self):
        for version in self:
            if not version.number:
                version.display_name = _("New")
                continue
            version.display_name = _(
                "%(connector)s, maps %(number)s",
                connector=version.connector_id.name,
                number=version.number,
            )

    @api.depends(
        "entry_ids.map_name",
        "entry_ids.direction",
        "entry_ids.partner_code",
        "entry_ids.plant_id",
        "entry_ids.meaning_key",
        "entry_ids.removes",
        "entry_ids.replaces_id",
    )
    def _compute_difference(self):
        """Kept as it was when published: the entries it changed are others then."""
        for version in self:
            if version.state != "draft":
                version.difference = version.difference
                continue
            lines = []
            for entry in version.entry_ids:
                if entry.replaces_id:
                    lines.append(f"- {entry.replaces_id._told()}")
                if not entry.removes:
                    lines.append(f"+ {entry._told()}")
            version.difference = "\n".join(lines)

    @api.depends("trial_ids.differs")
    def _compute_differing_count(self):
        for version in self:
            version.differing_count = len(version.trial_ids.filtered("differs"))

    # ----------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Drafts, numbered per connector."""
        versions = super().create(vals_list)
        for version in versions:
            last = self.search(
                [
                    ("connector_id", "=", version.connector_id.id),
                    ("id", "!=", version.id),
                ],
                order="number desc",
                limit=1,
            )
            # sudo: the number is nobody's to choose.
            version.sudo().number = last.number + 1
        return versions

    def write(self, vals):
        """Extended: people write the reason and the entries; the rest is history."""
        if not self.env.su and vals.keys() - {"why", "entry_ids"}:
            raise AccessError(_("Only publishing or discarding changes a version."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        """What was published is history."""
        if any(version.state == "published" for version in self):
            raise UserError(_("A published version is kept."))

    # ------------------------------------------------------------------- content

    @api.model
    def _draft_of(self, connector):
        """The user's open draft for a connector; a new one where there is none."""
        draft = self.search(
            [
                ("connector_id", "=", connector.id),
                ("state", "=", "draft"),
                ("author_id", "=", self.env.uid),
            ],
            limit=1,
        )
        return draft or self.create({"connector_id": connector.id})

    def _entries_after(self):
        """The entries that would hold if the version were published now."""
        self.ensure_one()
        entries = self.env["mfg.value.map"]._words_in_effect(self.connector_id.id)
        coming = self.entry_ids.filtered(lambda entry: not entry.removes)
        return entries - self.entry_ids.replaces_id + coming

    def _words(self) -> Words:
        """The words by this version: as it would be published, or as it was."""
        self.ensure_one()
        if self.state == "published":
            return Words(
                Entry(*row[:-1], words=tuple(row[-1])) for row in self.snapshot or ()
            )
        return Words(self._entries_after()._as_entries())

    # -------------------------------------------------------------------- actions

    def action_publish(self):
        """Have the changes hold from now on; what waited for them goes on."""
        for version in self:
            version._check_publishable()
            version._publish()

    def _check_publishable(self):
        self._mfg_check_second_person()
        if self.state != "draft":
            raise UserError(_("%(version)s is no draft.", version=self.display_name))
        if not self.entry_ids:
            raise UserError(
                _("%(version)s changes nothing.", version=self.display_name)
            )

    def _mfg_wanted_by(self):
        """Whoever wrote part of it; nobody where the connector wants no second one."""
        if self.connector_id.map_approval == "none":
            return self.env["res.users"]
        return self.author_id | self.entry_ids.create_uid | self.entry_ids.write_uid

    def _publish(self):
        """Let the entries hold, and keep what that changed."""
        difference = self.difference
        # sudo: whoever publishes may change the entries by this only.
        for entry in self.sudo().entry_ids:
            if entry.removes:
                entry.replaces_id._unlink_agreed()
            elif entry.replaces_id:
                entry.replaces_id._write_agreed(entry._copied())
            else:
                values = {**entry._copied(), "connector_id": self.connector_id.id}
                entry._create_agreed([values])
        self.sudo().write(
            {
                "state": "published",
                "difference": difference,
                "snapshot": self._rows_in_effect(),
                "publisher_id": self.env.uid,
                "published_at": fields.Datetime.now(),
            }
        )
        self.env["mfg.audit.entry"]._append(
            self.connector_id,
            "mapping.published",
            old=_("by %(author)s", author=self.author_id.name),
            new=difference,
            why=self.why,
        )

    def _rows_in_effect(self):
        """What holds now, to be read again when it holds no longer."""
        maps = self.env["mfg.value.map"].sudo()
        return list(maps._words_in_effect(self.connector_id.id)._as_entries())

    def action_discard(self):
        """Give the draft up."""
        for version in self:
            if version.state != "draft":
                raise UserError(
                    _("%(version)s is no draft.", version=version.display_name)
                )
        # sudo: nobody has the right to write the state; only code does.
        self.sudo().write({"state": "discarded"})

    def action_try(self):
        """Open the trial of the draft over what came in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Try over stored events"),
            "res_model": "mfg.map.try",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_version_id": self.id},
        }

    def action_view_trials(self):
        """What the draft would make of each event."""
        self.ensure_one()
        action = "mfg_integration_core.mfg_map_trial_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("version_id", "=", self.id)],
            "context": {"search_default_differs": 1},
        }
