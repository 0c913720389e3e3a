from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged

#: Models whose rows belong to the company of a connector.
OWNED = (
    "mfg.connector",
    "mfg.subscription",
    "mfg.binding",
    "mfg.value.map",
    "mfg.map.version",
    "mfg.lane",
    "mfg.outbox.message",
    "mfg.delivery.attempt",
    "mfg.hub.note",
    "mfg.contract.use",
    "mfg.rate.bucket",
    "mfg.api.key",
    "mfg.key.set",
    "mfg.source",
    "mfg.source.item",
    "mfg.quarantine",
    "mfg.override",
    "mfg.change",
    "mfg.ownership",
    "mfg.decision",
    "mfg.hold",
    "mfg.case",
    "mfg.masking.rule",
    "mfg.map.trial",
    "mfg.inbox.event",
    "mfg.setting.value",
    "mfg.rule",
    "mfg.rule.condition",
    "mfg.rule.action",
    "mfg.rule.run",
    "mfg.rule.step",
    "mfg.plant",
    "mfg.line",
    "mfg.audit.entry",
)


@tagged("post_install", "-at_install")
class TestCompanies(TransactionCase):
    """What is exchanged for one company is none of another's business."""

    def setUp(self):
        super().setUp()
        company = self.env["res.company"].create({"name": "Plant B"})
        self.stranger = new_test_user(
            self.env,
            "plant-b-admin",
            "mfg_integration_core.group_administrator",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.rows = self.given_rows()

    def given_rows(self):
        """A row of each model, all of one connector of the main company."""
        connector = self.env["mfg.connector"].create(
            {"name": "Plant A", "code": "plant-a"}
        )
        mine = {"connector_id": connector.id}
        lane = self.env["mfg.lane"].create({**mine, "direction": "out", "key": "one"})
        event_type = self.env["mfg.event.type"].search(
            [("direction", "=", "out")], limit=1
        )
        message = self.env["mfg.outbox.message"].create(
            {
                **mine,
                "uuid": "company-test",
                "event_type": event_type.name,
                "ordering_key": "one",
                "lane_id": lane.id,
                "company_id": connector.company_id.id,
            }
        )
        attempt = {
            "message_id": message.id,
            "number": 1,
            "started_at": fields.Datetime.now(),
        }
        self.env["mfg.hub.note"]._note("repaired", "Of plant A", connector)
        self.env["mfg.api.key"]._generate(connector)
        self.env["mfg.key.set"]._keep(connector.id, "https://a.example/keys", "", "")
        self.env["mfg.rate.bucket"]._take(self.env.cr, connector.id, 60, 1)
        binding = {**mine, "res_model": "res.partner", "res_id": 1, "external_id": "1"}
        word = {**mine, "map_name": "reason", "partner_code": "1", "value": "other"}
        subscription = {**mine, "event_type_id": event_type.id, "operation": "tell"}
        use = {
            **mine,
            "event_type": event_type.name,
            "use_count": 1,
            "last_used_at": fields.Datetime.now(),
        }
        source = self.env["mfg.source"].create(
            {**mine, "name": "list", "label": "List", "template": "t", "every_s": 60}
        )
        item = {"source_id": source.id, "key": "one", "digest": "d"}
        place = self.env.ref("stock.stock_location_stock")
        quarantine = self.env["mfg.quarantine"].create(
            {
                "product_id": self.env["product.product"].create({"name": "Seal"}).id,
                "location_id": place.id,
                "quarantine_location_id": place.id,
                "quantity": 1,
                "company_id": connector.company_id.id,
            }
        )
        override = self.env["mfg.override"].create(
            {
                **self.env["mfg.override"]._prepare(quarantine),
                "reason": "Urgent",
                "valid_until": fields.Datetime.now(),
            }
        )
        change = {
            **self.env["mfg.change"]._prepare(connector),
            "asked_at": fields.Datetime.now(),
        }
        return {
            **self.given_meaning(connector, quarantine),
            "mfg.override": override,
            "mfg.change": self.env["mfg.change"].create(change),
            "mfg.quarantine": quarantine,
            "mfg.connector": connector,
            "mfg.subscription": self.env["mfg.subscription"].create(subscription),
            "mfg.binding": self.env["mfg.binding"].create(binding),
            "mfg.value.map": self.env["mfg.value.map"].create(word),
            "mfg.map.version": self.env["mfg.map.version"].create(mine),
            "mfg.contract.use": self.env["mfg.contract.use"].create(use),
            "mfg.lane": lane,
            "mfg.outbox.message": message,
            "mfg.delivery.attempt": self.env["mfg.delivery.attempt"].create(attempt),
            "mfg.source": source,
            "mfg.source.item": self.env["mfg.source.item"].create(item),
            **{
                model: self.env[model].search([("connector_id", "=", connector.id)])
                for model in (
                    "mfg.hub.note",
                    "mfg.rate.bucket",
                    "mfg.api.key",
                    "mfg.key.set",
                )
            },
        }

    def given_meaning(self, connector, document):
        """Rows of what the connector's messages mean and may do."""
        company = connector.company_id
        plant = self.env["mfg.plant"].create(
            {"name": "Plant A", "code": "a", "company_id": company.id}
        )
        ownership = {
            "model": "mrp.production",
            "owner": "connector",
            "connector_id": connector.id,
        }
        about = {"res_model": document._name, "res_id": document.id}
        decision = {
            **about,
            "target": "name",
            "connector_id": connector.id,
            "event_uuid": "company-test",
            "company_id": company.id,
        }
        hold = self.env["mfg.hold"]._place(
            document, reason_code="manual", reason="Cracked"
        )
        rule = self.env["mfg.rule"].create(
            {
                "name": "Of plant A",
                "trigger": "hold_placed",
                "company_id": company.id,
                "condition_ids": [(0, 0, {"path": "reason", "value": "Cracked"})],
                "action_ids": [(0, 0, {"text": "Look at it"})],
            }
        )
        run = self.env["mfg.rule.run"]._start(
            rule, document, {}, "company-test", rule._place()
        )
        version = self.env["mfg.map.version"].create({"connector_id": connector.id})
        event = self.env["mfg.inbox.event"].create(
            {
                "uuid": "company-test",
                "event_id": "company-test",
                "event_type": "mfg.ping.v1",
                "connector_id": connector.id,
                "company_id": company.id,
                "ordering_key": "one",
                "correlation_id": "company-test",
                "received_at": fields.Datetime.now(),
                "payload": {},
            }
        )
        value = {"key": "test", "level": "company", "content": "1"}
        audit = self.env["mfg.audit.entry"]
        rows = {
            "mfg.ownership": ownership,
            "mfg.decision": decision,
            "mfg.case": {
                **about,
                "correlation_id": "company-test",
                "company_id": company.id,
            },
            "mfg.masking.rule": {"path": "a", "connector_id": connector.id},
            "mfg.map.trial": {"version_id": version.id, "event_id": event.id},
            "mfg.setting.value": {**value, "company_id": company.id},
            "mfg.line": {"name": "Line 1", "code": "l", "plant_id": plant.id},
        }
        return {
            "mfg.plant": plant,
            "mfg.inbox.event": event,
            "mfg.hold": hold,
            "mfg.rule": rule,
            "mfg.rule.condition": rule.condition_ids,
            "mfg.rule.action": rule.action_ids,
            "mfg.rule.run": run,
            "mfg.rule.step": run.step_ids,
            "mfg.audit.entry": audit._append(document, "hold.placed"),
            **{model: self.env[model].create(values) for model, values in rows.items()},
        }

    def test_nobody_sees_what_another_company_exchanges(self):
        for model in OWNED:
            with self.subTest(model=model):
                row = self.rows[model]
                self.assertEqual(len(row), 1)

                seen = self.env[model].with_user(self.stranger).search([])

                self.assertNotIn(row.id, seen.ids)

    def test_administrators_of_the_company_see_it(self):
        own = new_test_user(
            self.env, "plant-a-admin", "mfg_integration_core.group_administrator"
        )
        for model in OWNED:
            with self.subTest(model=model):
                seen = self.env[model].with_user(own).search([])

                self.assertIn(self.rows[model].id, seen.ids)
