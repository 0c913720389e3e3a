"""Rules of this house about its source, beyond what ruff and pylint know."""

from .source_rule import ADDONS, PYTHON, SCRIPT, XML, SourceRule

TESTS = ("*/tests/test_*.py", "*/tests/common.py", "tests/*/test_*.py")
# The rules and their samples have everything that the rules forbid.
SAMPLES = ("devkit/tests/*", "devkit/house_rules.py")

HOUSE_RULES = (
    SourceRule(
        "sudo-without-reason",
        r"\.sudo\(",
        PYTHON,
        "say in a comment why the connector's own user is not enough",
        within=("addons/*/handlers/*",),
        unless_commented=True,
    ),
    SourceRule(
        "commit-outside-unit-of-work",
        r"\.commit\(\)",
        PYTHON,
        "all commits of the suite live in mfg_integration_core/unit_of_work.py",
        within=("addons/*",),
        outside=("addons/mfg_integration_core/unit_of_work.py", "addons/*/tests/*"),
    ),
    SourceRule(
        "machine-path",
        r"(?<![\w.~}*-])/(root|work|opt|home/\w+)/",
        (),
        "a committed file names no place on one machine",
        # An image's own folders are the same everywhere.
        outside=(*SAMPLES, "Dockerfile", "docker-compose.yml", "odoo.conf"),
    ),
    SourceRule(
        "registry-host",
        r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org",
        (),
        "package clients know their registry; do not name one",
        outside=SAMPLES,
    ),
    SourceRule(
        "sleep-in-test",
        r"\btime\.sleep\(|^from time import .*\bsleep\b",
        PYTHON,
        "wait for what you expect to see, with a deadline",
        within=TESTS,
        outside=SAMPLES,
    ),
    SourceRule(
        "unfinished",
        r"(#|//|<!--).*\b(TODO|FIXME|XXX|HACK)\b",
        (*PYTHON, *XML, *SCRIPT),
        "finish it, or file an issue",
        outside=SAMPLES,
    ),
    SourceRule(
        "core-imports-domain",
        r"odoo\.addons\.mfg_integration_(?!core\b)\w+",
        PYTHON,
        "core never imports from a domain addon",
        within=("addons/mfg_integration_core/*",),
    ),
    SourceRule(
        "tool-imports-suite",
        r"^\s*(from|import) (odoo|devkit|tests|mfg_integration)\w*\b",
        PYTHON,
        "what lies under tools/ is given to partners and stands alone",
        within=("tools/*",),
    ),
    SourceRule(
        "print-in-addon",
        r"^\s*print\(",
        PYTHON,
        "use a logger",
        within=ADDONS,
    ),
)
