"""The few places where Odoo 17.0 and 19.0 name the same thing differently.

Each function decides by what it finds, such as a field in the registry, never by a
version number.
"""


def configuration_file(config) -> str:
    """Path of the file that Odoo was started with; it need not exist."""
    return config.options["config"] or config.rcfile


def produces_several_lots(production) -> bool:
    """Whether Odoo keeps all the serial numbers of an order with it."""
    return "lot_producing_ids" in production._fields


def producing_lots(production):
    """Lots or serials that the order produces."""
    if produces_several_lots(production):
        return production.lot_producing_ids
    return production.lot_producing_id


def set_producing_lots(production, lots):
    """Let the order produce ``lots``; one lot at most where Odoo knows only one."""
    if produces_several_lots(production):
        production.lot_producing_ids = lots
    else:
        production.lot_producing_id = lots[:1]


def orders_making(lots):
    """Manufacturing orders that produce one of ``lots`` and are still open."""
    orders = lots.env["mrp.production"]
    several = "lot_producing_ids" in orders._fields
    made = "lot_producing_ids" if several else "lot_producing_id"
    return orders.search(
        [(made, "in", lots.ids), ("state", "not in", ("done", "cancel"))]
    )


def storable_vals(env) -> dict:
    """Values that make a new product a stored one."""
    if "is_storable" in env["product.template"]._fields:
        return {"type": "consu", "is_storable": True}
    return {"detailed_type": "product"}


def move_vals(env, label: str, **values) -> dict:
    """Values of a stock move, with its label where Odoo asks for one."""
    if "name" in env["stock.move"]._fields:
        values["name"] = label
    return values


def same_uom_family(one, other) -> bool:
    """Whether a quantity in one unit of measure can be told in the other."""
    if "category_id" in one._fields:
        return one.category_id == other.category_id
    return one._has_common_reference(other)


def attendance_dates(line) -> tuple:
    """First and last day of a line of a working schedule; None where it has none."""
    if "date_from" not in line._fields:
        return None, None
    return line.date_from or None, line.date_to or None


def is_of_everybody(line) -> bool:
    """Whether a line of a working schedule is not of one resource alone."""
    return "resource_id" not in line._fields or not line.resource_id


def may_read(record) -> bool:
    """Whether the user of the record's environment may read it."""
    if hasattr(record, "has_access"):
        return record.has_access("read")
    allowed = record.check_access_rights("read", raise_exception=False)
    return allowed and bool(record._filter_access_rules("read"))


def narrowed(domain, terms: list):
    """What meets ``domain`` and the terms; a list on 17.0, an object on 19.0."""
    if isinstance(domain, list):
        return [*terms, *domain]
    return domain.AND([domain, terms])


def keep_unit_cost(move):
    """Have what is taken back from a done move come back at the cost it left with.

    Odoo 17.0 asks the move's own price, which moves of components have not got.
    """
    if "stock_valuation_layer_ids" not in move._fields:
        return
    layers = move.sudo().stock_valuation_layer_ids
    quantity = sum(layers.mapped("quantity"))
    if quantity < 0:
        move.price_unit = abs(sum(layers.mapped("value")) / quantity)


def instructions_address(operation) -> str:
    """Where the instructions of an operation are, if Odoo itself has a place for them.

    :return: an address on the internet; empty for none
    """
    if "worksheet_google_slide" not in operation._fields:
        return ""
    if operation.worksheet_type != "google_slide":
        return ""
    return operation.worksheet_google_slide or ""


def move_value(move) -> float:
    """What a done move is worth in the valuation of stock; 0 where there is none."""
    if "stock_valuation_layer_ids" in move._fields:
        return sum(move.sudo().stock_valuation_layer_ids.mapped("value"))
    return move.sudo().value if "value" in move._fields else 0.0


def units_per_cycle(workcenter, product) -> float:
    """How many units of the product one cycle of the work center makes."""
    if "default_capacity" in workcenter._fields:
        return workcenter._get_capacity(product)
    return workcenter._get_capacity(product, product.uom_id)[0]
