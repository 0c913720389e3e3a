"""Value maps as a table that people edit: one line per code.

::

    plant;map;direction;their_code;our_value;note
    ;status;in;WIP;in_progress;
    BER-1;uom;both;EA;Units;as agreed in May

A reader takes the table as spreadsheets write it: with commas, semicolons or tabs,
with or without a byte order mark, columns in any order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .value_map import BOTH, IN, OUT

COLUMNS = ("plant", "map", "direction", "their_code", "our_value", "note")
NEEDED = ("map", "their_code", "our_value")
MOST_LINES = 20000
#: A spreadsheet takes a cell that begins so for a formula, unless ' stands before it.
_FORMULA = re.compile(r"'*[=+\-@]")


class TableError(ValueError):
    """The whole table cannot be read; the text says what to do."""


@dataclass(frozen=True)
class Line:
    """One line of the table.

    :ivar number: as the spreadsheet counts, the heading being 1
    :ivar fault: why it cannot be taken, with what to do; empty when it can be looked at
    """

    number: int
    plant: str
    map: str
    direction: str
    their_code: str
    our_value: str
    note: str
    fault: str = ""


def write(lines: Iterable[Mapping[str, str]]) -> bytes:
    """The table, as spreadsheets open it: UTF-8 with a byte order mark."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _safe(line.get(name, "")) for name in COLUMNS})
    return out.getvalue().encode("utf-8-sig")


def read(content: bytes) -> list[Line]:
    """The lines of a table; empty ones are left out.

    :raise TableError: no text, no heading, or too many lines
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            "The file is not UTF-8 text. Save it as 'CSV UTF-8' and try again."
        ) from error
    heading = text.partition("\n")[0]
    delimiter = max(";,\t", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _lines(rows)
    except csv.Error as error:
        raise TableError(
            f"Line {rows.line_num} cannot be read: {error}. Save the table as CSV"
            " again."
        ) from error


def _lines(rows) -> list[Line]:
    heading = [name.strip().lower().replace(" ", "_") for name in next(rows, [])]
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        raise TableError(
            f"The first line must name the columns; {', '.join(missing)} is missing."
            " Export a table to see how it looks."
        )
    lines, seen = [], {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(lines) == MOST_LINES:
            raise TableError(f"More than {MOST_LINES} lines. Split the table.")
        cells = dict(zip(heading, map(_plain, row), strict=False))
        line = _line(rows.line_num, cells)
        key = (line.plant, line.map, line.direction, line.their_code)
        if not line.fault and key in seen:
            line = _line(
                rows.line_num,
                cells,
                f"Says the same code as line {seen[key]}. Leave one of them out.",
            )
        seen.setdefault(key, line.number)
        lines.append(line)
    return lines


def _line(number: int, cells: Mapping[str, str], fault: str = "") -> Line:
    values = {name: cells.get(name, "") for name in COLUMNS}
    values["direction"] = values["direction"].lower() or BOTH
    if not fault:
        fault = _fault(values)
    return Line(number, fault=fault, **values)


def _fault(values: Mapping[str, str]) -> str:
    for name in NEEDED:
        if not values[name]:
            return f"{name} is empty. Fill it in, or delete the line."
    if values["direction"] not in (IN, OUT, BOTH):
        return (
            f"{values['direction']!r} is no direction. Write in (what they tell us),"
            " out (what we tell them) or both."
        )
    return ""


def _safe(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
