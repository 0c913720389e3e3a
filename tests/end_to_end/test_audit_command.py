"""The command that verifies the audit trail, as an administrator runs it."""

import subprocess
import uuid

import pytest

from devkit.poll import until


@pytest.fixture
def verify(live):
    """Runs the command on the stage's database: the finished process."""

    def run(*options):
        paths = live.series.addons_path_with_tests()
        searched = ",".join(map(str, paths))
        config = {"addons_path": paths}
        name = f"{live.database}-verify"
        command = live.series.odoo_command(live.database, config=config, name=name)
        at = command.index("-c")
        # Odoo finds the commands of addons before it reads its configuration.
        found_in = f"--addons-path={searched}"
        return subprocess.run(
            [*command[:at], found_in, "mfg_verify_audit", *command[at:], *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


def test_k1_command_says_that_the_chain_is_intact_and_what_its_head_is(live, verify):
    ended = verify()

    assert ended.returncode == 0, ended.stderr
    assert "The chain is intact" in ended.stdout


def test_k1_command_ends_with_1_when_a_link_that_was_noted_is_gone(live, verify):
    ended = verify("--head", f"1:{'0' * 64}")

    assert ended.returncode == 1, ended.stderr
    assert "The chain has no link 1:000" in ended.stdout


def test_k1_entries_are_sealed_within_ten_seconds_of_their_commit(live):
    admin = live.session()
    live.wait_for_runner()
    code = f"sealed-{uuid.uuid4().hex[:8]}"
    connector_id = admin.create("mfg.connector", name="Sealed", code=code)

    sealed_after = until(
        lambda: live.value(
            "SELECT extract(epoch FROM sealed_at - at)::float FROM mfg_audit_entry"
            " WHERE action = 'connector.created' AND res_id = %s"
            " ORDER BY id DESC LIMIT 1",
            connector_id,
        ),
        "the entry is sealed",
    )

    assert sealed_after <= 10
