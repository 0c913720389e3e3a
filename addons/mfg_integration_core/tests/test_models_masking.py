import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .plants_case import PlantsScene

#: Stands in each body, in a member that rules hide.
SECRET = "Ann Smith of cell 1"

#: What the hub stores whole, by model.
STORED = {
    "mfg.inbox.event": ("payload", "body"),
    "mfg.outbox.message": ("snapshot",),
    "mfg.delivery.attempt": ("request_body", "response_body"),
    "mfg.payload.version": ("content",),
    "mfg.rule.run": ("facts",),
}


class MaskingScene(PlantsScene):
    """The rows of two plants; a secret stands in the member ``note`` of each body."""

    def __init__(self, env):
        super().__init__(env)
        body = json.dumps({"type": "mfg.ping.v1", "data": {"note": SECRET, "good": 7}})
        for rows in self.rows.values():
            event, attempt = rows["mfg.inbox.event"], rows["mfg.delivery.attempt"]
            payload = {"type": "mfg.ping.v1", "data": {"note": SECRET, "good": 7}}
            encoded = base64.b64encode(body.encode())
            event.write({"payload": payload, "body": encoded})
            attempt.write(
                {
                    "request_body": encoded,
                    "response_body": encoded,
                    "request_method": "POST",
                    "request_url": "https://mes.example.com/orders",
                }
            )
            rows["mfg.outbox.message"].snapshot = payload
            rows["mfg.payload.version"].content = json.dumps(payload["data"])
        env.flush_all()

    def rule(self, path="data.note", **values):
        rule = self.env["mfg.masking.rule"].create({"path": path, **values})
        self.env.invalidate_all()
        return rule

    def looker(self, *groups):
        """An administrator with further groups."""
        named = ("administrator", *groups)
        suite = [f"mfg_integration_core.group_{group}" for group in named]
        return new_test_user(
            self.env,
            f"looker-{'-'.join(groups) or 'plain'}",
            ",".join([*suite, "base.group_allow_export"]),
        )


