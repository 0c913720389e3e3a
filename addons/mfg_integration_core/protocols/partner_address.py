"""Where requests go: behind the connector's address, and never to another host.

Whatever a template or a partner's answer calls an address is held against the one that
an administrator entered, since the connector's credentials go with every request.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ..exceptions import PermanentDeliveryError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def checked_base_url(base_url: str) -> str:
    """The connector's address without its last slash.

    :raise PermanentDeliveryError: code ``bad_address``
    """
    if not _is_plain_address(base_url or ""):
        raise PermanentDeliveryError(
            "The connector's address must look like https://cmms.example.com/path, "
            "without user, password, ? or #.",
            code="bad_address",
        )
    return base_url.rstrip("/")


def within_host(base_url: str, address: str) -> str:
    """``address`` in full, when it is on the connector's own host.

    :param address: absolute, or a path from the host's root
    :raise PermanentDeliveryError: code ``other_host``; it leads elsewhere or is none
    """
    base = checked_base_url(base_url)
    try:
        full = urljoin(base, address.strip())
        is_ours = _origin(full) == _origin(base) and _is_printable(full)
    except ValueError:  # half an IPv6 address, no port number
        full, is_ours = address, False
    if not is_ours:
        raise PermanentDeliveryError(
            f"The partner points to {full[:200]}, which is not on the host of the"
            " connector's address. Credentials are sent to that host only.",
            code="other_host",
            remedy="Ask the partner which address is right, and enter it in the"
            " connector.",
        )
    return full


def _origin(url: str) -> tuple:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("an address with credentials in it")
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port number, half an IPv6 address
        return False
    more = parts.username or parts.password or parts.query or parts.fragment
    return (
        parts.scheme in ("http", "https")
        and has_host
        and _is_printable(url)
        and not more
    )


def _is_printable(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url
