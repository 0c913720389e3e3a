"""A pytest plugin: passwords of the tests' users cost next to nothing.

Odoo 17.0 hashes each in 600 000 rounds, about half a second; the tests of later series
lower that by themselves.
"""

import pytest

ROUNDS = 1


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Have passwords hashed in few rounds."""
    from odoo.addons.base.models import res_users

    res_users.MIN_ROUNDS = ROUNDS
