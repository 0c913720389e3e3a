"""The story of one machine fault, from the machine to the finished order.

It plays the outside world only (machine, technician, inspector, planner) and looks at
what becomes of it. Everything between is the suite's doing.
"""

import textwrap
from collections.abc import Callable

from .json_rpc import OdooError
from .narrator import Narrator, StoryError
from .plant import PLANNER, Order, Plant
from .stage import Stage

REFUSALS = 2
REFUSAL_WIDTH = 76
GOOD_BEFORE_FAULT, SCRAP_BEFORE_FAULT = 47, 1
GOOD, SCRAP = 120, 3
# Without the runner the sweeper does the work, at the pace of Odoo's cron.
PATIENCE_S, PATIENCE_WITHOUT_RUNNER_S = 30, 200
# Until another worker may take over from one that was killed: the lease.
RECOVERY_S = 120


class Story:
    """One order, one fault, one case.

    :param refusals: how often the CMMS answers 503 before it accepts
    :param interrupt: called while the CMMS has taken effect and not yet answered
    """

    def __init__(
        self,
        stage: Stage,
        plant: Plant,
        order: Order,
        narrator: Narrator,
        *,
        refusals: int = REFUSALS,
        interrupt: Callable[[], None] | None = None,
    ):
        self.stage = stage
        self.plant = plant
        self.order = order
        self.narrator = narrator
        self.refusals = refusals
        self.refused_before = 0
        self.interrupt = interrupt

    def play(self) -> None:
        """Play the whole story.

        :raise StoryError: naming the first step that did not come true
        """
        self.play_until_blocked()
        self.narrator.headline("Repair and review")
        self.technician_repairs()
        self.inspector_releases()
        self.narrator.headline("Production again")
        self.machine_finishes()
        self.planner_finishes()

    def play_until_blocked(self) -> None:
        """Up to the blocked order, with its work order and its inspection."""
        self.narrator.headline("Production")
        self.machine_starts()
        self.machine_counts()
        self.narrator.headline("Fault")
        self.cmms_is_down()
        self.machine_faults()
        self.qms_has_the_inspection()
        self.cmms_has_the_work_order()
        self.planner_is_refused()

    # ----------------------------------------------------------------- steps

    def machine_starts(self) -> None:
        self.narrator.step(
            "the machine starts",
            cause=lambda: self._machine_plays("start"),
            effect=lambda: self._order_is("in_progress"),
            told=f"{self.order.name} in progress",
        )

    def machine_counts(self) -> None:
        def counts_twice():
            self.stage.machine.control("manners", repeat_times=1)
            self._machine_plays("morning")

        self.narrator.step(
            "the machine counts, one batch is sent twice",
            cause=counts_twice,
            effect=lambda: self._counts_are(GOOD_BEFORE_FAULT, SCRAP_BEFORE_FAULT),
            told=f"{GOOD_BEFORE_FAULT} good, {SCRAP_BEFORE_FAULT} scrapped",
        )

    def cmms_is_down(self) -> None:
        """From now on, for the first tries; when killed, the next one hangs."""
        self.refused_before = len(self.stage.cmms.ledger("refused"))
        self.stage.cmms.control("manners", refuse_times=self.refusals)
        if self.interrupt:
            self.stage.cmms.control("manners", late_times=1, late_s=600)

    def machine_faults(self) -> None:
        self.narrator.step(
            "the machine faults",
            cause=lambda: self._machine_plays("fault"),
            effect=lambda: self._equipment_is("down") and self._workcenter_blocked(),
            told="robot down, work center blocked",
        )
        self.narrator.step(
            "the order is blocked",
            effect=lambda: self._order_is("blocked") and self._active_holds() == 2,
            told=lambda: f"2 holds, {self._case('name')} opened",
        )

    def qms_has_the_inspection(self) -> None:
        self.narrator.step(
            "the lot in process is in quality review",
            effect=lambda: (
                self.qms_inspection()
                and self._bound("qms", "mfg.quality.inspection", self._inspection_id())
            ),
            told=lambda: f"{self.qms_inspection()['id']} for lot {self.order.lot}",
        )

    def cmms_has_the_work_order(self) -> None:
        if self.interrupt:
            self.narrator.step(
                "the CMMS accepts and has not answered yet",
                effect=self.cmms_order,
                told=lambda: self.cmms_order()["wo_no"],
            )
            self.interrupt()
        self.narrator.step(
            f"the CMMS has a work order, after answering 503 {_times(self.refusals)}",
            effect=lambda: (
                self.cmms_order()
                and self._bound("cmms", "maintenance.request", self._request_id())
            ),
            told=lambda: self.cmms_order()["wo_no"],
            within_s=RECOVERY_S if self.interrupt else None,
        )

    def planner_is_refused(self) -> None:
        refusal = []

        def try_to_finish():
            try:
                self._finish_order()
            except OdooError as error:
                refusal.append(str(error))

        self.narrator.step(
            "the planner cannot finish the order",
            cause=try_to_finish,
            effect=lambda: refusal and self._order_is("blocked"),
            told="Odoo says why",
        )
        for line in textwrap.wrap(refusal[0], REFUSAL_WIDTH):
            self.narrator.note(f"| {line}")
        for clearer in ("Maintenance", "Quality"):
            if clearer not in refusal[0]:
                raise StoryError(
                    f"the planner's refusal does not say that {clearer} can clear it:"
                    f" {refusal[0]}"
                )

    def technician_repairs(self) -> None:
        number = self.cmms_order()["wo_no"]

        def finishes_and_tells_twice():
            self.stage.cmms.control("manners", repeat_times=1)
            self._technician(number, "FINISHED", "Pressure regulator replaced")

        self.narrator.step(
            "the technician begins",
            cause=lambda: self._technician(number, "WIP", "Regulator is leaking"),
            effect=lambda: self._request_is("in_progress"),
            told="maintenance request in progress",
        )
        self.narrator.step(
            "the technician finishes, the callback comes twice",
            cause=finishes_and_tells_twice,
            effect=lambda: (
                self._request_is("completed")
                and not self._workcenter_blocked()
                and self._active_holds() == 1
            ),
            told="request completed, work center free, Quality still holds",
        )

    def inspector_releases(self) -> None:
        number = self.qms_inspection()["id"]
        self.narrator.step(
            "the inspector releases the lot",
            cause=lambda: self.stage.qms.control(
                f"inspections/{number}",
                decision="USAGE_DECISION_ACCEPT",
                decided_by="M. Ito",
                comment="Torque and run-out within limits",
            ),
            effect=lambda: self._active_holds() == 0,
            told="last hold lifted",
        )
        self.narrator.step(
            "the order resumes by itself",
            effect=lambda: self._order_is("in_progress"),
            told=f"{self.order.name} goes on",
        )

    def machine_finishes(self) -> None:
        self.narrator.step(
            "the machine starts again",
            cause=lambda: self._machine_plays("restart"),
            effect=lambda: self._equipment_is("running"),
            told="robot running",
        )
        self.narrator.step(
            "the machine counts to the end",
            cause=lambda: self._machine_plays("afternoon"),
            effect=lambda: self._counts_are(GOOD, SCRAP),
            told=f"{GOOD} good, {SCRAP} scrapped",
        )

    def planner_finishes(self) -> None:
        self.narrator.step(
            "the planner finishes the order",
            cause=self._finish_order,
            effect=lambda: self._order_is("completed", "closed"),
            told=lambda: f"{self.order.name} done, {self.produced():g} in stock",
        )
        self.narrator.step(
            "the case is settled",
            effect=lambda: self._case("state") == "settled",
            told=lambda: self._case("name"),
        )

    # ------------------------------------------------------- outside the hub

    def _machine_plays(self, chapter: str) -> None:
        self.stage.machine.control("play", chapter=chapter, job_order=self.order.name)

    def _technician(self, number: str, status: str, note: str) -> None:
        self.stage.cmms.control(
            f"workorders/{number}", status=status, note=note, technician="R. Alvarez"
        )

    def _finish_order(self) -> None:
        planner = self.stage.session(*PLANNER)
        planner.call("mrp.production", "button_mark_done", [self.order.id])

    # ------------------------------------------------------ what can be seen

    def cmms_order(self) -> dict | None:
        """The work order that the CMMS made for this order's fault."""
        created = {
            e["order"]["external_ref"]: e for e in self.stage.cmms.ledger("created")
        }
        for uuid in self._messages("mfg.maintenance.requested.v1"):
            if uuid in created:
                return created[uuid]["order"]
        return None

    def qms_inspection(self) -> dict | None:
        """The inspection that the QMS made for this order's lot."""
        for entry in self.stage.qms.ledger("created"):
            if entry["inspection"]["lot"] == self.order.lot:
                return entry["inspection"]
        return None

    def correlation_id(self) -> str | None:
        """Of the case of this order's fault."""
        return self._case("correlation_id")

    def _messages(self, event_type: str) -> list[str]:
        rows = self.stage.sql(
            "SELECT uuid FROM mfg_outbox_message"
            " WHERE event_type = %s AND correlation_id = %s",
            event_type,
            self.correlation_id(),
        )
        return [uuid for (uuid,) in rows]

    def _case(self, column: str):
        """A column of the case whose hold is on this order."""
        return self.stage.value(
            f"""
            SELECT mfg_case.{column}
              FROM mfg_case
              JOIN mfg_hold ON mfg_hold.case_id = mfg_case.id
             WHERE mfg_hold.res_model = 'mrp.production' AND mfg_hold.res_id = %s
             LIMIT 1
            """,
            self.order.id,
        )

    def _active_holds(self) -> int:
        return self.stage.value(
            """
            SELECT count(*) FROM mfg_hold
             WHERE state = 'active' AND res_model = 'mrp.production' AND res_id = %s
            """,
            self.order.id,
        )

    def _order_is(self, *states: str) -> bool:
        found = self.stage.value(
            "SELECT mfg_state FROM mrp_production WHERE id = %s", self.order.id
        )
        return found in states

    def _counts_are(self, good: float, scrap: float) -> bool:
        rows = self.stage.sql(
            """
            SELECT mfg_good_quantity, mfg_scrap_quantity
              FROM mrp_production WHERE id = %s
            """,
            self.order.id,
        )
        return rows == [(good, scrap)]

    def produced(self) -> float:
        return self.stage.value(
            """
            SELECT COALESCE(sum(quantity), 0) FROM stock_quant
              JOIN stock_location ON stock_location.id = stock_quant.location_id
             WHERE lot_id = %s AND usage = 'internal'
            """,
            self.order.lot_id,
        )

    def _equipment_is(self, availability: str) -> bool:
        found = self.stage.value(
            "SELECT mfg_availability FROM maintenance_equipment WHERE id = %s",
            self.plant.equipment_id,
        )
        return found == availability

    def _workcenter_blocked(self) -> bool:
        found = self.stage.value(
            "SELECT working_state FROM mrp_workcenter WHERE id = %s",
            self.plant.workcenter_id,
        )
        return found == "blocked"

    def _request_id(self) -> int | None:
        return self._case("res_id") and self.stage.value(
            "SELECT max(id) FROM maintenance_request WHERE equipment_id = %s",
            self.plant.equipment_id,
        )

    def _request_is(self, state: str) -> bool:
        found = self.stage.value(
            "SELECT mfg_state FROM maintenance_request WHERE id = %s",
            self._request_id(),
        )
        return found == state

    def _inspection_id(self) -> int | None:
        return self.stage.value(
            "SELECT max(id) FROM mfg_quality_inspection WHERE lot_id = %s",
            self.order.lot_id,
        )

    def _bound(self, connector: str, model: str, record_id: int | None) -> bool:
        """Whether the document is bound to its record at the partner."""
        return bool(
            self.stage.value(
                """
                SELECT count(*)
                  FROM mfg_binding
                  JOIN mfg_connector ON mfg_connector.id = connector_id
                 WHERE code = %s AND res_model = %s AND res_id = %s
                """,
                connector,
                model,
                record_id,
            )
        )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
