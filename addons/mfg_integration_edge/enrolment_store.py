"""Storing what a device asks for: the SQL behind the door for enrolment.

The door only inserts: a device that asks a second time changes no row of the first,
and what a person decides is written by nobody else. All of it is one READ COMMITTED
transaction of the caller.
"""

from datetime import datetime

from odoo.addons.mfg_integration_core.exceptions import (
    IdConflictError,
    NotPermittedError,
    RateLimitError,
)

from .protocols.device_enrolment import Application

#: Devices of one connector that may wait for a person at the same time.
MOST_WAITING = 100
#: A full list empties as people decide; nothing is gained by asking every second.
ASK_AGAIN_AFTER_S = 600
# First half of the advisory lock's key, so that no other lock of ours is meant.
_LOCK = 0x6D66_6765


def apply(
    cr, connector_id: int, application: Application, *, at: datetime, address: str
) -> str:
    """Store an application that is new; how it stands: ``waiting`` or ``approved``.

    :param at: naive UTC
    :param address: where the request came from
    :raise NotPermittedError: code ``device_refused`` or ``device_revoked``
    :raise IdConflictError: codes ``key_known``, ``enrolment_waiting``
    :raise RateLimitError: code ``too_many_waiting``
    """
    # One at a time per connector: the number that waits is counted exactly.
    cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK, connector_id))
    known = _known(cr, connector_id, application)
    if known:
        return known
    device_id = _device(cr, connector_id, application)
    cr.execute(
        "SELECT count(*), count(*) FILTER (WHERE device_id = %s)"
        "  FROM mfg_edge_enrolment WHERE connector_id = %s AND state = 'waiting'",
        (device_id, connector_id),
    )
    waiting, of_device = cr.fetchone()
    if of_device:
        raise IdConflictError(
            f"Another key waits for {application.source} to be approved.",
            code="enrolment_waiting",
            remedy="An Integration Approver decides about that one first.",
        )
    if waiting >= MOST_WAITING:
        raise RateLimitError(
            f"{waiting} devices of this connector wait to be approved, and no more are"
            " taken until an Integration Approver has decided about some.",
            retry_after_s=ASK_AGAIN_AFTER_S,
            code="too_many_waiting",
        )
    device_id = device_id or _insert_device(cr, connector_id, application, at)
    cr.execute(
        """
        INSERT INTO mfg_edge_enrolment
                    (device_id, connector_id, name, key_sha256, asked_at, asked_from,
                     state)
        VALUES (%s, %s, %s, %s, %s, %s, 'waiting')
        """,
        (
            device_id,
            connector_id,
            application.name,
            application.key_sha256,
            at,
            address,
        ),
    )
    return "waiting"


def _known(cr, connector_id, application) -> str | None:
    """How the application stands that was made with this key before, if there is one.

    :raise IdConflictError: the key is somebody else's
    """
    cr.execute(
        """
        SELECT enrolment.state, enrolment.connector_id, device.source,
               key.revoked_at IS NOT NULL
          FROM mfg_edge_enrolment enrolment
          JOIN mfg_edge_device device ON device.id = enrolment.device_id
          LEFT JOIN mfg_api_key key ON key.digest = enrolment.key_sha256
         WHERE enrolment.key_sha256 = %(digest)s
         UNION ALL
        SELECT 'approved', key.connector_id, device.source, key.revoked_at IS NOT NULL
          FROM mfg_api_key key
          LEFT JOIN mfg_edge_device device ON device.id = key.device_id
         WHERE key.digest = %(digest)s
         LIMIT 1
        """,
        {"digest": application.key_sha256},
    )
    found = cr.fetchone()
    if not found:
        return None
    state, owner, source, is_revoked = found
    if (owner, source) != (connector_id, application.source):
        raise IdConflictError(
            "This key is in use already. Make a key of its own for every device.",
            code="key_known",
            pointer="/key_sha256",
        )
    if is_revoked:
        raise refusal("revoked")
    if state == "refused":
        raise refusal("refused")
    return state


def refusal(verdict: str) -> NotPermittedError:
    """The error for a key that is ``waiting``, ``refused`` or ``revoked``."""
    details = {
        "waiting": "This device waits to be approved: an Integration Approver finds it"
        " under Machines, Enrolments.",
        "refused": "An Integration Approver has refused this device.",
        "revoked": "The key of this device was revoked.",
    }
    remedies = {
        "waiting": "Keep the events and send them again later, with the same key.",
        "refused": "Ask the people of the plant. With another key it may ask again.",
        "revoked": "With another key it may ask again.",
    }
    code = "device_not_approved" if verdict == "waiting" else f"device_{verdict}"
    return NotPermittedError(details[verdict], code=code, remedy=remedies[verdict])


def standing(cr, connector_id: int, key_sha256: str) -> str | None:
    """How the application with this key stands at a connector; None without one."""
    cr.execute(
        "SELECT state FROM mfg_edge_enrolment"
        " WHERE key_sha256 = %s AND connector_id = %s",
        (key_sha256, connector_id),
    )
    found = cr.fetchone()
    return found[0] if found else None


def _device(cr, connector_id, application) -> int | None:
    cr.execute(
        "SELECT id FROM mfg_edge_device WHERE connector_id = %s AND source = %s",
        (connector_id, application.source),
    )
    found = cr.fetchone()
    return found[0] if found else None


def _insert_device(cr, connector_id, application, at) -> int:
    cr.execute(
        """
        INSERT INTO mfg_edge_device
                    (connector_id, source, name, state, create_date, write_date)
        VALUES (%s, %s, %s, 'waiting', %s, %s)
        ON CONFLICT (connector_id, source) DO UPDATE SET source = excluded.source
        RETURNING id
        """,
        (connector_id, application.source, application.name, at, at),
    )
    return cr.fetchone()[0]
