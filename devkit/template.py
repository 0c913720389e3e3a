"""``python3 -m devkit template FILE``: check a vendor template, and try it out.

Without more, the file is checked, and what it offers is listed. With ``--operation``
and ``--message``, the request is shown that the message would become; with ``--send``
it is sent, and every call is shown with its answer. Secrets are masked. The partner's
secret is read from the environment, ``MFG_TEMPLATE_SECRET``.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from tests import without_odoo

from . import inside, json_http
from .console import DevkitError, say
from .series import Series, choose

CORE = "mfg_integration_core"
WRONG = 1
SECRET = "MFG_TEMPLATE_SECRET"
NOWHERE = "https://partner.example"


def main(argv: Sequence[str]) -> int:
    """0 when the template is right and, if sent, the message was taken."""
    _parse(argv)
    series = choose(os.environ.get("SERIES"))[0].provision()
    return inside.run(series, f"{__name__}:try_out", argv)


def try_out(_series: Series, argv: Sequence[str]) -> int:
    """Check, show or send, inside a Python that has what templates need."""
    without_odoo.register(CORE)
    from mfg_integration_core.exceptions import ConfigurationError
    from mfg_integration_core.protocols.template import Template

    options = _parse(argv)
    try:
        template = Template.load(_text(options.file), options.file.name)
    except ConfigurationError as error:
        raise DevkitError(error.detail, error.remedy) from error
    if options.operation or options.send or options.message:
        return _play(template, options)
    say(f"{template.name}, version {template.version}: no mistake found")
    for operation in template.operations:
        say(f"  {operation.name} delivers {operation.event_type}")
    if template.read_only:
        say(f"  nothing is sent to it: {template.read_only}")
    return 0


def _play(template, options) -> int:
    from mfg_integration_core.protocols.template_trial import Trial

    connector = {
        "base_url": options.url or NOWHERE,
        "username": options.user,
        "secret": os.environ.get(SECRET, ""),
    }
    message = _message(options.message) if options.message else {}
    if options.reference:
        message["reference"] = options.reference
    trial = Trial(template, options.operation, message, connector)
    told = trial.perform(_send) if options.send else trial.foresee()
    say(told.text)
    return 0 if told.ended_well else WRONG


def _send(request):
    from mfg_integration_core.exceptions import RetryableDeliveryError

    try:
        return json_http.call(
            request.method, request.url, request.body, request.headers
        )
    except OSError as error:
        raise RetryableDeliveryError(
            f"No answer from {request.url}: {error}", code="no_answer"
        ) from error


def _message(file: Path) -> dict:
    try:
        message = json.loads(_text(file))
    except ValueError as error:
        raise DevkitError(f"{file} is no JSON: {error}", "correct it") from error
    if not isinstance(message, dict):
        raise DevkitError(f"{file} holds no event", "name a CloudEvent in JSON")
    return message


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise DevkitError(f"{file} cannot be read: {error}", "name a text") from error


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="devkit template", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--operation", help="what to try; without it, the check")
    parser.add_argument(
        "--message", type=Path, metavar="FILE", help="a CloudEvent in JSON"
    )
    parser.add_argument("--reference", help="what the partner calls the document")
    parser.add_argument("--url", help="address of the partner")
    parser.add_argument("--user", default="", help="user or client id at the partner")
    parser.add_argument(
        "--send", action="store_true", help="send it; it has its effect"
    )
    options = parser.parse_args(argv)
    if options.send and not options.url:
        parser.error("--send needs --url")
    return options
