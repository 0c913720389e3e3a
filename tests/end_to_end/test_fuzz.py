"""Random calls at every door: no 5xx, and no answer that the document leaves out."""

import os
import random

import pytest

from devkit import fuzz
from devkit.console import DevkitError

SECONDS = 60


@pytest.fixture(scope="module")
def seed():
    """``SEED=`` replays; it is printed, and shown when the test fails."""
    return int(os.environ.get("SEED") or random.randrange(10**6))


def test_c8_fuzzer_finds_no_server_error_and_no_undocumented_answer(live, seed):
    try:
        fuzz.fuzzer().ensure()
    except DevkitError as error:
        pytest.skip(f"the API fuzzer can't be had here: {error.message}")
    secrets = fuzz.known_secrets(live)

    status, told = fuzz.attack(live, secrets, seed, SECONDS)

    print(told)
    assert status == 0, told
