"""The scene of the tests of devices: a gateway that speaks for a robot."""

from datetime import timedelta

from odoo import fields

from ..protocols.machine_events import BIRTH, DEATH, HEARTBEAT, RESEND
from .common import ROBOT, EdgeCase, envelope, state

GATEWAY = "/plant/line-1/gateway"


def of_gateway(event, sequence=None, *, source=GATEWAY, historical=False):
    """An event as the gateway sends it."""
    event = {**event, "source": source}
    if sequence:
        event["sequence"] = sequence
    if historical:
        event["historical"] = True
    return event


class DeviceCase(EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sent = 0
        cls.now = fields.Datetime.now()

    # ------------------------------------------------------------------- given

    def given_subscription(self):
        """Somebody who is asked for what is missing."""
        return self.env["mfg.subscription"].create(
            {
                "connector_id": self.connector.id,
                "event_type_id": self.env.ref(
                    "mfg_integration_edge.mfg_event_type_device_resend_requested"
                ).id,
            }
        )

    def hear(self, *events, at=0, **more):
        """What the gateway sends ``at`` seconds from now, heard by the aggregator."""
        sent_at = self.now + timedelta(seconds=at)
        heard = [{**event, "time": f"{sent_at.isoformat()}Z"} for event in events]
        self.given_batch(*heard, received_at=sent_at)
        self.aggregate()
        return self.device()

    def beat(self, sequence=None, *, at=0, source=GATEWAY, historical=False):
        """A heartbeat of the gateway."""
        beat = self.event(HEARTBEAT)
        return self.hear(
            of_gateway(beat, sequence, source=source, historical=historical), at=at
        )

    def event(self, event_type, **data):
        """An event of a device's own life."""
        type(self).sent += 1
        event = envelope(f"d{self.sent}", event_type, **data)
        event["data"] = data
        return event

    def born(self, boot=1, *, at=0, **data):
        """The gateway begins to send."""
        birth = self.event(BIRTH, boot=boot, equipment=[ROBOT], **data)
        device = self.hear(of_gateway(birth, f"{boot}-1"), at=at)
        self.handle_last()
        return device

    def died(self, sequence=None, *, at=0, **data):
        """The gateway goes off."""
        self.hear(of_gateway(self.event(DEATH, **data), sequence), at=at)
        return self.handle_last()

    def runs(self, sequence=None, *, at=0, name="Execute"):
        """The gateway tells that the robot runs."""
        type(self).sent += 1
        self.hear(of_gateway(state(f"s{self.sent}", name), sequence), at=at)
        return self.handle_last()

    # -------------------------------------------------------------------- when

    def handle_last(self):
        """Handle the event that the inbox heard of last."""
        event = self.inbox()[-1]
        event.state = "processing"
        event.with_user(self.connector.user_id)._handle_as_user()
        self.env.flush_all()
        self.env.invalidate_all()
        return event

    def watch(self, at):
        """The sweeper's look for silence, ``at`` seconds from now."""
        now = self.now + timedelta(seconds=at)
        for device in self.env["mfg.edge.device"]._fallen_silent(now):
            device._fall_silent(now)
        self.env.flush_all()

    def ask(self, at):
        """The sweeper's look for what is missing; what was asked for then."""
        before = self.asked()
        now = self.now + timedelta(seconds=at)
        for device in self.env["mfg.edge.gap"]._due(now).device_id:
            device._ask_for_missing(now)
        self.env.flush_all()
        return self.asked()[len(before) :]

    # -------------------------------------------------------------------- then

    def device(self, source=GATEWAY):
        return self.env["mfg.edge.device"].search(
            [("connector_id", "=", self.connector.id), ("source", "=", source)]
        )

    def gaps(self, *states):
        """``[(boot, first, last)]`` of the gaps in these states; missing ones."""
        self.env.invalidate_all()
        gaps = self.env["mfg.edge.gap"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("state", "in", states or ("open",)),
            ],
            order="boot, first_missing",
        )
        return [(g.boot, int(g.first_missing), int(g.last_missing)) for g in gaps]

    def asked(self):
        """Data of the messages by which the gateway was asked for something."""
        messages = self.env["mfg.outbox.message"].search(
            [("connector_id", "=", self.connector.id), ("event_type", "=", RESEND)],
            order="id",
        )
        return [message.snapshot["data"] for message in messages]
