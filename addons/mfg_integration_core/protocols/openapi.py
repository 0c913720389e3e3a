"""The OpenAPI document: which doors there are, what they take and what they answer.

Plain data in, plain data out. A route names its operation by the name of the method
that answers it, so that no address is written down twice.

Source: OpenAPI 3.1.0; JSON Schema 2020-12; RFC 9457 (problem documents).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..exceptions import (
    PROBLEM_MEDIA_TYPE,
    MethodError,
    MfgIntegrationError,
    NotReadyError,
    ProofError,
    RateLimitError,
    UnknownPathError,
)
from .contract import ContractBook

OPENAPI_VERSION = "3.1.0"
_JSON = "application/json"
# How Odoo spells a piece of a path that is filled in: <string:connector_code>.
_PLACEHOLDER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


_TEXT = {"schema": {"type": "string"}}
#: Of answers to a connector that has a limit.
RATE_HEADERS = {
    "RateLimit-Policy": {
        "description": "Events per minute: draft-ietf-httpapi-ratelimit-headers",
        **_TEXT,
    },
    "RateLimit": {"description": "What is left of it", **_TEXT},
}
#: Of answers to who used a contract that is on its way out.
DEPRECATION_HEADERS = {
    "Deprecation": {"description": "Since when: RFC 9745", **_TEXT},
    "Sunset": {"description": "Until when: RFC 8594", **_TEXT},
    "Link": {"description": "The contract, and its successor", **_TEXT},
}
_PROBLEM_HEADERS = {
    ProofError.status: {
        "WWW-Authenticate": {
            "description": "The proof that is asked for: Webhook-Signature, Bearer or"
            " Basic, and the connector as realm (RFC 9110)",
            "required": True,
            **_TEXT,
        }
    },
    MethodError.status: {"Allow": _TEXT},
    RateLimitError.status: {
        "Retry-After": {"schema": {"type": "integer", "minimum": 1}},
        **RATE_HEADERS,
    },
    NotReadyError.status: {"Retry-After": {"schema": {"type": "integer"}}},
}


# ------------------------------------------------------------------
# What an addon says of its doors
# ------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """Where a door is.

    :param operation: name of the method that answers
    :param path: in Odoo's spelling, e.g. ``/mfg/v1/messages/<string:uuid>``
    :param method: in small letters
    """

    operation: str
    path: str
    method: str


@dataclass(frozen=True)
class Refusal:
    """One kind of problem document that a door answers.

    :param codes: reason codes; without any, that of the class
    :param status: when another than that of the class
    """

    error: type[MfgIntegrationError]
    codes: tuple[str, ...] = ()
    status: int | None = None

    def examples(self) -> list[dict]:
        """One problem document per code, as the class itself writes it."""
        detail = self.error.__doc__.partition("\n")[0]
        problems = []
        for code in self.codes or (self.error.code,):
            error = self.error(detail, code=code)
            error.status = self.status or error.status
            problems.append(error.as_problem())
        return problems


@dataclass(frozen=True)
class Operation:
    """What a door does.

    :param answers: Response Objects by status, without the refusals
    :param refusals: every problem document it may answer
    :param body: Request Body Object
    :param parameters: Parameter Objects, without those of the path
    :param security: Security Requirement Objects; empty when anybody may call
    :param more: further members, such as ``x-limits``
    """

    tag: str
    summary: str
    answers: Mapping[int, dict]
    description: str = ""
    refusals: tuple[Refusal, ...] = ()
    body: dict | None = None
    parameters: tuple[dict, ...] = ()
    security: tuple[dict, ...] = ()
    more: Mapping = field(default_factory=dict)


# ------------------------------------------------------------------
# The document
# ------------------------------------------------------------------


def document(
    routes: Iterable[Route],
    operations: Mapping[str, Operation],
    book: ContractBook,
    schemas: Mapping[str, dict],
    security_schemes: Mapping[str, dict],
) -> dict:
    """The whole document.

    :param routes: those that are installed
    :param operations: what is known of them, by name
    :raise KeyError: a route has no operation
    """
    paths: dict[str, dict] = {}
    for route in sorted(routes, key=lambda one: (one.path, one.method)):
        operation = operations[route.operation]
        item = paths.setdefault(_PLACEHOLDER.sub(r"{\1}", route.path), {})
        names = _PLACEHOLDER.findall(route.path)
        if names:
            item["parameters"] = [_path_parameter(name) for name in names]
            # A piece that is empty or has a slash in it makes another address.
            refusals = (*operation.refusals, Refusal(UnknownPathError))
            operation = replace(operation, refusals=refusals)
        item[route.method] = _operation(route.operation, operation)
        if _refuses_options(operation):
            item["options"] = _options(route.operation, operation)
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "Manufacturing Integration",
            "version": "1",
            "description": "Doors of the hub for machines and other systems.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**contract_schemas(book), **schemas},
            "examples": _contract_examples(book),
            "securitySchemes": dict(security_schemes),
        },
    }


def reference(kind: str, name: str) -> dict:
    """A Reference Object to a component: ``reference("schemas", "Problem")``."""
    return {"$ref": f"#/components/{kind}/{name}"}


def closed(properties: Mapping[str, dict], optional: Iterable[str] = ()) -> dict:
    """The schema of an object of these members and no others."""
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
        "additionalProperties": False,
    }


def json_answer(description: str, schema: dict, example=None, headers=None) -> dict:
    """A Response Object with a JSON body."""
    return answer(description, _JSON, schema, example, headers)


def answer(description, media_type, schema, example=None, headers=None) -> dict:
    """A Response Object."""
    media = {"schema": schema}
    if example is not None:
        media["example"] = example
    response = {"description": description, "content": {media_type: media}}
    return {**response, "headers": headers} if headers else response


def _operation(name: str, operation: Operation) -> dict:
    described = {
        "operationId": name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": list(operation.parameters),
        "requestBody": operation.body,
    }
    described = {key: value for key, value in described.items() if value}
    return {
        **described,
        "security": list(operation.security),
        "responses": _responses(operation),
        **operation.more,
    }


def _responses(operation: Operation) -> dict:
    """All answers but those that only other methods get."""
    responses = {str(status): one for status, one in operation.answers.items()}
    refusals = [one for one in operation.refusals if one.error is not MethodError]
    responses |= _problems(refusals)
    return dict(sorted(responses.items()))


def _problems(refusals: Iterable[Refusal]) -> dict:
    """A Response Object per status, with every code that it may have."""
    by_status: dict[int, list[dict]] = {}
    for refusal in refusals:
        for problem in refusal.examples():
            by_status.setdefault(problem["status"], []).append(problem)
    return {
        str(status): _problem_answer(status, problems)
        for status, problems in by_status.items()
    }


def _problem_answer(status: int, problems: list[dict]) -> dict:
    codes = list(dict.fromkeys(problem["code"] for problem in problems))
    known = {"status": {"const": status}, "code": {"enum": codes}}
    media = {
        "schema": {
            "allOf": [reference("schemas", "Problem"), {"properties": known}],
        },
        "examples": {problem["code"]: {"value": problem} for problem in problems},
    }
    response = {
        "description": "; ".join(dict.fromkeys(one["title"] for one in problems)),
        "content": {PROBLEM_MEDIA_TYPE: media},
    }
    headers = _PROBLEM_HEADERS.get(status)
    return {**response, "headers": headers} if headers else response


def _refuses_options(operation: Operation) -> bool:
    return any(refusal.error is MethodError for refusal in operation.refusals)


def _options(name: str, operation: Operation) -> dict:
    """What OPTIONS gets, which Odoo passes on to the door."""
    refused = [one for one in operation.refusals if one.error is MethodError]
    return {
        "operationId": f"{name}_options",
        "tags": [operation.tag],
        "summary": "Refused",
        "security": [],
        "responses": _problems(refused),
    }


def _path_parameter(name: str) -> dict:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
    }


# ------------------------------------------------------------------
# Contracts
# ------------------------------------------------------------------


def one_of_types(types: Iterable[str]) -> dict:
    """The schema of an event of any of these types."""
    pointers = {name: reference("schemas", name)["$ref"] for name in types}
    return {
        "oneOf": [{"$ref": pointer} for pointer in pointers.values()],
        "discriminator": {"propertyName": "type", "mapping": pointers},
    }


def contract_schemas(book: ContractBook) -> dict[str, dict]:
    """``CloudEvent``, and for each type the whole event and its ``data``."""
    schemas = {"CloudEvent": _embedded(book.envelope, "CloudEvent")}
    for name in book.types():
        data = f"{name}.data"
        schemas[data] = _embedded(book.schema(name), data)
        schemas[name] = {
            "title": schemas[data].get("title", name),
            **({"deprecated": True} if book.deprecations([name]) else {}),
            "allOf": [
                reference("schemas", "CloudEvent"),
                {
                    "required": ["data"],
                    "properties": {
                        "type": {"const": name},
                        "data": reference("schemas", data),
                    },
                },
            ],
        }
    return schemas


def _contract_examples(book: ContractBook) -> dict[str, dict]:
    return {name: {"value": book.example(name)} for name in book.types()}


def type_examples(types: Iterable[str]) -> dict[str, dict]:
    """References to the examples of these types, for a Media Type Object."""
    return {name: reference("examples", name) for name in types}


def _embedded(schema: dict, name: str) -> dict:
    """A contract as component: its own references begin at the document's root."""
    root = reference("schemas", name)["$ref"]
    outer = {key: part for key, part in schema.items() if key not in ("$id", "$schema")}
    return _rebased(outer, root)


def _rebased(part, root: str):
    if isinstance(part, list):
        return [_rebased(one, root) for one in part]
    if not isinstance(part, dict):
        return part
    rebased = {key: _rebased(value, root) for key, value in part.items()}
    target = part.get("$ref")
    if isinstance(target, str) and target.startswith("#"):
        rebased["$ref"] = root + target[1:]
    return rebased
