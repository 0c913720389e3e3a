"""Writes the report in the form that the file's name asks for."""

import json
from pathlib import Path

from . import report_html, report_junit
from .errors import KitError
from .report import Report

_FORMS = {
    ".json": lambda report: json.dumps(report.as_dict(), indent=2) + "\n",
    ".html": report_html.page,
    ".xml": report_junit.document,
}


def check(name: str) -> Path:
    """The file to write, before anything is sent.

    :raise KitError: for an ending that names no form, or a folder that is not there
    """
    file = Path(name)
    if file.suffix not in _FORMS:
        raise KitError(
            f"A report cannot be written as {file.name}.",
            f"Let its name end in one of {', '.join(_FORMS)}.",
        )
    if not file.parent.is_dir():
        raise KitError(
            f"There is no folder {file.parent} for the report.", "Make it first."
        )
    return file


def write(report: Report, file: Path) -> None:
    """:raise KitError: when the file cannot be written"""
    try:
        file.write_text(_FORMS[file.suffix](report), encoding="utf-8")
    except OSError as error:
        raise KitError(
            f"The report was not written: {error}.", "Give another place."
        ) from error
