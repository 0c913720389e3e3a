"""A connector of a test's own, made as an administrator makes it."""

from dataclasses import dataclass

from devkit import plant
from devkit.stage import Stage, new_secret

from .doors import Letter, letter


@dataclass(frozen=True)
class OwnConnector:
    """A live connector and the secret that its partner signs with."""

    id: int
    code: str
    secret: str

    def letter(self, door: str, event_id: str | None = None, **changes) -> Letter:
        """A letter to one of the doors for this connector."""
        sent = letter(door, event_id, **changes)
        sent.secret = self.secret
        sent.path = self.path(door)
        return sent

    def path(self, door: str) -> str:
        """The address of ``events`` or ``edge`` for this connector."""
        end = "/events" if door == "edge" else ""
        return f"/mfg/v1/{door}/{self.code}{end}"


def given_connector(stage: Stage, code: str, **values) -> OwnConnector:
    """Make a connector and set it live.

    :param code: unique, since the plant outlives a test
    """
    admin, secret = stage.session(), new_secret()
    connector_id = admin.create(
        "mfg.connector",
        code=code,
        name=f"Partner {code}",
        inbound_secret=secret,
        user_id=plant.connection_user(admin, code, f"Partner {code}"),
        **values,
    )
    admin.call("mfg.connector", "action_go_live", [connector_id])
    return OwnConnector(connector_id, code, secret)
