"""What a peer accepted, on disk before it answers."""

import json
import os
import threading
from datetime import datetime, timezone
from pathlib import Path


class Ledger:
    """An append-only JSONL file that survives a killed process.

    Each line is ``{"at": ISO 8601 UTC, "kind": str, ...facts}``. A line is on disk
    when ``append`` returns; a last line cut off by a crash is dropped at opening.
    """

    def __init__(self, path: Path):
        self.path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._entries = self._recover()
        self._file = path.open("ab", buffering=0)

    def append(self, kind: str, **facts) -> dict:
        """Write one line through to the disk and return it."""
        entry = {"at": datetime.now(timezone.utc).isoformat(), "kind": kind, **facts}
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self._file.write(line)
            os.fsync(self._file.fileno())
            self._entries.append(entry)
        return entry

    def entries(self, kind: str | None = None) -> list[dict]:
        """Every line so far, or those of one kind, oldest first."""
        with self._lock:
            return [e for e in self._entries if kind is None or e["kind"] == kind]

    def _recover(self) -> list[dict]:
        """Read what an earlier process left and cut off its unfinished line."""
        if not self.path.exists():
            return []
        written = self.path.read_bytes()
        complete = written[: written.rfind(b"\n") + 1]
        if complete != written:
            self.path.write_bytes(complete)
        return [json.loads(line) for line in complete.splitlines()]
