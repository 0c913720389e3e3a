from odoo import _, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..protocols.ownership import ALL, ODOO, STATE

MODELS = [
    ("mrp.production", "Manufacturing order"),
    ("mrp.workorder", "Work order"),
    ("mrp.workcenter", "Work center"),
    ("maintenance.request", "Maintenance request"),
    ("maintenance.equipment", "Equipment"),
    ("stock.lot", "Lot"),
    ("stock.picking", "Transfer"),
]
TARGETS = [(STATE, "The state"), ("field", "One field"), (ALL, "All fields")]
#: Models that have a state of which the plant's systems speak.
WITH_STATE_HELP = "The state is what the plant's systems follow, whoever writes it."


class MfgOwnership(models.Model):
    """Which system a field, the state or all of an object belongs to, and where.

    The system of record. Enforced by ``mfg.owned.mixin``, for events of partners and,
    where a row says so, for what people edit.
    """

    _name = "mfg.ownership"
    _description = "Ownership"
    _inherit = ["mfg.cached.mixin"]
    _order = "model, target, field_name, company_id, plant_id"
    _check_company_auto = True

    model = fields.Selection(MODELS, "Object", required=True, index=True)
    target = fields.Selection(
        TARGETS, "What", required=True, default=STATE, help=WITH_STATE_HELP
    )
    field_id = fields.Many2one("mfg.ownable.field", domain="[('model', '=', model)]")
    field_name = fields.Char(compute="_compute_field_name", store=True)
    owner = fields.Selection(
        [(ODOO, "Odoo"), ("connector", "A partner's system")],
        "Belongs to",
        required=True,
        default=ODOO,
    )
    connector_id = fields.Many2one(
        "mfg.connector",
        "Partner's System",
        ondelete="cascade",
        check_company=True,
        index="btree_not_null",
    )
    owner_name = fields.Char("Owner", compute="_compute_owner_name")
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Holds there only; none = in all companies.",
    )
    plant_id = fields.Many2one(
        "mfg.plant",
        ondelete="cascade",
        check_company=True,
        help="Holds there only; what is said for a plant goes before all else.",
    )
    when_others_write = fields.Selection(
        [("refuse", "Refuse it"), ("queue", "Ask an Approver")],
        "Event of Another",
        required=True,
        default="refuse",
        help="What happens to an event by which another system would change it.",
    )
    binds_users = fields.Boolean(
        "Users, too",
        help="People in Odoo may not change it either, as long as a partner owns it.",
    )
    active = fields.Boolean(default=True)
    note = fields.Char()

    _sql_constraints = [
        (
            "owner_named",
            "CHECK ((owner = 'connector') = (connector_id IS NOT NULL))",
            "Name the partner's system that it belongs to.",
        ),
        (
            "field_named",
            "CHECK ((target = 'field') = (field_id IS NOT NULL))",
            "Name the field.",
        ),
    ]

    def init(self):
        """One owner per thing and place."""
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_ownership_place_unique
                ON mfg_ownership (model, target, COALESCE(field_id, 0),
                                  COALESCE(company_id, 0), COALESCE(plant_id, 0))
             WHERE active
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("field_id")
    def _compute_field_name(self):
        for row in self:
            row.field_name = row.field_id.name

    @api.depends("plant_id", "connector_id")
    def _compute_company_id(self):
        for row in self:
            narrower = row.plant_id.company_id or row.connector_id.company_id
            row.company_id = narrower or row.company_id

    @api.depends("owner", "connector_id")
    def _compute_owner_name(self):
        for row in self:
            row.owner_name = row.connector_id.name or _("Odoo")

    @api.depends("model", "target", "field_id", "plant_id", "company_id")
    def _compute_display_name(self):
        for row in self:
            models_ = dict(row._fields["model"]._description_selection(self.env))
            place = row.plant_id.display_name or row.company_id.name
            parts = [models_.get(row.model), row._target_told(), place]
            row.display_name = ", ".join(part for part in parts if part)

    def _target_told(self):
        targets = dict(self._fields["target"]._description_selection(self.env))
        return self.field_id.label or targets.get(self.target)

    # --------------------------------------------------------------- constraints

    @api.onchange("owner", "target", "model")
    def _onchange_owner(self):
        """What does not apply any more is emptied."""
        if self.owner == ODOO:
            self.connector_id = self.binds_users = False
        if self.target != "field" or self.field_id.model != self.model:
            self.field_id = False

    def _check_free(self, vals, but=None):
        """Say first, and plainly, what the unique index would say in its way.

        :param vals: of a row that is to be
        :param but: the row that is to have them
        """
        if but is None:
            vals = {**self.default_get(["active", "target"]), **vals}
        row = self.new(vals, origin=but)
        if not row.active:
            return
        same = [("id", "!=", but.id if but else 0)]
        same += [(name, "=", row[name]) for name in ("model", "target")]
        places = ("field_id", "company_id", "plant_id")
        same += [(name, "=", row[name]._origin.id) for name in places]
        # sudo: who may not see the other row is still not to contradict it.
        if self.sudo().search_count(same, limit=1):
            raise ValidationError(
                _(
                    "%(what)s: its owner is set already. Change that row instead.",
                    what=row.display_name,
                )
            )

    @api.constrains("model", "field_id")
    def _check_field(self):
        for row in self.filtered("field_id"):
            if row.field_id.model != row.model:
                raise ValidationError(
                    _("%(field)s is no field of it.", field=row.field_id.label)
                )

    @api.constrains("model", "target")
    def _check_state(self):
        for row in self.filtered(lambda row: row.target == STATE):
            if not self.env[row.model]._mfg_state_fields:
                raise ValidationError(
                    _(
                        "%(what)s: it has no state that partners speak of. Name a"
                        " field, or all fields.",
                        what=row.display_name,
                    )
                )

    @api.constrains("plant_id", "connector_id")
    def _check_serves(self):
        """Refuse an owner that never hears of the plant."""
        for row in self:
            home = row.connector_id.plant_id
            if home and home != row.plant_id:
                raise ValidationError(
                    _(
                        "%(connector)s is a system of %(plant)s: let it own what is of"
                        " that plant.",
                        connector=row.connector_id.name,
                        plant=home.name,
                    )
                )

    @api.constrains("owner", "binds_users")
    def _check_users(self):
        for row in self:
            if row.owner == ODOO and row.binds_users:
                raise ValidationError(
                    _("What belongs to Odoo is for its users to change.")
                )

    # ----------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Rows, told to the audit trail."""
        for vals in vals_list:
            self._check_free(vals)
        rows = super().create(vals_list)
        rows._check_plants()
        rows._audit("ownership.added")
        return rows

    def write(self, vals):
        self._check_plants()
        for row in self:
            self._check_free(vals, but=row)
        before = {row: row._told() for row in self}
        result = super().write(vals)
        self._check_plants()
        self._audit("ownership.changed", before)
        return result

    def unlink(self):
        self._check_plants()
        before = {row: row._told() for row in self}
        audit = self.env["mfg.audit.entry"]
        audit._append_all(
            audit._prepare_entry(row, "ownership.removed", old=before[row])
            for row in self
        )
        return super().unlink()

    def _check_plants(self):
        """Refuse who administers other plants only.

        :raise AccessError: one of the rows is not of the user's plants
        """
        mine = self.env.user.mfg_plant_ids
        if (
            mine
            and not self.env.su
            and self.sudo().filtered(lambda row: row.plant_id not in mine)
        ):
            raise AccessError(
                _(
                    "You may set the owner in %(plants)s only: name the plant, or ask"
                    " an administrator of all plants.",
                    plants=", ".join(mine.mapped("name")),
                )
            )

    def _audit(self, action, before=None):
        """Tell the audit trail what holds now."""
        before = before or {}
        audit = self.env["mfg.audit.entry"]
        audit._append_all(
            audit._prepare_entry(
                row, action, old=before.get(row), new=row._told(), why=row.note
            )
            for row in self
            if before.get(row) != row._told()
        )

    def _told(self):
        """The whole row in one line."""
        self.ensure_one()
        parts = [self.display_name, self.owner_name]
        for name in ("when_others_write",):
            labels = dict(self._fields[name]._description_selection(self.env))
            parts.append(labels[self[name]])
        if self.binds_users:
            parts.append(_("users, too"))
        if not self.active:
            parts.append(_("archived"))
        return ", ".join(parts)
