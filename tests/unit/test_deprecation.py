"""What a contract that is on its way out says of itself."""

import json

import pytest
from mfg_integration_core.exceptions import ConfigurationError
from mfg_integration_core.protocols import deprecation
from mfg_integration_core.protocols.contract import ContractBook
from mfg_integration_core.protocols.deprecation import Deprecation

OLD = {
    "deprecated": True,
    "x-mfg-deprecated": "2026-09-01",
    "x-mfg-sunset": "2027-09-01",
    "x-mfg-successor": "mfg.thing.v2",
}


def test_c6_headers_tell_since_when_until_when_and_what_instead():
    found = Deprecation.of("mfg.thing.v1", OLD)

    assert deprecation.headers([found]) == {
        "Deprecation": "@1788220800",
        "Sunset": "Wed, 01 Sep 2027 00:00:00 GMT",
        "Link": '</mfg/v1/contracts/mfg.thing.v1>; rel="deprecation",'
        ' </mfg/v1/contracts/mfg.thing.v2>; rel="successor-version"',
    }


def test_c6_earliest_days_of_several_count():
    later = {"deprecated": True, "x-mfg-deprecated": "2026-10-01"}
    found = [
        Deprecation.of("mfg.thing.v1", OLD),
        Deprecation.of("mfg.other.v1", later | {"x-mfg-sunset": "2027-01-01"}),
    ]

    told = deprecation.headers(found)

    assert told["Deprecation"] == "@1788220800"
    assert told["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"


def test_c6_contract_that_is_not_deprecated_has_no_headers():
    assert Deprecation.of("mfg.thing.v2", {"type": "object"}) is None
    assert deprecation.headers([]) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"x-mfg-sunset": None},
        {"x-mfg-sunset": "soon"},
        {"x-mfg-deprecated": 20260901},
        {"x-mfg-sunset": "2026-08-31"},
    ],
)
def test_c6_contract_that_does_not_say_when_it_ends_is_refused(tmp_path, change):
    name = "mfg.thing.v1"
    (tmp_path / f"{name}.schema.json").write_text(json.dumps(OLD | change))
    (tmp_path / f"{name}.example.json").write_text("{}")

    with pytest.raises(ConfigurationError, match="mfg.thing.v1 .*x-mfg-sunset"):
        ContractBook([tmp_path])
