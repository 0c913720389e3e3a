from mfg_integration_core.protocols.failure_cause import LONGEST_CAUSE, cause_of


def test_a12_failures_that_differ_in_numbers_and_ids_have_one_cause():
    first = cause_of(
        "CMMS",
        "delivery_refused",
        "Asset 4711 is unknown (request 0b6f8c2e-7f0e-4b5e-9d0a-3f1c2d4e5f60).",
    )
    second = cause_of(
        "CMMS",
        "delivery_refused",
        "Asset 12 is unknown (request 9d1f8c2e-7f0e-4b5e-9d0a-3f1c2d4e5f61).",
    )

    assert (
        first == second == ("CMMS · delivery refused · Asset # is unknown (request …).")
    )


def test_a12_another_connector_or_reason_is_another_cause():
    causes = {
        cause_of("CMMS", "no_answer", "No answer."),
        cause_of("QMS", "no_answer", "No answer."),
        cause_of("CMMS", "tls_refused", "No answer."),
    }

    assert len(causes) == 3


def test_a12_only_the_first_line_counts():
    assert cause_of("CMMS", "x", "\nFirst.\nSecond 1.") == "CMMS · x · First."


def test_a12_a_cause_without_words_is_its_code():
    assert cause_of("CMMS", "internal_error", None) == "CMMS · internal error"


def test_a12_a_long_sentence_is_cut_to_one_line_of_a_list():
    cause = cause_of("CMMS", "x", "word " * 100)

    assert len(cause) == LONGEST_CAUSE
    assert cause.endswith("…")
