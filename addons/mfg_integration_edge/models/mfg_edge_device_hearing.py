import logging

from psycopg2.extras import execute_values

from odoo import _, api, fields, models
from odoo.tools import groupby

from .. import device_hearing
from .mfg_edge_device import ADMITTED

_logger = logging.getLogger(__name__)

#: Devices that appear by themselves behind one connector: a partner that makes up
#: sources fills a list and no more.
MOST_DEVICES = 1000
#: States that a device leaves as soon as it is heard.
UNHEARD = tuple(state for state in ADMITTED if state != "online")


class MfgEdgeDeviceHearing(models.Model):
    """What was heard of devices; derived by the aggregator, once per run."""

    _inherit = "mfg.edge.device"

    last_seen_at = fields.Datetime(
        "Last Heard", readonly=True, copy=False, help="When its last live event came."
    )
    reported_at = fields.Datetime(
        "Newest Event of",
        readonly=True,
        copy=False,
        help="Moment of its newest live event, by its own clock.",
    )
    boot = fields.Integer(
        "Starts", readonly=True, copy=False, help="How often it started, as it counts."
    )
    # Numbers of devices are wider than Odoo's integers.
    sequence = fields.Float(
        "Last Number",
        digits=(19, 0),
        readonly=True,
        copy=False,
        help="The highest number among its live events since its last start.",
    )
    event_count = fields.Float("Events", digits=(19, 0), readonly=True, copy=False)
    machine_ids = fields.One2many("mfg.edge.machine", "device_id", "Machines")

    @api.model
    def _hear(self, connector, batch_ids):
        """Take down what batches tell of the devices of a connector.

        Part of the aggregator's transaction, so that every event is heard once. What
        was back-filled fills gaps and is counted; it says nothing of today.
        """
        cr = self.env.cr
        self.env.flush_all()
        run = device_hearing.run_of(cr, batch_ids)
        heard = device_hearing.islands(cr, run)
        # Not the time of today: a hub that is behind finds what was missing then.
        now = run["latest"]
        devices = self._of_sources(connector, {each.source for each in heard}, now)
        heard = [each for each in heard if each.source in devices]
        # Before the highest numbers are written: they tell what is news.
        fresh = self._newly_heard(devices, heard)
        self.env["mfg.edge.gap"]._follow(connector, devices, heard, now)
        self._take_down(devices, heard)
        self.env["mfg.edge.machine"]._take_down(
            connector, devices, device_hearing.speakers(cr, run)
        )
        self.env.invalidate_all()
        fresh._come_online()

    @api.model
    def _of_sources(self, connector, sources, now):
        """The devices of sources, which are made where nobody has heard of them yet.

        :return: ``{source: device}``, without those that are one too many
        """
        domain = [("connector_id", "=", connector.id)]
        known = self.search([*domain, ("source", "in", list(sources))])
        missing = sorted(sources - set(known.mapped("source")))
        if missing:
            room = MOST_DEVICES - self.search_count(domain)
            if len(missing) > room:
                self._tell_of_crowd(connector, len(missing), room)
            execute_values(
                # Odoo's cursor delegates to psycopg2's, which execute_values needs.
                self.env.cr._obj,
                """
                INSERT INTO mfg_edge_device
                            (connector_id, source, name, state, create_date, write_date)
                VALUES %s ON CONFLICT (connector_id, source) DO NOTHING
                """,
                [
                    (connector.id, source, source, "approved", now, now)
                    for source in missing[: max(0, room)]
                ],
            )
            known = self.search([*domain, ("source", "in", list(sources))])
        return {device.source: device for device in known}

    @api.model
    def _tell_of_crowd(self, connector, wanted, room):
        """Say that devices are not kept apart any more, once when it begins."""
        text = _(
            "%(connector)s sends under more than %(most)s sources. Those that are new"
            " are not listed as devices, so nobody sees whether they fall silent. Have"
            " the partner give each device one source.",
            connector=connector.name,
            most=MOST_DEVICES,
        )
        _logger.warning("%s (%s more)", text, wanted)
        if room > 0:
            self.env["mfg.hub.note"]._note("trouble", text, connector)

    @api.model
    def _newly_heard(self, devices, heard):
        """Devices that were not online and have said something live since.

        Of one that is off only what is newer than all it had said: an event that was
        on its way when it went does not bring it back.
        """
        fresh = self.browse()
        for island in heard:
            device = devices[island.source]
            if device.state in UNHEARD and device._is_life(island):
                fresh |= device
        return fresh

    def _is_life(self, island):
        """Whether live events show that the device is there."""
        self.ensure_one()
        if not island.seen_at:
            return False
        if self.state != "dead":
            return True
        if island.live_last is None:
            return not self.reported_at or island.reported_at > self.reported_at
        return (island.boot, island.live_last) > (self.boot, self.sequence)

    @api.model
    def _take_down(self, devices, heard):
        """Write what the row of each device says of what was heard, at once."""
        rows = [
            self._told_by(devices[source], list(its))
            for source, its in groupby(heard, lambda each: each.source)
        ]
        if not rows:
            return
        execute_values(
            self.env.cr._obj,
            """
            UPDATE mfg_edge_device device
               SET last_seen_at = GREATEST(device.last_seen_at, heard.seen_at),
                   reported_at = GREATEST(device.reported_at, heard.reported_at),
                   event_count = COALESCE(device.event_count, 0) + heard.count,
                   boot = CASE WHEN heard.is_newer THEN heard.boot
                               ELSE device.boot END,
                   sequence = CASE WHEN heard.is_newer THEN heard.sequence
                                   ELSE device.sequence END
              FROM (SELECT told.*,
                           told.boot IS NOT NULL
                           AND (told.boot, told.sequence) > (
                               COALESCE(known.boot, -1), COALESCE(known.sequence, -1))
                               AS is_newer
                      FROM (VALUES %s) AS told (
                           id, seen_at, reported_at, boot, sequence, count)
                      JOIN mfg_edge_device known ON known.id = told.id) AS heard
             WHERE device.id = heard.id
            """,
            rows,
            template="(%s, %s::timestamp, %s::timestamp, %s::integer, %s::numeric, %s)",
            page_size=len(rows),
        )

    @api.model
    def _told_by(self, device, islands):
        """What the islands of one device say, as the values of the update above."""
        numbers = [
            (one.boot, one.live_last) for one in islands if one.live_last is not None
        ]
        return (
            device.id,
            max((one.seen_at for one in islands if one.seen_at), default=None),
            max((one.reported_at for one in islands if one.reported_at), default=None),
            *max(numbers, default=(None, None)),
            sum(one.count for one in islands),
        )
