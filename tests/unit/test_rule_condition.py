"""Conditions of rules: what was found against what a person typed."""

import pytest
from mfg_integration_core.protocols.rule_condition import at_path, meets, members

DATA = {
    "fault": {"code": "SRV-4107", "severity": "critical"},
    "lines": [{"quantity": 3}, {"quantity": 1.5}],
    "note": "",
    "empty": None,
    "stopped": False,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("fault.code", ["SRV-4107"]),
        ("lines.quantity", [3, 1.5]),
        ("fault.code.more", []),
        ("nothing", []),
        ("note", []),
        ("empty", []),
        ("stopped", [False]),
    ],
)
def test_d1_path_leads_through_data_to_what_is_known(path, found):
    assert at_path(DATA, path) == found


@pytest.mark.parametrize(
    ("found", "operator", "wanted", "met"),
    [
        (["critical"], "=", "Critical", True),
        ([3], "=", "3.0", True),
        (["10"], ">", "9", True),
        (["2026-03-02T09:41:07Z"], ">", "2026-03-01", True),
        ([9.99], ">=", "10", False),
        ([True], "=", "yes", True),
        ([False], "=", "no", True),
        (["a", "b"], "!=", "b", False),
        (["a"], "!=", "b", True),
        ([], "!=", "b", True),
        ([], "=", "b", False),
        ([], "not set", "", True),
        ([0], "set", "", True),
        (["GB-200"], "in", "GB-100, GB-200", True),
        (["GB-20"], "in", "GB-100, GB-200", False),
        (["Servo drive"], "contains", "SERVO", True),
        (["nan"], ">", "1", True),
    ],
)
def test_d1_values_are_compared_as_a_person_means_it(found, operator, wanted, met):
    assert meets(found, operator, wanted) is met


def test_d1_schema_tells_the_paths_and_choices_that_conditions_can_name():
    schema = {
        "$defs": {"state": {"enum": ["Idle", "Held"]}},
        "properties": {
            "state": {"$ref": "#/$defs/state"},
            "fault": {"properties": {"code": {"type": "string"}}},
            "lines": {"items": {"properties": {"quantity": {"type": "number"}}}},
        },
    }

    assert members(schema) == [
        ("state", ("Idle", "Held")),
        ("fault.code", ()),
        ("lines.quantity", ()),
    ]
