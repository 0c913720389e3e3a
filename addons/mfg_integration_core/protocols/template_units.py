"""Quantities from one unit into another, by the units' usual or UN/ECE codes.

Computed in decimal, so that 4 cents are 0.04 and not 0.040000000000000001.

Source: UN/ECE Recommendation 20 (codes such as ``KGM``); NIST SP 811 (factors).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation, localcontext

_DIGITS = 28
#: Kind: how many of its base unit each unit is, under each of its names.
_KINDS = {
    "time": {
        ("ms", "C26"): "0.001",
        ("s", "SEC"): "1",
        ("min", "MIN"): "60",
        ("h", "HUR"): "3600",
        ("d", "DAY"): "86400",
    },
    "length": {
        ("um", "4H"): "0.000001",
        ("mm", "MMT"): "0.001",
        ("cm", "CMT"): "0.01",
        ("m", "MTR"): "1",
        ("km", "KMT"): "1000",
        ("in", "INH"): "0.0254",
        ("ft", "FOT"): "0.3048",
    },
    "mass": {
        ("mg", "MGM"): "0.000001",
        ("g", "GRM"): "0.001",
        ("kg", "KGM"): "1",
        ("t", "TNE"): "1000",
        ("oz", "ONZ"): "0.028349523125",
        ("lb", "LBR"): "0.45359237",
    },
    "volume": {
        ("ml", "MLT"): "0.001",
        ("l", "LTR"): "1",
        ("m3", "MTQ"): "1000",
        ("gal", "GLL"): "3.785411784",
    },
    "pressure": {
        ("Pa", "PAL"): "1",
        ("kPa", "KPA"): "1000",
        ("MPa", "MPA"): "1000000",
        ("bar", "BAR"): "100000",
        ("psi", "PS"): "6894.757293168",
    },
    "energy": {("J", "JOU"): "1", ("kJ", "KJO"): "1000", ("kWh", "KWH"): "3600000"},
    "ratio": {("1", "C62"): "1", ("%", "P1"): "0.01"},
    "money": {("cent",): "0.01", ("unit",): "1"},
}
#: Kelvin = value * factor + offset.
_TEMPERATURES = {
    "K": ("1", "0"),
    "KEL": ("1", "0"),
    "C": ("1", "273.15"),
    "CEL": ("1", "273.15"),
    "F": ("0.5555555555555555555555555556", "255.3722222222222222222222222"),
    "FAH": ("0.5555555555555555555555555556", "255.3722222222222222222222222"),
}
_TEMPERATURE = "temperature"
_UNITS = {
    name: (kind, Decimal(factor), Decimal(0))
    for kind, units in _KINDS.items()
    for names, factor in units.items()
    for name in names
} | {
    name: (_TEMPERATURE, Decimal(factor), Decimal(offset))
    for name, (factor, offset) in _TEMPERATURES.items()
}
# Conversions to and fro may leave a trace in the last digits.
_KEPT_DIGITS = 15
_LARGEST_EXPONENT = 300


def convert(value, source: str, target: str) -> int | float | None:
    """``value`` of one unit in another; None stays None.

    :raise ValueError: an unknown unit, units of two kinds, no number
    """
    kind, factor, offset = unit(source)
    other_kind, other_factor, other_offset = unit(target)
    if kind != other_kind:
        raise ValueError(f"{source} is a {kind}, {target} is a {other_kind}")
    if value is None:
        return None
    return _computed(
        lambda: (_decimal(value) * factor + offset - other_offset) / other_factor
    )


def scale(value, factor) -> int | float | None:
    """``value`` times ``factor``; None stays None.

    :raise ValueError: one of them is no number
    """
    if value is None:
        return None
    return _computed(lambda: _decimal(value) * _decimal(factor))


def unit(name: str) -> tuple[str, Decimal, Decimal]:
    """Kind, factor and offset of a unit.

    :raise ValueError: there is no such unit; the text names all there are
    """
    if name not in _UNITS:
        raise ValueError(f"there is no unit {name!r}, only {', '.join(_UNITS)}")
    return _UNITS[name]


def _decimal(value) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{str(value)[:40]!r} is no number") from error
    if isinstance(value, bool) or not number.is_finite():
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return number


def _computed(compute: Callable[[], Decimal]) -> int | float:
    """A result as JSON has it: whole where it is, else as short as it is exact.

    :raise ValueError: it is too large or too small for a number of JSON
    """
    with localcontext() as context:
        context.prec = _DIGITS
        try:
            exact = compute()
            context.prec = _KEPT_DIGITS
            rounded = +exact
        except ArithmeticError as error:
            raise ValueError("the result is too large to compute with") from error
    if rounded and abs(rounded.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("the result is too large or too small to compute with")
    is_whole = rounded == rounded.to_integral_value()
    return int(rounded) if is_whole else float(rounded)
