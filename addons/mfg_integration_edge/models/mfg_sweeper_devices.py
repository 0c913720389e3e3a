import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, _, api, fields, models

from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction

_logger = logging.getLogger(__name__)

#: The same trouble is told again after so long.
TOLD_AGAIN = timedelta(days=1)


class MfgSweeperDevices(models.AbstractModel):
    """Looks in every round at machines and devices that say nothing further.

    Each has a transaction of its own: what fails for one keeps no other waiting.
    """

    _inherit = "mfg.sweeper"

    @api.model
    def _cron_sweep(self):
        super()._cron_sweep()
        self._watch_machines(fields.Datetime.now())

    @api.model
    def _watch_machines(self, now):
        """See who stands still, who has fallen silent, and ask for what is missing.

        :param now: naive UTC
        """
        machines = self.env["maintenance.equipment"]
        devices = self.env["mfg.edge.device"]
        for id_, at in self._find(lambda env: env["mfg.edge.stop"]._standing(now)):

            def follow(machine, at=at):
                machine.env["mfg.edge.stop"]._follow(machine, at, now)

            self._try_alone(machines.browse(id_), follow)
        for id_ in self._find(lambda env: env[devices._name]._fallen_silent(now).ids):
            self._try_alone(
                devices.browse(id_), lambda device: device._fall_silent(now)
            )
        for id_ in self._find(lambda env: env["mfg.edge.gap"]._due(now).device_id.ids):
            self._try_alone(
                devices.browse(id_), lambda device: device._ask_for_missing(now)
            )

    @api.model
    def _find(self, search):
        """What ``search(env)`` finds in all that is committed by now."""
        return run_in_transaction(self.env.registry, search, uid=SUPERUSER_ID)

    @api.model
    def _try_alone(self, record, work):
        """Do ``work(record)`` in a transaction of its own; a failure is told and left.

        The next round tries again.
        """

        def one(env):
            found = env[record._name].browse(record.id).exists()
            if found:
                work(found)

        try:
            run_in_transaction(self.env.registry, one, uid=SUPERUSER_ID)
        except Exception as error:  # noqa: BLE001  the others have their turn
            _logger.warning("%s was not looked at", record, exc_info=True)
            self._tell_trouble(
                _("%(name)s: %(error)s", name=record.display_name, error=error)
            )

    @api.model
    def _tell_trouble(self, text):
        """Note a trouble that every round has anew, once in a while."""
        lately = fields.Datetime.now() - TOLD_AGAIN
        told = [
            ("kind", "=", "trouble"),
            ("text", "=", text),
            ("create_date", ">", lately),
        ]
        if not self.env["mfg.hub.note"].search_count(told, limit=1):
            self._say("trouble", text)
