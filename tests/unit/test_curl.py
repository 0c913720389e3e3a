import os
import subprocess

from mfg_integration_core.protocols.curl import command


def arguments(text: str, **environment) -> list[str]:
    """What curl would be called with, according to a real shell."""
    shell = 'curl() { for one in "$@"; do printf "%s\\0" "$one"; done; }\n' + text
    done = subprocess.run(
        ["sh", "-c", shell],
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().split("\0")[:-1]


def test_o3_the_command_says_exactly_what_was_sent():
    text = command(
        "POST",
        "https://cmms.test/orders?a=1&b=2",
        {"Content-Type": "application/json", "Content-Length": "17"},
        b'{"note": "it\'s"}',
    )

    assert arguments(text) == [
        *("-X", "POST", "https://cmms.test/orders?a=1&b=2"),
        *("-H", "Content-Type: application/json"),
        *("--data-raw", '{"note": "it\'s"}'),
    ]


def test_o3_a_credential_is_a_variable_that_the_person_sets():
    text = command("GET", "https://cmms.test/", {"X-Api-Key": "***"}, b"")

    assert "***" not in text
    assert text.startswith("# Set X_API_KEY first")
    assert arguments(text, X_API_KEY="secret")[-1] == "X-Api-Key: secret"


def test_o3_what_stands_around_a_credential_stays():
    text = command("GET", "https://cmms.test/", {"Authorization": "Token ***"}, b"")

    assert arguments(text, AUTHORIZATION="s")[-1] == "Authorization: Token s"


def test_o3_a_credential_in_an_address_or_body_is_put_in_by_hand():
    text = command("GET", "https://cmms.test/?key=***", {}, b"")

    assert text.startswith("# Put the credential in the place of *** first.\n")


def test_o3_nothing_in_a_request_is_run_by_the_shell():
    text = command("GET", "https://x.test/$(id)", {"X-Note": "`id`"}, b"$HOME")

    assert arguments(text) == [
        *("-X", "GET", "https://x.test/$(id)"),
        *("-H", "X-Note: `id`"),
        *("--data-raw", "$HOME"),
    ]


def test_o3_a_body_that_is_no_text_goes_through_a_pipe():
    text = command("PUT", "https://x.test/", {}, b"\x00\xff")

    assert text.startswith("printf %s AP8= | base64 -d | curl")
    assert arguments(text)[-2:] == ["--data-binary", "@-"]
