"""What Prometheus gets to see, and who else does not."""

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import prometheus

from .doors import EVENTS, letter
from .maintenance_requests import is_delivered, request_maintenance


def scrape(live, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return json_http.get(f"{live.url}/mfg/v1/metrics", headers)


def metrics(live):
    answer = scrape(live, live.secrets.metrics_token)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return prometheus.parse(answer.body.decode())


def total(samples, **labels):
    return sum(
        value for found, value in samples.items() if labels.items() <= set(found)
    )


@pytest.mark.parametrize("token", [None, "wrong", "\u00fc"])
def test_l3_metrics_are_for_who_has_the_token(live, token):
    answer = scrape(live, token)

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_l3_metrics_are_read_by_a_strict_scraper_and_tell_what_happened(live):
    assert letter(EVENTS).post(live).status == 202
    request_id = request_maintenance(live)
    until(lambda: is_delivered(live, request_id), "delivered")

    until(
        lambda: total(
            metrics(live).get("mfg_attempts_total", {}),
            connector="cmms",
            outcome="succeeded",
        ),
        "the sweeper has folded the attempts",
        within_s=120,
    )
    # What a round does last.
    until(lambda: metrics(live).get("mfg_flow_in_time_ratio"), "flows", within_s=120)
    read = metrics(live)
    assert total(read["mfg_alive"], part="runner") == 1
    assert total(read["mfg_alive"], part="sweeper") == 1
    assert (
        total(
            read["mfg_door_answers_total"], connector="assembly-edge", code="accepted"
        )
        >= 1
    )
    assert total(read["mfg_delivery_latency_seconds_count"], connector="cmms") >= 1
    assert total(read["mfg_flow_in_time_ratio"], connector="cmms") > 0
