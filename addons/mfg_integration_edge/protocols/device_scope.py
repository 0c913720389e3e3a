"""What the key of one device opens: the door for machine events, for its own words."""

from __future__ import annotations

from dataclasses import dataclass

from odoo.addons.mfg_integration_core.exceptions import NotPermittedError
from odoo.addons.mfg_integration_core.protocols.key_scope import KeyScope

#: Code of the door for machine events, as a key may be limited to some (``mfg.door``).
DOOR = "edge"


@dataclass(frozen=True)
class DeviceScope(KeyScope):
    """What a device's key is limited to, whatever else somebody allows it.

    :param device_id: row id of the device
    :param device_source: ``source`` of its events
    """

    device_id: int = 0
    device_source: str = ""

    def assert_opens(self, door: str, address: str | None) -> None:
        """Return when it is the door for machine events, called from an address of it.

        :raise NotPermittedError: codes ``address_refused``, ``door_refused``
        """
        super().assert_opens(door, address)
        if door != DOOR:
            raise NotPermittedError(
                "This is the key of a device. It opens the door for machine events and"
                " no other.",
                code="door_refused",
                remedy="Prove yourself as the connector's partner at this door.",
            )

    def assert_speaks_as(self, source: str) -> None:
        """Return when the device may send events of this source.

        :raise NotPermittedError: code ``source_refused``
        """
        if source != self.device_source:
            raise NotPermittedError(
                f"This key is that of {self.device_source}, and the event is of"
                f" {source[:200]}.",
                code="source_refused",
                pointer="/source",
                remedy="Send each device's events with its own key.",
            )


def assert_speaks_as(scope: KeyScope, source: str) -> None:
    """Return when who is limited to ``scope`` may send events of this source.

    :raise NotPermittedError: it is a device, and the source another one; code
        ``source_refused``
    """
    if isinstance(scope, DeviceScope):
        scope.assert_speaks_as(source)


def device_id(scope: KeyScope) -> int | None:
    """The device that proved itself; None where the connector's partner did."""
    return scope.device_id if isinstance(scope, DeviceScope) else None
