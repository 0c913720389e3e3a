import json

from odoo import api, fields, models


class MfgSettingOverride(models.TransientModel):
    """A person says what shall hold at one place, and why."""

    _name = "mfg.setting.override"
    _description = "Override Setting"

    setting_id = fields.Many2one("mfg.setting", required=True, readonly=True)
    label = fields.Char("Name", related="setting_id.label", related_sudo=False)
    help_text = fields.Char(related="setting_id.help_text", related_sudo=False)
    value_told = fields.Char(
        "Holds now", related="setting_id.value_told", related_sudo=False
    )
    source_told = fields.Char(
        "Comes from", related="setting_id.source_told", related_sudo=False
    )
    kind = fields.Char(compute="_compute_kind")
    # Stored: the button asks for them in a request of its own.
    boolean_value = fields.Boolean(
        "Yes", compute="_compute_values", store=True, readonly=False
    )
    integer_value = fields.Integer(
        "Number", compute="_compute_values", store=True, readonly=False
    )
    char_value = fields.Char(
        "Text", compute="_compute_values", store=True, readonly=False
    )
    setting_key = fields.Char(related="setting_id.key", related_sudo=False)
    choice_id = fields.Many2one(
        "mfg.setting.choice",
        compute="_compute_values",
        store=True,
        readonly=False,
        domain="[('key', '=', setting_key)]",
    )
    why = fields.Text("Reason")

    @api.depends("setting_id")
    def _compute_kind(self):
        registry = self.env["mfg.setting"]._registry()
        for override in self:
            setting = registry.get(override.setting_id.key)
            override.kind = setting.kind if setting else False
            if setting and setting.choices:
                override.kind = "choice"

    @api.depends("setting_id")
    def _compute_values(self):
        """Begin with what holds now."""
        for override in self:
            content = override.setting_id.content
            value = json.loads(content) if content else None
            for kind in ("boolean", "integer", "char"):
                mine = kind == override.kind
                override[f"{kind}_value"] = value if mine else False
            override.choice_id = override.kind == "choice" and self.env[
                "mfg.setting.choice"
            ].search([("key", "=", override.setting_key), ("content", "=", value)])

    def action_apply(self):
        """Have the value hold, or show the change that now waits."""
        self.ensure_one()
        is_choice = self.kind == "choice"
        value = self.choice_id.content if is_choice else self[f"{self.kind}_value"]
        change = self.setting_id._override(value, self.why)
        if change:
            return change.get_formview_action()
        return {"type": "ir.actions.act_window_close"}
