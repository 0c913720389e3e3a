"""Reads an OpenAPI document: what it shows, and whether an answer is as it says."""

import json
import re
from collections.abc import Iterator

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_ROOT = "urn:openapi"


class OpenApiReader:
    """One document.

    Places in it are JSON pointers, so that a schema is checked where it stands.
    """

    def __init__(self, document: dict):
        self.document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource(_ROOT, resource)

    def validator(self, pointer: str) -> Draft202012Validator:
        """Checks against the schema at a place."""
        return Draft202012Validator(
            {"$ref": f"{_ROOT}#{pointer}"},
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )

    def examples(self) -> Iterator[tuple[str, object]]:
        """Each example of a body as (place of its schema, value)."""
        for place, media in self._media():
            schema = f"{place}/schema"
            if "example" in media:
                yield schema, media["example"]
            for example in media.get("examples", {}).values():
                yield schema, self._example_value(example)

    def faults(self, method: str, path: str, answer) -> list[str]:
        """What the document does not tell of an answer to ``path``, in words."""
        documented = self._template_of(path)
        method, status = method.lower(), str(answer.status)
        operation = self.document["paths"][documented].get(method)
        if operation is None or status not in operation["responses"]:
            return [f"{method} {documented} says nothing of {status}: {answer.body}"]
        response = operation["responses"][status]
        missing = [
            f"{method} {documented} {status} has no {name}"
            for name, header in response.get("headers", {}).items()
            if header.get("required") and not answer.headers.get(name)
        ]
        content = response.get("content")
        if missing or content is None:
            return missing
        sent = answer.headers["Content-Type"].replace(" ", "")
        spelled = {kind.replace(" ", ""): kind for kind in content}
        if not any(sent.startswith(kind) for kind in spelled):
            return [f"{method} {documented} {status} is not {sent}"]
        (kind,) = (kind for short, kind in spelled.items() if sent.startswith(short))
        place = f"{_place(documented, method)}/responses/{status}/content"
        is_text = content[kind]["schema"].get("type") == "string"
        body = answer.body.decode() if is_text else json.loads(answer.body)
        check = self.validator(f"{place}/{_escaped(kind)}/schema")
        return [f"{one.json_path}: {one.message}" for one in check.iter_errors(body)]

    def _template_of(self, path: str) -> str:
        """The documented path that an address belongs to."""
        path = path.partition("?")[0]
        fits = [
            documented
            for documented in self.document["paths"]
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", documented), path)
        ]
        (documented,) = fits
        return documented

    def _media(self) -> Iterator[tuple[str, dict]]:
        """Each Media Type Object with its place."""
        for path, item in self.document["paths"].items():
            for method in item.keys() - {"parameters"}:
                place, operation = _place(path, method), item[method]
                bodies = {f"{place}/requestBody": operation.get("requestBody", {})} | {
                    f"{place}/responses/{status}": response
                    for status, response in operation["responses"].items()
                }
                for where, body in bodies.items():
                    for kind, media in body.get("content", {}).items():
                        yield f"{where}/content/{_escaped(kind)}", media

    def _example_value(self, example: dict):
        if "$ref" in example:
            name = example["$ref"].rpartition("/")[2]
            example = self.document["components"]["examples"][name]
        return example["value"]


def _place(path: str, method: str) -> str:
    return f"/paths/{_escaped(path)}/{method}"


def _escaped(step: str) -> str:
    """A step of a pointer, as it stands in a fragment of a URI."""
    pointer = step.replace("~", "~0").replace("/", "~1")
    for character, escape in (("{", "%7B"), ("}", "%7D"), (" ", "%20")):
        pointer = pointer.replace(character, escape)
    return pointer
