"""The calls of ``make fuzz``, in the environment that has schemathesis.

Reads its settings as JSON from standard input: ``url``, ``secrets`` (by connector),
``token`` (of the metrics), ``seed``, ``seconds``. Prints how often each operation
answered what; ends with 1 at the first answer that is a 5xx or not documented.
"""

import json
import sys
import time
import uuid
from collections import Counter

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.fakes import signing

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
#: Calls per operation and round; the rounds go on until the time is up.
CALLS = 15
#: The same for what has nothing to vary.
DULL_CALLS = 2
TIMEOUT_S = 30
#: Of ten calls to a signed door so many are signed.
SIGNED_OF_TEN = 9
#: How an API key begins; other secrets are signed with.
KEY_PREFIX = "mfgk_"


class Signature(requests.auth.AuthBase):
    """Proves what goes out as the connector of the address does."""

    def __init__(self, plan: dict):
        self._secrets, self._token = plan["secrets"], plan["token"]

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        now = int(time.time())
        if "/metrics" in request.url:
            request.headers["Authorization"] = f"Bearer {self._token}"
        elif "/hooks/cmms" in request.url:
            request.headers.update(
                signing.cmms_webhook(self._secrets["cmms"], now, body)
            )
        else:
            secret = self._secret_for(request.url)
            if secret.startswith(KEY_PREFIX):
                request.headers["Authorization"] = f"Bearer {secret}"
                return request
            message_id = f"msg-{uuid.uuid4()}"
            request.headers.update(
                signing.standard_webhook(secret, message_id, now, body)
            )
        return request

    def _secret_for(self, url: str) -> str:
        """That of the connector in the address, else any: a message has no code."""
        for code, secret in self._secrets.items():
            if f"/{code}" in url:
                return secret
        return self._secrets["assembly-edge"]


def main() -> int:
    """Fuzz until the time is up; 1 at the first answer that is not as documented."""
    plan = json.load(sys.stdin)
    print(f"seed {plan['seed']}, {plan['seconds']:.0f} s at {plan['url']}")
    schema = schemathesis.openapi.from_url(f"{plan['url']}/mfg/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    known, answers = _known_values(plan), Counter()
    deadline = time.monotonic() + plan["seconds"]
    number = 0
    while time.monotonic() < deadline:
        for operation in operations:
            if time.monotonic() >= deadline:
                break
            number += 1
            try:
                _fuzz(operation, plan, known, answers, plan["seed"] + number)
            except (Failure, FailureGroup) as error:
                print(f"\n{operation.label} is not as documented:\n{error}")
                return 1
    for (label, status), count in sorted(answers.items()):
        print(f"  {label:48} {status} {count:6}")
    print(f"  {answers.total()} calls, every answer as documented, no 5xx")
    return 0


def _known_values(plan: dict) -> dict[str, list[str]]:
    """Values of path parameters that exist, since random ones hardly ever do."""
    listed = requests.get(f"{plan['url']}/mfg/v1/contracts", timeout=TIMEOUT_S).json()
    event = {
        "specversion": "1.0",
        "id": f"fuzz-{uuid.uuid4()}",
        "source": "/fuzz",
        "type": "mfg.ping.v1",
        "data": {},
    }
    stored = requests.post(
        f"{plan['url']}/mfg/v1/events/assembly-edge",
        data=json.dumps(event).encode(),
        headers={"Content-Type": "application/cloudevents+json"},
        auth=Signature(plan),
        timeout=TIMEOUT_S,
    )
    return {
        "connector_code": list(plan["secrets"]),
        "event_type": [entry["type"] for entry in listed["contracts"]],
        "uuid": [stored.json()["uuid"]],
    }


def _fuzz(operation, plan, known, answers, seed):
    """One round of calls at one operation, good and bad ones.

    :raise Failure: an answer is not as documented
    """
    auth = Signature(plan)

    @seeded(seed)
    @settings(
        max_examples=CALLS if _varies(operation) else DULL_CALLS,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation, known), dice=st.integers(1, 10))
    def call(case, dice):
        signed = {"auth": auth} if dice <= SIGNED_OF_TEN else {}
        response = case.call(timeout=TIMEOUT_S, **signed)
        answers[operation.label, response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    call()


def _varies(operation) -> bool:
    """Whether one call of it may mean something else than another."""
    has_input = operation.body or operation.query or operation.path_parameters
    return bool(has_input) and operation.method.upper() != "OPTIONS"


def _cases(operation, known):
    """Calls as the document has them, and others; to what exists, and elsewhere."""
    names = [one.name for one in operation.path_parameters]
    places = st.fixed_dictionaries(
        {name: st.sampled_from(known[name]) for name in names}
    )
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    anywhere = [operation.as_strategy(generation_mode=mode) for mode in modes]
    if not names:
        return st.one_of(anywhere)
    there = [
        places.flatmap(
            lambda place, mode=mode: operation.as_strategy(
                generation_mode=mode, path_parameters=place
            )
        )
        for mode in modes
    ]
    return st.one_of(*there, *there, *anywhere)


if __name__ == "__main__":
    sys.exit(main())
