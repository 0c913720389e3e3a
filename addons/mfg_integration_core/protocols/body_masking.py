"""Members of stored bodies that are hidden where the bodies are shown.

A rule names members by their path, e.g. ``data.operator``. Lists are gone through
without a step of their own; ``*`` is any one member, ``**`` any number of them, none
included, so ``**.operator`` is the operator wherever it stands. A path that begins with
``/`` is a JSON pointer, for names with dots in them.

What is stored stays whole. A body that cannot be read as JSON is hidden whole where a
rule holds for it: nobody can tell where in it the members are.

Secrets are another matter: they are taken out before anything is stored, see
``masking.py``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..exceptions import ConfigurationError, InvalidEventError
from . import strict_json

HIDDEN = "***"
HASHED = "hash:"
#: The strictest first: the one that counts where two rules name the same member.
HIDE, HASH, LAST_4 = KINDS = ("hide", "hash", "last_4")
#: What a rule shows of a body that is not JSON.
NOT_READABLE = (
    f"{HIDDEN} Hidden: masking rules hold for this body, and it is no JSON in which the"
    " members that they name could be found."
)
#: Of a shorter text the last four characters would be most of it.
_SHORTEST_FOR_LAST_4 = 8
_HASH_CHARACTERS = 12
_ANY, _ANY_DEPTH = "*", "**"


@dataclass(frozen=True)
class MaskedMember:
    """One rule.

    :param steps: names of members from the document's root
    :param kind: one of :data:`KINDS`
    """

    steps: tuple[str, ...]
    kind: str


def read_path(text: str) -> tuple[str, ...]:
    """The steps of a path.

    :raise ConfigurationError: code ``bad_path``
    """
    text = text.strip()
    if text.startswith("/"):
        steps = [
            step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/")
        ]
    else:
        steps = text.split(".")
    if not all(steps) or steps[-1] == _ANY_DEPTH:
        raise ConfigurationError(
            f"{text!r} names no member. Write the names from the outside in, like"
            " data.operator or items.name; * for any name, **.operator for the"
            " operator wherever it stands.",
            code="bad_path",
        )
    return tuple(steps)


class BodyMask:
    """The rules that hold for one body; false when there are none.

    :param members: the rules
    :param key: of the hashes, so that nobody finds a name by hashing all names
    """

    def __init__(self, members: Sequence[MaskedMember], key: bytes):
        self._paths = [(member.steps, member.kind) for member in members]
        self._key = key

    def __bool__(self) -> bool:
        return bool(self._paths)

    def document(self, document):
        """A copy of ``document`` without what the rules name."""
        return self._masked(document, self._paths)

    def text(self, text: str) -> str:
        """A body as text; as it came where no rule finds anything in it."""
        if not self or not text.strip():
            return text
        try:
            document = strict_json.read(text)
        except InvalidEventError:
            # Not JSON, or such that readers disagree on what it says.
            return NOT_READABLE
        masked = self.document(document)
        if masked == document:
            return text
        return json.dumps(masked, indent=2, ensure_ascii=False)

    def restored(self, edited, document):
        """What a person made of a masked document, with what was hidden put back.

        :param edited: the masked form of ``document`` as the person left it
        :raise InvalidEventError: code ``still_masked``: a mask stands where nobody can
            tell what was behind it
        """
        whole = _put_back(edited, self.document(document), document)
        if place := self._leftover(whole, self._paths, ""):
            raise InvalidEventError(
                "What is hidden here was moved, so it is not known what it says.",
                code="still_masked",
                pointer=place,
                remedy="Write the value itself, or begin anew and leave it in its"
                " place.",
            )
        return whole

    # ------------------------------------------------------------------ walking

    def _masked(self, node, paths):
        if isinstance(node, list):
            return [self._masked(item, paths) for item in node]
        if not isinstance(node, dict) or not paths:
            return node
        return {name: self._member(name, child, paths) for name, child in node.items()}

    def _member(self, name, child, paths):
        kinds, below = _below(paths, name)
        if kinds:
            return self._hidden(child, min(kinds, key=KINDS.index))
        return self._masked(child, below)

    def _hidden(self, value, kind: str):
        """What is shown instead of a value; nothing stays nothing."""
        if value is None:
            return None
        if kind == HASH:
            text = json.dumps(value, sort_keys=True, separators=(",", ":"))
            digest = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
            return HASHED + digest[:_HASH_CHARACTERS]
        if kind == LAST_4 and not isinstance(value, dict | list | bool):
            text = str(value)
            if len(text) >= _SHORTEST_FOR_LAST_4:
                return HIDDEN + text[-4:]
        return HIDDEN

    def _leftover(self, node, paths, place: str) -> str | None:
        """JSON pointer to a mask that stands in a place of a rule."""
        if isinstance(node, list):
            parts = [(str(number), item, False) for number, item in enumerate(node)]
        elif isinstance(node, dict):
            parts = [(name, child, True) for name, child in node.items()]
        else:
            return None
        for name, child, is_member in parts:
            kinds, below = _below(paths, name) if is_member else ((), paths)
            here = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
            if kinds and _is_mask(child):
                return here
            if found := self._leftover(child, below, here):
                return found
        return None


def _below(paths, name: str):
    """Kinds of the rules that name this member, and the paths that go on below it."""
    kinds, below = [], []
    for steps, kind in paths:
        for rest in _after(steps, name):
            if rest:
                below.append((rest, kind))
            else:
                kinds.append(kind)
    return kinds, below


def _after(steps: tuple[str, ...], name: str):
    """What is left of a path behind a member; several where ``**`` may mean both."""
    first, rest = steps[0], steps[1:]
    if first == _ANY_DEPTH:
        yield steps
        yield from _after(rest, name)
    elif first in (_ANY, name):
        yield rest


def _is_mask(value) -> bool:
    return isinstance(value, str) and value.startswith((HIDDEN, HASHED))


def _put_back(edited, shown, document):
    """``edited`` with what was left as it was shown replaced by what it stands for."""
    if edited == shown:
        return document
    if isinstance(edited, dict) and isinstance(shown, dict):
        return {
            name: _put_back(child, shown[name], document[name])
            if name in shown
            else child
            for name, child in edited.items()
        }
    if isinstance(edited, list) and isinstance(shown, list):
        if len(edited) == len(shown):
            return [
                _put_back(*each) for each in zip(edited, shown, document, strict=True)
            ]
        return [
            document[shown.index(item)] if item in shown else item for item in edited
        ]
    return edited
