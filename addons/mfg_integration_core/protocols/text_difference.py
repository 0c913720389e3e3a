"""What is different between two texts, as people who read code are used to see it."""

from __future__ import annotations

import difflib
import json

#: Unchanged lines shown around a change.
CONTEXT_LINES = 3
#: Longer texts take too long to compare; they are shown whole elsewhere.
LONGEST_TEXT = 200_000
#: What a change is cut to where it has to fit into one line.
LONGEST_CHANGE = 200


def difference(before: str | None, after: str | None) -> str:
    """The unified difference without file names; empty when the texts are the same."""
    before, after = before or "", after or ""
    if before == after:
        return ""
    if max(len(before), len(after)) > LONGEST_TEXT:
        return "@@ too long to compare @@"
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), n=CONTEXT_LINES, lineterm=""
    )
    return "\n".join(list(lines)[2:])


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines that left and those that came, each in one line of text."""
    marked = difference(before, after).splitlines()
    return _joined(marked, "-"), _joined(marked, "+")


def comparable(body: str) -> str:
    """A body with each value on a line of its own when it is JSON, else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        # Not JSON: compared line by line as it came.
        return body


def _joined(lines: list[str], mark: str) -> str:
    text = " ".join(line[1:].strip() for line in lines if line.startswith(mark))
    return text if len(text) <= LONGEST_CHANGE else f"{text[: LONGEST_CHANGE - 1]}…"
