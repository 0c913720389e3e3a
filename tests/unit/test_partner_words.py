"""Answers of every make are read, or it is said why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.partner_words import (
    UnreadableError,
    content_of,
    is_page,
    what_it_said,
)

JSON = {"Content-Type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}


def in_charset(name):
    return {"Content-Type": f'application/json; charset="{name}"'}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, '{"a": "Öl"}'.encode()),
        (in_charset("iso-8859-1"), '{"a": "Öl"}'.encode("latin-1")),
        (in_charset("windows-1252"), '{"a": "Öl"}'.encode("cp1252")),
        ({}, '{"a": "Öl"}'.encode("utf-16")),
        ({}, b"\xef\xbb\xbf" + '{"a": "Öl"}'.encode()),
    ],
)
def test_character_set_that_is_declared_or_seen_is_read(headers, body):
    assert content_of(headers, body) == {"a": "Öl"}


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        (JSON, b"", "is empty"),
        (JSON, b'{"a": 1', "no JSON"),
        (JSON, b"<!doctype html><p>x", "a web page"),
        (JSON, '{"a": "Öl"}'.encode("latin-1"), "declare the right one"),
        (in_charset("klingon"), b"{}", "klingon, which is not known"),
        (in_charset("utf-8"), b"\xff", "it declares"),
        (in_charset("base64"), b"{}", "character set|no JSON|not known"),
    ],
)
def test_answer_that_cannot_be_read_says_why(headers, body, reason):
    with pytest.raises(UnreadableError, match=reason):
        content_of(headers, body)


@pytest.mark.parametrize(
    ("headers", "body", "page"),
    [
        (HTML, b"Log in", True),
        (HTML, b"  ", False),
        (JSON, b"\n<!DOCTYPE html><p>", True),
        (JSON, b'<?xml version="1.0"?><html xmlns="x">', True),
        (JSON, b'<?xml version="1.0"?><order/>', False),
        (JSON, b'{"text": "<html>"}', False),
    ],
)
def test_page_is_told_from_an_answer(headers, body, page):
    assert is_page(headers, body) is page


@given(
    st.dictionaries(st.just("Content-Type"), st.text()),
    st.binary() | st.text().map(str.encode),
)
def test_nothing_that_a_partner_writes_breaks_the_reader(headers, body):
    assert what_it_said(headers, body)
    is_page(headers, body)
    try:
        content_of(headers, body)
    except UnreadableError as error:
        assert str(error)


@given(st.sampled_from(["base64", "zip", "hex", "idna", "unicode_escape", "rot13"]))
def test_codec_that_is_no_character_set_is_refused(name):
    with pytest.raises(UnreadableError):
        content_of(in_charset(name), b"\xff{}\xfe")
