"""The story of one machine fault, from the machine to the finished order.

It plays the outside world only (machine, technician, inspector, planner) and looks at
what becomes of it. Everything between is the suite's doing.
"""

from collections.abc import Callable

from .json_rpc import OdooError
from .narrator import Narrator, StoryError
from .plant import PLANNER, Order, Plant
from .stage import Stage

REFUSALS = 2
GOOD_BEFORE_FAULT, SCRAP_BEFORE_FAULT = 47, 1
GOOD, SCRAP = 120, 3
# Without the runner the sweeper does the work, at the pace of Odoo's cron.
PATIENCE_S, PATIENCE_WITHOUT_RUNNER_S = 30, 200


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
        self.interrupt = interrupt

    def play(self) -> None:
        """Play the whole story.

        :raise StoryError: naming the first step that did not come true
        """
        self.play_until_blocked()
        self.narrator.headline("Clearing")
        self.technician_repairs()
        self.inspector_releases()
        self.order_resumes()
        self.machine_finishes()
        self.planner_finishes()

    def play_until_blocked(self) -> None:
        """Up to the blocked order, with its work order and its inspection."""
        self.narrator.headline("Production")
        self.machine_starts()
        self.machine_counts()
        self.narrator.headline("Fault")
        self.misbehave()
        self.machine_faults()
        self.order_is_blocked()
        self.cmms_has_the_work_order()
        self.qms_has_the_inspection()
        self.planner_is_refused()

    # ----------------------------------------------------------------- steps

    def machine_starts(self) -> None:
        self.narrator.step(
            "the machine starts",
            lambda: self._machine_plays("start"),
            lambda: (
                self._order_state("in_progress")
                and f"{self.order.name} in progress, robot running"
            ),
        )

    def machine_counts(self) -> None:
        def counts_twice():
            self.stage.machine.control("manners", repeat_times=1)
            self._machine_plays("morning")

        self.narrator.step(
            "the machine counts, one batch is sent twice",
            counts_twice,
            lambda: (
                self._counts(GOOD_BEFORE_FAULT, SCRAP_BEFORE_FAULT)
                and f"{GOOD_BEFORE_FAULT} good, {SCRAP_BEFORE_FAULT} scrapped"
            ),
        )

    def misbehave(self) -> None:
        """The CMMS is down for the first tries; one of its callbacks comes twice."""
        self.stage.cmms.control("manners", refuse_times=self.refusals)
        if self.interrupt:
            self.stage.cmms.control("manners", late_times=1, late_s=600)

    def machine_faults(self) -> None:
        self.narrator.step(
            "the machine faults",
            lambda: self._machine_plays("fault"),
            lambda: (
                self._request_id()
                and self._equipment_is("down")
                and self._workcenter_is("blocked")
                and f"robot down, work center blocked, {self._request_name()!r} requested"
            ),
        )

    def order_is_blocked(self) -> None:
        self.narrator.step(
            "the order is blocked",
            _nothing,
            lambda: (
                self._order_state("blocked")
                and self._active_holds() == 2
                and f"{self._active_holds()} holds, case {self._case_name()} opened"
            ),
        )

    def cmms_has_the_work_order(self) -> None:
        if self.interrupt:
            self.narrator.step(
                "the CMMS accepts and has not answered yet",
                _nothing,
                lambda: self.cmms_order() and self.cmms_order()["wo_no"],
            )
            self.interrupt()
        self.narrator.step(
            "the CMMS has a work order",
            _nothing,
            lambda: (
                self.cmms_order()
                and self._bound("cmms", "maintenance.request", self._request_id())
                and f"{self.cmms_order()['wo_no']}, refused {self.refusals} times before"
            ),
        )

    def qms_has_the_inspection(self) -> None:
        self.narrator.step(
            "the lot in process is in quality review",
            _nothing,
            lambda: (
                self.qms_inspection()
                and self._bound("qms", "mfg.quality.inspection", self._inspection_id())
                and f"{self.qms_inspection()['id']} for lot {self.order.lot}"
            ),
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
            try_to_finish,
            lambda: refusal and "Odoo refuses",
        )
        for line in refusal[0].splitlines():
            if line.strip():
                self.narrator.note(f"| {line.strip()}")
        for clearer in ("Maintenance", "Quality"):
            if clearer not in refusal[0]:
                raise StoryError(
                    f"step {len(self.narrator.latencies)}: the refusal does not say "
                    f"that {clearer} can clear it: {refusal[0]}"
                )

    def technician_repairs(self) -> None:
        number = self.cmms_order()["wo_no"]
        self.narrator.step(
            "the technician begins",
            lambda: self._technician(number, "WIP", "Pressure regulator is leaking"),
            lambda: self._request_state("in_progress") and "request in progress",
        )

        def finishes_and_tells_twice():
            self.stage.cmms.control("manners", repeat_times=1)
            self._technician(number, "FINISHED", "Pressure regulator replaced")

        self.narrator.step(
            "the technician finishes, the callback comes twice",
            finishes_and_tells_twice,
            lambda: (
                self._request_state("completed")
                and self._workcenter_is("normal")
                and self._active_holds() == 1
                and "request completed, work center free, Quality still holds"
            ),
        )

    def inspector_releases(self) -> None:
        number = self.qms_inspection()["id"]
        self.narrator.step(
            "the inspector releases the lot",
            lambda: self.stage.qms.control(
                f"inspections/{number}",
                decision="USAGE_DECISION_ACCEPT",
                decided_by="M. Ito",
                comment="Torque and run-out within limits",
            ),
            lambda: self._active_holds() == 0 and "last hold lifted",
        )

    def order_resumes(self) -> None:
        self.narrator.step(
            "the order resumes by itself",
            _nothing,
            lambda: self._order_state("in_progress") and f"{self.order.name} goes on",
        )

    def machine_finishes(self) -> None:
        self.narrator.headline("Production again")
        self.narrator.step(
            "the machine starts again",
            lambda: self._machine_plays("restart"),
            lambda: self._equipment_is("running") and "robot running",
        )
        self.narrator.step(
            "the machine counts to the end",
            lambda: self._machine_plays("afternoon"),
            lambda: self._counts(GOOD, SCRAP) and f"{GOOD} good, {SCRAP} scrapped",
        )

    def planner_finishes(self) -> None:
        self.narrator.step(
            "the planner finishes the order",
            self._finish_order,
            lambda: (
                self._order_state("completed", "closed")
                and f"{self.order.name} done with {self._produced():g}"
            ),
        )
        self.narrator.step(
            "the case is settled",
            _nothing,
            lambda: self._case("state") == "settled" and self._case_name(),
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

    def _case_name(self) -> str | None:
        return self._case("name")

    def _active_holds(self) -> int:
        return self.stage.value(
            """
            SELECT count(*) FROM mfg_hold
             WHERE state = 'active' AND res_model = 'mrp.production' AND res_id = %s
            """,
            self.order.id,
        )

    def _order_state(self, *states: str) -> bool:
        found = self.stage.value(
            "SELECT mfg_state FROM mrp_production WHERE id = %s", self.order.id
        )
        return found in states

    def _counts(self, good: float, scrap: float) -> bool:
        rows = self.stage.sql(
            """
            SELECT mfg_good_quantity, mfg_scrap_quantity
              FROM mrp_production WHERE id = %s
            """,
            self.order.id,
        )
        return rows == [(good, scrap)]

    def _produced(self) -> float:
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

    def _workcenter_is(self, working_state: str) -> bool:
        """``blocked``, or ``normal`` for any other state."""
        found = self.stage.value(
            "SELECT working_state FROM mrp_workcenter WHERE id = %s",
            self.plant.workcenter_id,
        )
        return (found == "blocked") == (working_state == "blocked")

    def _request_id(self) -> int | None:
        return self._case("res_id") and self.stage.value(
            "SELECT max(id) FROM maintenance_request WHERE equipment_id = %s",
            self.plant.equipment_id,
        )

    def _request_name(self) -> str:
        return self.stage.value(
            "SELECT name FROM maintenance_request WHERE id = %s", self._request_id()
        )

    def _request_state(self, state: str) -> bool:
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


def _nothing() -> None:
    """For a step whose cause lies in the step before."""