@tagged("post_install", "-at_install")
class TestMasking(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = MaskingScene(cls.env)
        cls.rows = cls.scene.rows["A"]
        cls.user = cls.scene.looker()

    def shown(self, model, user=None):
        """All that a user reads of the row, as one text; binary bodies decoded."""
        row = self.rows[model].with_user(user or self.user)
        (values,) = row.read()
        for name, value in values.items():
            if row._fields[name].type == "binary" and value:
                values[name] = base64.b64decode(value).decode()
        return str(values)

    def test_k5_everything_is_shown_where_no_rule_holds(self):
        for model in ("mfg.inbox.event", "mfg.outbox.message", "mfg.delivery.attempt"):
            self.assertIn(SECRET, self.shown(model), model)

    def test_k5_masked_member_is_in_nothing_that_a_user_reads(self):
        self.scene.rule()

        for model in (*STORED, "mfg.integration.log", "mfg.dead.letter"):
            if model in self.rows:
                with self.subTest(model=model):
                    self.assertNotIn(SECRET, self.shown(model))
        event = self.rows["mfg.inbox.event"].with_user(self.user)
        self.assertEqual(event.payload_shown["data"], {"note": "***", "good": 7})
        self.assertIn('"good": 7', event.body_text)
        self.assertTrue(event.is_masked)

    def test_k5_curl_command_and_differences_are_masked(self):
        self.scene.rule()
        attempt = self.rows["mfg.delivery.attempt"].with_user(self.user)

        self.assertNotIn(SECRET, attempt.curl)
        self.assertIn("***", attempt.curl)
        self.assertNotIn(SECRET, attempt._request_told())

    def test_k5_export_is_masked(self):
        self.scene.rule()
        event = self.rows["mfg.inbox.event"].with_user(self.user)

        exported = event.export_data(["payload_shown", "body_text", "story"])

        self.assertNotIn(SECRET, str(exported))
        for name in ("payload", "body"):
            with self.assertRaises(AccessError):
                self.env.invalidate_all()
                event.export_data([name])

    def test_k5_timeline_is_masked(self):
        event = self.rows["mfg.inbox.event"]
        event.write({"reason": False})
        self.scene.rule()

        case = self.rows["mfg.case"].with_user(self.user)
        events = [each for each in case.timeline if each["kind"] == "event"]

        self.assertTrue(events)
        self.assertNotIn(SECRET, str(events))

    def test_k5_stored_columns_are_read_by_nobody_whatever_the_rights(self):
        user = self.scene.looker("reveal", "auditor")
        for model, names in STORED.items():
            for name in names:
                records = self.env[model].with_user(user)
                self.env.invalidate_all()
                with self.subTest(model=model, field=name):
                    self.assertNotIn(name, records.fields_get())
                    if model not in self.rows:
                        continue
                    row = self.rows[model].with_user(user)
                    with self.assertRaises(AccessError):
                        row.read([name])
                    with self.assertRaises(AccessError):
                        records.search([(name, "!=", False)])
                    with self.assertRaises(AccessError):
                        records.search([], order=name)
                    with self.assertRaises(AccessError):
                        records._read_group([], [], [f"{name}:array_agg"])

    def test_k5_stored_bodies_stay_whole_for_the_handling(self):
        self.scene.rule()
        event = self.rows["mfg.inbox.event"].with_user(self.user).sudo()
        message = self.rows["mfg.outbox.message"].with_user(self.user)

        self.assertEqual(event.data["note"], SECRET)
        self.assertIn(SECRET.encode(), event._native_body())
        self.assertEqual(message._envelope()["data"]["note"], SECRET)

    def test_k5_rule_holds_for_its_connector_and_its_type_only(self):
        event = self.rows["mfg.inbox.event"].with_user(self.user)
        ping = self.env.ref("mfg_integration_core.mfg_event_type_ping")
        other = self.env.ref("mfg_integration_core.mfg_event_type_rule_fired")
        for values, is_hidden in (
            ({"connector_id": self.scene.rows["B"]["mfg.connector"].id}, False),
            ({"event_type_id": other.id}, False),
            ({"event_type_id": ping.id}, True),
            ({"connector_id": self.rows["mfg.connector"].id}, True),
        ):
            rule = self.scene.rule(**values)
            self.assertEqual(SECRET not in event.body_text, is_hidden, values)
            rule.active = False
            self.env.invalidate_all()
            self.assertIn(SECRET, event.body_text)

    def test_k5_webhook_of_a_type_yet_unknown_is_masked_by_all_rules(self):
        other = self.env.ref("mfg_integration_core.mfg_event_type_rule_fired")
        event = self.rows["mfg.inbox.event"]
        event.event_type = "native"
        self.scene.rule(event_type_id=other.id)

        self.assertNotIn(SECRET, event.with_user(self.user).body_text)

    def test_k5_next_version_of_a_type_is_masked_too(self):
        ping = self.env.ref("mfg_integration_core.mfg_event_type_ping")
        event = self.rows["mfg.inbox.event"]
        event.event_type = "mfg.ping.v2"
        self.scene.rule(event_type_id=ping.id)

        self.assertNotIn(SECRET, event.with_user(self.user).body_text)

    def test_k5_path_that_names_no_member_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "names no member"):
            self.scene.rule("data..note")

    def test_k5_who_hides_and_who_shows_again_is_in_the_audit_trail(self):
        rule = self.scene.rule()
        rule.kind = "last_4"
        rule_id = rule.id
        rule.unlink()

        entries = self.env["mfg.audit.entry"].search(
            [("res_model", "=", "mfg.masking.rule"), ("res_id", "=", rule_id)],
            order="id",
        )
        self.assertEqual(
            entries.mapped("action"),
            ["masking.added", "masking.changed", "masking.removed"],
        )

    # -------------------------------------------------------------- correction

    def test_k5_correction_of_a_masked_event_keeps_what_it_does_not_show(self):
        self.scene.rule()
        event = self.rows["mfg.inbox.event"].with_user(self.user)
        said = {"type": "mfg.ping.v1", "data": {"note": SECRET, "wrong": 1}}
        event.sudo().write({"state": "rejected", "payload": said})
        content = json.loads(event._content_shown())
        self.assertEqual(content, {"note": "***", "wrong": 1})

        event._correct(json.dumps({"note": "***"}), "Checked")

        self.assertEqual(event.sudo().data, {"note": SECRET})
        trail = self.env["mfg.audit.entry"].search(
            [("action", "=", "payload.corrected"), ("res_id", "=", event.id)]
        )
        self.assertTrue(trail)
        self.assertNotIn(SECRET, f"{trail.old_value}{trail.new_value}")

    # ------------------------------------------------------------------ reveal

    def reveal(self, user, model="mfg.inbox.event", why="Ticket 4711", name="A"):
        row = self.scene.rows[name][model]
        wizard = (
            self.env["mfg.body.reveal"]
            .with_user(user)
            .create({"res_model": model, "res_id": row.id, "why": why})
        )
        self.env.invalidate_all()
        return wizard.action_reveal()

    def revealed(self):
        return self.env["mfg.audit.entry"].search([("action", "=", "body.revealed")])

    def test_k5_reveal_shows_the_body_and_is_written_down_with_its_reason(self):
        self.scene.rule()
        user = self.scene.looker("reveal")

        for model in ("mfg.inbox.event", "mfg.delivery.attempt", "mfg.payload.version"):
            action = self.reveal(user, model)
            self.assertIn(SECRET, str(action["params"]["bodies"]), model)

        entries = self.revealed()
        self.assertEqual(len(entries), 3)
        self.assertEqual(set(entries.mapped("actor")), {user.login})
        self.assertEqual(set(entries.mapped("why")), {"Ticket 4711"})
        about = {(entry.res_model, entry.res_id) for entry in entries}
        event, message = self.rows["mfg.inbox.event"], self.rows["mfg.outbox.message"]
        self.assertEqual(about, {(event._name, event.id), (message._name, message.id)})

    def test_k5_who_revealed_once_reads_masked_bodies_afterwards(self):
        self.scene.rule()
        user = self.scene.looker("reveal")
        self.reveal(user)

        self.assertNotIn(SECRET, self.shown("mfg.inbox.event", user))

    def test_k5_reveal_without_a_reason_or_a_right_shows_nothing(self):
        self.scene.rule()

        with self.assertRaises(UserError):
            self.reveal(self.scene.looker("reveal"), why="  ")
        with self.assertRaises(AccessError):
            self.reveal(self.user)
        self.assertFalse(self.revealed())

    def test_k5_reveal_shows_no_row_that_the_user_may_not_see(self):
        user = self.scene.looker("reveal")
        user.mfg_plant_ids = self.scene.plants["B"]

        with self.assertRaises(AccessError):
            self.reveal(user, name="A")
        self.assertFalse(self.revealed())

    def test_k5_reveal_is_for_rows_with_bodies_only(self):
        wizard = self.env["mfg.body.reveal"].with_user(self.scene.looker("reveal"))

        with self.assertRaises(UserError):
            wizard.create(
                {"res_model": "mfg.secret", "res_id": 1, "why": "x"}
            ).action_reveal()


