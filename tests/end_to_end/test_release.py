"""Orders go to a MES that accepts, refuses, stalls and repeats; live."""

import time
import uuid

import pytest

from devkit import json_http, plant
from devkit.poll import until
from tests.fakes.fixtures import TOKEN, WHSEC, serving
from tests.fakes.mes import Mes

CODE = "mes"
ORDER = "mrp.production"
#: Lines of the ledger that tell a whole job.
JOBS = ("created", "changed", "cancelled", "decided")


@pytest.fixture
def mes(live, tmp_path):
    secrets = {"token": TOKEN, "webhook_secret": WHSEC}
    with serving(Mes, tmp_path, live.url, **secrets) as peer:
        yield peer


@pytest.fixture
def connector_id(live, mes):
    """A connector with the template's subscriptions, live for one test."""
    admin = live.session()
    made = admin.create(
        "mfg.connector",
        code=CODE,
        name="MES",
        user_id=plant.connection_user(admin, CODE, "MES"),
        template="demo_mes",
        base_url=mes.url,
        allowed_networks=plant.PEER_NETWORK,
        outbound_secret=TOKEN,
        inbound_secret=WHSEC,
        retry_base_s=1,
    )
    admin.call("mfg.connector", "action_add_default_subscriptions", [made])
    admin.call("mfg.connector", "action_go_live", [made])
    yield made
    # It owes nothing for other tests, and its code is free for the next one.
    admin.write("mfg.connector", made, active=False, code=f"{CODE}-{made}")


@pytest.fixture
def order(live, connector_id):
    """A confirmed order that nobody has released."""
    lot = f"MES-{uuid.uuid4().hex[:8]}"
    return plant.release_order(
        live.session(), live.plant.product_id, live.plant.bom_id, lot
    )


def release(live, order):
    live.session().call(ORDER, "action_mfg_release", [order.id])


def change(live, order, quantity):
    """Another quantity, as a person gives it."""
    admin = live.session()
    wizard = admin.create("change.production.qty", mo_id=order.id, product_qty=quantity)
    admin.call("change.production.qty", "change_prod_qty", [wizard])


def stands(live, order):
    """State and revision of the release."""
    ((state, revision),) = live.sql(
        "SELECT mfg_release_state, mfg_release_revision FROM mrp_production"
        " WHERE id = %s",
        order.id,
    )
    return state, revision


def comes_to(live, order, state):
    until(lambda: stands(live, order)[0] == state, f"the order is {state}")


def job_of(mes, order):
    """The last that the MES knows of the order, once it knows it."""

    def found():
        told = [entry for entry in mes.ledger.entries() if entry["kind"] in JOBS]
        known = [each["job"] for each in told if each["job"]["order"] == order.name]
        return known and known[-1]

    return until(found, "the MES has a job")


def decide(mes, job, **verdict):
    answer = json_http.post(f"{mes.url}/_control/jobs/{job['job']}", verdict)
    assert answer.status == 200, answer.body


def created(mes):
    return mes.ledger.entries("created")


def test_g1_order_is_released_accepted_changed_and_withdrawn(live, mes, order):
    release(live, order)
    job = job_of(mes, order)
    assert (job["qty"], job["revision"], job["lots"]) == (120, 1, [order.lot])
    assert [step["name"] for step in job["steps"]] == ["Assembly"]
    assert len(job["materials"]) == 3
    decide(mes, job, verdict="accepted")
    comes_to(live, order, "accepted")

    change(live, order, 100)
    until(lambda: job_of(mes, order)["qty"] == 100, "the MES hears of the change")
    assert stands(live, order) == ("released", 2)
    decide(mes, job_of(mes, order), verdict="accepted")
    comes_to(live, order, "accepted")

    live.session().call(ORDER, "action_mfg_withdraw", [order.id])
    until(lambda: mes.ledger.entries("cancelled"), "the MES gives it up")
    assert stands(live, order) == ("cancelled", 2)
    assert (
        job_of(mes, order)["job"]
        == live.session().read(ORDER, order.id, "mfg_partner_reference")[
            "mfg_partner_reference"
        ]
    )


def test_g1_refusal_that_is_told_twice_is_one_activity_with_its_reason(
    live, mes, order
):
    mes.manners.change({"repeat_times": 1})
    release(live, order)

    decide(mes, job_of(mes, order), verdict="refused", code="NO_FIXTURE", text="Out")
    comes_to(live, order, "refused")
    until(lambda: len(mes.ledger.entries("call")) == 2, "it is told twice")

    admin = live.session()
    shown = admin.read(ORDER, order.id, "mfg_release_reason")["mfg_release_reason"]
    assert shown == "NO_FIXTURE: Out"
    about = [("res_model", "=", ORDER), ("res_id", "=", order.id)]
    assert len(admin.search("mail.activity", about)) == 1
    release(live, order)
    until(lambda: job_of(mes, order)["revision"] == 2, "it is released again")
    assert not admin.search("mail.activity", about)


def test_g1_order_that_the_door_of_the_mes_refuses_says_so_and_goes_again(
    live, mes, order
):
    mes.manners.change({"refuse_times": 1, "refuse_status": 422})

    release(live, order)
    comes_to(live, order, "refused")
    reason = live.session().read(ORDER, order.id, "mfg_release_reason")
    assert "422" in reason["mfg_release_reason"]
    release(live, order)

    assert job_of(mes, order)["revision"] == 2
    comes_to(live, order, "released")
    assert len(created(mes)) == 1


def test_g1_mes_that_stalls_and_drops_makes_one_job(live, mes, order):
    mes.manners.change({"stall_times": 1, "stall_s": 60, "drop_times": 1})
    begun = time.monotonic()

    release(live, order)

    job_of(mes, order)
    assert time.monotonic() - begun < 60
    until(
        lambda: live.value(
            "SELECT state = 'delivered' FROM mfg_outbox_message"
            " WHERE res_model = %s AND res_id = %s",
            ORDER,
            order.id,
        ),
        "the message is delivered",
    )
    assert len(created(mes)) == 1


def test_g1_change_while_the_mes_is_away_is_told_once_and_last(live, mes, order):
    release(live, order)
    job_of(mes, order)
    live.session().write("mfg.connector", live_connector(live), state="paused")
    for quantity in (110, 100, 90):
        change(live, order, quantity)
    live.session().call("mfg.connector", "action_go_live", [live_connector(live)])

    until(lambda: job_of(mes, order)["qty"] == 90, "the MES hears of the last change")
    quantities = [entry["job"]["qty"] for entry in mes.ledger.entries("changed")]
    assert quantities == [90]
    assert stands(live, order) == ("released", 4)


def live_connector(live):
    (found,) = live.session().search("mfg.connector", [("code", "=", CODE)])
    return found


def test_g1_order_is_released_by_being_confirmed_where_its_product_says_so(
    live, mes, connector_id
):
    admin = live.session()
    admin.write(
        "product.product", live.plant.product_id, mfg_release_policy="on_confirm"
    )
    try:
        lot = f"MES-{uuid.uuid4().hex[:8]}"
        order = plant.release_order(
            admin, live.plant.product_id, live.plant.bom_id, lot
        )
        job_of(mes, order)
    finally:
        admin.write("product.product", live.plant.product_id, mfg_release_policy=False)

    assert stands(live, order) == ("released", 1)
    assert len(created(mes)) == 1
