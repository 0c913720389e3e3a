"""Bodies: what is decompressed, and what stops before memory does."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import (
    BodyTooLargeError,
    InvalidEventError,
    UnsupportedMediaError,
)
from mfg_integration_core.protocols.http_body import decode

TEXT = b'{"note": "hello"}' * 20


def raw_deflate(body):
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, None),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), " GZIP "),
        (gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
    ],
)
def test_body_is_decoded(body, coding):
    assert decode(body, coding, limit=len(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(TEXT)[:-1], "gzip"),
        (gzip.compress(TEXT)[:20], "gzip"),
        (gzip.compress(TEXT) + b"rest", "gzip"),
        (b"not gzip", "gzip"),
        (b"", "gzip"),
        (b"", "deflate"),
        (zlib.compress(TEXT)[:-1], "deflate"),
        (gzip.compress(b"") * 101, "gzip"),
    ],
)
def test_broken_body_is_refused(body, coding):
    with pytest.raises(InvalidEventError) as caught:
        decode(body, coding, limit=10_000)

    assert (caught.value.code, caught.value.status) == ("bad_encoding", 400)


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"x" * 101, None), (gzip.compress(b"x" * 101), "gzip"), (b"x" * 101, "gzip")],
)
def test_body_over_the_limit_is_refused(body, coding):
    with pytest.raises(BodyTooLargeError) as caught:
        decode(body, coding, limit=100)

    assert caught.value.status == 413


def test_body_exactly_at_the_limit_passes():
    assert len(decode(gzip.compress(b"x" * 100), "gzip", limit=100)) == 100


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "zstd"])
def test_other_coding_is_refused(coding):
    with pytest.raises(UnsupportedMediaError):
        decode(TEXT, coding, limit=1000)


@given(st.binary(), st.sampled_from(["gzip", "deflate", None]), st.integers(0, 200))
def test_no_body_gives_more_than_the_limit_or_another_error(body, coding, limit):
    for candidate in (body, gzip.compress(body), zlib.compress(body)):
        try:
            assert len(decode(candidate, coding, limit)) <= limit
        except InvalidEventError:
            continue
