import logging

from odoo import _, api, fields, models

from ..exceptions import InvalidEventError
from ..protocols import freshness, maintenance_state
from ..protocols.freshness import Stand
from ..protocols.maintenance_state import OPEN

_logger = logging.getLogger(__name__)


class MaintenanceRequestPartner(models.Model):
    """What partners say about a request, and whether it is news."""

    _inherit = "maintenance.request"

    def _mfg_stand(self):
        """How new the last word of the partner is whose event is at hand."""
        self.ensure_one()
        if self.mfg_partner_stands:
            known = self.mfg_partner_stands.get(self._mfg_speaker(), (None, None))
            return Stand(known[0], fields.Datetime.to_datetime(known[1]))
        # Said before the words of several partners were kept apart. A partner may
        # count from 0, which is what an empty field reads as.
        version = self.mfg_partner_version if self.mfg_partner_state else None
        return Stand(version, self.mfg_partner_at or None)

    def _mfg_speaker(self):
        """By what the words of the partner at hand are told from those of others."""
        return str(self.env.context.get("mfg_connector_id") or 0)

    def _prepare_stand(self, said):
        """Values that say how new the partner's word is, without what it says.

        :param said: :class:`Stand` of an event
        """
        self.ensure_one()
        known = self._mfg_stand()
        version = known.version if said.version is None else said.version
        at = said.at or known.at
        stand = [version, fields.Datetime.to_string(at) if at else None]
        vals = {
            "mfg_partner_stands": {
                **(self.mfg_partner_stands or {}),
                self._mfg_speaker(): stand,
            }
        }
        if version is not None:
            vals["mfg_partner_version"] = version
        if at:
            vals["mfg_partner_at"] = at
        return vals

    def _mfg_apply_partner_state(
        self, state, *, version=None, note=None, at=None, by=None, said_at=None
    ):
        """Do what the CMMS says, if it may ask for it and it is news.

        :param state: canonical state
        :param version: the partner's own counter, when it has one
        :param note: its words, for chatter and audit trail
        :param at: when the work was done, naive UTC
        :param by: the person it names, such as the technician
        :param said_at: of when this is, naive UTC
        :return: whether anything was done; a repeat or an older version is ignored,
            which the audit trail says
        :raise InvalidEventError: ``illegal_transition``
        """
        self.ensure_one()
        ignored = self._mfg_why_to_ignore(state, Stand(version, said_at))
        if ignored:
            self._mfg_ignore(state, version, said_at, ignored)
            return False
        if not maintenance_state.may_become(self.mfg_state, state):
            raise InvalidEventError(
                f"{self.display_name} is {self.mfg_state}, from where no partner may"
                f" bring it to {state}.",
                code="illegal_transition",
                pointer="/data/state",
                remedy="Correct the state in one of the two systems by hand.",
            )
        request = self.with_context(mfg_why=note, mfg_person=by)
        request.write(self._prepare_partner_state(state, version, said_at))
        if at and state == "completed":
            request.close_date = at.date()
        if note:
            # A log note: a connector's user may have no address to post from.
            request._message_log(body=note, author_id=self.env.user.partner_id.id)
        return True

    def _mfg_why_to_ignore(self, state, said):
        """Why the partner's word is no news, or an empty string."""
        known = self._mfg_stand()
        if freshness.is_stale(said, known):
            return _(
                "Version %(version)s is not newer than %(known)s.",
                version=said.version if said.version is not None else said.at,
                known=known.version if said.version is not None else known.at,
            )
        if state == self.mfg_state:
            return _("It is so already.")
        return ""

    def _mfg_ignore(self, state, version, said_at, why):
        """Note that the partner said nothing new."""
        self.env["mfg.audit.entry"]._append(
            self, "partner.ignored", old=self.mfg_state, new=state, why=why
        )
        _logger.info("%s: partner state %s ignored: %s", self, state, why)
        said = Stand(version, said_at)
        if state == self.mfg_state and not freshness.is_stale(said, self._mfg_stand()):
            self.write({"mfg_partner_state": state, **self._prepare_stand(said)})

    def _prepare_partner_state(self, state, version, said_at):
        """Values that bring the request to what the partner says."""
        said = Stand(version, said_at)
        vals = {"mfg_partner_state": state, **self._prepare_stand(said)}
        if state in ("completed", "verified") and not self.stage_id.done:
            vals["stage_id"] = self._mfg_stage(done=True).id
            vals["mfg_stage_before_id"] = self.stage_id.id
        elif state in OPEN and self.stage_id.done:
            # What the completion did is undone, so that a partner whose words come in
            # another order, or not all of them, brings the request to the same place.
            back = self.mfg_stage_before_id or self._mfg_stage(done=False)
            vals["stage_id"] = back.id
        elif state == "cancelled":
            vals["archive"] = True
        return vals

    def _mfg_state_change(self, vals):
        """Extended: what a partner says is the state, by whatever fields."""
        said = vals.get("mfg_partner_state")
        if not said:
            return super()._mfg_state_change(vals)
        if said == self.mfg_state:
            return None
        return tuple(
            self._mfg_value_told("mfg_state", each) for each in (self.mfg_state, said)
        )

    @api.model
    def _mfg_stage(self, done):
        """The stage of a repair that is finished, or that goes on again."""
        stages = self.env["maintenance.stage"].search([("done", "=", done)])
        return stages[:1] if done else stages[-1:]
