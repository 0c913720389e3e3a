from datetime import timedelta

from odoo import _, api, fields, models

from ..protocols.machine_events import RESEND

#: A device is silent once so many of its heartbeats are missing.
MISSED_HEARTBEATS = 3


class MfgEdgeDevicePresence(models.Model):
    """Whether a device is there: heard, silent, or off as it or somebody said.

    Of the machines of one that is not there nothing is known: they are unknown from
    its last word on, and never idle. Their next state ends that by itself.
    """

    _inherit = "mfg.edge.device"

    heartbeat_s = fields.Integer(
        "Heartbeat (s)", readonly=True, copy=False, help="As it said at its start."
    )
    software = fields.Char(readonly=True, copy=False)
    absent_since = fields.Datetime(
        "Not Heard since", readonly=True, copy=False, help="While it is silent or off."
    )
    absent_why = fields.Char("Why", readonly=True, copy=False)

    # ---------------------------------------------------------------- silence

    def _silent_after(self):
        """How long the device may be silent.

        :return: timedelta
        """
        self.ensure_one()
        seconds = MISSED_HEARTBEATS * self.heartbeat_s or self.env["mfg.setting"]._get(
            "device.silent_after_s", self.connector_id
        )
        return timedelta(seconds=seconds)

    @api.model
    def _fallen_silent(self, now):
        """The devices that have said nothing for longer than they may.

        Those are left out whose connector has events that nobody has looked at yet: it
        is the hub then that is behind.

        :param now: naive UTC
        """
        online = self.search(
            [
                ("state", "=", "online"),
                ("connector_id.state", "=", "live"),
                ("connector_id", "not in", self._connectors_behind()),
            ]
        )
        return online.filtered(
            lambda device: device.last_seen_at + device._silent_after() < now
        )

    def _fall_silent(self, now):
        """Take down that the device has fallen silent, if it still is.

        :param now: naive UTC
        """
        self.ensure_one()
        allowed = self._silent_after()
        if self.state == "online" and self.last_seen_at + allowed < now:
            self._go(
                "stale",
                self._last_word_at(now),
                _(
                    "No sign of life for %(seconds)s s.",
                    seconds=round(allowed.total_seconds()),
                ),
            )

    @api.model
    def _connectors_behind(self):
        """Ids of the connectors that have events which were not aggregated yet."""
        self.env.cr.execute(
            "SELECT DISTINCT connector_id FROM mfg_edge_batch WHERE state = 'captured'"
        )
        return [connector_id for (connector_id,) in self.env.cr.fetchall()]

    def _last_word_at(self, now):
        """From when on nothing is known: the device's last word, to the next second.

        By the later of both clocks, so that it is behind all that was said.

        :param now: for a device that was never heard
        """
        self.ensure_one()
        last = max(filter(None, (self.last_seen_at, self.reported_at)), default=now)
        return (last + timedelta(seconds=1)).replace(microsecond=0)

    # ------------------------------------------------------------ there or not

    def _go(self, state, at, why):
        """Take down that devices are silent (``stale``) or off (``dead``).

        :param at: from when on nothing is known of their machines, naive UTC
        :param why: a sentence for people
        """
        for device in self._set_state(state, allowed=("approved", "online", "stale")):
            # sudo: nobody writes by hand how a device is.
            device.sudo().write({"absent_since": at, "absent_why": why})
            device._note_absence(
                "trouble",
                _("%(device)s: %(why)s", device=device.name, why=why),
            )
            device.sudo().machine_ids._equipment()._mfg_state_unknown(at, why)

    def _come_online(self):
        """Take down that devices are heard, and ask them for the states of today."""
        for device in self:
            since = device.absent_since
            device._set_state("online", allowed=("approved", "stale", "dead"))
            device.sudo().write({"absent_since": False, "absent_why": False})
            if since:
                device._note_absence(
                    "recovered",
                    _(
                        "%(device)s is heard again, for the first time since"
                        " %(since)s UTC.",
                        device=device.name,
                        since=since,
                    ),
                )
            device._ask(rebirth=True)

    def _note_absence(self, kind, text):
        self.env["mfg.hub.note"]._note(kind, text, self.connector_id)

    # ------------------------------------------------------------------- asking

    def _ask(self, *, rebirth=False, missing=()):
        """Ask the device to tell the states of its machines, or to send events again.

        Goes to who subscribed to it behind the device's own connector.

        :param missing: ``[{"boot": int, "first": int, "last": int}]``
        :return: the messages; none when nobody can be asked
        """
        self.ensure_one()
        data = {"source": self.source, "rebirth": rebirth, "missing": list(missing)}
        return self.env["mfg.outbox.message"]._emit(
            RESEND, self, data, subject=self.source
        )
