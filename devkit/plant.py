"""The demo plant, created from outside over JSON-RPC as its administrator would.

One assembly line with a robot, a gearbox made of three components, a manufacturing
order of 120 in one lot, a planner, and the three connectors with a user each.
Making it again finds what is there.
"""

from dataclasses import dataclass

from .json_rpc import Session
from .stage import Stage

PRODUCT = "Gearbox GB-200"
COMPONENTS = (
    ("Gearbox housing GB-200", 1),
    ("Gear set 3:1", 1),
    ("Bearing 6204", 2),
)
#: Of each component: enough for all that the longest run of tests orders.
STOCK = 500_000
ORDER_QUANTITY = 120
WORK_CENTER = "Assembly Line 1"
EQUIPMENT = "Assembly Robot R1"
MACHINE_ID = "ASSY-R1"
CMMS_ASSET_ID = "A-4711"
PLANNER = ("planner", "planner")
RETRY_BASE_S = 1
GATHERED_S = "counts.gathered_s"
#: The demo's partners live on this machine, where no connector may call unasked.
PEER_NETWORK = "127.0.0.0/8"
EQUIPMENT_MODEL = "maintenance.equipment"
PLANNER_GROUPS = (
    "base.group_user",
    "mrp.group_mrp_user",
    "stock.group_production_lot",
    "mfg_integration_core.group_viewer",
)
INTEGRATION_GROUPS = (
    "mfg_integration_core.group_connection",
    "mrp.group_mrp_user",
    "stock.group_stock_user",
    "stock.group_production_lot",
    "maintenance.group_equipment_manager",
)
ANALYTIC_GROUP = "analytic.group_analytic_accounting"
ADMIN_GROUPS = ("mrp.group_mrp_routings", "stock.group_production_lot")


@dataclass(frozen=True)
class Order:
    """A confirmed manufacturing order and the lot that it makes."""

    id: int
    name: str
    lot_id: int
    lot: str


@dataclass(frozen=True)
class Plant:
    """Ids of what the story looks at."""

    equipment_id: int
    workcenter_id: int
    product_id: int
    bom_id: int
    order: Order


def build(stage: Stage) -> Plant:
    """Make the plant in the stage's database, connectors live."""
    admin = stage.session()
    company_id = admin.read("res.users", admin.uid, "company_id")["company_id"][0]
    _grant(admin, admin.uid, ADMIN_GROUPS)
    user(admin, *PLANNER, "Paula Planner", PLANNER_GROUPS)
    product_id, bom_id, workcenter_id = _product(admin, company_id)
    equipment_id = admin.ensure(
        EQUIPMENT_MODEL,
        {"name": EQUIPMENT},
        serial_no="R1-2019-0042",
        mfg_workcenter_id=workcenter_id,
    )
    _connectors(admin, stage, equipment_id)
    gather_counts(admin, seconds=0)
    order = release_order(admin, product_id, bom_id, lot="GB-200-0001")
    return Plant(equipment_id, workcenter_id, product_id, bom_id, order)


def gather_counts(admin: Session, seconds: int, plant_id: int | None = None) -> None:
    """How long counts are gathered in a plant, or everywhere; 0 shows each at once."""
    place = [("level", "=", "plant" if plant_id else "global")]
    if plant_id:
        place.append(("plant_id", "=", plant_id))
    (row_id,) = admin.search("mfg.setting", [("key", "=", GATHERED_S), *place])
    override = "mfg.setting.override"
    wizard_id = admin.create(override, setting_id=row_id, integer_value=seconds)
    admin.call(override, "action_apply", [wizard_id])


def release_order(admin: Session, product_id: int, bom_id: int, lot: str) -> Order:
    """Confirm a manufacturing order of one lot; the lot's name makes it unique."""
    product = admin.read("product.product", product_id, "uom_id")
    company_id = admin.read("res.users", admin.uid, "company_id")["company_id"][0]
    lot_id = admin.ensure(
        "stock.lot", {"name": lot, "product_id": product_id}, company_id=company_id
    )
    found = admin.search("mrp.production", [("origin", "=", lot)])
    if found:
        order_id = found[0]
    else:
        order_id = admin.create(
            "mrp.production",
            product_id=product_id,
            bom_id=bom_id,
            product_qty=ORDER_QUANTITY,
            product_uom_id=product["uom_id"][0],
            origin=lot,
            **_producing_lot(admin, lot_id),
        )
        admin.call("mrp.production", "action_confirm", [order_id])
        admin.call("mrp.production", "action_assign", [order_id])
    name = admin.read("mrp.production", order_id, "name")["name"]
    return Order(order_id, name, lot_id, lot)


def _producing_lot(admin: Session, lot_id: int) -> dict:
    """The lot that an order makes, in this series' words."""
    if admin.has_field("mrp.production", "lot_producing_ids"):
        return {"lot_producing_ids": [(6, 0, [lot_id])]}
    return {"lot_producing_id": lot_id}


def _storable(admin: Session) -> dict:
    """What makes a product a stocked one, in this series' words."""
    if admin.has_field("product.product", "is_storable"):
        return {"type": "consu", "is_storable": True}
    return {"detailed_type": "product"}


