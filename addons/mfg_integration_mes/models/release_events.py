"""Types of the messages about released orders, named once."""

RELEASED = "mfg.production.released.v1"
CHANGED = "mfg.production.changed.v1"
CANCELLED = "mfg.production.cancelled.v1"
#: What only those hear who got the order before.
FOLLOWING = (CHANGED, CANCELLED)
#: What a MES may refuse to take.
ASKING = (RELEASED, CHANGED)
