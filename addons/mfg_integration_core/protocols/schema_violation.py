"""What is wrong with a document, and where, in words for the person who wrote it.

Source: JSON Schema 2020-12; RFC 6901 (JSON pointer).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

_TYPE_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
_FORMAT_EXAMPLES = {
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
    "minProperties": "must have at least {} members",
    "not": "may not stand here",
}


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong.

    :param steps: names and list positions that lead there from the document's root
    :param demand: the end of a sentence about it, e.g. ``must be text``
    """

    steps: tuple[str, ...]
    demand: str

    @property
    def pointer(self) -> str:
        """The steps as JSON pointer."""
        escaped = (step.replace("~", "~0").replace("/", "~1") for step in self.steps)
        return "".join(f"/{step}" for step in escaped)


def find(validator: Draft202012Validator, document) -> Violation | None:
    """The violation that tells most, None when the document keeps the schema.

    Where alternatives failed, it is the one inside the alternative that came closest.
    """
    error = best_match(validator.iter_errors(document))
    if error is None:
        return None
    steps = [*error.absolute_path, *_misplaced_member(error)]
    return Violation(tuple(str(step) for step in steps), _demand(error))


def _misplaced_member(error: ValidationError) -> list[str]:
    """The member that is missing or too much, which the library's path leaves out."""
    if error.validator == "required":
        return [one for one in error.validator_value if one not in error.instance][:1]
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        return [one for one in error.instance if one not in known][:1]
    return []


def _demand(error: ValidationError) -> str:
    wanted = error.validator_value
    if error.validator == "required":
        return "is missing; add it"
    if error.validator == "additionalProperties":
        return "is not known here; leave it out"
    if error.validator == "type":
        words = [wanted] if isinstance(wanted, str) else wanted
        return "must be " + " or ".join(_TYPE_WORDS[word] for word in words)
    if error.validator == "enum":
        return "must be one of " + ", ".join(json.dumps(word) for word in wanted)
    if error.validator == "format":
        example = _FORMAT_EXAMPLES.get(wanted, wanted)
        return f"must be written as {wanted}, e.g. {example}"
    plain = _PLAIN_DEMANDS.get(error.validator)
    return plain.format(wanted) if plain else f"is refused: {error.message[:200]}"
