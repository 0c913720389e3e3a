"""The report as one page that needs nothing beside it."""

import json
from collections.abc import Iterator
from html import escape

from .report import Report

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 70em; }
td, th { text-align: left; padding: .2em .8em .2em 0; vertical-align: top; }
pre { background: #f4f4f4; padding: .6em; overflow: auto; white-space: pre-wrap; }
dt { font-weight: 600; } dd { margin: 0 0 .4em 1.5em; }
.fail { color: #a40000; } .ok { color: #1a6b1a; }
"""


def page(report: Report) -> str:
    """The whole page; whatever came from outside is escaped."""
    content = report.as_dict()
    title = f"{content['contract']} at {content['url']}"
    facts = ("mode", "url", "contract", "seed", "run", "started_at", "kit")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            "<table>",
            *(
                f"<tr><th>{name}</th><td>{escape(str(content[name]))}</td></tr>"
                for name in facts
            ),
            *(
                f"<tr><th>{name}</th><td>{count}</td></tr>"
                for name, count in content["summary"].items()
            ),
            "</table>",
            *(part for case in content["cases"] for part in _case(case)),
            "</body></html>",
            "",
        ]
    )


def _case(case: dict) -> Iterator[str]:
    verdict = "ok" if case["passed"] else "fail"
    heading = escape(f"{case['group']}: {case['title']}")
    yield f"<details{'' if case['passed'] else ' open'}>"
    yield f'<summary><b class="{verdict}">{verdict}</b> {heading}</summary>'
    for finding in case["findings"]:
        yield "<dl>"
        for name, text in finding.items():
            yield f"<dt>{name}</dt><dd>{escape(text)}</dd>"
        yield "</dl>"
    for exchange in case["exchanges"]:
        shown = json.dumps(exchange, indent=2, ensure_ascii=False)
        yield f"<pre>{escape(shown)}</pre>"
    yield "</details>"
