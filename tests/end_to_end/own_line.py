"""A line of its own in the live plant: what happens there disturbs no other test."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone

from devkit import plant
from devkit.poll import until

from . import doors

FAULT = {"code": "SRV-4107", "text": "Servo over-temperature", "severity": "critical"}
REPAIR, INSPECTION = "maintenance.request", "mfg.quality.inspection"
#: How long counts gather in tests about that.
GATHERED_S = 3
#: Ways to an event's end on which it is still under way.
UNDER_WAY = ("received", "processing", "retry")


@dataclass
class OwnLine:
    """A machine with an order, and the partners who speak of them.

    :ivar sent: ids of the events that were posted, each counted once
    """

    stage: object
    order: plant.Order
    workorder_id: int
    equipment_id: int
    machine: str
    sent: set = field(default_factory=set)
    versions: dict = field(default_factory=dict)

    @classmethod
    def built(cls, stage) -> OwnLine:
        """A new line with an order that is ready to be worked on."""
        admin, name = stage.session(), uuid.uuid4().hex[:8]
        workcenter = admin.create("mrp.workcenter", name=f"Line {name}")
        equipment = admin.create(
            plant.EQUIPMENT_MODEL, name=f"Robot {name}", mfg_workcenter_id=workcenter
        )
        edge = admin.search("mfg.connector", [("code", "=", "assembly-edge")])[0]
        admin.create(
            "mfg.binding",
            connector_id=edge,
            res_model=plant.EQUIPMENT_MODEL,
            res_id=equipment,
            external_id=f"ROBOT-{name}",
        )
        bom = _bom(admin, stage.plant, workcenter)
        order = plant.release_order(admin, stage.plant.product_id, bom, f"LOT-{name}")
        work = admin.search("mrp.workorder", [("production_id", "=", order.id)])[0]
        return cls(stage, order, work, equipment, f"ROBOT-{name}")

    # ---------------------------------------------------------------- partners

    def machine_says(self, state: str, event_id: str) -> None:
        data = {
            "equipment": self.machine,
            "state": state,
            "job_order": self.order.name,
            **({"fault": FAULT} if state == "Aborted" else {}),
        }
        self._machine_sends(event_id, "mfg.machine.state.v1", data)

    def machine_counts(self, pieces: int, event_id: str) -> None:
        data = {
            "equipment": self.machine,
            "good_quantity": pieces,
            "scrap_quantity": 0,
            "job_order": self.order.name,
        }
        self._machine_sends(event_id, "mfg.machine.count.v1", data)

    def cmms_says(self, number: str, status: str, version: int) -> None:
        letter = doors.letter(
            doors.CMMS_HOOK,
            number,
            status=status,
            version=version,
            # The same for a repeat, which has to be the same event.
            changed_at=1_789_000_000_000 + version,
        )
        self._post(letter, f"{number}-{version}")

    def qms_says(self, number: str, decision: str, event_id: str, at: str) -> None:
        letter = doors.letter(
            doors.QMS_HOOK,
            event_id,
            inspection=number,
            decision=decision,
            decided_at=at,
        )
        self._post(letter, event_id)

    def _machine_sends(self, event_id, event_type, data):
        event = doors.cloudevent(event_id, event_type, data, subject=self.machine)
        event["time"] = self.moment(event_id)
        self._post(
            doors.Letter(doors.EDGE, json.dumps(event).encode(), doors.CLOUDEVENT),
            event_id,
        )

    def _post(self, letter, event_id):
        answer = letter.post(self.stage)
        assert answer.status in (200, 202), (answer.status, answer.body)
        self.sent.add(event_id)

    def moment(self, event_id: str) -> str:
        """When an event happened: the same whenever it is sent again."""
        made_at = self.versions.setdefault(("at", event_id), time.time())
        return datetime.fromtimestamp(made_at, timezone.utc).isoformat()

    def next_version(self, number: str) -> int:
        """The version after the last one that the CMMS has spoken of."""
        self.versions[number] = self.versions.get(number, 1) + 1
        return self.versions[number]

    # ----------------------------------------------------------------- reading

    def numbers(self, model: str) -> list[str]:
        """Under which numbers its partner keeps what is still open."""
        if model == REPAIR:
            documents = (
                "SELECT id FROM maintenance_request WHERE equipment_id = %s"
                " AND mfg_state NOT IN ('completed', 'verified', 'cancelled')"
            )
            home, partner = self.equipment_id, "cmms"
        else:
            documents = (
                "SELECT id FROM mfg_quality_inspection WHERE production_id = %s"
                " AND disposition NOT IN ('released', 'released_with_deviation')"
            )
            home, partner = self.order.id, "qms"
        rows = self.stage.sql(
            f"SELECT external_id FROM mfg_binding WHERE res_model = '{model}'"
            f" AND res_id IN ({documents}) AND connector_id ="
            " (SELECT id FROM mfg_connector WHERE code = %s) ORDER BY id",
            home,
            partner,
        )
        return [number for (number,) in rows]

    def good_on_order(self) -> float:
        """Good units that machines counted, as far as the order has them."""
        return self.stage.value(
            "SELECT mfg_good_quantity FROM mrp_production WHERE id = %s", self.order.id
        )

    def open_count(self) -> int:
        """How many repairs and inspections of the line are still open."""
        return self.stage.value(
            """
            SELECT (SELECT count(*) FROM maintenance_request
                     WHERE equipment_id = %s AND mfg_state
                           NOT IN ('completed', 'verified', 'cancelled'))
                 + (SELECT count(*) FROM mfg_quality_inspection
                     WHERE production_id = %s AND disposition
                           NOT IN ('released', 'released_with_deviation'))
            """,
            self.equipment_id,
            self.order.id,
        )

    def settle(self) -> None:
        """Return once all that was posted has come to its end, or waits."""
        until(
            lambda: not self._under_way(),
            f"all events of {self.machine} are handled",
            within_s=60,
            last_words=lambda: str(self._under_way()),
        )

    def _under_way(self):
        return self.stage.sql(
            """
            SELECT event_id, state, reason FROM mfg_inbox_event
             WHERE (event_id = ANY(%s) OR subject LIKE %s) AND state IN %s
             UNION ALL
            SELECT 'captured', state, NULL FROM mfg_edge_batch
             WHERE state = 'captured'
            """,
            sorted(self.sent),
            # The sums of counts have ids of their own.
            f"{self.machine}%",
            UNDER_WAY,
        )


def _bom(admin, live_plant, workcenter: int) -> int:
    """The gearbox's bill of materials, made at another work center."""
    lines = admin.call(
        "mrp.bom.line",
        "search_read",
        [("bom_id", "=", live_plant.bom_id)],
        ["product_id", "product_qty"],
    )
    product = admin.read("product.product", live_plant.product_id, "product_tmpl_id")
    return admin.create(
        "mrp.bom",
        product_tmpl_id=product["product_tmpl_id"][0],
        sequence=99,
        bom_line_ids=[
            (
                0,
                0,
                {
                    "product_id": line["product_id"][0],
                    "product_qty": line["product_qty"],
                },
            )
            for line in lines
        ],
        operation_ids=[(0, 0, {"name": "Assembly", "workcenter_id": workcenter})],
    )
