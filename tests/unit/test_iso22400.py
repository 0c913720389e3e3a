from datetime import datetime, timedelta

from mfg_integration_edge.protocols.iso22400 import (
    Elements,
    elements,
    of_planned_run,
)
from mfg_integration_edge.protocols.state_history import UNKNOWN, Point, segments

SIX = datetime(2026, 3, 2, 6)


def at(minute: float) -> datetime:
    return SIX + timedelta(minutes=minute)


def test_g10_worked_example_comes_out_to_the_last_digit(shared_data, read_json):
    examples = read_json(shared_data / "iso22400" / "oee-worked-example.json")

    for example in examples:
        found = of_planned_run(
            pbt=example["PBT_min"],
            apt=example["APT_min"],
            planned_run=example["PRI_min"] * example["PQ"],
            pq=example["PQ"],
            gq=example["GQ"],
        )

        assert found.availability == example["availability"]
        assert found.effectiveness == example["effectiveness"]
        assert found.quality == example["quality"]
        assert found.oee == example["oee"]
        assert found.is_complete
    assert examples


def test_g10_unknown_time_is_neither_production_nor_standstill():
    told = [Point(at(0), "Execute"), Point(at(60), UNKNOWN), Point(at(90), "Held")]

    found = elements(segments(told, at(0), at(120)), [(at(0), at(120))])

    assert found == Elements(7200, 3600, 1800, 1800)


def test_g10_availability_is_that_of_the_known_time_and_says_it_is_not_complete():
    found = of_planned_run(
        pbt=480, apt=200, planned_run=160, pq=160, gq=152, unknown=240
    )

    assert found.availability == 200 / 240
    assert not found.is_complete


def test_g10_shift_of_which_nothing_is_known_has_no_figures():
    assert of_planned_run(pbt=480, apt=0, planned_run=0, pq=0, gq=0, unknown=480) == (
        None,
        None,
        None,
        None,
        False,
    )


def test_g10_machine_that_stood_all_the_shift_has_an_oee_of_nothing():
    found = of_planned_run(pbt=480, apt=0, planned_run=None, pq=0, gq=0)

    assert (found.availability, found.oee, found.is_complete) == (0.0, 0.0, True)


def test_g10_nothing_is_made_up_where_no_run_time_is_planned():
    found = of_planned_run(pbt=480, apt=400, planned_run=None, pq=100, gq=90)

    assert found.effectiveness is None
    assert found.oee is None
    assert found.quality == 0.9


def test_g10_break_is_no_loss_and_production_in_it_is_production():
    planned = [(at(0), at(60)), (at(90), at(150))]
    stood = [Point(at(0), "Execute"), Point(at(60), "Idle"), Point(at(90), "Execute")]
    ran = [Point(at(0), "Execute")]

    assert elements(segments(stood, at(0), at(150)), planned) == Elements(
        7200, 7200, 0, 0
    )
    assert elements(segments(ran, at(0), at(150)), planned) == Elements(
        9000, 9000, 0, 0
    )
