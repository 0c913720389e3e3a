"""A technician's request for maintenance, and what became of it at the CMMS."""

import uuid

from devkit.poll import until

RECOVERY_S = 120


def request_maintenance(live):
    """A technician's request for the robot, as a planner would type it; its id."""
    return live.session().create(
        "maintenance.request",
        name=f"Grease the gripper {uuid.uuid4()}",
        equipment_id=live.plant.equipment_id,
    )


def work_orders(live, request_id):
    """What the CMMS made of a request, one ledger line each."""
    ours = {
        reference
        for (reference,) in live.sql(
            "SELECT uuid FROM mfg_outbox_message"
            " WHERE res_model = 'maintenance.request' AND res_id = %s",
            request_id,
        )
    }
    return [
        line
        for line in live.cmms.ledger("created")
        if line["order"]["external_ref"] in ours
    ]


def state_of(live, request_id):
    return live.value(
        "SELECT message.state FROM mfg_outbox_message message"
        " JOIN mfg_connector connector ON connector.id = message.connector_id"
        " WHERE connector.code = 'cmms' AND res_model = 'maintenance.request'"
        " AND res_id = %s",
        request_id,
    )


def is_delivered(live, request_id):
    return state_of(live, request_id) in ("delivered", "acknowledged")


def assert_one_work_order(live, request_id):
    """Delivered in the end, and the CMMS has done it once."""

    def delivered():
        live.supervise()
        return is_delivered(live, request_id)

    until(
        delivered,
        "the message is delivered",
        within_s=RECOVERY_S,
        last_words=lambda: str(state_of(live, request_id)),
    )
    assert len(work_orders(live, request_id)) == 1
