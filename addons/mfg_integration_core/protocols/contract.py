"""The contracts: one JSON Schema and one example per event type, read from folders.

``<type>.schema.json`` describes ``data`` of the type, ``<type>.example.json`` is a
whole CloudEvent. The same files are served to partners, checked at the door and shown
in the documentation.

Source: JSON Schema 2020-12.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError

from ..exceptions import ConfigurationError, InvalidEventError, UnknownEventTypeError
from . import rfc3339, schema_violation
from .deprecation import Deprecation

_SCHEMA_ENDING = ".schema.json"
_EXAMPLE_ENDING = ".example.json"
_ENVELOPE = "cloudevent"


class ContractBook:
    """All contracts of the given folders, compiled once.

    :param folders: the ``contract/`` folders of the installed addons
    :raise ConfigurationError: a file that is no schema, or a type described twice
    """

    def __init__(self, folders: Iterable[Path | str]):
        self._validators: dict[str, Draft202012Validator] = {}
        self._quick: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._examples: dict[str, dict] = {}
        self._deprecations: dict[str, Deprecation] = {}
        self.envelope: dict = {}
        for folder in folders:
            self._read_folder(Path(folder))

    def types(self) -> list[str]:
        """The event types that have a contract, sorted."""
        return sorted(self._validators)

    def assert_known(self, event_type: str) -> None:
        """Return when there is such a contract.

        :raise UnknownEventTypeError: there is none
        """
        self._validator(event_type)

    def schema(self, event_type: str) -> dict:
        """The JSON Schema of ``data``."""
        return self._validator(event_type).schema

    def example(self, event_type: str) -> dict:
        """A whole CloudEvent of the type that passes its contract."""
        self._validator(event_type)
        return self._examples[event_type]

    def deprecations(self, event_types: Iterable[str]) -> list[Deprecation]:
        """Those of these types that are on their way out, each once."""
        return [
            self._deprecations[name]
            for name in dict.fromkeys(event_types)
            if name in self._deprecations
        ]

    def check(self, event_type: str, data) -> None:
        """Return when ``data`` keeps the contract of ``event_type``.

        :raise UnknownEventTypeError: no such contract
        :raise InvalidEventError: code ``schema_violation``; the pointer names the
            place in the CloudEvent, e.g. ``/data/good_quantity``
        """
        validator = self._validator(event_type)
        # Nearly all data is as it should be, which the compiled one sees at once; the
        # other one has the words for what is not.
        if self._quick[event_type].is_valid(data):
            return
        violation = schema_violation.find(validator, data)
        if violation:
            name = violation.steps[-1] if violation.steps else "data"
            raise InvalidEventError(
                f"`{name}` {violation.demand}.",
                code="schema_violation",
                pointer="/data" + violation.pointer,
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
            self._quick[event_type] = jsonschema_rs.Draft202012Validator(
                schema,
                validate_formats=True,
                formats={
                    name: partial(FORMATS.conforms, format=name)
                    for name in FORMATS.checkers
                },
            )
            deprecation = Deprecation.of(event_type, schema)
            if deprecation:
                self._deprecations[event_type] = deprecation


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
    return not isinstance(value, str) or bool(rfc3339.parse_storable(value))


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(value) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)
