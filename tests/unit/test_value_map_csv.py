import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols import value_map_csv
from mfg_integration_core.protocols.value_map_csv import (
    COLUMNS,
    TableError,
    read,
    write,
)

CELL = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12
).map(str.strip)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_b2_table_is_read_with_whatever_the_spreadsheet_puts_between(delimiter):
    rows = [["their_code", "map", "our_value"], ["WIP", "status", "in_progress"]]
    text = "\n".join(delimiter.join(row) for row in rows)

    (line,) = read(text.encode())

    assert (line.number, line.map, line.their_code) == (2, "status", "WIP")
    assert (line.direction, line.plant, line.fault) == ("both", "", "")


def test_b2_lines_are_counted_as_the_spreadsheet_counts_them():
    lines = read(b"map;their_code;our_value\n\nstatus;A;b\n;;\nstatus;C;d\n")

    assert [line.number for line in lines] == [3, 5]


def test_b2_code_that_stands_twice_is_told_with_both_lines():
    lines = read(b"map;their_code;our_value\nstatus;A;b\nstatus;A;c\n")

    assert lines[0].fault == ""
    assert "line 2" in lines[1].fault


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "their_code"),
        (b"map;our_value\n", "their_code is missing"),
        ("map;their_code;our_value\nstatus;Ä;b".encode("cp1252"), "CSV UTF-8"),
        (b'map;their_code;our_value\nstatus;"A;b\n' + b"x" * 140000, "cannot be read"),
    ],
)
def test_b2_table_that_cannot_be_read_says_what_to_do(content, told):
    with pytest.raises(TableError, match=told):
        read(content)


def test_b2_table_has_an_end(monkeypatch):
    monkeypatch.setattr(value_map_csv, "MOST_LINES", 2)

    with pytest.raises(TableError, match="Split"):
        read(b"map;their_code;our_value\n" + b"a;b;c\n" * 3)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELL)), max_size=5))
def test_b2_what_is_written_is_read_again(rows):
    read_again = [
        {name: getattr(line, name) for name in COLUMNS} for line in read(write(rows))
    ]
    kept = [row for row in rows if any(row.values())]

    # A direction is folded to lower case, and an empty one means both ways.
    for row in kept:
        row["direction"] = row["direction"].lower() or "both"
    assert read_again == kept
