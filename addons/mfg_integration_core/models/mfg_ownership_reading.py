from typing import NamedTuple

from odoo import _, api, models
from odoo.tools import ormcache

from ..protocols.ownership import Rule, owner_of


class Table(NamedTuple):
    """What is said about one model.

    :ivar rules: ``{target: {(level, place): Rule}}``, see ``protocols/ownership.py``
    :ivar binds_users: whether any of them binds users, too
    """

    rules: dict
    binds_users: bool


class MfgOwnershipReading(models.Model):
    """How the matrix is read: from memory, for one record and field."""

    _inherit = "mfg.ownership"

    @api.model
    @ormcache()
    def _tables(self) -> dict:
        """``{model: Table}`` of all rows, kept in memory."""
        tables = {}
        # sudo: whose it is holds for people who may not see the rows, too.
        for row in self.sudo().search([]):
            table = tables.setdefault(row.model, {})
            target = row.field_name if row.target == "field" else row.target
            table.setdefault(target, {})[row._place()] = Rule(
                row.id,
                row.connector_id.id or 0,
                row.when_others_write == "queue",
                row.binds_users,
            )
        return {
            model: Table(
                rules,
                any(
                    rule.binds_users
                    for each in rules.values()
                    for rule in each.values()
                ),
            )
            for model, rules in tables.items()
        }

    def _place(self):
        """Level and id of the place that the row holds at."""
        self.ensure_one()
        if self.plant_id:
            return "plant", self.plant_id.id
        if self.company_id:
            return "company", self.company_id.id
        return "global", 0

    @api.model
    def _rule_of(self, record, *targets):
        """The rule about the first of the targets that any is about; None for none.

        :param targets: names of fields, ``STATE`` or ``ALL``, from narrow to wide
        """
        table = self._tables().get(record._name)
        if not table:
            return None
        return owner_of(table.rules, targets, self._places_of(record)[record.id])

    @api.model
    def _places_of(self, records):
        """``{id: {level: id of the place}}`` of records."""
        scopes = self.env["mfg.plant"]._scope_of(records)
        return {
            record_id: {"company": scope.company.id, "plant": scope.plant.id}
            for record_id, scope in scopes.items()
        }

    @api.model
    def _owner_told(self, owner):
        """The name of an owner.

        :param owner: id of a connector, 0 for Odoo
        """
        if not owner:
            return _("Odoo")
        # sudo: the name of an owner is no secret to who is to ask it.
        return self.env["mfg.connector"].sudo().browse(owner).name
