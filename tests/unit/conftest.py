"""Makes ``mfg_integration_core.protocols`` importable without Odoo, and repeatable."""

import json
from pathlib import Path

import pytest
from hypothesis import settings

from tests import without_odoo
from tests.without_odoo import REPOSITORY

without_odoo.register("mfg_integration_core")
without_odoo.register("mfg_integration_edge")
without_odoo.register("mfg_integration_mes")
without_odoo.register("mfg_integration_quality")


# A test run on the same code has the same result; ``--hypothesis-profile=explore``
# looks further. No deadline, since a busy machine is no fault of the code.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile(
    "explore", deadline=None, max_examples=5000, print_blob=True, database=None
)
settings.load_profile("repeatable")


@pytest.fixture
def shared_data() -> Path:
    """Reference data that lies beside the repository and is never copied into it."""
    # A second checkout of the same repository lies one folder deeper.
    for parent in REPOSITORY.parents[:2]:
        if (parent / "shared" / "data").is_dir():
            return parent / "shared" / "data"
    pytest.skip(f"shared/data is not beside {REPOSITORY.name}: reference data not read")


@pytest.fixture
def read_json():
    """``read_json(path)`` gives the content of a JSON file."""
    return lambda path: json.loads(Path(path).read_text(encoding="utf-8"))
