"""What the documentation names is there: files, commands, links, models, menus."""

import re
from pathlib import Path

import pytest

from devkit import readme, suite
from devkit.command_line import COMMANDS
from tests.without_odoo import ADDONS, REPOSITORY

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "tools/*/*.md")
    for path in REPOSITORY.glob(pattern)
)
CORE = ADDONS / "mfg_integration_core"
#: Where a path on a page may begin; pages say so where it is not the repository.
STARTS = (REPOSITORY, ADDONS, CORE, REPOSITORY / "devkit")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FILE_NAME = re.compile(
    r"(?!.*[<*{ ])\.?[\w./-]+\.(?:py|md|rst|yaml|yml|json|xml|conf|txt|csv)"
)
FOLDER_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*/")
#: Names of Odoo's that a page speaks of.
ODOO_OWN = {"_name_search", "_read_group", "_sql_constraints"}
#: Built by a command or given by the reader, so not under version control.
MADE = {"build/bench.json", "build/", ".env"}

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY))
)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def codes(page: Path) -> list[str]:
    """What a page shows as code within its sentences."""
    return CODE.findall(FENCE.sub("", read(page)))


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", read(page)), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@every_page
def test_every_file_that_a_page_names_exists(page):
    named = {
        code
        for code in codes(page)
        if (FILE_NAME.fullmatch(code) or FOLDER_NAME.fullmatch(code))
        and not code.startswith("/")
    }

    missing = {
        code
        for code in named - MADE
        if not any((start / code).exists() for start in STARTS)
        and not any(ADDONS.rglob(code))
    }
    assert missing == set()


@every_page
def test_every_link_within_the_repository_resolves(page):
    broken = []
    for target in LINK.findall(FENCE.sub("", read(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _separator, anchor = target.partition("#")
        linked = page.parent / name if name else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)

    assert broken == []


@every_page
def test_every_make_target_that_a_page_names_exists(page):
    makefile = read(REPOSITORY / "Makefile")
    targets = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())

    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s])", " ".join(commands(page))))

    assert named <= targets


@every_page
def test_every_devkit_command_that_a_page_names_exists(page):
    named = re.findall(r"python3 -m devkit ([a-z]+)", read(page))

    assert set(named) <= set(COMMANDS)


def commands(page: Path) -> list[str]:
    """What a page shows as code, with a space behind each."""
    return [f"{text} " for text in (*codes(page), *FENCE.findall(read(page)))]


@every_page
def test_every_model_and_event_type_that_a_page_names_exists(page):
    models = set()
    for file in ADDONS.rglob("*.py"):
        models.update(re.findall(r'_name = "(mfg\.[a-z.]+)"', read(file)))
    types = {
        path.name.removesuffix(".schema.json")
        for path in ADDONS.glob("*/contract/*.schema.json")
    }

    named = {
        code for code in codes(page) if re.fullmatch(r"mfg\.[a-z_.]+(\.v\d+)?", code)
    }
    # A field or method behind the model's name, as in mfg.connector._drain.
    unknown = {
        name
        for name in named - models - types
        if not any(name.startswith(f"{model}.") for model in models)
        and not name.startswith("mfg.thing.")
    }
    assert unknown == set()


@every_page
def test_every_method_that_a_page_names_exists(page):
    source = "\n".join(map(read, ADDONS.rglob("*.py")))

    named = {code for code in codes(page) if re.fullmatch(r"_[a-z][a-z_]+", code)}

    ours = named - ODOO_OWN
    assert {name for name in ours if f"def {name}(" not in source} == set()


@every_page
def test_every_route_that_a_page_names_exists(page):
    source = "\n".join(map(read, ADDONS.glob("*/controllers/*.py")))
    routes = set(re.findall(r'http\.route\(\s*"(/mfg/v1/[^"]+)"', source))
    # One piece of a path stands for each placeholder, be it a name or an example.
    shapes = [re.compile(re.sub(r"<[^>]+>", "[^/]+", route)) for route in routes]

    named = re.findall(r"/mfg/v1/[\w/<>.-]+", " ".join(codes(page)))
    assert [
        name for name in named if not any(shape.fullmatch(name) for shape in shapes)
    ] == []


@every_page
def test_every_menu_that_a_page_names_exists(page):
    views = "\n".join(map(read, ADDONS.glob("*/views/*.xml")))
    menus = set(re.findall(r'<menuitem[^>]*?\bname="([^"]+)"', views))

    named = set()
    for path in re.findall(r"\*\[M\] > ([^*]+)\*", read(page)):
        named.update(path.split(" > "))
    assert named <= menus


@pytest.mark.parametrize("name", sorted(suite.addons()))
def test_readme_of_an_addon_is_made_of_its_fragments(name):
    folder = suite.addons()[name]

    # python3 -m devkit readme
    assert read(folder / "README.rst") == readme.text_for(folder)


@pytest.mark.parametrize("name", sorted(suite.addons()))
def test_readme_of_an_addon_is_well_formed(name):
    publisher = pytest.importorskip("docutils.core", reason="docutils is not there")
    file = suite.addons()[name] / "README.rst"

    # Raises from level 2, a warning, upwards.
    publisher.publish_doctree(read(file), settings_overrides={"halt_level": 2})


@pytest.mark.parametrize("name", sorted(suite.addons()))
def test_readme_of_an_addon_says_what_house_style_asks_for(name):
    text = read(suite.addons()[name] / "README.rst")

    for heading in (
        "Supported",
        "Not supported",
        "Configure",
        "Use",
        "Remote API",
        "History",
    ):
        assert f"\n{heading}\n{'=' * len(heading)}\n" in text, heading
