"""Which addresses a connector may call.

A template's address comes from a person and its host's address from a DNS server; both
can point into our own network. Only public addresses are called, unless the connector
allows the network: a plant's systems mostly live in private ones.

Sources: RFC 6890 (special addresses), RFC 4291 and RFC 6052 (IPv4 inside IPv6), the
OWASP cheat sheet "Server-Side Request Forgery Prevention".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from ..exceptions import ConfigurationError, PermanentDeliveryError

#: Where clouds hand out credentials to whoever asks from inside.
METADATA_ADDRESSES = frozenset(
    map(ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200"))
)
#: IPv6 networks whose last 32 bits are an IPv4 address.
_IPV4_AT_THE_END = tuple(
    map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "::/96"))
)


@dataclass(frozen=True)
class UrlGuard:
    """Decides on addresses; knows nothing of names, sockets and proxies.

    :ivar allowed: networks that may be called although they are not public
    """

    allowed: tuple = ()

    def check_url(self, url: str) -> None:
        """Refuse an address that is not plain HTTP or HTTPS to a host.

        :raise PermanentDeliveryError: code ``address_refused``
        """
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise _refusal(f"{url!r} is no address: {error}.") from error
        if parts.scheme not in ("http", "https"):
            raise _refusal(
                f"Only http:// and https:// are called, not {parts.scheme or '?'}://."
            )
        if "@" in parts.netloc:
            # Not repeated here: what stands before the @ may be a password.
            raise _refusal(
                "The address holds a user or password. Enter them in the connector's"
                " credentials instead."
            )
        if not parts.hostname:
            raise _refusal(f"{url!r} names no host.")

    def check_address(self, host: str, address: str) -> None:
        """Refuse to call ``host`` when it is found at such an ``address``.

        :param address: IP address as text; IPv6 perhaps with a zone (``%eth0``)
        :raise PermanentDeliveryError: code ``address_refused``; names host, address
            and remedy
        """
        found = ip_address(address)
        kind = kind_of(found)
        if kind is None or self._is_allowed(found):
            return
        raise _refusal(
            f"{host} was not called: it is at {found}, {kind}. If the partner really"
            f" is there, add {found} or its network to Allowed Networks of the"
            " connector, then press Retry."
        )

    def _is_allowed(self, address) -> bool:
        inner = embedded_ipv4(address)
        if inner is None:
            return self._is_listed(address)
        # Allowing the translation's prefix must not open what it translates to.
        return self._is_listed(inner) or (
            self._is_listed(address) and kind_of(inner) is None
        )

    def _is_listed(self, address) -> bool:
        return any(address in network for network in self.allowed)


def parse_networks(text: str | None) -> tuple:
    """The networks of a list such as ``10.20.0.0/16, 192.168.7.12``.

    :param text: CIDR networks or addresses, separated by commas, spaces or lines
    :raise ConfigurationError: code ``bad_network``, naming the word and its correction
    """
    return tuple(_network(word) for word in re.split(r"[,;\s]+", text or "") if word)


def _network(word: str):
    try:
        network = ip_network(word, strict=False)
    except ValueError as error:
        raise ConfigurationError(
            f"{word!r} is no network. Write it like 10.20.0.0/16, fd12:3456::/48 or"
            " 192.168.7.12.",
            code="bad_network",
        ) from error
    if "/" in word and ip_address(word.partition("/")[0]) != network.network_address:
        raise ConfigurationError(
            f"{word} is not where a network begins. Write {network} for the network,"
            f" or {word.partition('/')[0]} for the one address.",
            code="bad_network",
        )
    if network.prefixlen == 0:
        raise ConfigurationError(
            f"{word} is every address there is. Name the partner's network.",
            code="bad_network",
        )
    return network


def kind_of(address: IPv4Address | IPv6Address) -> str | None:
    """What sort of address is refused, in words; None for a public one."""
    if embedded_ipv4(address) is not None:
        return "an IPv4 address inside an IPv6 one"
    if address in METADATA_ADDRESSES:
        return "where a cloud keeps its credentials"
    for kind, is_so in _KINDS:
        if is_so(address):
            return kind
    return None


def embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to by mapping or translation."""
    if address.version == 4 or address in _LOCAL_IPV6:
        return None
    if any(address in network for network in _IPV4_AT_THE_END):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour


#: ``::`` and ``::1`` look like IPv4 at the end of IPv6 and are not.
_LOCAL_IPV6 = frozenset(map(IPv6Address, ("::", "::1")))
_SITE_LOCAL = IPv6Network("fec0::/10")
#: Asked in this order; the last ones catch what has no name of its own.
_KINDS = (
    ("which is no host's address", lambda address: address.is_unspecified),
    ("this server itself", lambda address: address.is_loopback),
    ("a link-local address", lambda address: address.is_link_local),
    ("a multicast address", lambda address: address.is_multicast),
    ("a private address", lambda address: address.is_private),
    ("a private address", lambda address: address in _SITE_LOCAL),
    ("a reserved address", lambda address: address.is_reserved),
    ("not a public address", lambda address: not address.is_global),
)


def _refusal(detail: str) -> PermanentDeliveryError:
    return PermanentDeliveryError(detail, code="address_refused")
