from odoo import _, fields, models
from odoo.exceptions import UserError

from ..protocols.failure_cause import cause_of

#: States of a row that failed for good and is now a matter for people.
FAILED_STATES = ("dead", "rejected")
#: Reason codes of rows that a person has set aside; nobody needs to look again.
SET_ASIDE_CODES = ("rejected_by_user", "cancelled_by_user")


class MfgFailureMixin(models.AbstractModel):
    """What a person needs to work through failures: cause, age and who takes care."""

    _inherit = "mfg.queued.mixin"

    owner_id = fields.Many2one(
        "res.users",
        "Responsible",
        readonly=True,
        index="btree_not_null",
        copy=False,
        help="Who takes care of the failure.",
    )
    failed_at = fields.Datetime(readonly=True, copy=False)
    cause = fields.Char(
        readonly=True,
        copy=False,
        help="Connector, reason code and first line of the reason without ids and"
        " numbers: failures with the same cause are one problem.",
    )

    def _set_state(self, target, *, allowed, **values):
        """Keep cause and age in step with the state."""
        self.ensure_one()
        values |= self._prepare_failure(target, values)
        return super()._set_state(target, allowed=allowed, **values)

    def _prepare_failure(self, target, values):
        """Values that say since when and why a row waits for a person, or no more."""
        code = values.get("reason_code")
        if target in FAILED_STATES and code not in SET_ASIDE_CODES:
            cause = cause_of(
                self.connector_id.name, code or target, values.get("reason")
            )
            return {"cause": cause, "failed_at": fields.Datetime.now()}
        if self.cause or self.failed_at:
            return {"cause": False, "failed_at": False}
        return {}

    def _note_failures(self, cr, row_ids):
        """Add cause and age to rows that a statement has just made dead letters.

        :param cr: cursor of the caller, who commits it
        """
        if not row_ids:
            return
        cr.execute(
            f"""
            SELECT row.id, connector.name, row.reason_code, row.reason
              FROM {self._table} row
              JOIN mfg_connector connector ON connector.id = row.connector_id
             WHERE row.id = ANY(%s) AND row.state = 'dead'
            """,
            (row_ids,),
        )
        for row_id, *facts in cr.fetchall():
            cr.execute(
                f"""
                UPDATE {self._table}
                   SET cause = %s, failed_at = now() AT TIME ZONE 'UTC'
                 WHERE id = %s
                """,
                (cause_of(*facts), row_id),
            )

    def _assign(self, owner):
        """Make ``owner`` responsible for the rows; an empty user for nobody."""
        self.check_access_for_operator()
        if owner and not owner.has_group("mfg_integration_core.group_operator"):
            raise UserError(
                _(
                    "%(user)s is no Integration Operator and could not retry anything.",
                    user=owner.name,
                )
            )
        # sudo: nobody has the right to write rows of the queues; only code does.
        self.sudo().owner_id = owner

    def action_assign_to_me(self):
        """Take care of the failures oneself."""
        self._assign(self.env.user)
