import hashlib
from itertools import chain

from odoo import api, models

from .mfg_connector_known import PROOF_FIELDS

#: Fields by which somebody is let in, let out or trusted; a change of them is audited.
AUDITED = (
    "code",
    "company_id",
    "plant_id",
    "user_id",
    "state",
    "active",
    "base_url",
    "username",
    "allowed_networks",
    "allowed_sources",
    "inbound_auth",
    "basic_allowed",
    *chain.from_iterable(PROOF_FIELDS.values()),
    "tls_authorities",
    "tls_certificate",
)

#: Characters of a value that the trail repeats.
LONGEST_TOLD = 200


class MfgConnectorAudit(models.Model):
    """Who let whom in: the audit trail keeps what may be removed from the chatter."""

    _inherit = "mfg.connector"
    #: Fields that are audited; made to be extended.
    _audited_fields = AUDITED

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: that a connector was made is in the audit trail."""
        connectors = super().create(vals_list)
        for connector in connectors:
            self.env["mfg.audit.entry"]._append(
                connector,
                "connector.created",
                new=connector._access_told(self._audited_fields),
            )
        return connectors

    def write(self, vals):
        """Extended: so is every change of what lets somebody in or out."""
        names = [name for name in self._audited_fields if name in vals]
        before = {each.id: each._access_told(names) for each in self} if names else {}
        done = super().write(vals)
        for connector in self if names else ():
            told = connector._access_told(names)
            if told != before[connector.id]:
                self.env["mfg.audit.entry"]._append(
                    connector,
                    "connector.changed",
                    old=before[connector.id],
                    new=told,
                )
        return done

    def unlink(self):
        """Extended: and that it was removed."""
        for connector in self:
            self.env["mfg.audit.entry"]._append(
                connector,
                "connector.removed",
                old=connector._access_told(self._audited_fields),
            )
        return super().unlink()

    def _access_told(self, names):
        """The fields that say something, as ``name: value; …``."""
        self.ensure_one()
        # sudo: the trail is written whoever changes it.
        return told_fields(self.sudo(), names)


def told_fields(record, names):
    """Fields of a record in one line: ``name: value; …``; empty ones are left out.

    By their technical names, since the trail reads the same in every language. Of a
    long value, such as a certificate, the beginning and its digest.
    """
    parts = []
    for name in names:
        value = record[name]
        if isinstance(value, models.BaseModel):
            value = ", ".join(value.mapped("display_name"))
        if value:
            parts.append(f"{name}: {_short(str(value))}")
    return "; ".join(parts)


def _short(value: str) -> str:
    if len(value) <= LONGEST_TOLD:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()
    return f"{value[:LONGEST_TOLD]}… (SHA-256 {digest})"
