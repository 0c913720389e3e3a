"""Finds translations where 19.0 cannot tell whose language they are for.

``_()`` looks for ``self`` or ``env`` among the variables of the function it is called
in. A generator or comprehension is a function of its own and has neither.
"""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from .source_rule import Finding

NAME = "translated-in-generator"
ADVICE = "translate before the loop; in here 19.0 does not find the user's language"
OWN_FUNCTIONS = (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
PLACES = ("addons/", "tests/addons/")


def check(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Every translation inside a generator or comprehension of an addon's Python."""
    if path.suffix != ".py" or not str(path).startswith(PLACES):
        return
    try:
        tree = ast.parse(text)
    except SyntaxError:
        # ruff reports it; there is nothing to find before it is corrected.
        return
    lines = {
        call.lineno
        for loop in ast.walk(tree)
        if isinstance(loop, OWN_FUNCTIONS)
        for call in ast.walk(loop)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "_"
    }
    for line in sorted(lines):
        yield Finding(path, line, NAME, ADVICE)
