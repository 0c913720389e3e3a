"""What a partner reports about what is not its own, on the live server."""

from devkit.json_rpc import Session
from devkit.poll import until
from devkit.stage import Stage

REQUEST = "maintenance.request"


def given_work_order(live: Stage, name: str) -> tuple[int, str]:
    """A request that the CMMS has a work order for; its id and that number."""
    request_id = live.session().create(
        REQUEST,
        name=name,
        maintenance_type="corrective",
        equipment_id=live.plant.equipment_id,
    )
    number = until(
        lambda: live.value(
            "SELECT external_id FROM mfg_binding JOIN mfg_connector"
            "    ON mfg_connector.id = connector_id"
            " WHERE code = 'cmms' AND res_model = %s AND res_id = %s",
            REQUEST,
            request_id,
        ),
        "the CMMS has a work order",
    )
    return request_id, number


def given_owner(admin: Session, **values) -> int:
    """Odoo owns the state of requests."""
    row = {"model": REQUEST, "target": "state", **values}
    return admin.call("mfg.ownership", "create", [row])[0]


def test_b5_what_the_cmms_does_not_own_waits_for_an_approver(live):
    admin = live.session()
    request_id, number = given_work_order(live, "Ownership")
    row = given_owner(admin, when_others_write="queue")
    try:
        live.cmms.control(f"workorders/{number}", status="WIP")
        decision_id = until(
            lambda: live.value(
                "SELECT id FROM mfg_decision WHERE state = 'open' AND res_id = %s",
                request_id,
            ),
            "somebody is asked",
        )
        state = admin.read(REQUEST, request_id, "mfg_state")["mfg_state"]
        assert state == "requested"

        verdict_id = admin.create(
            "mfg.decision.verdict",
            row_ids=[(6, 0, [decision_id])],
            verdict="approve",
            note="The technician is there.",
        )
        admin.call("mfg.decision.verdict", "action_confirm", [verdict_id])

        until(
            lambda: live.value(
                "SELECT mfg_state = 'in_progress' FROM maintenance_request"
                " WHERE id = %s",
                request_id,
            ),
            "the report has its effect",
        )
    finally:
        admin.call("mfg.ownership", "unlink", [row])


def test_b5_what_the_cmms_does_not_own_is_rejected_with_the_owners_name(live):
    admin = live.session()
    request_id, number = given_work_order(live, "Ownership, refused")
    row = given_owner(admin)
    try:
        live.cmms.control(f"workorders/{number}", status="FINISHED")
        reason = until(
            lambda: live.value(
                "SELECT reason FROM mfg_inbox_event"
                " WHERE ordering_key = %s AND state = 'rejected'",
                number,
            ),
            "the report is rejected",
        )
    finally:
        admin.call("mfg.ownership", "unlink", [row])

    assert "belongs to Odoo" in reason
    state = admin.read(REQUEST, request_id, "mfg_state")["mfg_state"]
    assert state == "requested"
