import itertools
from collections import defaultdict
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.exceptions import PermanentDeliveryError
from odoo.addons.mfg_integration_core.protocols.retry_policy import (
    RetryPolicy,
    delay_before,
)

from .. import gap_store
from ..protocols import sequence_gaps

STATES = [
    ("open", "Missing"),
    ("filled", "Filled"),
    ("given_up", "Given Up"),
    ("closed", "Closed"),
]
#: When a gap is asked for again: after a minute, then ever more seldom, for a shift.
SCHEDULE = RetryPolicy(base_s=60, factor=2, cap_s=3600, jitter=0, max_attempts=14)
#: Gaps that one message asks for; the others are asked for in the next round.
MOST_RANGES = 100


class MfgEdgeGap(models.Model):
    """Numbers of a device's events that nobody has seen.

    Found by the aggregator, asked for again by the sweeper; what comes late shrinks or
    splits it, whatever anybody has decided about it meanwhile.
    """

    _name = "mfg.edge.gap"
    _description = "Missing Machine Events"
    _log_access = False
    _order = "id desc"

    device_id = fields.Many2one(
        "mfg.edge.device", required=True, readonly=True, ondelete="cascade", index=True
    )
    connector_id = fields.Many2one(
        "mfg.connector", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    plant_id = fields.Many2one(related="connector_id.plant_id")
    boot = fields.Integer("Start", readonly=True, help="After which of its starts.")
    # Numbers of devices are wider than Odoo's integers.
    first_missing = fields.Float("First", digits=(19, 0), readonly=True)
    last_missing = fields.Float("Last", digits=(19, 0), readonly=True)
    missing_count = fields.Float(
        "Events", digits=(19, 0), compute="_compute_missing_count"
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    found_at = fields.Datetime(required=True, readonly=True)
    changed_at = fields.Datetime(
        "Last Change", readonly=True, help="When it was found, or a part of it came."
    )
    asked_count = fields.Integer("Asked", readonly=True)
    asked_at = fields.Datetime("Last Asked", readonly=True)
    next_ask_at = fields.Datetime("Next Asked", readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)
    note = fields.Text(readonly=True)

    def init(self):
        gap_store.prepare(self.env.cr)

    # ---------------------------------------------------------------- computes

    @api.depends("device_id", "boot", "first_missing", "last_missing")
    def _compute_display_name(self):
        for gap in self:
            gap.display_name = (
                f"{gap.device_id.name}: {gap.boot}-{gap.first_missing:.0f} …"
                f" {gap.boot}-{gap.last_missing:.0f}"
            )

    @api.depends("first_missing", "last_missing", "state")
    def _compute_missing_count(self):
        for gap in self:
            is_filled = gap.state == "filled"
            count = gap.last_missing - gap.first_missing + 1
            gap.missing_count = 0 if is_filled else count

    # ----------------------------------------------------------------- actions

    def action_close(self):
        """Ask for a reason, then wait for these events no more."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Close Gap"),
            "res_model": "mfg.edge.gap.close",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_row_ids": self.ids},
        }

    def action_ask_now(self):
        """Ask for them in the next minute, however often it was asked before."""
        self.env.user._mfg_check_role("operator")
        wanted = self.filtered(lambda gap: gap.state in ("open", "given_up"))
        # sudo: nobody writes gaps by hand.
        wanted.sudo().write(
            {"state": "open", "asked_count": 0, "next_ask_at": fields.Datetime.now()}
        )

    # ----------------------------------------------------------------- finding

    @api.model
    def _follow(self, connector, devices, heard, now):
        """Find what is missing and what has come, in the aggregator's transaction.

        :param devices: ``{source: device}``
        :param heard: islands of :mod:`..device_hearing`, by source, boot and number
        """
        seen = defaultdict(list)
        for island in heard:
            if island.first is not None:
                key = devices[island.source].id, island.boot
                seen[key].append(island.numbers)
        if not seen:
            return
        cr = self.env.cr
        known = gap_store.highest(cr, {device_id for device_id, _boot in seen})
        missing, highest = [], {}
        for (device_id, boot), numbers in sorted(seen.items()):
            last = known.get((device_id, boot))
            if last is None:
                last = sequence_gaps.before_the_first(
                    numbers[0].first,
                    is_known=any(
                        each == device_id and earlier < boot
                        for each, earlier in itertools.chain(known, highest)
                    ),
                )
            elif numbers[0].first <= last:
                gap_store.fill(cr, device_id, boot, numbers, now)
            highest[device_id, boot], found = sequence_gaps.go_on(last, numbers)
            missing += [(device_id, boot, each) for each in found]
        grace = self.env["mfg.setting"]._get("device.gap_grace_s", connector)
        gap_store.insert(
            cr, connector.id, missing, now, ask_at=now + timedelta(seconds=grace)
        )
        gap_store.write_highest(cr, highest)

    # ------------------------------------------------------------------ asking

    @api.model
    def _due(self, now, device=None):
        """What is missing for long enough, of devices that can hear that it is.

        :param now: naive UTC
        :param device: of this one only
        """
        of_device = [("device_id", "=", device.id)] if device else []
        return self.search(
            [
                *of_device,
                ("state", "=", "open"),
                ("next_ask_at", "<=", now),
                ("device_id.state", "=", "online"),
                ("connector_id.state", "=", "live"),
                # Of a hub that is behind, what is missing may have come already.
                (
                    "connector_id",
                    "not in",
                    self.env["mfg.edge.device"]._connectors_behind(),
                ),
            ],
            order="device_id, boot, first_missing, id",
        )

    def _ask_again(self, now):
        """Ask for these gaps of one device, as many as one message names.

        :param now: naive UTC
        """
        asked = self[:MOST_RANGES]
        if not asked:
            return
        missing = gap_store.ranges(self.env.cr, asked.ids)
        messages = asked.device_id._ask(missing=missing)
        for gap in asked:
            gap._asked(now, is_heard=bool(messages))

    def _asked(self, now, *, is_heard):
        """Take down that it was asked for, and when it is again.

        :param is_heard: somebody is told; else it is tried again and not counted
        """
        self.ensure_one()
        count = self.asked_count + is_heard
        try:
            wait = delay_before(max(2, count + 1), SCHEDULE)
        except PermanentDeliveryError:
            self.write({"state": "given_up", "asked_count": count, "asked_at": now})
            self.env["mfg.hub.note"]._note(
                "trouble",
                _(
                    "%(gap)s: asked for %(count)s times, and it never came.",
                    gap=self.display_name,
                    count=count,
                ),
                self.connector_id,
            )
            return
        values = {"asked_count": count, "next_ask_at": now + timedelta(seconds=wait)}
        self.write({**values, "asked_at": now} if is_heard else values)

    # ----------------------------------------------------------------- closing

    def _close(self, note):
        """Wait for these events no more.

        :raise AccessError: the user is no Operator
        :raise UserError: one of them is over already
        """
        self.env.user._mfg_check_role("operator")
        for gap in self:
            if gap.state not in ("open", "given_up"):
                raise UserError(_("%(gap)s is over already.", gap=gap.display_name))
            # sudo: nobody writes gaps by hand.
            gap.sudo().write(
                {"state": "closed", "closed_by_id": self.env.uid, "note": note}
            )
            self.env["mfg.audit.entry"]._append(
                gap.device_id, "device.gap_closed", new=gap.display_name, why=note
            )
