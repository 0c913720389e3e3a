"""Many orders that machines count for: what the bench and the end-to-end test share."""

import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from . import json_http, postgres
from .partner_events import BATCH, cloudevent, signed
from .poll import until
from .stage import Stage

EDGE_PATH = "/mfg/v1/edge/assembly-edge/events"
MACHINE = "ASSY-R1"
#: Of the aggregation's advisory lock; source: mfg_edge_batch.py.
AGGREGATION_LOCK = 0x6D66_6761
#: Within the connectors' limit of 1 MiB.
BATCH_SIZE = 2000
DONE_WITHIN_S = 240


@dataclass
class CountedOrders:
    """Confirmed orders, and what machines tell of them.

    :param ids: of the orders
    :param expected: good and scrap by the name of an order, as far as it was sent
    """

    stage: Stage
    connector_id: int
    ids: list[int]
    expected: dict[str, tuple[Decimal, Decimal]]

    @classmethod
    def confirmed(cls, stage: Stage, count: int) -> "CountedOrders":
        """New orders of the plant's product."""
        admin = stage.session()
        built = stage.plant
        values = {
            "product_id": built.product_id,
            "bom_id": built.bom_id,
            "product_qty": 1000,
        }
        ids = admin.call("mrp.production", "create", [values] * count)
        admin.call("mrp.production", "action_confirm", ids)
        orders = admin.call("mrp.production", "read", ids, ["name"])
        (connector,) = admin.search("mfg.connector", [("code", "=", "assembly-edge")])
        nothing = (Decimal(0), Decimal(0))
        return cls(stage, connector, ids, {o["name"]: nothing for o in orders})

    def send(self, count: int) -> None:
        """Post so many counts, spread over the orders, with tenths and thousandths."""
        names, run = list(self.expected), uuid.uuid4().hex[:8]
        for first in range(0, count, BATCH_SIZE):
            numbers = range(first, min(first + BATCH_SIZE, count))
            self._post([self._count(run, names, number) for number in numbers])

    def _count(self, run: str, names: list[str], number: int) -> dict:
        name = names[number % len(names)]
        good, scrap = Decimal(number % 7 + 1) / 10, Decimal(number % 3) / 1000
        sums = self.expected[name]
        self.expected[name] = (sums[0] + good, sums[1] + scrap)
        data = {
            "equipment": MACHINE,
            "job_order": name,
            "good_quantity": float(good),
            "scrap_quantity": float(scrap),
        }
        return cloudevent("mfg.machine.count.v1", data, f"counted-{run}-{number:06}")

    def _post(self, events: list[dict]) -> None:
        body = json.dumps(events).encode()
        content, headers = signed(self.stage.secrets.machine, body, media_type=BATCH)
        answer = json_http.post(f"{self.stage.url}{EDGE_PATH}", content, headers)
        if answer.status != 202:
            raise ValueError(
                f"the door answered {answer.status}: {answer.body[:500]!r}"
            )

    @contextlib.contextmanager
    def held_back(self) -> Iterator[None]:
        """Let nothing be aggregated meanwhile; then tell that there is work."""
        connection = postgres.connect(self.stage.database)
        try:
            with connection.cursor() as cursor:
                lock = [AGGREGATION_LOCK, self.connector_id]
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", lock)
                yield
        finally:
            connection.close()

    def posted(self) -> float:
        """Wait until the orders have all that was sent; seconds since the call."""
        started = time.monotonic()
        # A sender goes on; what it sends next wakes the hub.
        self._post([cloudevent("mfg.device.heartbeat.v1", {}, f"alive-{uuid.uuid4()}")])
        until(
            lambda: self.totals() == self.expected,
            "all that was counted is on the orders",
            within_s=DONE_WITHIN_S,
        )
        return time.monotonic() - started

    def totals(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Good and scrap that the orders have, to the last digit."""
        rows = self.stage.sql(
            "SELECT name, COALESCE(mfg_good_quantity, 0)::text,"
            " COALESCE(mfg_scrap_quantity, 0)::text"
            "  FROM mrp_production WHERE id = ANY(%s)",
            self.ids,
        )
        return {name: (Decimal(good), Decimal(scrap)) for name, good, scrap in rows}

    def postings(self) -> int:
        """How many windows the orders have."""
        return self.stage.value(
            "SELECT count(*) FROM mfg_edge_window WHERE production_id = ANY(%s)",
            self.ids,
        )