@tagged("post_install", "-at_install")
class TestMaskingOverRpc(HttpCase):
    """What a client that asks for the columns themselves gets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = MaskingScene(cls.env)
        cls.scene.rule()
        cls.user = cls.scene.looker("reveal")
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.authenticate(self.user.login, self.user.login)

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.text

    def test_k5_no_call_over_rpc_gives_out_what_is_masked(self):
        for model, names in STORED.items():
            if model not in self.scene.rows["A"]:
                continue
            row = self.scene.rows["A"][model]
            for name in names:
                calls = [
                    ("read", [row.ids, [name]], {}),
                    ("read", [row.ids], {}),
                    ("search_read", [[["id", "=", row.id]], [name]], {}),
                    ("search_read", [[["id", "=", row.id]]], {}),
                    ("web_read", [row.ids, {name: {}}], {}),
                    ("export_data", [row.ids, [name]], {}),
                    ("read_group", [[], [f"{name}:array_agg"], []], {}),
                    ("read_group", [[], ["id"], [name]], {}),
                    ("search_read", [[[name, "ilike", SECRET[:9]]], ["id"]], {}),
                ]
                for method, args, kwargs in calls:
                    with (
                        self.subTest(model=model, field=name, method=method),
                        mute_logger("odoo.http", "odoo.sql_db"),
                    ):
                        text = self.call(model, method, *args, **kwargs)
                        self.assertNotIn(SECRET, text)
                        if args and name in str(args):
                            self.assertIn('"error"', text)

    def test_k5_binary_route_gives_out_the_masked_body_only(self):
        row = self.scene.rows["A"]["mfg.inbox.event"]
        for name in ("body", "body_shown"):
            with mute_logger("odoo.http"):
                answer = self.url_open(
                    f"/web/content?model=mfg.inbox.event&id={row.id}&field={name}"
                )

            self.assertNotIn(SECRET, answer.text, name)
