"""Random calls at every door: no 5xx, and no answer that the document leaves out."""

import json
import os
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from devkit import fuzz, plant, stage
from devkit.console import DevkitError

SECONDS = 25
DOOR = {
    "get": {
        "operationId": "door",
        "tags": ["Doors"],
        "security": [],
        "responses": {"200": {"description": "Always"}},
    }
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "A server that does not do what it says", "version": "1"},
    "paths": {"/mfg/v1/door": DOOR},
}


@pytest.fixture(scope="module", autouse=True)
def fuzzer():
    try:
        fuzz.fuzzer().ensure()
    except DevkitError as error:
        pytest.skip(f"the API fuzzer can't be had here: {error.message}")


@pytest.fixture(scope="module")
def seed():
    """``SEED=`` replays; it is printed, and shown when the test fails."""
    return int(os.environ.get("SEED") or random.randrange(10**6))


@pytest.fixture
def raged_at(series, template):
    """A plant of its own, whose machines believe any nonsense afterwards."""
    with stage.opened(series, "fuzz", template=template) as alone:
        alone.plant = plant.build(alone)
        alone.wait_for_runner()
        yield alone


class Liar(BaseHTTPRequestHandler):
    """Answers what the fuzzer asks first, and the door as the server is told to."""

    def do_GET(self):
        if self.path.endswith("/openapi.json"):
            self._answer(200, DOCUMENT)
        elif self.path.endswith("/contracts"):
            self._answer(200, {"contracts": []})
        else:
            self._answer(self.server.status, {})

    def do_POST(self):
        self._answer(202, {"uuid": "none"})

    def _answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Say nothing on the terminal of the tests."""


@pytest.fixture
def liar():
    """A server whose one door is documented to answer 200."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.secrets = SimpleNamespace(metrics_token="")
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("answers", "verdict"), [(200, 0), (418, 1), (500, 1)])
def test_c8_fuzzer_tells_an_answer_that_is_not_documented(liar, answers, verdict):
    liar.status = answers
    secrets = {"assembly-edge": "whsec_c2VjcmV0"}

    status, told = fuzz.attack(liar, secrets, seed=1, seconds=2)

    assert status == verdict, told
    assert "seed 1" in told
    assert ("is not as documented" in told) == bool(verdict)


def test_c8_fuzzer_finds_no_server_error_and_no_undocumented_answer(raged_at, seed):
    secrets = fuzz.known_secrets(raged_at)

    status, told = fuzz.attack(raged_at, secrets, seed, SECONDS)

    print(told)
    assert status == 0, told
