"""Secrets at rest: encrypted with keys that never enter the database.

Source: https://github.com/fernet/spec; ``cryptography``'s MultiFernet for rotation.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ..exceptions import ConfigurationError

#: So many secrets are opened once by a box that is asked for them again and again.
_KEPT_OPEN = 256
_KEY_HELP = (
    "Set MFG_INTEGRATION_KEYS, or `keys` in the section [mfg_integration] of "
    "odoo.conf, to a Fernet key."
)


def new_key() -> str:
    """A fresh key for ``MFG_INTEGRATION_KEYS``."""
    return Fernet.generate_key().decode()


class SecretBox:
    """Seals with the first key, opens with any.

    What was opened lately is kept as long as the box is, as its keys are.

    :param keys: Fernet keys, the current one first, older ones for what they sealed
    :raise ConfigurationError: codes ``no_key``, ``bad_key``
    """

    def __init__(self, keys: Sequence[str]):
        if not keys:
            raise ConfigurationError(
                "No key is configured, so secrets can neither be stored nor read.",
                code="no_key",
                remedy=_KEY_HELP,
            )
        fernets = [_fernet(key, number) for number, key in enumerate(keys, start=1)]
        self._current = fernets[0]
        self._fernet = MultiFernet(fernets)
        self._opened = functools.lru_cache(_KEPT_OPEN)(self._fernet.decrypt)

    def seal(self, text: str) -> str:
        """``text`` encrypted and authenticated; another result every time."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed.

        :raise ConfigurationError: code ``secret_unreadable``: sealed with a key that is
            not configured here, or damaged
        """
        try:
            return self._opened(sealed.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError(
                "A stored secret cannot be read with the configured keys.",
                code="secret_unreadable",
                remedy="Add the key it was sealed with, or enter the secret again.",
            ) from error

    def is_current(self, sealed: str) -> bool:
        """Whether ``sealed`` opens with the current key alone."""
        try:
            self._current.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: str) -> str:
        """The same secret under the current key, after a rotation."""
        return self.seal(self.open(sealed))


def _fernet(key: str, number: int) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"Key number {number} is not a Fernet key (32 bytes in URL-safe base64).",
            code="bad_key",
            remedy=_KEY_HELP,
        ) from error
