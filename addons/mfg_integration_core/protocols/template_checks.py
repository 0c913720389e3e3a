"""What a template must not say although its schema lets it.

The schema knows shapes; here is what one part of a template means for another.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import ConfigurationError
from .template_session import ENDED_STATUS


def check(content: Mapping, file_name: str) -> None:
    """Return when the template makes sense.

    :raise ConfigurationError: code ``bad_template``; names file, place and remedy
    """
    operations = content.get("operations", {})
    if content.get("read_only") and operations:
        raise _bad(
            f"{file_name}, operations may not stand beside read_only",
            "Leave out read_only, or the operations: a partner that cannot be written"
            " to has none.",
        )
    for name, operation in operations.items():
        _check_operation(operation, f"{file_name}, operations/{name}")
    _check_ended(content["auth"], file_name)


def _check_operation(operation: Mapping, where: str) -> None:
    acts = [operation]
    acts += [
        request
        for request in operation.get("transitions", {}).values()
        if isinstance(request, Mapping)
    ]
    if any("address" in act for act in acts) and "lookup" not in operation:
        raise _bad(
            f"{where}/lookup is missing; an address that is asked for anew does not"
            " keep a request from taking effect twice",
            "Say how to look up by our reference whether the partner has it.",
        )
    if "already_status" in operation.get("answer", {}) and (
        "reference" in operation["answer"] and "lookup" not in operation
    ):
        raise _bad(
            f"{where}/lookup is missing; an answer that says the partner has it"
            " already does not hold the reference",
            "Say how to look up the reference of what the partner has.",
        )


def _check_ended(auth: Mapping, file_name: str) -> None:
    if auth["scheme"] != "session":
        return
    ended = auth.get("ended", {})
    if not ended.get("status", ENDED_STATUS) and "when" not in ended:
        raise _bad(
            f"{file_name}, auth/ended says nothing about how a session ends",
            "Name the status of an ended session, or a condition.",
        )


def _bad(what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"{what}.", code="bad_template", remedy=remedy)
