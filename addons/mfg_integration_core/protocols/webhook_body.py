"""What a vendor's webhook says, whether its body is JSON or an HTML form.

How a body is written is kept with it as the header ``content-type``; without one it is
JSON. So what was stored is read the same after the template was changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import InvalidEventError, UnsupportedMediaError
from . import cloudevents, http_headers, strict_form, strict_json

CONTENT_TYPE = "content-type"
JSON = "json"
_WHAT = "The webhook"
#: Media types of HTML forms; senders that cannot be set to JSON write the first.
_FORMS = (strict_form.MEDIA_TYPE, "multipart/form-data")


class WebhookBody:
    """How the webhooks of one vendor are written.

    :param spec: ``webhooks/body`` of the template: ``json``, ``form`` or
        ``{"json_in": <field of a form>}``
    """

    def __init__(self, spec: str | Mapping = JSON):
        self._is_form = spec != JSON
        self._json_field = spec["json_in"] if isinstance(spec, Mapping) else None

    def check(self, headers: Mapping, body: bytes) -> None:
        """Return when the webhook can be read as the template says.

        :raise UnsupportedMediaError: another media type, or a charset but UTF-8
        :raise InvalidEventError: as :meth:`read`
        """
        kind = cloudevents.media_type(http_headers.find(headers, CONTENT_TYPE))
        if self._is_form and kind != strict_form.MEDIA_TYPE:
            raise UnsupportedMediaError(
                f"The webhooks of this connector are forms. {kind or 'Nothing'} is the"
                f" media type of this one; send {strict_form.MEDIA_TYPE}.",
            )
        if not self._is_form and kind in _FORMS:
            raise UnsupportedMediaError(
                f"Webhooks are read as JSON here, not as {kind}. Choose JSON at the"
                " sender, or a template that reads forms."
            )
        self.read(headers, body)

    def read(self, headers: Mapping, body: bytes):
        """What the webhook says: the JSON value, or the fields of the form as texts.

        :raise InvalidEventError: codes ``not_json``, ``not_form``, ``repeated_member``,
            ``not_storable``
        """
        if not _is_form(headers):
            return strict_json.read(body, what=_WHAT)
        fields = strict_form.read(body, what=_WHAT)
        if self._json_field is None:
            return fields
        return _read_within(fields, self._json_field)

    def kept_headers(self, headers: Mapping) -> dict[str, str]:
        """The headers by which a stored body is read later."""
        return {CONTENT_TYPE: strict_form.MEDIA_TYPE} if _is_form(headers) else {}


def _is_form(headers: Mapping) -> bool:
    kind = http_headers.find(headers, CONTENT_TYPE)
    return cloudevents.media_type(kind) == strict_form.MEDIA_TYPE


def _read_within(fields: Mapping[str, str], name: str):
    """The JSON value that one field of a form holds."""
    pointer = strict_form.pointer_to(name)
    if name not in fields:
        raise InvalidEventError(
            f"{_WHAT} has no field {name}, which should hold what it says as JSON.",
            code="not_form",
            pointer=pointer,
        )
    try:
        return strict_json.read(fields[name], what=f"The field {name}")
    except InvalidEventError as error:
        error.pointer = pointer + (error.pointer or "")
        raise
