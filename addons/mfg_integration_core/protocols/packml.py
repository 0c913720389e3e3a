"""PackML: the states of a machine and what they say about its availability.

Source: ANSI/ISA-TR88.00.02, "Machine and Unit States", figure of the base state model
and table of state numbers.
"""

from __future__ import annotations

# In the order of their standard numbers, which begin at 1.
STATES = (
    "Clearing",
    "Stopped",
    "Starting",
    "Idle",
    "Suspended",
    "Execute",
    "Stopping",
    "Aborting",
    "Aborted",
    "Holding",
    "Held",
    "Unholding",
    "Suspending",
    "Unsuspending",
    "Resetting",
    "Completing",
    "Complete",
)

# What machines without PackML say.
PLAIN_WORDS = {"run": "Execute", "stop": "Stopped", "idle": "Idle"}

# A fault aborts; only Clearing, which a person starts, leads out of it.
FAULTS = frozenset({"Aborting", "Aborted"})
_DOWN = FAULTS | {"Clearing"}
# Producing, or moving into or out of production without having stopped.
_RUNNING = frozenset({"Starting", "Execute", "Unholding", "Unsuspending", "Completing"})


def _availability(state: str) -> str:
    if state in _DOWN:
        return "down"
    return "running" if state in _RUNNING else "idle"


AVAILABILITY = {state: _availability(state) for state in STATES}


def named(word: str) -> str:
    """The state that a machine means by a word; a PackML state means itself."""
    return PLAIN_WORDS.get(word, word)


def availability(state: str | None) -> str:
    """running, idle, down, or unknown for a word that is no PackML state."""
    return AVAILABILITY.get(state, "unknown")


def is_fault(state: str | None) -> bool:
    """Whether the machine stopped by itself because something is wrong."""
    return state in FAULTS
