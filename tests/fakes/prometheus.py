"""A scraper that is stricter than Prometheus: whatever it reads, Prometheus reads.

Source: Prometheus, "Exposition formats", text format 0.0.4; its naming advice.
"""

import re
from collections import defaultdict

_NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
_HELP = re.compile(rf"# HELP (?P<name>{_NAME}) (?P<about>\S[^\n]*)")
_TYPE = re.compile(rf"# TYPE (?P<name>{_NAME}) (?P<kind>gauge|counter|histogram)")
_SAMPLE = re.compile(
    rf"(?P<name>{_NAME})(?:\{{(?P<labels>{_LABEL}(?:,{_LABEL})*)\}})?"
    r" (?P<value>[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)"
)
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
_PARTS = {"gauge": ("",), "counter": ("",), "histogram": ("_bucket", "_sum", "_count")}


def parse(text: str) -> dict[str, dict[frozenset, float]]:
    """Values by sample name and labels (a frozen set of pairs).

    :raise ValueError: whatever is not as the format asks
    """
    if not text.endswith("\n"):
        raise ValueError("the last line has no end")
    kinds: dict[str, str] = {}
    samples: dict[str, dict[frozenset, float]] = defaultdict(dict)
    announced = family = None
    for line in text[:-1].split("\n"):
        if found := _HELP.fullmatch(line):
            announced = found["name"]
            if announced in kinds:
                raise ValueError(f"a second family {announced}")
        elif found := _TYPE.fullmatch(line):
            family = found["name"]
            if family != announced:
                raise ValueError(f"no HELP before {line!r}")
            kinds[family] = found["kind"]
        elif found := _SAMPLE.fullmatch(line):
            _check_place(found["name"], family, kinds)
            _keep(samples[found["name"]], found)
        else:
            raise ValueError(f"no line of the format: {line!r}")
    for name, kind in kinds.items():
        if (kind == "counter") != name.endswith("_total"):
            raise ValueError(f"{name} is a {kind}")
        if kind == "histogram":
            _check_histogram(name, samples)
    return dict(samples)


def _check_place(name, family, kinds):
    if family is None or name not in [
        f"{family}{part}" for part in _PARTS[kinds[family]]
    ]:
        raise ValueError(f"{name} stands under {family}")


def _keep(series, found):
    pairs = _PAIR.findall(found["labels"] or "")
    labels = frozenset(pairs)
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError(f"a label twice: {found[0]}")
    if labels in series:
        raise ValueError(f"the same series twice: {found[0]}")
    series[labels] = float(found["value"])


def _check_histogram(name, samples):
    series = defaultdict(dict)
    for labels, value in samples[f"{name}_bucket"].items():
        bound = dict(labels)["le"]
        rest = frozenset(pair for pair in labels if pair[0] != "le")
        series[rest][float(bound)] = value
    for labels, buckets in series.items():
        counts = [buckets[bound] for bound in sorted(buckets)]
        if counts != sorted(counts):
            raise ValueError(f"{name}: buckets are not cumulative: {buckets}")
        if buckets.get(float("inf")) != samples[f"{name}_count"][labels]:
            raise ValueError(f"{name}: the last bucket is not the count")
        if labels not in samples[f"{name}_sum"]:
            raise ValueError(f"{name}: no sum")
