"""PackML states and what they say about a machine."""

from mfg_integration_core.protocols import packml


def test_all_seventeen_states_have_an_availability():
    assert len(set(packml.STATES)) == 17
    assert set(packml.AVAILABILITY) == set(packml.STATES)
    assert set(packml.AVAILABILITY.values()) == {"running", "idle", "down"}


def test_states_stand_at_their_standard_numbers():
    numbers = {state: number for number, state in enumerate(packml.STATES, start=1)}

    assert [numbers[state] for state in ("Idle", "Execute", "Aborted")] == [4, 6, 9]


def test_fault_is_down_until_it_is_cleared():
    for state in ("Aborting", "Aborted", "Clearing"):
        assert packml.availability(state) == "down"
    assert [state for state in packml.STATES if packml.is_fault(state)] == [
        "Aborting",
        "Aborted",
    ]


def test_unknown_word_is_unknown_and_no_fault():
    for word in (None, "", "execute", "Broken"):
        assert packml.availability(word) == "unknown"
        assert not packml.is_fault(word)


def test_states_of_a_recorded_machine_are_known(shared_data, read_json):
    recorded = read_json(shared_data / "packml" / "expected.json")["state_seconds"]

    assert set(recorded) <= set(packml.STATES)


def test_plain_words_mean_states_and_states_mean_themselves():
    assert [packml.named(word) for word in ("run", "stop", "idle", "Held")] == [
        "Execute",
        "Stopped",
        "Idle",
        "Held",
    ]
