"""What templates can do beyond JMESPath: a small set of functions.

============================  ===================================================
``map('name', value)``        the word that the template's value map ``name`` has
                              for ``value``; an unknown word is an error, never a
                              guess. ``map(&expression, list)`` is JMESPath's own
``to_text(value)``            number or true/false as text, ``5.0`` as ``5``
``upper(text)``               capitals, ``lower(text)`` the reverse
``concat([a, b])``            texts one behind the other, null ones left out
``format('{0}-{1}', [a, b])`` a text with values filled in; null when one is null
``match(text, 'pattern')``    first group of a regular expression, or null
``json(value)``               as JSON text, ``from_json(text)`` the reverse
``base64(text)``              as base64, ``base64url(text)`` as URLs hold it
``parse_date(value, how)``    a partner's moment as RFC 3339 text in UTC
``format_date(text, how)``    RFC 3339 text as the partner wants it
``convert(n, 'min', 's')``    a quantity in another unit
``scale(n, factor)``          a number times another
============================  ===================================================

``how`` is explained in ``moments.py``, units in ``template_units.py``. Given
null, every function gives null.
"""

from __future__ import annotations

from collections.abc import Mapping

from jmespath.functions import Functions, signature

from ..exceptions import UnmappedValueError
from . import moments, rfc3339, template_text, template_units
from .template_text import to_text

_ANY = {"types": []}
_TEXT = {"types": ["string"]}
_TEXT_OR_NULL = {"types": ["string", "null"]}
_LIST = {"types": ["array"]}
_NUMBER = {"types": ["number"]}
_NUMBER_OR_NULL = {"types": ["number", "string", "null"]}


class TemplateFunctions(Functions):
    """The functions of one template.

    :param value_maps: ``{map name: {partner's or our word: the other's}}``
    :param file_name: of the template, for error texts
    :ivar used_maps: names of the maps that compiled expressions look into
    """

    def __init__(self, value_maps: Mapping, file_name: str):
        self.value_maps = value_maps
        self.file_name = file_name
        self.used_maps: set[str] = set()

    @signature({"types": ["string", "expref"]}, _ANY)
    def _func_map(self, name, value):
        if not isinstance(name, str):
            if not isinstance(value, list):
                raise ValueError("map(&expression, list) needs a list")
            return super()._func_map(name, value)
        return None if value is None else self._mapped(name, to_text(value))

    @signature(_ANY)
    def _func_to_text(self, value):
        return to_text(value)

    @signature(_TEXT_OR_NULL)
    def _func_upper(self, text):
        return text and text.upper()

    @signature(_TEXT_OR_NULL)
    def _func_lower(self, text):
        return text and text.lower()

    @signature(_LIST)
    def _func_concat(self, parts):
        return template_text.concat(parts)

    @signature(_TEXT, _LIST)
    def _func_format(self, pattern, values):
        return template_text.fill(pattern, values)

    @signature(_TEXT_OR_NULL, _TEXT)
    def _func_match(self, text, pattern):
        return template_text.match(text, pattern)

    @signature(_ANY)
    def _func_json(self, value):
        return None if value is None else template_text.to_json(value)

    @signature(_TEXT_OR_NULL)
    def _func_from_json(self, text):
        return template_text.from_json(text)

    @signature(_TEXT_OR_NULL)
    def _func_base64(self, text):
        return template_text.to_base64(text)

    @signature(_TEXT_OR_NULL)
    def _func_base64url(self, text):
        return template_text.to_base64url(text)

    @signature(_ANY, _TEXT)
    def _func_parse_date(self, value, how):
        moment = moments.read_moment(value, how)
        return None if moment is None else rfc3339.write(moment)

    @signature(_TEXT_OR_NULL, _TEXT)
    def _func_format_date(self, text, how):
        return None if text is None else moments.write_moment(rfc3339.parse(text), how)

    @signature(_NUMBER_OR_NULL, _TEXT, _TEXT)
    def _func_convert(self, value, source, target):
        return template_units.convert(value, source, target)

    @signature(_NUMBER_OR_NULL, _NUMBER)
    def _func_scale(self, value, factor):
        return template_units.scale(value, factor)

    def check_call(self, name: str, literals: list) -> None:
        """Find at load what would only be found in production.

        :param literals: the arguments; None for those that are not literal
        :raise ValueError: there is no such function, value map, date or unit, or it
            takes another number of arguments
        """
        if name not in self.FUNCTION_TABLE:
            raise ValueError(f"there is no function {name}()")
        wanted = self.FUNCTION_TABLE[name]["signature"]
        is_variadic = bool(wanted) and wanted[-1].get("variadic", False)
        too_few, too_many = len(literals) < len(wanted), len(literals) > len(wanted)
        if too_few or (too_many and not is_variadic):
            raise ValueError(f"{name}() takes {len(wanted)}, not {len(literals)}")
        first, *others = literals or [None]
        if name == "map" and first is not None and first not in self.value_maps:
            raise ValueError(f"there is no value map {first!r}")
        if name == "map" and isinstance(first, str):
            self.used_maps.add(first)
        if name in ("parse_date", "format_date") and others and others[0] is not None:
            moments.check_format(str(others[0]))
        if name == "convert" and None not in others and len(others) == 2:
            template_units.convert(None, *others)

    def _mapped(self, name: str, word: str):
        words = self.value_maps.get(name)
        if words is None:
            raise ValueError(f"there is no value map {name!r}")
        if word not in words:
            raise UnmappedValueError(
                f"The value map `{name}` of {self.file_name} does not know the word "
                f"{word[:100]!r}; it knows {', '.join(words)}.",
                value_map=name,
                word=word,
                remedy="Add the word to the value map, then press Retry.",
            )
        return words[word]
