"""A live plant for the whole session: real Odoo, real peers, real PostgreSQL.

The tests know the plant as its partners do: by HTTP, and by the ledgers. They read
the database, they never write into it.
"""

import os

import pytest

from devkit import own_postgres, plant, stage, template_database
from devkit.poll import until
from devkit.series import Series
from tests.redmine_server import redmine

from .own_line import GATHERED_S
from .own_partner import Partner

__all__ = ["redmine"]

QUIET = {
    "mode": "dedupe",
    "refuse_times": 0,
    "stall_times": 0,
    "late_times": 0,
    "drop_times": 0,
    "die": None,
    "repeat_times": 0,
    "trouble_percent": 0,
    "think_s": 0,
}


@pytest.fixture(scope="session")
def series():
    return Series.get(os.environ["MFG_SERIES"])


@pytest.fixture(scope="session")
def odoo_alone(series):
    """A database without the suite."""
    return template_database.odoo_alone(series)


@pytest.fixture(scope="session")
def template(series, odoo_alone):
    """The suite's template database, in a PostgreSQL of the tests' own.

    The one without the suite is there, too.
    """
    name = template_database.ensure(series, with_test_addons=True)
    with own_postgres.started(name, odoo_alone):
        yield name


@pytest.fixture(scope="session")
def plant_server(series, template):
    """A stage with a built plant, queue_job's runner alive."""
    with stage.opened(series, "e2e", template=template) as live:
        live.plant = plant.build(live)
        live.wait_for_runner()
        yield live


@pytest.fixture
def live(plant_server):
    """The plant server, with peers that behave and an Odoo that runs."""
    for peer in (plant_server.cmms, plant_server.qms, plant_server.machine):
        peer.control("manners", **QUIET)
    until(plant_server.is_steady, "the Odoo server answers whoever asks")
    return plant_server


@pytest.fixture
def gathering(live):
    """The plant server, where counts gather for a few seconds."""
    plant.gather_counts(live.session(), GATHERED_S)
    yield live
    plant.gather_counts(live.session(), 0)


@pytest.fixture
def keyed(live):
    """A partner of the test's own that proves itself by a key."""
    return Partner(live, inbound_auth="api_key")
