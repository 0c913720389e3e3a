"""A partner that expects just what a page says, as a real HTTP server.

The script is that of the ``http`` blocks in ``docs/templates.md``: ``> POST /orders``
and lines below it with ``>`` are a request, with the headers that matter and the body;
``< 201`` and lines below it with ``<`` are the answer. ``~`` begins a second try of the
same message, ``=`` says how a try ends.
"""

import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .local_server import LOOPBACK, serving

_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): (.*)")


@dataclass
class Half:
    """One side of a call as a script has it: first line, headers, body."""

    first: str
    headers: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)

    def take(self, line):
        """Add a line of the script."""
        header = _HEADER.fullmatch(line)
        if header and not self.body:
            self.headers[header[1]] = header[2]
        else:
            self.body.append(line)

    @property
    def text(self):
        """The body as it is written in the script."""
        return "\n".join(self.body)


@dataclass
class Try:
    """The calls of one try, and the line that says how it ends."""

    calls: list = field(default_factory=list)
    end: str = ""


def read_script(text):
    """The tries that a script tells."""
    tries, side = [Try()], None
    for line in text.strip().splitlines():
        mark, rest = line[0], line[1:].strip()
        if mark == "~":
            tries.append(Try())
        elif mark == "=":
            tries[-1].end = rest
        elif mark == ">" and side != ">":
            tries[-1].calls.append((Half(rest), None))
        elif mark == "<" and side != "<":
            request, _none = tries[-1].calls.pop()
            tries[-1].calls.append((request, Half(rest)))
        else:
            request, answer = tries[-1].calls[-1]
            (request if mark == ">" else answer).take(rest)
        side = mark
    return tries


class ScriptedPartner(ThreadingHTTPServer):
    """Answers the calls of a script in order; anything else is a fault.

    :ivar faults: what was not as the script says
    """

    daemon_threads = True

    def __init__(self, calls):
        super().__init__((LOOPBACK, 0), _Handler)
        self.calls = list(calls)
        self.faults = []

    @property
    def url(self):
        """Its address, with a path as many partners have it."""
        return f"http://{LOOPBACK}:{self.server_address[1]}/api"

    def answer(self, method, path, headers, body):
        """The answer that the script has for a request, as a Half."""
        if not self.calls:
            self.faults.append(f"{method} {path} is one request too many")
            return Half("500")
        wanted, answer = self.calls.pop(0)
        got = f"{method} {path.removeprefix('/api')}"
        if got != wanted.first:
            self.faults.append(f"{got} instead of {wanted.first}")
        for name, value in wanted.headers.items():
            if headers.get(name) != value:
                self.faults.append(f"{name}: {headers.get(name)} instead of {value}")
        if wanted.body and not same(wanted.text, body.decode()):
            self.faults.append(f"{body.decode()} instead of {wanted.text}")
        return answer


def same(wanted, got):
    """Whether two bodies are the same JSON or, else, the same text."""
    try:
        return json.loads(wanted) == json.loads(got)
    except ValueError:
        return wanted == got


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.answer(self.command, self.path, self.headers, body)
        host = f"http://{LOOPBACK}:{self.server.server_address[1]}"
        content = answer.text.replace("https://partner", host).encode()
        # Without a Date of its own, so that the script can say what time it is there.
        self.send_response_only(int(answer.first.split()[0]))
        for name, value in answer.headers.items():
            self.send_header(name, value.replace("https://partner", host))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def log_message(self, *_arguments):
        """Say nothing: the test asks for the faults."""


def playing(tries):
    """A partner with the calls of all tries, until the block ends."""
    return serving(ScriptedPartner(call for one in tries for call in one.calls))
