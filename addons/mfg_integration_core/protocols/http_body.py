"""Request bodies, decompressed in bounded memory.

Source: RFC 9110, section 8.4 (content codings); RFC 1950 to 1952 (formats).
"""

from __future__ import annotations

import zlib

from ..exceptions import BodyTooLargeError, InvalidEventError, UnsupportedMediaError

_GZIP_WINDOW = zlib.MAX_WBITS | 16
_ZLIB_WINDOW = zlib.MAX_WBITS
_RAW_WINDOW = -zlib.MAX_WBITS
# Each member costs a copy of what follows it; a body of thousands is an attack.
_MOST_GZIP_MEMBERS = 100


def decode(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """The body without its content coding, at most ``limit`` bytes.

    :param content_encoding: the header: none, ``identity``, ``gzip`` or ``deflate``
    :param limit: bytes, for the body as sent and for the result
    :raise BodyTooLargeError: either is over ``limit``; no more than that is produced
    :raise InvalidEventError: code ``bad_encoding``: truncated, corrupt, trailing bytes
    :raise UnsupportedMediaError: code ``unsupported_encoding``
    """
    if len(body) > limit:
        raise _too_large(limit)
    coding = (content_encoding or "identity").strip().lower()
    if coding in ("identity", ""):
        return body
    if coding in ("gzip", "x-gzip"):
        return _inflate(body, _GZIP_WINDOW, limit, members=_MOST_GZIP_MEMBERS)
    if coding == "deflate":
        return _inflate(body, _deflate_window(body), limit, members=1)
    raise UnsupportedMediaError(
        f"Content-Encoding {coding[:40]} is not read here. Send gzip or nothing.",
        code="unsupported_encoding",
    )


def _deflate_window(body: bytes) -> int:
    """HTTP's ``deflate`` is zlib, but some clients send it raw, without the header."""
    head = int.from_bytes(body[:2], "big")
    is_zlib = (head >> 8) & 0x0F == 8 and head % 31 == 0
    return _ZLIB_WINDOW if is_zlib else _RAW_WINDOW


def _inflate(body: bytes, window: int, limit: int, members: int) -> bytes:
    produced = b""
    for _member in range(members):
        stream = zlib.decompressobj(window)
        try:
            # One byte more than allowed tells "over the limit" from "exactly at it".
            produced += stream.decompress(body, limit + 1 - len(produced))
        except zlib.error as error:
            raise _bad_encoding("is corrupt") from error
        if len(produced) > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise _bad_encoding("is truncated")
        body = stream.unused_data
        if not body:
            return produced
    raise _bad_encoding("has bytes after its end")


def _bad_encoding(what: str) -> InvalidEventError:
    return InvalidEventError(f"The compressed body {what}.", code="bad_encoding")


def _too_large(limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(
        f"The body is over {limit} bytes, counted decompressed. Send smaller batches."
    )
