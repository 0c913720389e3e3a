import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..exceptions import ConfigurationError
from ..protocols.body_masking import BodyMask, MaskedMember, read_path
from .mfg_connector_audit import told_fields

#: Type of a vendor's own webhook until it is mapped; it may turn out to be any type.
NATIVE = "native"
_VERSION = re.compile(r"\.v\d+$")
#: What a rule hides; a change of it is audited.
TOLD_FIELDS = ("active", "connector_id", "event_type_id", "path", "kind")


class MfgMaskingRule(models.Model):
    """A member of stored bodies that is hidden wherever a body is shown.

    What is stored stays whole: handling, sending and replay need it. Who has the right
    *Reveal* may see it for a reason, which the audit trail keeps.
    """

    _name = "mfg.masking.rule"
    _description = "Masking Rule"
    _inherit = ["mfg.cached.mixin"]
    _order = "connector_id, path, id"
    _rec_name = "path"

    active = fields.Boolean(default=True)
    connector_id = fields.Many2one(
        "mfg.connector", ondelete="cascade", index=True, help="Empty = all connectors."
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True)
    event_type_id = fields.Many2one(
        "mfg.event.type",
        ondelete="cascade",
        help="All versions of the type; empty = all types. A vendor's webhook that is"
        " not mapped yet may be of any type, so it is masked like all of them.",
    )
    path = fields.Char(
        "Member",
        required=True,
        help="Names from the outside in: data.operator, data.lines.badge. Lists need no"
        " step. * is any name, **.operator the operator wherever it stands. What"
        " begins with / is a JSON pointer.",
    )
    kind = fields.Selection(
        [
            ("hide", "Hide it"),
            ("last_4", "Show the last 4 characters"),
            ("hash", "Show a hash: equal values look equal"),
        ],
        "How",
        required=True,
        default="hide",
    )
    note = fields.Char("Why", help="e.g. agreement with the works council")

    # ------------------------------------------------------------- constraints

    @api.constrains("path")
    def _check_path(self):
        for rule in self:
            try:
                read_path(rule.path)
            except ConfigurationError as error:
                raise ValidationError(str(error)) from error

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: who hides what is in the audit trail."""
        rules = super().create(vals_list)
        for rule in rules:
            rule._audit("masking.added", new=told_fields(rule, TOLD_FIELDS))
        return rules

    def write(self, vals):
        """Extended: and who shows it again."""
        before = {rule.id: told_fields(rule, TOLD_FIELDS) for rule in self}
        done = super().write(vals)
        for rule in self:
            told = told_fields(rule, TOLD_FIELDS)
            if told != before[rule.id]:
                rule._audit("masking.changed", old=before[rule.id], new=told)
        return done

    def unlink(self):
        """Extended as :meth:`write`."""
        for rule in self:
            rule._audit("masking.removed", old=told_fields(rule, TOLD_FIELDS))
        return super().unlink()

    def _audit(self, action, **values):
        self.env["mfg.audit.entry"]._append(self, action, **values)

    # ------------------------------------------------------------------ look-up

    @api.model
    def _mask_of(self, connector, event_type):
        """What is hidden in bodies of the connector that are of this type.

        :param connector: record; empty while nobody knows it, and then all rules hold
        :param event_type: name of the type; ``native`` while nobody knows it
        :return: a :class:`BodyMask`, false when nothing is
        """
        rules = self._stored(connector.id, event_type)
        members = [MaskedMember(read_path(path), kind) for path, kind in rules]
        return BodyMask(members, self._hash_key() if members else b"")

    @api.model
    @ormcache("connector_id", "event_type")
    def _stored(self, connector_id, event_type):
        """``((path, kind), …)``; kept by each server process until a rule changes."""
        # sudo: a rule holds for who may not see rules, too.
        domain = [("connector_id", "in", (False, connector_id))] if connector_id else []
        # Whatever the context says: the result is kept for all.
        rules = self.sudo().with_context(active_test=True).search(domain)
        family = _family(event_type)
        return tuple(
            (rule.path, rule.kind)
            for rule in rules
            if event_type in (NATIVE, False, None)
            or not rule.event_type_id
            or _family(rule.event_type_id.name) == family
        )

    @api.model
    def _hash_key(self):
        """A secret of this database, so that a hash can't be found by trying names."""
        # sudo: the parameter is for code only.
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("database.secret", "").encode()


def _family(event_type: str | bool | None) -> str:
    """The type without its version."""
    return _VERSION.sub("", event_type or "")
