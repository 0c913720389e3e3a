"""What partners sent and got once is still taken and still sent."""

import pytest

from .recordings import FOLDER, VERSIONS, recorded

CONNECTOR = {"base_url": "http://partner", "username": "hub", "secret": "s3cret"}


def test_c10_every_version_of_every_contract_was_recorded_and_none_was_dropped():
    assert VERSIONS == sorted(file.stem for file in FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("event_type", VERSIONS)
def test_c10_recorded_messages_still_keep_their_contract(event_type, contracts):
    from mfg_integration_core.protocols import cloudevents

    messages = recorded(event_type)

    for message in messages:
        cloudevents.check_envelope(message)
        contracts.check(message["type"], message["data"])
        assert message["type"] == event_type
    assert len({message["id"] for message in messages}) == len(messages) > 1


@pytest.mark.parametrize("name", ["demo_cmms", "demo_qms", "maintainx"])
def test_c10_templates_still_make_requests_of_recorded_messages(name, load_template):
    template = load_template(name)

    for operation in template.operations:
        for message in recorded(operation.event_type):
            request = operation.request({**message, "reference": "1"}, CONNECTOR)

            assert request.body, operation.name
