"""The contracts: one JSON Schema and one example per event type, read from folders.

``<type>.schema.json`` describes ``data`` of the type, ``<type>.example.json`` is a
whole CloudEvent. The same files are served to partners, checked at the door and shown
in the documentation.

Source: JSON Schema 2020-12; RFC 6901 (JSON pointer).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError, best_match

from ..exceptions import ConfigurationError, InvalidEventError, UnknownEventTypeError
from . import rfc3339

_SCHEMA_ENDING = ".schema.json"
_EXAMPLE_ENDING = ".example.json"
_ENVELOPE = "cloudevent"
_TYPE_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


class ContractBook:
    """All contracts of the given folders, compiled once.

    :param folders: the ``contract/`` folders of the installed addons
    :raise ConfigurationError: a file that is no schema, or a type described twice
    """

    def __init__(self, folders: Iterable[Path | str]):
        self._validators: dict[str, Draft202012Validator] = {}
        self._examples: dict[str, dict] = {}
        self.envelope: dict = {}
        for folder in folders:
            self._read_folder(Path(folder))

    def types(self) -> list[str]:
        """The event types that have a contract, sorted."""
        return sorted(self._validators)

    def schema(self, event_type: str) -> dict:
        """The JSON Schema of ``data``."""
        return self._validator(event_type).schema

    def example(self, event_type: str) -> dict:
        """A whole CloudEvent of the type that passes its contract."""
        self._validator(event_type)
        return self._examples[event_type]

    def check(self, event_type: str, data) -> None:
        """Return when ``data`` keeps the contract of ``event_type``.

        :raise UnknownEventTypeError: no such contract
        :raise InvalidEventError: code ``schema_violation``; the pointer names the
            place in the CloudEvent, e.g. ``/data/good_quantity``
        """
        error = best_match(self._validator(event_type).iter_errors(data))
        if error:
            raise InvalidEventError(
                _sentence(error), code="schema_violation", pointer=_pointer(error)
            )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _validator(self, event_type: str) -> Draft202012Validator:
        try:
            return self._validators[event_type]
        except KeyError:
            raise UnknownEventTypeError(
                f"No contract describes the event type {str(event_type)[:100]}.",
                pointer="/type",
                remedy="GET /mfg/v1/contracts lists the types that are known.",
            ) from None

    def _read_folder(self, folder: Path) -> None:
        for path in sorted(folder.glob(f"*{_SCHEMA_ENDING}")):
            schema = _read_file(path)
            event_type = path.name.removesuffix(_SCHEMA_ENDING)
            if event_type == _ENVELOPE:
                self.envelope = schema
                continue
            if event_type in self._validators:
                raise ConfigurationError(f"{path} describes a type described before.")
            example = path.with_name(event_type + _EXAMPLE_ENDING)
            self._examples[event_type] = _read_file(example)
            self._validators[event_type] = _compile(schema, path)


def _read_file(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} is missing, add it.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid JSON: {error}.") from error


def _compile(schema: dict, path: Path) -> Draft202012Validator:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ConfigurationError(
            f"{path} is no JSON Schema 2020-12: {error.message} at {error.json_path}."
        ) from error
    return Draft202012Validator(schema, format_checker=FORMATS)


# ------------------------------------------------------------------
# Formats: the library checks most of them only when further packages are installed
# ------------------------------------------------------------------

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value) -> bool:
    return not isinstance(value, str) or bool(rfc3339.parse(value))


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(value) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


# ------------------------------------------------------------------
# Saying it
# ------------------------------------------------------------------


def _pointer(error: ValidationError) -> str:
    steps = ["data", *error.absolute_path, *_misplaced_member(error)]
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "/" + "/".join(escaped)


def _misplaced_member(error: ValidationError) -> list[str]:
    """The member that is missing or too much, which the library's path leaves out."""
    if error.validator == "required":
        wanted = error.validator_value
        return [name for name in wanted if name not in error.instance][:1]
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        return [name for name in error.instance if name not in known][:1]
    return []


def _sentence(error: ValidationError) -> str:
    if error.validator == "required":
        return f"`{_misplaced_member(error)[0]}` is missing. Add it."
    if error.validator == "additionalProperties":
        return f"`{_misplaced_member(error)[0]}` is not known here. Leave it out."
    name = f"`{error.absolute_path[-1]}`" if error.absolute_path else "`data`"
    return f"{name} {_demand(error)}."


def _demand(error: ValidationError) -> str:
    wanted = error.validator_value
    if error.validator == "type":
        words = [wanted] if isinstance(wanted, str) else wanted
        return "must be " + " or ".join(_TYPE_WORDS[word] for word in words)
    if error.validator == "enum":
        return "must be one of " + ", ".join(json.dumps(word) for word in wanted)
    if error.validator == "format":
        return f"must be written as {wanted}, e.g. {_EXAMPLES.get(wanted, wanted)}"
    plain = _PLAIN_DEMANDS.get(error.validator)
    return plain.format(wanted) if plain else f"is refused: {error.message[:200]}"


_EXAMPLES = {
    "date-time": "2026-11-20T22:15:00Z",
    "uuid": "0b0e3f2c-6c0e-4e2e-9a2a-5b8f0a1c2d3e",
    "uri": "https://example.com/",
}
_PLAIN_DEMANDS = {
    "const": "must be {!r}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be above {}",
    "exclusiveMaximum": "must be below {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "pattern": "must match the pattern {}",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
}
