"""What a rule about the source is, and what it finds."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

PYTHON = (".py",)
XML = (".xml",)
SCRIPT = (".js",)
ADDONS = ("addons/*", "tests/addons/*")


@dataclass(frozen=True)
class Finding:
    """One place where the source breaks a rule."""

    path: PurePosixPath
    line: int
    rule: str
    advice: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


@dataclass(frozen=True)
class SourceRule:
    """A pattern that the source must not have, and what to write instead.

    :param name: short, for the reader of a finding
    :param pattern: regular expression, searched over the whole text of a file
    :param suffixes: of the files it looks at; none at all means every file
    :param advice: what to write, or why
    :param within: patterns of paths it looks at, anywhere by default
    :param outside: patterns of paths it leaves alone
    :param unless_commented: a comment in or above a Python statement is reason
    """

    name: str
    pattern: str
    suffixes: tuple[str, ...]
    advice: str
    within: tuple[str, ...] = ("*",)
    outside: tuple[str, ...] = ()
    unless_commented: bool = False

    def concerns(self, path: PurePosixPath) -> bool:
        if self.suffixes and path.suffix not in self.suffixes:
            return False
        return _matches(path, self.within) and not _matches(path, self.outside)

    def findings(self, path: PurePosixPath, text: str) -> Iterator[Finding]:
        """Every place in the text that breaks the rule."""
        if not self.concerns(path):
            return
        for found in re.finditer(self.pattern, text, flags=re.MULTILINE):
            number = text.count("\n", 0, found.start()) + 1
            if not (self.unless_commented and _is_commented(text, number)):
                yield Finding(path, number, self.name, self.advice)


def check(
    rules: Iterable[SourceRule], path: PurePosixPath, text: str
) -> Iterator[Finding]:
    """Every place in a file that breaks one of the rules."""
    for rule in rules:
        yield from rule.findings(path, text)


def _matches(path: PurePosixPath, patterns: Iterable[str]) -> bool:
    """True when one of the patterns fits; ``*`` stands for any text, ``/`` included."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), str(path))
        for pattern in patterns
    )


def _is_commented(text: str, number: int) -> bool:
    """True when the statement on that line has a comment, in it or right above it."""
    lines = text.splitlines()
    first, last = _statement(text, number)
    inside = lines[first - 1 : last]
    above = lines[first - 2] if first > 1 else ""
    return above.lstrip().startswith("#") or any("#" in line for line in inside)


def _statement(text: str, number: int) -> tuple[int, int]:
    """First and last line of the statement on a line; of a block, only its head."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        # ruff reports it; until it is corrected the line stands for the statement.
        return number, number
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= number <= node.end_lineno
    ]
    innermost = max(around, key=lambda node: node.lineno)
    body = getattr(innermost, "body", None)
    last = body[0].lineno - 1 if body else innermost.end_lineno
    return innermost.lineno, max(last, number)
