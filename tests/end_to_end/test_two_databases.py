"""Two databases behind one server: what is of one is never seen at the other."""

import itertools
import time
import uuid

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import prometheus, signing

from .doors import CMMS_HOOK, EDGE, EVENTS, PATHS, letter
from .maintenance_requests import is_delivered, request_maintenance, work_orders
from .own_connector import given_connector
from .test_deprecation import V1, weighing
from .two_databases import DOMAIN, twins

DOORS = (EVENTS, EDGE, CMMS_HOOK)
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def pair(series, template):
    with twins(series, template) as both:
        yield both


@pytest.fixture(params=[False, True], ids=["first", "second"])
def here_and_there(request, pair):
    """Both ways round: what holds for one database holds for the other."""
    here, there = reversed(pair) if request.param else pair
    return here, there


def stored(twin, answer):
    """How many events of that uuid lie in a database."""
    return sum(
        twin.value(f"SELECT count(*) FROM {table} WHERE uuid = %s", answer.json["uuid"])
        for table in ("mfg_inbox_event", "mfg_edge_event")
    )


def same_partner(pair, **values):
    """A connector of the same code in both, each with a secret of its own."""
    code = f"twin-{next(numbers)}"
    return [given_connector(twin, code, **values) for twin in pair]


# --------------------------------------------------------------------------- the doors


@pytest.mark.parametrize("door", DOORS)
def test_c4_letter_reaches_the_database_of_its_host_alone(here_and_there, door):
    here, there = here_and_there

    answer = here.post(letter(door))

    assert answer.status == 202, answer.body
    assert (stored(here, answer), stored(there, answer)) == (1, 0)


@pytest.mark.parametrize("door", DOORS)
def test_c4_letter_signed_for_one_database_proves_nothing_at_the_other(
    here_and_there, door
):
    here, there = here_and_there

    answer = here.post(letter(door), host=there.host)

    assert (answer.status, answer.json["code"]) == (401, "signature_wrong")


@pytest.mark.parametrize("door", DOORS)
def test_a4_same_id_is_another_event_in_each_database(here_and_there, door):
    event_id = f"twin-{uuid.uuid4()}"

    first, other = (twin.post(letter(door, event_id)) for twin in here_and_there)

    assert [first.json["status"], other.json["status"]] == ["accepted", "accepted"]
    assert first.json["id"] == other.json["id"]
    if door != EDGE:  # There it is made from the ids of connector and event.
        assert first.json["uuid"] != other.json["uuid"]


def test_a4_how_far_an_event_came_is_told_by_its_own_database_alone(here_and_there):
    here, there = here_and_there
    found = here.post(letter(EVENTS)).json["uuid"]

    answers = [
        twin.get(
            f"/mfg/v1/messages/{found}",
            signing.standard_webhook(
                twin.secrets.machine, f"msg-{found}", int(time.time()), b""
            ),
        )
        for twin in (here, there)
    ]

    assert [answer.status for answer in answers] == [200, 404]


def test_connector_that_one_database_closes_stays_open_at_the_other(here_and_there):
    here, there = here_and_there
    mine, theirs = same_partner(here_and_there)
    before = [here.post(mine.letter(EVENTS)), there.post(theirs.letter(EVENTS))]

    here.session().write("mfg.connector", mine.id, active=False)

    answers = [here.post(mine.letter(EVENTS)), there.post(theirs.letter(EVENTS))]
    assert mine.id == theirs.id
    assert [answer.status for answer in before] == [202, 202]
    assert [answer.status for answer in answers] == [404, 202]


def test_c5_secret_that_one_database_changes_stays_at_the_other(here_and_there):
    here, there = here_and_there
    mine, theirs = same_partner(here_and_there)

    here.session().write("mfg.connector", mine.id, inbound_secret=theirs.secret)

    sent = theirs.letter(EVENTS)
    assert here.post(sent).status == there.post(sent).status == 202
    assert there.post(mine.letter(EVENTS)).status == 401


def test_k9_limit_that_is_used_up_at_one_database_is_whole_at_the_other(
    here_and_there,
):
    here, there = here_and_there
    mine, theirs = same_partner(here_and_there, events_per_minute=2)
    for _ in range(3):
        refused = here.post(mine.letter(EVENTS))

    answer = there.post(theirs.letter(EVENTS))

    assert refused.status == 429
    assert answer.status == 202
    assert answer.headers["RateLimit"].startswith('"events";r=1;')


# ------------------------------------------------------------------- what is remembered


