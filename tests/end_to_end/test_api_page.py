"""The page docs/api.md: each command on it runs, and answers as the page says."""

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from devkit.paths import PARTNER_KIT, ROOT
from devkit.poll import until
from devkit.process import environment

from .own_connector import given_connector

PAGE = ROOT / "docs" / "api.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r'"(\w+)":')
STATUS = re.compile(r"^\d{3}$", re.MULTILINE)
TOOLS = ("bash", "curl", "openssl", "od")
UUID = re.compile(r'"uuid": ?"([0-9a-f-]{36})"')
#: Installs the kit, which the tests have as it lies there.
INSTALLS_KIT = re.compile(r"^python3 -m venv .*$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """Commands of the page and, where it shows one, what they answer."""

    commands: str
    answer: str | None


def examples() -> Iterator[Example]:
    """The page's commands in their order; an answer follows right behind."""
    blocks = [
        (found[1], found[2], found.start(), found.end())
        for found in FENCE.finditer(PAGE.read_text(encoding="utf-8"))
    ]
    text = PAGE.read_text(encoding="utf-8")
    for place, (language, content, _start, end) in enumerate(blocks):
        if language != "sh":
            continue
        answer = None
        if place + 1 < len(blocks):
            next_language, next_content, next_start, _end = blocks[place + 1]
            if not next_language and not text[end:next_start].strip():
                answer = next_content
        yield Example(content, answer)


class Shell:
    """One shell, so that what a command sets is there for the next."""

    def __init__(self, folder, variables):
        self._process = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environment(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, commands: str) -> tuple[int, str]:
        """Exit status and output of commands."""
        mark = f"end-{uuid.uuid4()}"
        self._process.stdin.write(f"{commands}\necho; echo {mark} $?\n")
        self._process.stdin.flush()
        told = []
        for line in self._process.stdout:
            if line.startswith(mark):
                return int(line.split()[1]), "".join(told)
            told.append(line)
        raise AssertionError("the shell ended:\n" + "".join(told))

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=30)


@pytest.fixture
def shell(live, tmp_path):
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        pytest.skip(f"the page's commands need {', '.join(missing)}")
    (tmp_path / "build").mkdir()
    variables = {
        "PYTHONPATH": str(PARTNER_KIT),
        "METRICS_TOKEN": live.secrets.metrics_token,
    }
    opened = Shell(tmp_path, variables)
    yield opened
    opened.close()
    archive_what_the_page_made(live.session())


def archive_what_the_page_made(admin):
    """The plant outlives the test, and nobody answers at the page's connectors."""
    for connector_id in admin.search("mfg.connector", [("code", "=like", "try%")]):
        admin.write("mfg.connector", connector_id, active=False)


def adapted(commands: str, live, event_uuid: str | None) -> str:
    """Commands as a reader types them, with the values of this server."""
    commands = re.sub(
        r"^URL=\S+ DB=\S+$",
        f"URL={live.url} DB={live.database}",
        commands,
        flags=re.MULTILINE,
    )
    commands = re.sub(r"^UUID=\.\.\..*$", f"UUID={event_uuid}", commands, flags=re.M)
    commands = INSTALLS_KIT.sub("", commands)
    return commands.replace("build/kit/bin/python", sys.executable)


def answered(shell: Shell, commands: str) -> str:
    """What commands print, none of which fails."""
    status, told = shell.run(commands)
    assert status == 0, f"{commands}\n{told}"
    assert '"error"' not in told, f"{commands}\n{told}"
    return told


def lacks(told: str, answer: str) -> set[str]:
    """What the page shows of an answer that the answer has not: members, status."""
    shown, found = (
        {*MEMBER.findall(text), *STATUS.findall(text)} for text in (answer, told)
    )
    return shown - found


def test_every_command_of_the_page_answers_as_the_page_says(live, shell):
    event_uuid, shown = None, 0
    for example in examples():
        commands = adapted(example.commands, live, event_uuid)

        told = answered(shell, commands)

        if example.answer is not None:
            shown += 1
            if "/messages/" in commands:
                # The page shows how it stands in the end.
                until(
                    lambda commands=commands, answer=example.answer: (
                        not lacks(answered(shell, commands), answer)
                    ),
                    "the event came as far as the page shows",
                    within_s=60,
                    last_words=lambda commands=commands: answered(shell, commands),
                )
            else:
                assert lacks(told, example.answer) == set(), f"{commands}\n{told}"
        if "call /mfg" in commands:
            event_uuid = (re.findall(UUID, told) or [event_uuid])[0]

    assert shown >= 5


def test_python_of_the_page_sends_an_event(live):
    (source,) = (
        content
        for language, content in FENCE.findall(PAGE.read_text(encoding="utf-8"))
        if language == "python"
    )
    page = {}
    exec(compile(source, str(PAGE), "exec"), page)  # noqa: S102  the page's own code
    connector = given_connector(live, f"page-{os.getpid()}")
    event = {
        "specversion": "1.0",
        "id": f"page-{uuid.uuid4()}",
        "source": "/page",
        "type": "mfg.ping.v1",
        "data": {},
    }

    answer = page["send"](
        f"{live.url}{connector.path('events')}", connector.secret, event
    )

    assert answer["status"] == "accepted", json.dumps(answer)
