"""Expressions of a template: what they find, and how they fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import ConfigurationError, UnmappedValueError
from mfg_integration_core.protocols.expression import (
    Expression,
    ExpressionError,
    TemplateFunctions,
    compile_text,
    compile_tree,
    to_text,
)

FUNCTIONS = TemplateFunctions(
    {"status": {"FINISHED": "completed", "WIP": "in_progress", "5": "rework"}},
    "demo.yaml",
)
WHERE = "demo.yaml, here"


def evaluate(text, document=None):
    return Expression(text, WHERE, FUNCTIONS).value(document)


@pytest.mark.parametrize(
    ("text", "document", "value"),
    [
        ("data.title", {"data": {"title": "R1"}}, "R1"),
        ("data.gone", {"data": {}}, None),
        ("a || b", {"b": 2}, 2),
        ("map('status', s)", {"s": "WIP"}, "in_progress"),
        ("map('status', s)", {"s": 5}, "rework"),
        ("map('status', s)", {}, None),
        ("map(&n, items)", {"items": [{"n": 1}, {"n": 2}]}, [1, 2]),
        ("to_text(n)", {"n": 5.0}, "5"),
        ("to_text(n)", {"n": True}, "true"),
        ("upper(a)", {"a": "größe"}, "GRÖSSE"),
        ("lower(a)", {"a": "HALT"}, "halt"),
        ("lower(a)", {}, None),
    ],
)
def test_expression_finds(text, document, value):
    assert evaluate(text, document) == value


@pytest.mark.parametrize(
    ("value", "how", "moment"),
    [
        ("2026-11-20T23:15:00+01:00", "iso", "2026-11-20T22:15:00Z"),
        ("2026-11-20T22:15:00", "iso_utc", "2026-11-20T22:15:00Z"),
        ("2026-11-20", "date", "2026-11-20T00:00:00Z"),
        (1795212900, "epoch_s", "2026-11-20T22:15:00Z"),
        ("1795212900250", "epoch_ms", "2026-11-20T22:15:00.25Z"),
        ("20.11.2026 22:15", "%d.%m.%Y %H:%M", "2026-11-20T22:15:00Z"),
        (None, "iso", None),
    ],
)
def test_moment_of_a_partner_is_read(value, how, moment):
    assert evaluate(f"parse_date(at, '{how}')", {"at": value}) == moment


@pytest.mark.parametrize(
    ("how", "written"),
    [
        ("iso", "2026-11-20T22:15:00Z"),
        ("iso_utc", "2026-11-20T22:15:00"),
        ("date", "2026-11-20"),
        ("epoch_s", 1795212900),
        ("epoch_ms", 1795212900000),
        ("%d.%m.%Y", "20.11.2026"),
    ],
)
def test_moment_is_written_as_the_partner_wants_it(how, written):
    document = {"at": "2026-11-20T23:15:00+01:00"}

    assert evaluate(f"format_date(at, '{how}')", document) == written


def test_unknown_word_is_never_guessed_and_the_known_ones_are_said():
    with pytest.raises(UnmappedValueError) as caught:
        evaluate("map('status', s)", {"s": "PAUSED"})

    assert caught.value.key == "status:PAUSED"
    assert caught.value.code == "unmapped_value"
    for word in ("PAUSED", "FINISHED", "WIP", "demo.yaml"):
        assert word in caught.value.detail


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("data.", "Parse error at column 5"),
        ("nap(data)", "no function nap"),
        ("a && [b, wrong(c)]", "no function wrong"),
        ("map('stutus', s)", "no value map 'stutus'"),
        ("parse_date(at, 'epoch')", "'epoch' is no format of moments"),
        ("format_date(at)", "takes 2, not 1"),
        ("upper(a, b)", "takes 1, not 2"),
        ("convert(n, 'min', 'kg')", "min is a time, kg is a mass"),
        ("convert(n, 'parsec', 'm')", "no unit 'parsec'"),
    ],
)
def test_wrong_expression_is_found_at_load_with_its_place(text, reason):
    with pytest.raises(ConfigurationError) as caught:
        Expression(text, WHERE, FUNCTIONS)

    assert WHERE in caught.value.detail
    assert reason in caught.value.detail


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("join('-', [a, b])", {"a": "x", "b": 1}),
        ("parse_date(at, 'iso')", {"at": "yesterday"}),
        ("parse_date(at, 'epoch_ms')", {"at": 1e300}),
        ("parse_date(at, 'epoch_s')", {"at": {}}),
        ("format_date(at, 'iso')", {"at": 5}),
        ("to_text(a)", {"a": {}}),
        ("upper(a)", {"a": 5}),
        ("map(name, s)", {"name": "gone", "s": "x"}),
        ("map(&a, s)", {"s": "no list"}),
        ("concat([a])", {"a": {}}),
        ("format('{1}', [a])", {"a": 1}),
        ("match(t, '(')", {"t": "x"}),
        ("from_json(t)", {"t": "{"}),
        ("from_json(t)", {"t": "NaN"}),
        ("convert(n, 'min', 's')", {"n": "soon"}),
        ("convert(n, u, 's')", {"n": 1, "u": "parsec"}),
        ("scale(n, `2`)", {"n": "1e999999999"}),
        ("scale(n, `1.5`)", {"n": "1e400"}),
        ("scale(n, `1.5`)", {"n": "1e-400"}),
        ("parse_date(at, 'parts')", {"at": {"year": 2026, "month": 13, "day": 1}}),
        ("parse_date(at, 'parts')", {"at": {"year": 2026, "month": [1]}}),
        ("parse_date(at, 'parts')", {"at": {"year": 10**30, "month": 1, "day": 1}}),
        ("parse_date(at, 'ms_date')", {"at": "/Date(x)/"}),
        ("parse_date(at, '%Y-%m-%d %H%z')", {"at": "9999-12-31 23-2300"}),
    ],
)
def test_value_that_a_function_cannot_take_names_the_place(text, document):
    with pytest.raises(ExpressionError, match=WHERE):
        evaluate(text, document)


@given(st.one_of(st.floats(), st.text(), st.integers(), st.booleans(), st.just([])))
def test_no_value_breaks_a_date_in_another_way(value):
    ways = ("iso", "iso_utc", "date", "epoch_s", "epoch_ms", "ms_date", "parts")
    for how in (*ways, "%d.%m.%Y"):
        try:
            evaluate(f"parse_date(at, '{how}')", {"at": value})
        except ExpressionError:
            continue


def test_tree_has_the_shape_of_the_template_without_what_is_not_found():
    tree = compile_tree(
        {
            "summary": "data.title",
            "kind": "=corrective",
            "equals": "==x",
            "urgent": True,
            "gone": "data.gone",
            "assignee": None,
            "fault": {"code": "data.fault.code"},
            "tags": ["data.title", "data.gone", "=fixed"],
        },
        WHERE,
        FUNCTIONS,
    )

    assert tree({"data": {"title": "R1"}}) == {
        "summary": "R1",
        "kind": "corrective",
        "equals": "=x",
        "urgent": True,
        "assignee": None,
        "tags": ["R1", "fixed"],
    }


def test_text_is_filled_with_encoded_values():
    fill = compile_text(
        "/o/{id}/lines/{n}", WHERE, FUNCTIONS, encode=lambda t: f"<{t}>"
    )

    assert fill({"id": "a/b", "n": 5.0}) == "/o/<a/b>/lines/<5>"


@pytest.mark.parametrize("document", [{}, {"id": ""}, {"id": {}}])
def test_text_with_nothing_to_fill_in_is_an_error(document):
    with pytest.raises(ExpressionError, match="id|object"):
        compile_text("/o/{id}", WHERE, FUNCTIONS, encode=str)(document)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_number_as_text_is_the_same_number(number):
    assert float(to_text(number)) == pytest.approx(float(number))
