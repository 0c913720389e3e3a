from odoo import _, api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("override", "A second person decides"),
    ("outage", "Partner was down"),
]
STATES = [
    ("requested", "Requested"),
    ("granted", "Granted"),
    ("refused", "Refused"),
    ("used", "Used"),
    ("settled", "Settled"),
]
#: States of which somebody still has to make something.
OPEN = ("requested", "granted", "used")
#: States in which a gate may be passed.
USABLE = ("granted", "used")


class MfgOverride(models.Model):
    """Leave to pass a gate although something stands against it, and that it was used.

    One person asks, another one grants; what passed stays on the list until somebody
    settles it with a note. What passed since a partner was down and its policy let it
    is in the same list: to who has to look at it afterwards, both are one thing, what
    moved although it should not have, and they are settled alike.

    Only the methods here write rows: nobody has the right to.
    """

    _name = "mfg.override"
    _description = "Override"
    _inherit = ["mfg.document.mixin", "mfg.second.person.mixin"]
    _order = "id desc"
    _rec_names_search = ["reason"]

    kind = fields.Selection(KINDS, required=True, readonly=True, default="override")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="requested", index=True
    )
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True)
    against = fields.Text(
        readonly=True, help="What stood against it when the override was asked for."
    )
    hold_ids = fields.Many2many("mfg.hold", string="Holds", readonly=True)
    connector_id = fields.Many2one(
        "mfg.connector", "Partner Down", readonly=True, ondelete="set null"
    )
    down_since = fields.Datetime(readonly=True)
    is_drill = fields.Boolean("Drill", readonly=True)
    reason = fields.Text(required=True, readonly=True)
    requested_by_id = fields.Many2one("res.users", required=True, readonly=True)
    requested_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    once = fields.Boolean(
        "For Once", readonly=True, default=True, help="Else as often as needed."
    )
    valid_until = fields.Datetime(required=True, readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decision_note = fields.Text(readonly=True)
    pass_count = fields.Integer("Times Passed", readonly=True)
    passed_at = fields.Datetime("Last Passed", readonly=True)
    passed_by = fields.Char(readonly=True)
    settled_by_id = fields.Many2one("res.users", readonly=True)
    settled_at = fields.Datetime(readonly=True)
    settle_note = fields.Text(readonly=True)
    correlation_id = fields.Char("Correlation ID", readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.plant",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Plant of what passes, else of what stood against it.",
    )

    _sql_constraints = [
        (
            "two_people",
            "CHECK (decided_by_id IS NULL OR decided_by_id <> requested_by_id)",
            "Another person decides about an override than the one who asked for it.",
        ),
    ]

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_override_document_index
                ON mfg_override (res_model, res_id)
             WHERE state IN ('requested', 'granted', 'used')
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("res_model", "res_id", "kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for override in self:
            override.display_name = f"{override.document_name}: {labels[override.kind]}"

    # ----------------------------------------------------------------- actions

    def action_grant(self):
        """Ask for a note, then let the documents pass."""
        return self._ask_verdict("grant", _("Grant Override"))

    def action_refuse(self):
        """Ask for a note, then let the documents wait."""
        return self._ask_verdict("refuse", _("Refuse Override"))

    def action_settle(self):
        """Ask for a note, then take the overrides off the list."""
        return self._ask_verdict("settle", _("Settle Override"))

    # ---------------------------------------------------------------- business

    @api.model
    def _ask(self, document, reason, *, valid_until, once=True):
        """Ask for leave to pass the gate of a document.

        :param valid_until: naive UTC; the leave ends then, used or not
        :param once: one pass only, else any number until then
        :return: the override
        :raise AccessError: the user is no Operator
        :raise UserError: nothing stands against the document
        """
        document.ensure_one()
        self._check_operator(_("ask for an override"))
        # sudo: nobody writes overrides by hand, and what was asked is checked here.
        asked = self.sudo()
        holds = self.env["mfg.hold"].sudo()._active_on(document)
        down = self.env["mfg.connector"]._down_for(document)
        if not holds and not down:
            raise UserError(
                _(
                    "Nothing stands against %(document)s.",
                    document=document.display_name,
                )
            )
        if valid_until <= fields.Datetime.now():
            raise UserError(_("An override has to end in the future."))
        override = asked.create(
            {
                **self._prepare(document, holds[:1].correlation_id, against=holds),
                "against": "\n".join(
                    [
                        *(hold._blocker_text() for hold in holds),
                        *(each._down_text(since) for each, since in down.items()),
                    ]
                ),
                "hold_ids": [(6, 0, holds.ids)],
                "connector_id": next(iter(down)).id if down else False,
                "reason": reason,
                "once": once,
                "valid_until": valid_until,
            }
        )
        override._audit("override.requested", new=override.against, why=reason)
        return override.with_env(self.env)

    @api.model
    def _prepare(self, document, correlation_id=None, against=None):
        """Values that every row has.

        :param against: the holds that stand against the document
        """
        plant = self.env["mfg.plant"]._plant_of(document)
        if not plant and against:
            plant = against.plant_id[:1]
        company = "company_id" in document._fields and document.sudo().company_id
        return {
            "res_model": document._name,
            "res_id": document.id,
            "requested_by_id": self.env.uid,
            "correlation_id": correlation_id,
            "company_id": (company or self.env.company).id,
            "plant_id": plant.id,
        }

    def _decide(self, is_granted, note):
        """Grant or refuse; by another person than the one who asked.

        Of two who decide at once the second starts again and finds it decided.

        :raise AccessError: the user is no Approver
        :raise UserError: the user is the one who asked for it, or it is decided already
        """
        self._mfg_check_second_person()
        for override in self:
            if override.state != "requested":
                raise UserError(_("This override is decided already."))
            # sudo: see _ask.
            override.sudo().write(
                {
                    "state": "granted" if is_granted else "refused",
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "decision_note": note,
                }
            )
            action = "override.granted" if is_granted else "override.refused"
            override._audit(action, old=override.reason, why=note)

    def _settle(self, note):
        """Take what passed, or never will, off the list.

        :raise AccessError: the user is no Operator
        :raise UserError: it is to be decided first, or it is over
        """
        self._check_operator(_("settle an override"))
        for override in self:
            if override.state not in USABLE:
                raise UserError(_("Only what was granted can be settled."))
            # sudo: see _ask.
            override.sudo().write(
                {
                    "state": "settled",
                    "settled_by_id": self.env.uid,
                    "settled_at": fields.Datetime.now(),
                    "settle_note": note,
                }
            )
            override._audit("override.settled", why=note)

    def _mfg_wanted_by(self):
        return self.requested_by_id

    def _check_operator(self, what):
        """:raise AccessError: the user may not do ``what``"""
        self.env.user._mfg_check_role(
            "operator",
            _(
                "Your role in Manufacturing Integration does not let you %(what)s. Ask"
                " your administrator.",
                what=what,
            ),
        )
