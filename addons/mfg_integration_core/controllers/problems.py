"""Every error below our prefix as a problem document (RFC 9457), Odoo's too."""

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.http import request

from ..exceptions import (
    PROBLEM_MEDIA_TYPE,
    InvalidEventError,
    MethodError,
    MfgIntegrationError,
    NotReadyError,
    ProofError,
    RateLimitError,
    UnknownPathError,
)

#: What is below it is answered by the hub's doors, or by a problem document.
PREFIX = "/mfg/v1"


def is_ours(path: str) -> bool:
    """Whether an address is below the prefix."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def problem_response(error: MfgIntegrationError):
    """The problem document of an error, with its status and headers."""
    response = request.make_json_response(error.as_problem(), status=error.status)
    response.headers["Content-Type"] = PROBLEM_MEDIA_TYPE
    if isinstance(error, MethodError):
        response.headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, ProofError):
        response.headers["WWW-Authenticate"] = error.challenge
    if isinstance(error, RateLimitError | NotReadyError) and error.retry_after_s:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def assert_method(rule):
    """Refuse OPTIONS, which Odoo passes on to every route as if it asked for more.

    :raise MethodNotAllowed: the doors for events refuse and count it themselves
    """
    methods = set(rule.methods or ()) - {"OPTIONS"}
    if request.httprequest.method == "OPTIONS" and "GET" in methods:
        raise MethodNotAllowed(valid_methods=sorted(methods))


def error_of(exception: Exception) -> MfgIntegrationError:
    """What an exception means that a door did not turn into an answer itself."""
    if isinstance(exception, MfgIntegrationError):
        return exception
    if isinstance(exception, NotFound):
        return UnknownPathError(
            "Nothing answers at this address. /mfg/v1/openapi.json names those that do."
        )
    if isinstance(exception, MethodNotAllowed):
        allowed = sorted(set(exception.valid_methods or ()) - {"OPTIONS"})
        return MethodError(
            f"This address takes {' and '.join(allowed) or 'no method'}, not"
            f" {request.httprequest.method[:20]}.",
            allowed,
        )
    if isinstance(exception, HTTPException):
        error = InvalidEventError(
            f"The request can't be read: {exception.name}.", code="bad_request"
        )
        error.status = exception.code
        return error
    if isinstance(exception, AccessDenied | AccessError):
        error = InvalidEventError(
            "The connector's user may not do this. The administrator of Odoo gives it"
            " the rights.",
            code="access_denied",
        )
        error.status = 403
        return error
    if isinstance(exception, UserError):
        return InvalidEventError(str(exception), code="refused")
    return MfgIntegrationError(
        "The server failed; its log says why. Send the request again.",
        code="internal_error",
    )
