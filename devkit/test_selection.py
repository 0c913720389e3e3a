"""What ``T=`` means: a path, a path and a test in it, or an expression for ``-k``."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from .console import DevkitError
from .paths import ROOT

UNIT = ("devkit/tests", "tests/unit", "tests/fakes", "tests/recorded")
SIMULATION = ("tests/simulation",)
SYSTEM = ("tests/contract", "tests/end_to_end")
#: Part of them: processes are killed, cut off or never started.
OUTAGES = ("tests/end_to_end/outages",)
ADDONS = ("addons", "tests/addons")
PLACES = {
    "unit": UNIT,
    "simulation": SIMULATION,
    "addons": ADDONS,
    "system": SYSTEM,
}


@dataclass(frozen=True)
class Selection:
    """Which tests were asked for.

    :param path: a file or folder of the repository, relative to it
    :param test: what follows the path in pytest's notation, ``::Class::test``
    :param keyword: an expression for pytest's ``-k``
    """

    path: PurePosixPath | None = None
    test: str = ""
    keyword: str = ""

    @classmethod
    def parse(cls, expression: str | None) -> "Selection":
        """The selection that an expression stands for; none at all is everything.

        :raise DevkitError: when it looks like a path and there is no such file
        """
        if not expression:
            return cls()
        name, separator, test = expression.partition("::")
        # Words are never asked for as a path: one may be too long for a file name.
        if " " not in name and (ROOT / name).exists() and name.strip("./"):
            return cls(path=PurePosixPath(name.rstrip("/")), test=separator + test)
        if separator or "/" in name:
            raise DevkitError(f"there is no {name} in the repository", "check the path")
        return cls(keyword=expression)

    @property
    def is_everything(self) -> bool:
        return not (self.path or self.keyword)

    @property
    def part(self) -> str | None:
        """The part that the path belongs to, a key of ``PLACES``."""
        for part, places in PLACES.items():
            for place in places:
                inside = PurePosixPath(place)
                if self.path and (self.path == inside or inside in self.path.parents):
                    # tests/addons lies in no place of another part.
                    return part
        return None

    def wants(self, part: str) -> bool:
        """True when tests of that part may be among those asked for."""
        return self.path is None or self.part == part

    @property
    def addon(self) -> str | None:
        """The addon that the path lies in, if it lies in one."""
        if self.part != "addons":
            return None
        levels = 2 if self.path.parts[0] == "addons" else 3
        return self.path.parts[levels - 1] if len(self.path.parts) >= levels else None

    def pytest_arguments(self) -> list[str]:
        """Options that make pytest run only what was asked for."""
        return ["-k", self.keyword] if self.keyword else []
