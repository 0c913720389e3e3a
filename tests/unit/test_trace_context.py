import pytest
from mfg_integration_core.protocols import trace_context

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
VALID = f"00-{TRACE}-{SPAN}-01"


def test_l8_valid_traceparent_is_read_and_written_alike():
    context = trace_context.parse(VALID)

    assert context == trace_context.TraceContext(TRACE, SPAN, sampled=True)
    assert str(context) == VALID


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "",
        "00",
        VALID.upper(),
        f" {VALID}",
        f"{VALID}\n",
        f"{VALID}-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-zz",
    ],
)
def test_l8_invalid_traceparent_is_as_good_as_none(text):
    assert trace_context.parse(text) is None


def test_l8_higher_version_is_read_as_far_as_we_know_it():
    context = trace_context.parse(f"cc-{TRACE}-{SPAN}-09-what-comes-later")

    assert str(context) == VALID


def test_l8_flags_that_we_do_not_know_are_not_passed_on():
    assert str(trace_context.parse(f"00-{TRACE}-{SPAN}-fe")).endswith("-00")


def test_l8_child_stays_in_the_trace_under_a_new_span():
    parent = trace_context.parse(VALID)

    first, second = parent.child(), parent.child()

    assert {first.trace_id, second.trace_id} == {TRACE}
    assert len({parent.span_id, first.span_id, second.span_id}) == 3
    assert trace_context.parse(str(first)) == first


def test_l8_extension_goes_before_the_header_unless_it_is_invalid():
    other = f"00-{TRACE}-{'1' * 16}-00"

    assert trace_context.first_valid(VALID, other) == VALID
    assert trace_context.first_valid("nonsense", other) == other
    assert trace_context.first_valid("nonsense", None) is None


def test_l8_chain_that_began_here_has_one_trace():
    first, again = trace_context.of_chain("chain"), trace_context.of_chain("chain")

    assert first == again != trace_context.of_chain("another")
    assert trace_context.parse(str(first)) == first
