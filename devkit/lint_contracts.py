"""Checks the contracts: each schema is one, each example keeps its own.

Needs jsonschema, so it runs in the environment of the checks:
``python -m devkit.lint_contracts FOLDER...``
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ENVELOPE = "cloudevent"
SCHEMA, EXAMPLE = ".schema.json", ".example.json"


def faults(folders: Sequence[Path]) -> Iterator[str]:
    """What is wrong with the contracts in those folders, one line each."""
    schemas, known = {}, Registry()
    for file in sorted(
        file for folder in folders for file in folder.glob(f"*{SCHEMA}")
    ):
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
            Draft202012Validator.check_schema(schema)
        except (ValueError, SchemaError) as error:
            yield f"{file}: no JSON Schema 2020-12: {_first_line(error)}"
            continue
        schemas[file] = schema
        resource = Resource.from_contents(schema, default_specification=DRAFT202012)
        identifier = schema.get("$id", file.name)
        known = known.with_resource(identifier, resource)
    checks = {
        file: Draft202012Validator(
            schema, registry=known, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for file, schema in schemas.items()
    }
    envelope = next(
        (check for file, check in checks.items() if _type_of(file) == ENVELOPE), None
    )
    for file, check in checks.items():
        yield from _example_faults(file, check, envelope)


def _example_faults(
    file: Path, check: Draft202012Validator, envelope: Draft202012Validator | None
) -> Iterator[str]:
    """What is wrong with the example of one schema."""
    example_file = file.with_name(f"{_type_of(file)}{EXAMPLE}")
    if not example_file.exists():
        yield f"{file}: there is no {example_file.name} beside it"
        return
    try:
        example = json.loads(example_file.read_text(encoding="utf-8"))
    except ValueError as error:
        yield f"{example_file}: not JSON: {error}"
        return
    if _type_of(file) == ENVELOPE:
        parts = [(check, example)]
    else:
        parts = [(check, example.get("data"))]
        if envelope:
            parts.append((envelope, example))
        if example.get("type") != _type_of(file):
            yield f"{example_file}: /type is not {_type_of(file)}"
    for part_check, document in parts:
        for error in part_check.iter_errors(document):
            yield f"{example_file}: {error.json_path}: {_first_line(error)}"


def _type_of(file: Path) -> str:
    return file.name.removesuffix(SCHEMA)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def main(argv: Sequence[str]) -> int:
    """Print every fault; 1 when there is one."""
    found = list(faults([Path(name) for name in argv]))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
