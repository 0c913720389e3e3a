from odoo import fields, models

from .mfg_hold import REASONS

TARGETS = [
    ("document", "What it is about"),
    ("order", "Its manufacturing order"),
    ("workcenter", "Its work center"),
    ("equipment", "Its equipment"),
    ("lots", "Its lots"),
    ("made", "What the step before made"),
]


class MfgRuleActionMixin(models.AbstractModel):
    """What an action of a rule is told; a step keeps the same as it was then.

    An addon that adds an action extends ``kind`` and what it has to be told here, and
    gives ``mfg.rule.step`` a method ``_do_<kind>`` and ``_undo_<kind>``.
    """

    _name = "mfg.rule.action.mixin"
    _description = "What an Action Is Told"

    kind = fields.Selection(
        [
            ("hold", "Place a hold"),
            ("release", "Lift holds"),
            ("maintenance", "Ask for maintenance"),
            ("notify", "Tell people"),
            ("emit", "Tell subscribers"),
            ("wait", "Wait"),
            ("compensate", "Undo the steps before"),
        ],
        "Action",
        required=True,
        default="notify",
    )
    target = fields.Selection(
        TARGETS,
        "Of",
        required=True,
        default="document",
        help="What the action is done to, as seen from what the rule was set off by.",
    )
    text = fields.Char(
        "In Words",
        help="Reason, title or message. {document} and {rule} are filled in, and any"
        " path of the trigger's data, such as {fault.code}.",
    )
    reason_code = fields.Selection(
        REASONS,
        default="manual",
        help="Of the hold that is placed, or of the holds that are lifted.",
    )
    release_blocked = fields.Boolean(
        "Also Those That Wait for a Document",
        help="Else only the holds that a person would have to lift.",
    )
    clearer = fields.Char("Can be cleared by", help="As the refused person reads it.")
    blocker = fields.Selection(
        [
            ("none", "a person lifts it"),
            ("document", "what the rule is about is done"),
            ("made", "what the step before made is done"),
        ],
        "Until",
        required=True,
        default="none",
    )
    user_ids = fields.Many2many(
        "res.users", string="People", help="Whom to tell, besides the followers."
    )
    wait_for = fields.Selection(
        [("time", "a time"), ("event", "an event")], default="time", required=True
    )
    wait_s = fields.Integer(
        "At Most (s)", default=600, help="So long; for an event, so long at most."
    )
    wait_event_type_id = fields.Many2one(
        "mfg.event.type",
        "Event",
        ondelete="restrict",
        domain=[("direction", "=", "in")],
        help="About the same document, or of the same chain of events.",
    )
    on_timeout = fields.Selection(
        [("continue", "go on"), ("fail", "undo the steps before")],
        "If It Does Not Come",
        default="fail",
        required=True,
    )
    attempts = fields.Integer(
        "Tries", default=3, help="Tries before the steps before are undone."
    )
