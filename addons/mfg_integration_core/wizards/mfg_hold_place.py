from odoo import _, api, fields, models
from odoo.exceptions import UserError


class MfgHoldPlace(models.TransientModel):
    """A person holds something by hand and says why.

    What it is comes from the screen the person looks at. A quantity of stock is held
    by way of the quant that it lies in.
    """

    _name = "mfg.hold.place"
    _description = "Place Hold"

    res_model = fields.Char(
        required=True,
        default=lambda self: self.env.context.get("active_model"),
    )
    res_ids = fields.Json(
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    document_names = fields.Text("To hold", compute="_compute_document_names")
    is_quantity = fields.Boolean(compute="_compute_is_quantity")
    quantity = fields.Float(
        digits="Product Unit of Measure",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        help="How much of it, in the unit of the product.",
    )
    reason = fields.Text(required=True)
    clearer = fields.Char(
        "Who can clear it",
        help="As whoever is refused should read it, such as Quality or the shift lead.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("res_model", "res_ids")
    def _compute_document_names(self):
        for wizard in self:
            names = wizard._documents().mapped("display_name")
            wizard.document_names = "\n".join(names)

    @api.depends("res_model", "res_ids")
    def _compute_is_quantity(self):
        for wizard in self:
            is_quant = wizard.res_model == "stock.quant"
            wizard.is_quantity = is_quant and len(wizard.res_ids or []) == 1

    @api.depends("is_quantity")
    def _compute_quantity(self):
        for wizard in self:
            found = wizard._documents() if wizard.is_quantity else None
            wizard.quantity = found.quantity if found else 0.0

    # ----------------------------------------------------------------- actions

    def action_place(self):
        """Hold all of it, or nothing where one of them can't be held."""
        self.ensure_one()
        self.env.user._mfg_check_role(
            "operator",
            _("Only an Integration Operator may place a hold. Ask your administrator."),
        )
        documents = self._documents()
        if not documents or set(self.res_ids) - set(documents.ids):
            raise UserError(
                _(
                    "Nothing was held: some of it is gone, or you may not see it. Open"
                    " the list anew, or ask your administrator for the right to see it."
                )
            )
        for document in documents:
            self._place(document)
        return {"type": "ir.actions.act_window_close"}

    # ---------------------------------------------------------------- business

    def _place(self, document):
        """Hold one of the documents."""
        cause = {
            "reason_code": "manual",
            "reason": self.reason,
            "clearer": self.clearer or self._default_clearer(),
        }
        if document._name != "stock.quant":
            return self.env["mfg.hold"]._place(document, **cause)
        quantity = self.quantity if self.is_quantity else document.quantity
        return self.env["mfg.quarantine"]._set_aside(document, quantity, **cause)

    @api.model
    def _default_clearer(self):
        return _("an Integration Operator")

    def _documents(self):
        """What is to be held, as far as the person may see it.

        :raise UserError: things of this kind can't be held
        """
        self.ensure_one()
        model = self.env.get(self.res_model)
        if model is None or not self._is_holdable(model):
            raise UserError(_("Such a thing cannot be put on hold."))
        # A search, since the ids come from outside: it finds what the person may see.
        return model.with_context(active_test=False).search(
            [("id", "in", self.res_ids or [])]
        )

    @api.model
    def _is_holdable(self, model):
        if model._name == "stock.quant":
            return True
        return "mfg_hold_ids" in model._fields and model._name != "mfg.quarantine"
