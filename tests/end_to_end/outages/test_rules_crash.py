"""``kill -9`` in the middle of rules' runs: each step is done once, none is lost."""

import uuid

from devkit.poll import until

from ..sweeping import sweep

ORDERS = 12
#: A round of the sweeper by its clock, should a job be lost besides.
RECOVERY_S = 100
ACTIONS = (
    {"kind": "hold", "reason_code": "manual", "text": "Rule holds {document}"},
    {"kind": "notify", "text": "First word"},
    {"kind": "wait", "wait_s": 1},
    {"kind": "notify", "text": "Last word"},
)


def given_rule(admin, origin):
    """A rule that confirming an order of this origin sets off; its id."""
    return admin.create(
        "mfg.rule",
        name=origin,
        key=origin,
        trigger="state",
        trigger_model="mrp.production",
        condition_ids=[
            (0, 0, {"path": "to", "operator": "=", "value": "released"}),
            (
                0,
                0,
                {
                    "source": "document",
                    "path": "origin",
                    "operator": "=",
                    "value": origin,
                },
            ),
        ],
        action_ids=[
            (0, 0, {"sequence": number, **action})
            for number, action in enumerate(ACTIONS)
        ],
    )


def given_orders(live, admin, origin):
    """Draft orders, whose confirmation sets the rule off; their ids."""
    return [
        admin.create(
            "mrp.production",
            product_id=live.plant.product_id,
            bom_id=live.plant.bom_id,
            product_qty=1,
            origin=origin,
        )
        for _number in range(ORDERS)
    ]


def steps_done(live, rule_id):
    return live.value(
        "SELECT count(*) FROM mfg_rule_step step"
        " JOIN mfg_rule_run run ON run.id = step.run_id"
        " WHERE run.rule_id = %s AND step.state = 'done'",
        rule_id,
    )


def run_states(live, rule_id):
    return live.sql(
        "SELECT state, count(*) FROM mfg_rule_run WHERE rule_id = %s GROUP BY state",
        rule_id,
    )


def kill_when(live, rule_id, count):
    """End all of Odoo once so many steps are done, and start it again."""
    until(
        lambda: steps_done(live, rule_id) >= count,
        f"{count} steps are done",
        within_s=RECOVERY_S,
    )
    live.kill_odoo()
    live.start_odoo(append=True)
    # The sweeper finds what no job owns; the test does not wait for its minute.
    live.wait_for_runner()
    sweep(live)


def effects(live, order_ids):
    """What the rule did to each order: ``{(holds, first words, last words)}``."""
    rows = live.sql(
        """
        SELECT (SELECT count(*) FROM mfg_hold
                 WHERE res_model = 'mrp.production' AND res_id = orders.id
                   AND reason LIKE 'Rule holds %%'),
               (SELECT count(*) FROM mail_message
                 WHERE model = 'mrp.production' AND res_id = orders.id
                   AND body LIKE '%%First word%%'),
               (SELECT count(*) FROM mail_message
                 WHERE model = 'mrp.production' AND res_id = orders.id
                   AND body LIKE '%%Last word%%')
          FROM mrp_production orders
         WHERE orders.id = ANY(%s)
        """,
        order_ids,
    )
    return set(rows)


def test_d6_killed_servers_lose_and_double_no_step_of_a_run(live):
    admin = live.session()
    origin = f"RULE-{uuid.uuid4().hex[:8]}"
    rule_id = given_rule(admin, origin)
    order_ids = given_orders(live, admin, origin)

    admin.call("mrp.production", "action_confirm", order_ids)
    kill_when(live, rule_id, 2)
    kill_when(live, rule_id, ORDERS)

    def all_done():
        live.supervise()
        return run_states(live, rule_id) == [("done", ORDERS)]

    until(
        all_done,
        "all runs are done",
        within_s=RECOVERY_S,
        last_words=lambda: str(run_states(live, rule_id)),
    )
    assert effects(live, order_ids) == {(1, 1, 1)}
    live.session().call("mfg.rule", "write", [rule_id], {"active": False})
