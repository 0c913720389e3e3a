"""What a cron does when its time comes, without waiting for it."""

from devkit.json_rpc import OdooError
from devkit.poll import until


def sweep(live):
    """Have the sweeper look at every connector now, as its cron does each minute."""
    run_cron(live, "mfg_integration_core.ir_cron_sweep")


def run_cron(live, xml_id):
    """Do what the cron does, once from beginning to end."""
    admin = live.session()
    cron_id = admin.ref(xml_id)

    def has_run():
        try:
            admin.call("ir.cron", "method_direct_trigger", [cron_id])
        except OdooError as error:
            # Its time has come just now; this round may have begun before ours.
            if "currently being executed" not in str(error):
                raise
            return False
        return True

    until(has_run, f"{xml_id} has run")