def _product(admin: Session, company_id: int) -> tuple[int, int, int]:
    """The gearbox, its bill of materials and the work center, components in stock."""
    storable = _storable(admin)
    product_id = admin.ensure(
        "product.product", {"name": PRODUCT}, tracking="lot", **storable
    )
    workcenter_id = admin.ensure("mrp.workcenter", {"name": WORK_CENTER}, code="ASSY1")
    template_id = admin.read("product.product", product_id, "product_tmpl_id")
    template_id = template_id["product_tmpl_id"][0]
    components = [
        (admin.ensure("product.product", {"name": name}, **storable), quantity)
        for name, quantity in COMPONENTS
    ]
    bom_id = admin.ensure(
        "mrp.bom",
        {"product_tmpl_id": template_id},
        bom_line_ids=[
            (0, 0, {"product_id": component_id, "product_qty": quantity})
            for component_id, quantity in components
        ],
        operation_ids=[
            (0, 0, {"name": "Assembly", "workcenter_id": workcenter_id}),
        ],
    )
    for component_id, _ in components:
        _stock(admin, company_id, component_id)
    return product_id, bom_id, workcenter_id


def _stock(admin: Session, company_id: int, product_id: int) -> None:
    """Count components into the warehouse, once."""
    (warehouse,) = admin.call(
        "stock.warehouse",
        "search_read",
        [("company_id", "=", company_id)],
        ["lot_stock_id"],
        limit=1,
    )
    key = {"product_id": product_id, "location_id": warehouse["lot_stock_id"][0]}
    if not admin.search("stock.quant", [(k, "=", v) for k, v in key.items()]):
        quant_id = admin.create("stock.quant", **key, inventory_quantity=STOCK)
        admin.call("stock.quant", "action_apply_inventory", [quant_id])


def _connectors(admin: Session, stage: Stage, equipment_id: int) -> None:
    """The machine's door, the CMMS and the QMS, with bindings, secrets and users."""
    shared = stage.secrets
    edge_id = _connector(
        admin, "assembly-edge", "Assembly line machines", inbound_secret=shared.machine
    )
    cmms_id = _connector(
        admin,
        "cmms",
        "Demo CMMS",
        template="demo_cmms",
        base_url=stage.cmms.url,
        allowed_networks=PEER_NETWORK,
        outbound_secret=shared.cmms_token,
        inbound_secret=shared.cmms_webhook,
    )
    qms_id = _connector(
        admin,
        "qms",
        "Demo QMS",
        template="demo_qms",
        base_url=stage.qms.url,
        allowed_networks=PEER_NETWORK,
        outbound_secret=shared.qms_key,
        inbound_secret=shared.qms_webhook,
    )
    _bind(admin, edge_id, equipment_id, MACHINE_ID)
    _bind(admin, cmms_id, equipment_id, CMMS_ASSET_ID)
    for connector_id in (cmms_id, qms_id):
        admin.call("mfg.connector", "action_add_default_subscriptions", [connector_id])
    for connector_id in (edge_id, cmms_id, qms_id):
        admin.call("mfg.connector", "action_go_live", [connector_id])


def _connector(admin: Session, code: str, name: str, **values) -> int:
    """A connector with a user of its own; its secrets are those of this stage."""
    connector_id = admin.ensure(
        "mfg.connector",
        {"code": code},
        name=name,
        user_id=connection_user(admin, code, name),
        retry_base_s=RETRY_BASE_S,
    )
    admin.write("mfg.connector", connector_id, **values)
    return connector_id


def _bind(admin: Session, connector_id: int, equipment_id: int, external: str) -> None:
    """Tell a connector under which id the partner knows the robot."""
    key = {"connector_id": connector_id, "res_model": EQUIPMENT_MODEL}
    admin.ensure("mfg.binding", {**key, "external_id": external}, res_id=equipment_id)


def connection_user(admin: Session, code: str, name: str) -> int:
    """The user that the connector of that code acts as."""
    return user(admin, f"{code}-bot", None, f"{name} (system)", INTEGRATION_GROUPS)


def user(
    admin: Session, login: str, password: str | None, name: str, groups: tuple
) -> int:
    """A user with those groups; without a password nobody can log in as it."""
    quiet = {"no_reset_password": True}
    found = admin.search("res.users", [("login", "=", login)], limit=1)
    if found:
        return found[0]
    values = {"login": login, "name": name, "email": f"{login}@plant.example"}
    if password:
        values["password"] = password
    (user_id,) = admin.call("res.users", "create", [values], context=quiet)
    _grant(admin, user_id, (*groups, *_reads_costs(admin)))
    return user_id


def _reads_costs(admin: Session) -> tuple[str, ...]:
    """The group without which Odoo 19 lets nobody book time where costs are kept.

    It reads the analytic lines of the work order as the user who finishes it.
    """
    module, name = ANALYTIC_GROUP.split(".")
    known = [("module", "=", module), ("name", "=", name)]
    return (ANALYTIC_GROUP,) if admin.search("ir.model.data", known) else ()


def _grant(admin: Session, user_id: int, groups: tuple) -> None:
    """Add groups to a user, in this series' words."""
    name = "group_ids" if admin.has_field("res.users", "group_ids") else "groups_id"
    admin.write(
        "res.users", user_id, **{name: [(4, admin.ref(group)) for group in groups]}
    )
