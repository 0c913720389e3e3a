"""Secrets at rest and the seal that keeps copies of a database silent."""

import pytest
from mfg_integration_core.exceptions import ConfigurationError
from mfg_integration_core.protocols import arming
from mfg_integration_core.protocols.secret_box import SecretBox, new_key

PLACE = {"database_uuid": "u-1", "database_oid": 16384, "environment": "production"}


def test_sealed_secret_opens_again_and_does_not_show():
    box = SecretBox([new_key()])

    sealed = box.seal("pa$$wörd")

    assert "pa$$" not in sealed
    assert box.open(sealed) == "pa$$wörd"


def test_secret_of_an_older_key_opens_until_it_is_resealed():
    old, new = new_key(), new_key()
    sealed = SecretBox([old]).seal("secret")

    resealed = SecretBox([new, old]).reseal(sealed)

    assert SecretBox([new]).open(resealed) == "secret"


def test_k2_secret_of_an_older_key_is_told_from_one_of_the_current_key():
    old, new = new_key(), new_key()
    box = SecretBox([new, old])

    assert box.is_current(box.seal("secret"))
    assert not box.is_current(SecretBox([old]).seal("secret"))
    assert not box.is_current("damaged")


@pytest.mark.parametrize(
    ("keys", "code"), [([], "no_key"), (["short"], "bad_key"), (["ü" * 44], "bad_key")]
)
def test_missing_or_bad_key_says_where_to_set_it(keys, code):
    with pytest.raises(ConfigurationError) as caught:
        SecretBox(keys)

    assert caught.value.code == code
    assert "MFG_INTEGRATION_KEYS" in caught.value.remedy


def test_secret_of_an_unknown_key_is_refused_with_a_remedy():
    sealed = SecretBox([new_key()]).seal("secret")

    with pytest.raises(ConfigurationError) as caught:
        SecretBox([new_key()]).open(sealed)

    assert caught.value.code == "secret_unreadable"
    assert caught.value.remedy


def test_database_where_it_was_armed_is_armed():
    stored = arming.seal("key", **PLACE)

    assert arming.is_armed(stored, ["key"], **PLACE)
    assert arming.is_armed(stored, ["new key", "key"], **PLACE)


@pytest.mark.parametrize(
    "change",
    [{"database_uuid": "u-2"}, {"database_oid": 16385}, {"environment": "test"}],
)
def test_copy_is_not_armed(change):
    stored = arming.seal("key", **PLACE)

    assert not arming.is_armed(stored, ["key"], **(PLACE | change))


@pytest.mark.parametrize("stored", [None, False, "", "ü", "0" * 64])
def test_anything_but_the_seal_is_not_armed(stored):
    assert not arming.is_armed(stored, ["key"], **PLACE)


def test_deployment_without_key_is_not_armed():
    assert not arming.is_armed(arming.seal("key", **PLACE), [], **PLACE)