def test_c1_type_that_one_database_drops_is_taken_at_the_other(here_and_there):
    here, there = here_and_there
    mine, theirs = same_partner(here_and_there)
    etags = [twin.get("/mfg/v1/openapi.json").headers["ETag"] for twin in (here, there)]
    admin = here.session()
    (event_type,) = admin.search("mfg.event.type", [("name", "=", "mfg.ping.v1")])
    handler = admin.read("mfg.event.type", event_type, "handler_model")["handler_model"]

    admin.write("mfg.event.type", event_type, handler_model=False)

    answers = [here.post(mine.letter(EVENTS)), there.post(theirs.letter(EVENTS))]
    now = [twin.get("/mfg/v1/openapi.json").headers["ETag"] for twin in (here, there)]
    admin.write("mfg.event.type", event_type, handler_model=handler)
    assert [answer.status for answer in answers] == [400, 202]
    assert answers[0].json["code"] == "type_not_taken"
    assert [old == new for old, new in zip(etags, now, strict=True)] == [False, True]


def test_c6_uses_of_a_contract_are_counted_in_the_database_of_the_partner(
    here_and_there,
):
    here, there = here_and_there
    mine, _theirs = same_partner(here_and_there)
    sent, _event_id = weighing(mine, 1, V1, weight=1500)

    assert here.post(sent).status == 202

    counts = [
        twin.value(
            "SELECT COALESCE(sum(use_count), 0) FROM mfg_contract_use"
            " WHERE connector_id = %s",
            mine.id,
        )
        for twin in (here, there)
    ]
    assert counts == [1, 0]


def test_l3_metrics_count_the_answers_of_their_own_database(here_and_there):
    here, there = here_and_there
    mine, _theirs = same_partner(here_and_there)
    here.post(mine.letter(EVENTS))

    texts = [
        twin.get(
            "/mfg/v1/metrics",
            {"Authorization": f"Bearer {here.secrets.metrics_token}"},
        ).body.decode()
        for twin in (here, there)
    ]

    doors = [
        {
            dict(labels)["connector"]
            for labels in prometheus.parse(text).get("mfg_door_answers_total", {})
        }
        for text in texts
    ]
    assert mine.code in doors[0]
    assert mine.code not in doors[1]


# ------------------------------------------------------------------------ what goes out


def test_message_goes_to_the_partner_of_its_own_database_alone(here_and_there):
    request_ids = [request_maintenance(twin) for twin in here_and_there]
    # In turns, so that the process has just spoken for the other one.
    for twin in here_and_there:
        twin.sweep()

    for twin, request_id in zip(here_and_there, request_ids, strict=True):
        until(lambda t=twin, r=request_id: is_delivered(t, r), "it is delivered")
        assert len(work_orders(twin, request_id)) == 1
        orders = [line["order"] for line in twin.cmms.ledger("created")]
        own = {name for (name,) in twin.sql("SELECT uuid FROM mfg_outbox_message")}
        assert {order["external_ref"] for order in orders} <= own


def test_webhook_has_its_effect_in_its_own_database_alone(here_and_there):
    here, there = here_and_there
    sent, event_id = weighing(same_partner(here_and_there)[0], 1, V1, weight=1700)
    assert here.post(sent).status == 202

    for twin in (here, there):
        twin.sweep()

    effects = [
        twin.value("SELECT count(*) FROM mfg_test_effect WHERE name = %s", event_id)
        for twin in (here, there)
    ]
    assert effects == [1, 0]


# --------------------------------------------------------------------- no such database


@pytest.mark.parametrize(
    "host", ["", "127.0.0.1", "localhost", f"nobody.{DOMAIN}", "%2e", "a b"]
)
@pytest.mark.parametrize("path", [PATHS[EVENTS], "/mfg/v1/health", "/mfg/v1/nothing"])
def test_host_that_stands_for_no_database_is_told_so(pair, host, path):
    method, body = ("POST", b"{}") if "events" in path else ("GET", None)

    answer = json_http.call(method, pair[0].url + path, body, {"Host": host})

    assert answer.status == 404, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == "no_database"
    assert "host name" in answer.json["remedy"]


def test_host_that_stands_for_no_database_stores_nothing(pair):
    counts = [twin.value("SELECT count(*) FROM mfg_inbox_event") for twin in pair]

    answer = pair[0].post(letter(EVENTS), host=f"nobody.{DOMAIN}")

    assert answer.status == 404
    assert counts == [
        twin.value("SELECT count(*) FROM mfg_inbox_event") for twin in pair
    ]


def test_header_of_odoo_names_no_other_database_than_the_host(here_and_there):
    here, there = here_and_there
    sent = letter(EVENTS)
    sent.headers = {"X-Odoo-Database": there.database}

    answer = here.post(sent)

    # 17.0 does not know the header; 19.0 refuses what the host name does not allow.
    assert answer.status in (202, 404)
    if answer.status == 202:
        assert (stored(here, answer), stored(there, answer)) == (1, 0)
    else:
        assert answer.json["code"] == "no_database"


def test_hub_answers_unknown_addresses_itself(pair):
    answers = [twin.get("/mfg/v1/nothing") for twin in pair]

    assert [answer.json["code"] for answer in answers] == ["unknown_path"] * 2


def test_health_says_that_the_host_stands_for_one_database(pair):
    for twin in pair:
        assert twin.get("/mfg/v1/health").json["database_is_fixed"] is True
