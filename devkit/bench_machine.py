"""What the figures were measured on."""

import os
import platform
from pathlib import Path

from .stage import Stage

_KIB_PER_GIB = 1024 * 1024


def machine(stage: Stage) -> dict:
    """``{"cores": int, "memory_gib": float, "load": float, "python": str, ...}``."""
    total = Path("/proc/meminfo").read_text("utf-8").split()[1]
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(int(total) / _KIB_PER_GIB, 1),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgresql": stage.value("SHOW server_version"),
        "system": platform.platform(terse=True),
    }
