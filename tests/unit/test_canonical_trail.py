import pytest

from tests.canonical_trail import first_break

RELEASED = ("state.changed", None, "released")
PLACED = ("hold.placed", None, "Leak")
LIFTED = ("hold.lifted", "Leak", None)
BLOCKED = ("state.changed", "released", "blocked")
FREED = ("state.changed", "blocked", "released")
COMPLETED = ("state.changed", "released", "completed")
FORCED = ("state.changed", "blocked", "completed")


@pytest.mark.parametrize(
    "trail",
    [
        [],
        [RELEASED, PLACED, BLOCKED, PLACED, LIFTED, LIFTED, FREED, COMPLETED],
        [RELEASED, PLACED, LIFTED, COMPLETED],
        [RELEASED, PLACED, BLOCKED, ("override.used", None, None), FORCED],
    ],
)
def test_a_trail_that_can_be_so_has_no_break(trail):
    assert not first_break(trail)


@pytest.mark.parametrize(
    ("trail", "words"),
    [
        ([RELEASED, PLACED, COMPLETED], "completed over 1 holds"),
        ([RELEASED, PLACED, BLOCKED, FORCED], "completed over 1 holds"),
        ([RELEASED, BLOCKED], "blocked with 0 holds"),
        ([RELEASED, PLACED, BLOCKED, FREED], "released with 1 holds"),
        ([RELEASED, COMPLETED, FREED], "follows completed"),
        (
            [RELEASED, COMPLETED, ("state.changed", "completed", "released")],
            "completed to released",
        ),
    ],
)
def test_a_trail_that_cannot_be_so_is_found(trail, words):
    assert words in first_break(trail)
