"""The error tree: what a client gets to read."""

import pytest
from mfg_integration_core import exceptions
from mfg_integration_core.exceptions import (
    GateError,
    InvalidEventError,
    MfgIntegrationError,
    MissingReferenceError,
    RetryableDeliveryError,
    in_full,
)


def all_errors(root=MfgIntegrationError):
    yield root
    for child in root.__subclasses__():
        yield from all_errors(child)


def test_problem_document_holds_what_is_known_and_nothing_empty():
    error = InvalidEventError("`id` is missing.", code="bad_envelope", pointer="/id")

    assert error.as_problem(instance="/mfg/v1/messages/1") == {
        "type": "urn:mfg:problem:bad_envelope",
        "title": "Invalid event",
        "status": 400,
        "detail": "`id` is missing.",
        "code": "bad_envelope",
        "pointer": "/id",
        "instance": "/mfg/v1/messages/1",
    }


@pytest.mark.parametrize("error_class", list(all_errors()))
def test_every_error_has_its_own_words(error_class):
    problem = error_class("Something.").as_problem()

    assert problem["code"].replace("_", "").isalpha()
    assert 400 <= problem["status"] < 600
    assert str(error_class("Something.")) == "Something."
    assert error_class.__doc__


def test_error_tree_in_the_docstring_is_complete():
    for error_class in all_errors():
        assert error_class.__name__ in exceptions.__doc__


def test_errors_carry_what_the_next_step_needs():
    assert RetryableDeliveryError("503", retry_after=30).retry_after == 30
    assert MissingReferenceError("?", model="mrp.production", key="MO/1").key == "MO/1"
    assert GateError("blocked", holds=["one"]).holds == ["one"]


@pytest.mark.parametrize(
    ("detail", "remedy", "text"),
    [
        ("It said: no", "Check the secret.", "It said: no. Check the secret."),
        ("It said no.", "Check the secret.", "It said no. Check the secret."),
        ("It said no.", None, "It said no."),
    ],
)
def test_person_who_reads_a_list_gets_the_remedy_too(detail, remedy, text):
    assert in_full(MfgIntegrationError(detail, remedy=remedy)) == text


def test_errors_of_others_are_told_as_they_are():
    assert in_full(ValueError("no number")) == "no number"


def test_error_can_be_mixed_with_a_frameworks_error():
    class FrameworkError(Exception):  # as Odoo's UserError
        def __init__(self, message):
            super().__init__(message)

    class UserFacing(FrameworkError, GateError):
        pass

    error = UserFacing("Blocked by R1.")

    assert (str(error), error.detail, error.code) == (
        "Blocked by R1.",
        "Blocked by R1.",
        "blocked",
    )
