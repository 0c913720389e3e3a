import json
import uuid
from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase

from .common import ManufacturingScene

#: True once the web client can be used; plain boolean, as `browser_js` wants it.
WEB_CLIENT_READY = (
    "!!(window.odoo && odoo.__WOWL_DEBUG__ && document.querySelector('.o_main_navbar'))"
)

#: What every script of a test can use.
HELPERS = """
const { action } = odoo.__WOWL_DEBUG__.root.env.services;
const soon = async (what, look) => {
    for (let tries = 0; tries < 100; tries++) {
        const found = look();
        if (found) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${what} did not appear`);
};
const shown = (selector) => soon(selector, () => document.querySelector(selector));
const openForm = (model, resId) =>
    action.doAction({
        type: "ir.actions.act_window",
        res_model: model,
        res_id: resId,
        views: [[false, "form"]],
    });
const texts = (selector) =>
    [...document.querySelectorAll(selector)].map((node) => node.textContent.trim());
const expect = (what, found, wanted) => {
    const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (is !== should) {
        throw new Error(`${what}: ${is} instead of ${should}`);
    }
};
"""


class ScreensCase(HttpCase):
    """A machine fault and what it set off, to be looked at in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 17.0 reads all manifests at the first request for a file, in every thread that
        # gets one, and Python 3.11 fails when several threads parse at once.
        # https://github.com/python/cpython/issues/106905
        getattr(http.root, "statics", None)
        cls.scene = scene = ManufacturingScene(cls.env)
        cls.workcenter = scene.workcenter()
        cls.equipment = scene.equipment(cls.workcenter)
        product = scene.product("Gearbox GB-200", tracking="lot")
        bom = scene.bom(product, [scene.product("Housing")], cls.workcenter)
        cls.order = scene.order(bom)
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "Assembly Line 1", "code": f"line-{uuid.uuid4().hex[:8]}"}
        )
        cls.began_at = fields.Datetime.now() - timedelta(hours=1)
        cls.chain = str(uuid.uuid4())
        cls.request = scene.request(cls.equipment, mfg_correlation_id=cls.chain)
        cls.case = cls.env["mfg.case"]._ensure(
            cls.chain, "Assembly Robot R1: E-STOP", cls.request
        )
        cls.lane = cls.env["mfg.lane"].create(
            {"connector_id": cls.connector.id, "direction": "out", "key": "R1"}
        )
        cls.env["mfg.subscription"].create(
            {
                "connector_id": cls.connector.id,
                "event_type_id": cls.env["mfg.event.type"]
                .search([("direction", "=", "out")], limit=1)
                .id,
            }
        )

    def given_source(self):
        """A list of the connector that cannot be read at the moment."""
        source = self.env["mfg.source"].create(
            {
                "connector_id": self.connector.id,
                "name": "orders",
                "label": "Work orders",
                "template": "none",
                "every_s": 60,
                "fresh": False,
                "error": "The partner answered 503.",
                "gone_refused": 7,
                "position": {"items": 4, "pages": 2},
            }
        )
        item = {"source_id": source.id, "key": "WO-1", "digest": "d"}
        self.env["mfg.source.item"].create(item)
        return source

    def given_event(self, at_s, **values):
        """An event of the chain that came in ``at_s`` seconds after its begin."""
        return self._given(
            "mfg.inbox.event",
            at_s,
            event_id=uuid.uuid4().hex,
            event_type="mfg.ping.v1",
            received_at=self.began_at + timedelta(seconds=at_s),
            payload={"specversion": "1.0", "data": {"note": "E-STOP"}},
            state="processed",
            **values,
        )

    def given_message(self, at_s, **values):
        """A message of the chain that was written then, delivered at once."""
        message = self._given(
            "mfg.outbox.message",
            at_s,
            event_type="mfg.maintenance.requested.v1",
            snapshot={"specversion": "1.0", "data": {"title": "E-STOP"}},
            lane_id=self.lane.id,
            state="delivered",
            partner_reference="WO-1001",
            **values,
        )
        self.env["mfg.delivery.attempt"].create(
            {
                "message_id": message.id,
                "number": 1,
                "started_at": self.began_at + timedelta(seconds=at_s),
                "outcome": "succeeded",
                "response_status": 201,
            }
        )
        return message

    def given_hold(self, document):
        """A hold of the chain on the document, placed now."""
        hold = self.env["mfg.hold"]._place(
            document,
            reason_code="equipment_fault",
            reason="E-STOP on Assembly Robot R1",
            blocker=self.request,
            clearer="Maintenance",
            case=self.case,
        )
        # What follows from the hold joins the chain just before a commit.
        self.env.cr.flush()
        return hold

    def _given(self, model, at_s, **values):
        record = self.env[model].create(
            {
                "uuid": str(uuid.uuid4()),
                "connector_id": self.connector.id,
                "company_id": self.env.company.id,
                "ordering_key": "R1",
                "correlation_id": self.chain,
                "res_model": self.request._name,
                "res_id": self.request.id,
                **values,
            }
        )
        self.env.cr.execute(
            f"UPDATE {record._table} SET create_date = %s WHERE id = %s",
            (self.began_at + timedelta(seconds=at_s), record.id),
        )
        record.invalidate_recordset(["create_date"])
        return record

    def browse_as_admin(self, script, **arguments):
        """Run ``script`` as the administrator; see :meth:`browse_as`."""
        self.browse_as("admin", script, **arguments)

    def browse_as(self, login, script, **arguments):
        """Run ``script``, the body of an async function, in the web client.

        It fails by an error or by anything on the console that is one.

        :param login: of a user whose password is the same
        :param arguments: known to the script as constants of that name
        """
        constants = "".join(
            f"const {name} = {json.dumps(value)};\n"
            for name, value in arguments.items()
        )
        self.browser_js(
            "/web",
            f"""
            (async () => {{
                {HELPERS}
                {constants}
                {script}
                console.log("test successful");
            }})().catch((error) => console.error(error.message));
            """,
            ready=WEB_CLIENT_READY,
            login=login,
            timeout=120,
        )
