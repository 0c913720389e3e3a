"""What a key opens, and from where: doors, event types, addresses of the caller.

Nothing here asks the database: a door keeps the scopes of its keys in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from ..exceptions import NotPermittedError
from .url_guard import parse_networks

#: Lists of addresses that are kept read; each connector and key has one.
_KEPT = 1024


@lru_cache(maxsize=_KEPT)
def read_sources(text: str | None) -> tuple:
    """The networks of a list of addresses that may call; empty for all.

    :param text: CIDR networks or addresses of IPv4 and IPv6, separated by commas
    :raise ConfigurationError: code ``bad_network``, naming the word
    """
    return parse_networks(text)


def is_source(address: str | None, networks: tuple) -> bool:
    """Whether a caller's address is in one of the networks.

    :param address: as the server knows it; None where it knows none (a UNIX socket)
    """
    try:
        # A link-local address may come with the interface it was heard on.
        caller = ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(caller, IPv6Address) and caller.ipv4_mapped:
        # A socket of both kinds tells IPv4 callers like this.
        caller = caller.ipv4_mapped
    return any(
        caller in network for network in networks if network.version == caller.version
    )


def assert_source(address: str | None, networks: tuple, whose: str) -> None:
    """Return when a caller of that address is let in.

    :param networks: from where calls are taken; empty for everywhere
    :param whose: subject of the sentence, e.g. ``This connector``
    :raise NotPermittedError: code ``address_refused``
    """
    if networks and not is_source(address, networks):
        raise NotPermittedError(
            f"{whose} takes calls from some addresses only, and {address or 'yours'}"
            " is none of them.",
            code="address_refused",
            remedy="Call from an address that was agreed on, or ask the administrator"
            " of Odoo to add yours.",
        )


@dataclass(frozen=True)
class KeyScope:
    """What one key is limited to; each set is empty where it has no limit.

    :param doors: codes of the doors that it opens
    :param event_types: types of the events that may be sent with it
    :param networks: addresses that may call with it
    """

    doors: frozenset[str] = frozenset()
    event_types: frozenset[str] = frozenset()
    networks: tuple = ()

    def assert_opens(self, door: str, address: str | None) -> None:
        """Return when the key opens the door to a caller of that address.

        :raise NotPermittedError: codes ``address_refused``, ``door_refused``
        """
        assert_source(address, self.networks, "This key")
        if self.doors and door not in self.doors:
            raise NotPermittedError(
                f"This key does not open the door '{door}'; it opens"
                f" {', '.join(sorted(self.doors))}.",
                code="door_refused",
                remedy="Use a key that opens it, or ask the administrator of Odoo.",
            )

    def assert_may_send(self, event_type: str | None) -> None:
        """Return when an event of the type may be sent with the key.

        :param event_type: None for a vendor's own webhook, whose type is found out
            when it is mapped, long after the door
        :raise NotPermittedError: code ``type_refused``
        """
        if not self.event_types or event_type in self.event_types:
            return
        known = ", ".join(sorted(self.event_types))
        what = event_type[:100] if event_type else "a webhook of the vendor's own"
        raise NotPermittedError(
            f"This key sends events of some types only ({known}), not {what}.",
            code="type_refused",
            pointer="/type" if event_type else None,
            remedy="Use a key that may send it, or ask the administrator of Odoo.",
        )


#: Of who proves itself without a key.
UNLIMITED = KeyScope()
