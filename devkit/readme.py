"""``devkit readme``: each addon's README.rst out of its fragments in ``readme/``."""

from collections.abc import Sequence
from pathlib import Path

from . import suite
from .console import say

#: Fragments in the order of the page, with the heading that goes before each.
FRAGMENTS = (
    ("DESCRIPTION.rst", None),
    ("CONFIGURE.rst", "Configure"),
    ("USAGE.rst", "Use"),
    ("HISTORY.rst", "History"),
)


def main(argv: Sequence[str]) -> int:
    """Write the README.rst of every addon; always 0."""
    for name, folder in suite.addons().items():
        (folder / "README.rst").write_text(text_for(folder), encoding="utf-8")
        say(f"{name}/README.rst")
    return 0


def text_for(folder: Path) -> str:
    """What the README.rst of the addon in that folder has to say."""
    title = suite.manifest(folder)["name"]
    parts = ["\n".join(("=" * len(title), title, "=" * len(title)))]
    for file_name, heading in FRAGMENTS:
        if heading:
            parts.append(f"{heading}\n{'=' * len(heading)}")
        parts.append(
            (folder / "readme" / file_name).read_text(encoding="utf-8").strip()
        )
    return "\n\n".join(parts) + "\n"
