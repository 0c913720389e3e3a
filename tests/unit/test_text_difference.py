from mfg_integration_core.protocols.text_difference import (
    LONGEST_CHANGE,
    changed_lines,
    comparable,
    difference,
)


def test_o3_equal_texts_have_no_difference():
    assert difference("a\nb", "a\nb") == ""
    assert difference(None, "") == ""


def test_o3_a_changed_line_is_shown_with_its_neighbours():
    before = '{\n  "good_quantity": -5,\n  "uom": "pcs"\n}'
    after = '{\n  "good_quantity": 5,\n  "uom": "pcs"\n}'

    assert difference(before, after).splitlines() == [
        "@@ -1,4 +1,4 @@",
        " {",
        '-  "good_quantity": -5,',
        '+  "good_quantity": 5,',
        '   "uom": "pcs"',
        " }",
    ]


def test_o3_texts_too_long_to_compare_say_so():
    assert "too long" in difference("a" * 300_000, "b")


def test_o3_bodies_are_compared_value_by_value_whatever_their_layout():
    assert comparable('{"a":1}') == comparable('{ "a" : 1 }')
    assert comparable("<a/>") == "<a/>"


def test_a15_the_audit_gets_the_changed_lines_only():
    assert changed_lines("a\nb\nc", "a\nx\nc") == ("b", "x")
    removed, _added = changed_lines("long " * 100, "")
    assert len(removed) == LONGEST_CHANGE
