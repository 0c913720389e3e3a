"""Forms: what they say, and which mistake of the sender is named."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import InvalidEventError
from mfg_integration_core.protocols.strict_form import MOST_FIELDS, read

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"no=17&status=DONE", {"no": "17", "status": "DONE"}),
        (b"note=two+words%21", {"note": "two words!"}),
        (b"note=%C3%96l", {"note": "Öl"}),
        ("note=Öl".encode(), {"note": "Öl"}),
        (b"note=a=b;c", {"note": "a=b;c"}),
        (b"empty=&bare", {"empty": "", "bare": ""}),
        (b"&no=17&&", {"no": "17"}),
        (b"=nameless", {"": "nameless"}),
    ],
)
def test_form_is_read(body, fields):
    assert read(body) == fields


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        (b"", "not_form", "it has no field"),
        (b"&&", "not_form", "it has no field"),
        (b"note=100%", "not_form", "in the field note two hexadecimal digits"),
        (b"note=%zz", "not_form", "in the field note two hexadecimal digits"),
        (b"a=1&%=2", "not_form", "in the name of field 2 two hexadecimal digits"),
        (b"note=%FC", "not_form", "the field note is not UTF-8"),
        (b"note=\xfc", "not_form", "the field note is not UTF-8"),
        (b"note=%00", "not_storable", "U+0000 in the field note"),
    ],
)
def test_broken_form_is_refused_with_its_place(body, code, told):
    with pytest.raises(InvalidEventError) as caught:
        read(body, "The webhook")

    assert (caught.value.status, caught.value.code) == (400, code)
    assert caught.value.detail.startswith("The webhook ")
    assert told in caught.value.detail


@pytest.mark.parametrize(
    ("body", "pointer"),
    [(b"no=1&no=2", "/no"), (b"a%2Fb=1&x=&a/b=1", "/a~1b"), (b"no=1&n%6F=1", "/no")],
)
def test_field_that_is_sent_twice_is_named(body, pointer):
    with pytest.raises(InvalidEventError) as caught:
        read(body)

    assert (caught.value.code, caught.value.pointer) == ("repeated_member", pointer)


def test_form_of_very_many_fields_is_refused():
    fields = {f"field{number}": "1" for number in range(MOST_FIELDS)}

    assert read(urlencode(fields).encode()) == fields
    for more in ("&one=more", "&" * MOST_FIELDS):
        with pytest.raises(InvalidEventError, match="more than 1000 fields"):
            read((urlencode(fields) + more).encode())


@given(st.dictionaries(TEXTS, TEXTS, min_size=1))
def test_what_a_sender_encodes_is_what_is_read(fields):
    assert read(urlencode(fields).encode()) == fields


@given(st.binary() | st.text("a=&%+0\xfc").map(lambda text: text.encode("latin-1")))
def test_no_body_gives_another_error(body):
    try:
        fields = read(body)
    except InvalidEventError as error:
        assert error.code in ("not_form", "repeated_member", "not_storable")
    else:
        assert fields
