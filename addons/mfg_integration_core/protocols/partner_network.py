"""Where a connector may call, and how both sides prove who they are."""

from __future__ import annotations

from dataclasses import dataclass

from .client_tls import ClientTls
from .guarded_session import GuardedSession
from .url_guard import UrlGuard


@dataclass(frozen=True)
class PartnerNetwork:
    """All that a connection to one partner depends on; equal ones share sessions."""

    guard: UrlGuard = UrlGuard()
    tls: ClientTls = ClientTls()

    def open(self) -> GuardedSession:
        """A session whose connections are guarded and verified."""
        return GuardedSession(self.guard, self.tls)
