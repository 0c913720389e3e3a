"""Copies send nothing: a connector is armed for one database in one environment.

The seal binds the database's uuid, the oid PostgreSQL gave it and the environment's
name. A copy has another oid (and, when neutralised, another uuid); a restore on another
machine has another environment or key. Whoever arms it again does so on purpose.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

_PURPOSE = "mfg.arming.v1"


def seal(key: str, database_uuid: str, database_oid: int, environment: str) -> str:
    """The hex HMAC to store when somebody arms the connectors here.

    :param key: the current key of the deployment
    """
    # JSON keeps the parts apart: ("a", "bc") must not seal like ("ab", "c").
    place = json.dumps([_PURPOSE, database_uuid, int(database_oid), environment])
    return hmac.new(key.encode(), place.encode(), hashlib.sha256).hexdigest()


def is_armed(
    stored: str | None,
    keys: Sequence[str],
    database_uuid: str,
    database_oid: int,
    environment: str,
) -> bool:
    """Whether ``stored`` was sealed here, with any of the keys still configured.

    Compares in constant time; no key or no seal means not armed.
    """
    matches = [
        hmac.compare_digest(
            seal(key, database_uuid, database_oid, environment).encode(),
            (stored or "").encode(),
        )
        for key in keys
    ]
    return any(matches)
