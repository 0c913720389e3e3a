"""A recorded request as a command that a person can run or hand on.

Credentials are not recorded; each is a shell variable in the command, which runs as
soon as the variable is set.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Mapping

#: What stands where a credential was.
MASK = "***"
#: Headers that curl sets itself, from what it really sends.
_OWN_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding"}
)


def command(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The request as a command for a POSIX shell.

    :param headers: as recorded, with :data:`MASK` in the place of credentials
    """
    parts = [f"curl -X {shlex.quote(method)} {shlex.quote(url)}"]
    notes = []
    for name, value in headers.items():
        if name.lower() in _OWN_HEADERS:
            continue
        if MASK not in str(value):
            parts.append(f"-H {shlex.quote(f'{name}: {value}')}")
            continue
        variable = re.sub(r"\W", "_", name).upper()
        notes.append(f"# Set {variable} first; the credential is not recorded.\n")
        # The rest is quoted apart, so that only the variable is expanded.
        plain = [one and shlex.quote(one) for one in f"{name}: {value}".split(MASK)]
        parts.append("-H " + f'"${variable}"'.join(plain))
    if MASK in url or MASK.encode() in body:
        notes.append(f"# Put the credential in the place of {MASK} first.\n")
    source = ""
    if body:
        text = _text(body)
        if text is None:
            encoded = base64.b64encode(body).decode()
            source = f"printf %s {encoded} | base64 -d | "
            parts.append("--data-binary @-")
        else:
            parts.append(f"--data-raw {shlex.quote(text)}")
    return "".join(notes) + source + " \\\n  ".join(parts)


def _text(body: bytes) -> str | None:
    """The body as text; None for bytes that a command line can't hold."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        # Not text: the caller writes it in another way.
        return None
    return None if "\x00" in text else text
