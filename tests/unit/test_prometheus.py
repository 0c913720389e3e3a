import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.prometheus import Family, render

from tests.fakes import prometheus


def gauge(value=1.0, **labels):
    family = Family("mfg_pending", "gauge", "Rows that wait.")
    family.add(value, **labels)
    return family


def test_l3_gauge_is_written_with_its_help_and_type():
    assert render([gauge(2, connector="cmms", state="retry")]) == (
        "# HELP mfg_pending Rows that wait.\n"
        "# TYPE mfg_pending gauge\n"
        'mfg_pending{connector="cmms",state="retry"} 2\n'
    )


def test_l3_family_without_samples_is_left_out():
    assert render([Family("mfg_nothing", "gauge", "Nothing.")]) == ""


@given(st.text(st.characters(exclude_characters="\r\x85\u2028\u2029")))
def test_l3_every_label_is_read_back_by_a_strict_scraper(value):
    read = prometheus.parse(render([gauge(connector=value)]))

    ((labels, _value),) = read["mfg_pending"].items()
    ((name, escaped),) = labels
    assert name == "connector"
    unescaped = escaped.replace("\\\\", "\0").replace('\\"', '"').replace("\\n", "\n")
    assert unescaped.replace("\0", "\\") == value or "\0" in value


@pytest.mark.parametrize("value", [0, 1.5, 1e-9, 1e300, -3, math.inf, math.nan])
def test_l3_every_number_is_read_back_by_a_strict_scraper(value):
    read = prometheus.parse(render([gauge(value)]))

    (found,) = read["mfg_pending"].values()
    assert found == value or math.isnan(value)


def test_l3_histogram_has_cumulative_buckets_sum_and_count():
    family = Family("mfg_latency_seconds", "histogram", "How long it took.")
    family.add_histogram({0.5: 1, 1.0: 3}, count=4, total=7.25, connector="cmms")

    read = prometheus.parse(render([family]))

    assert sorted(read["mfg_latency_seconds_bucket"].values()) == [1, 3, 4]
    assert list(read["mfg_latency_seconds_count"].values()) == [4]
    assert list(read["mfg_latency_seconds_sum"].values()) == [7.25]


@pytest.mark.parametrize(
    "text",
    [
        "mfg_pending 1\n",
        "# HELP a About.\n# TYPE a gauge\na 1",
        "# HELP a About.\n# TYPE a gauge\na 1\na 1\n",
        "# HELP a About.\n# TYPE a counter\na 1\n",
        '# HELP a About.\n# TYPE a gauge\na{b="c} 1\n',
        "# HELP a About.\n# TYPE a gauge\n\na 1\n",
        '# HELP a About.\n# TYPE a histogram\na_bucket{le="+Inf"} 2\na_count 1\n',
    ],
)
def test_l3_scraper_refuses_what_is_not_as_the_format_asks(text):
    with pytest.raises((ValueError, KeyError)):
        prometheus.parse(text)
