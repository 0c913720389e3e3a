from typing import NamedTuple

from odoo import _, api, models

TYPES = {"boolean": bool, "integer": int, "char": str}


class Setting(NamedTuple):
    """One setting: what it is and down to which level it may be set."""

    kind: str
    default: object
    label: str
    help: str
    depth: str = "line"
    least: int | None = None
    #: Whether a change of it needs a second person where the plant wants one.
    is_policy: bool = True
    #: ``((value, label), ...)`` where only some texts make sense.
    choices: tuple = ()

    def is_valid(self, value) -> bool:
        """Whether the value is of the right kind, not too small and one of those."""
        if type(value) is not TYPES[self.kind]:
            return False
        if self.choices and value not in dict(self.choices):
            return False
        return self.least is None or value >= self.least


class MfgSettingRegistry(models.Model):
    """What can be set."""

    _inherit = "mfg.setting"

    @api.model
    def _registry(self):
        """``{key: Setting}`` of all that can be set; addons add theirs."""
        return {
            "change.second_person": Setting(
                "boolean",
                False,
                _("Changes need a second person"),
                _(
                    "A change of a rule, a policy or a setting that holds waits until"
                    " another Integration Approver agrees."
                ),
                depth="plant",
            ),
            "connector.clock_limit_s": Setting(
                "integer",
                60,
                _("Clocks may be off by (s)"),
                _(
                    "A partner whose clock is off by more is flagged, and the time at"
                    " which its event came counts."
                ),
                depth="plant",
                least=1,
            ),
            "connector.max_body_bytes": Setting(
                "integer",
                1048576,
                _("Largest body (bytes)"),
                _("Longer requests of a partner are refused."),
                depth="plant",
                least=1,
                is_policy=False,
            ),
            "connector.tolerance_s": Setting(
                "integer",
                300,
                _("Signature tolerance (s)"),
                _("Clock skew that the signature of a partner may have."),
                depth="plant",
                least=1,
            ),
            "hold.restart_work_orders": Setting(
                "boolean",
                True,
                _("Work orders start again by themselves"),
                _(
                    "What a hold paused goes on when its last hold is lifted. No: a"
                    " person at the machine starts it."
                ),
            ),
            "retention.bodies_days": Setting(
                "integer",
                30,
                _("Bodies are kept (days)"),
                _("What was exchanged, word by word; 0 keeps it for ever."),
                depth="plant",
                least=0,
            ),
            "retention.rows_days": Setting(
                "integer",
                365,
                _("Rows are kept (days)"),
                _("That something was exchanged, and how; 0 keeps it for ever."),
                depth="plant",
                least=0,
            ),
        }
