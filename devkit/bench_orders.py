"""What a user waits longer for because of the suite: confirming, finishing an order."""

from . import template_database
from .order_costs import Pair, compared, median_more_queries, median_ratio
from .series import Series

PAIRS = 30
RATIO_BAR = 1.15
QUERIES_BARS = {"confirm": 15, "finish": 25}


def orders(series: Series, template: str) -> list[dict]:
    """Paired runs with the suite and without, nobody subscribed and then a partner."""
    alone = template_database.odoo_alone(series)
    with compared(series, template, alone) as comparison:
        figures = _figures(comparison.pairs(PAIRS), "")
        comparison.subscribe()
        return figures + _figures(comparison.pairs(PAIRS), ", a partner subscribed")


def _figures(pairs: list[Pair], case: str) -> list[dict]:
    figures = []
    for step, bar in QUERIES_BARS.items():
        ratios = sorted(pair.ratio(step) for pair in pairs)
        figures += [
            {
                "name": f"order: {step}{case}",
                "value": round(median_ratio(pairs, step), 3),
                "unit": "x without",
                "bar": RATIO_BAR,
                "detail": f"median of {len(pairs)} paired runs,"
                f" {ratios[0]:.2f} to {ratios[-1]:.2f}",
            },
            {
                "name": f"order: {step}, more queries{case}",
                "value": median_more_queries(pairs, step),
                "unit": "queries",
                "bar": bar,
                "detail": f"{pairs[-1].without[step]['queries']} without,"
                f" {pairs[-1].with_suite[step]['queries']} with the suite",
            },
        ]
    return figures
