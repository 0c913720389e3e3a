from odoo import _, api, models
from odoo.exceptions import AccessError

from ..protocols.audit_chain import GENESIS, canonical, digest

#: Groups whose users may have the whole chain verified.
VERIFIERS = (
    "mfg_integration_core.group_auditor",
    "mfg_integration_core.group_administrator",
)
#: Links that are read at a time.
VERIFY_BATCH = 5000
SEALED_COLUMNS = (
    "at",
    "actor",
    "action",
    "res_model",
    "res_id",
    "display",
    "old_value",
    "new_value",
    "why",
    "message_uuid",
    "correlation_id",
    "company_ref",
    "plant_ref",
)


class MfgAuditVerifying(models.Model):
    """Whether the chain is whole, and where it breaks."""

    _inherit = "mfg.audit.entry"

    def action_verify(self):
        """Check the whole chain and say the result.

        :raise AccessError: the user neither audits nor administers
        """
        user = self.env.user
        if not self.env.su and not any(map(user.has_group, VERIFIERS)):
            raise AccessError(
                _("Only an Integration Auditor or Administrator verifies the trail.")
            )
        intact, told = self.sudo()._verdict()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if intact else "danger",
                "message": told,
                "sticky": not intact,
            },
        }

    @api.model
    def _verdict(self, known_head=None):
        """Whether the chain is whole, and a sentence that says so or names its break.

        :param known_head: ``number:digest`` of a link that was noted before, e.g. from
            the server's log; without one a chain whose end was cut off is whole
        """
        broken = self._verify() or self._missing_head(known_head)
        if broken:
            return False, broken
        number, newest = self._head()
        unsealed = self.search_count([("seal_number", "=", False)])
        return True, _(
            "The chain is intact: each of the %(number)s sealed entries is as it was"
            " written. %(unsealed)s are not sealed yet. Its head is"
            " %(number)s:%(digest)s.",
            number=number,
            unsealed=unsealed,
            digest=newest,
        )

    @api.model
    def _missing_head(self, known_head):
        """What is wrong with a link that was noted before, or an empty string."""
        if not known_head:
            return ""
        number, _colon, noted = known_head.partition(":")
        known = number.isdecimal() and self.search(
            [("seal_number", "=", int(number)), ("digest", "=", noted)], limit=1
        )
        if known:
            return ""
        return _("The chain has no link %(head)s any more.", head=known_head)

    @api.model
    def _verify(self):
        """The first break of the chain in words, or an empty string.

        Found are: an entry changed, removed or inserted, wherever it was done.
        """
        columns = ", ".join(SEALED_COLUMNS)
        expected, previous = 1, GENESIS
        while True:
            self.env.cr.execute(
                f"""
                SELECT seal_number, previous, digest, canonical, {columns}
                  FROM mfg_audit_entry WHERE seal_number >= %s
                 ORDER BY seal_number LIMIT %s
                """,
                (expected, VERIFY_BATCH),
            )
            rows = self.env.cr.fetchall()
            for number, stored_previous, sealed, text, *values in rows:
                if number != expected:
                    return _("Entry %(number)s is missing.", number=expected)
                if stored_previous != previous or sealed != digest(previous, text):
                    return _("Entry %(number)s breaks the chain.", number=number)
                stored = dict(zip(SEALED_COLUMNS, values, strict=True))
                if canonical(stored) != text:
                    return _("Entry %(number)s was changed.", number=number)
                expected, previous = number + 1, sealed
            if len(rows) < VERIFY_BATCH:
                return ""
