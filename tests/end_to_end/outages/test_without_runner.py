"""A plant whose job runner was never started; the sweeper does the work."""

import pytest

from devkit import plant, stage
from devkit.poll import until

from ..maintenance_requests import is_delivered, request_maintenance, work_orders

SWEEP_S = 90


@pytest.fixture
def plant_without_runner(series, template):
    with stage.opened(series, "sweep", template=template, runner=False) as live:
        live.plant = plant.build(live)
        yield live


def test_a1_sweeper_delivers_when_no_runner_was_ever_started(plant_without_runner):
    live = plant_without_runner

    request_id = request_maintenance(live)

    until(lambda: is_delivered(live, request_id), "delivered", within_s=SWEEP_S)
    assert not live.runner_is_alive()
    assert len(work_orders(live, request_id)) == 1
