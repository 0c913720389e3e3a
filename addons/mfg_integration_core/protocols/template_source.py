"""Reading the text of a vendor template: YAML without its traps, held to its schema.

Every place in a template is known by its path, ``operations/create/body/title``; so is
the line that it stands in, which errors name.

The schema, ``templates/template.schema.json``, is also what an editor or a stranger's
tool checks a template with.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from ..exceptions import ConfigurationError
from . import schema_violation
from .template_text import to_text

SCHEMA_PATH = Path(__file__).parents[1] / "templates" / "template.schema.json"
# A tag that does not fit its value (!!int x) escapes from PyYAML as whatever its
# constructor stumbles over.
_YAML_FAILURES = (
    yaml.YAMLError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
)
_BOOL = "tag:yaml.org,2002:bool"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def read(text: str, file_name: str) -> tuple[dict, dict[str, int]]:
    """The content of a template that keeps the schema and is named like its file.

    :return: the content, and the line of each path in it
    :raise ConfigurationError: code ``bad_template``; names file, line, place and remedy
    """
    try:
        # A subclass of SafeLoader: it makes plain data only.
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        content = loader.construct_document(node) if node else None
    except _YAML_FAILURES as error:
        reason = getattr(error, "problem", None) or " ".join(str(error).split())
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}, " if mark else ""
        raise _bad(file_name, f"{line}is no YAML: {reason}") from error
    lines = _lines(node)
    with lines_in_errors(file_name, lines):
        _check_schema(content, file_name)
    return content, lines


@contextmanager
def lines_in_errors(file_name: str, lines: Mapping[str, int]) -> Iterator[None]:
    """Let configuration errors pass with the line of the place that they name."""
    try:
        yield
    except ConfigurationError as error:
        beginning = f"{file_name}, "
        if error.detail.startswith(beginning):
            rest = error.detail.removeprefix(beginning)
            places = [path for path in lines if re.match(rf"{re.escape(path)}\b", rest)]
            line = lines[max(places, key=len)] if places else 1
            error.detail = f"{beginning}line {line}, {rest}"
            error.args = (error.detail,)
        raise


def _check_schema(content, file_name: str) -> None:
    violation = schema_violation.find(_validator(), content)
    if violation:
        place = "/".join(violation.steps) or "the template"
        raise _bad(file_name, f"{place} {violation.demand}")
    stem = Path(file_name).name.split(".")[0]
    if content["template"] != stem:
        raise _bad(file_name, f"template must be {stem!r}, the name of the file")


def _lines(root: yaml.Node | None) -> dict[str, int]:
    """The line of each path; what an alias repeats has the line of its anchor."""
    found, seen, pending = {}, set(), [((), root)] if root else []
    while pending:
        path, node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            children = [(key.value, key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            children = [(str(n), child, child) for n, child in enumerate(node.value)]
        else:
            continue
        for name, marked, child in children:
            place = (*path, str(name))
            found["/".join(place)] = marked.start_mark.line + 1
            pending.append((place, child))
    return found


@functools.cache
def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _bad(file_name: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{file_name}, {what}.",
        code="bad_template",
        remedy="templates/template.schema.json describes what may stand there.",
    )


# ------------------------------------------------------------------
# YAML
# ------------------------------------------------------------------


class _PlainLoader(yaml.SafeLoader):
    """YAML in which ON, NO and 2026-11-20 are texts and no key stands twice.

    Status words of vendors are ON, OFF, YES and NO; YAML 1.1 would read them as
    true and false. Keys become texts, as they are in JSON.
    """

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] not in (_BOOL, _TIMESTAMP)]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        """A dictionary with text keys.

        :raise yaml.YAMLError: when a key stands twice or is no plain word
        """
        result = {}
        for key_node, value_node in node.value:
            key = self._text_key(key_node)
            if key in result:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key!r} stands here twice",
                    problem_mark=key_node.start_mark,
                )
            result[key] = self.construct_object(value_node, deep=True)
        return result

    def _text_key(self, key_node) -> str:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(
                problem="a key must be a word", problem_mark=key_node.start_mark
            )
        return to_text(self.construct_object(key_node)) or key_node.value


_PlainLoader.add_implicit_resolver(_BOOL, re.compile("^(?:true|false)$"), list("tf"))
