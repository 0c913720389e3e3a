import json
import time
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .polled_partner import NOON
from .polling_case import PollingCase

#: Number that the template gives to what was deleted.
DELETED = 99


def at(epoch_ms):
    """A partner's moment as the database keeps it."""
    return datetime(1970, 1, 1) + timedelta(milliseconds=epoch_ms)


@tagged("post_install", "-at_install")
class TestPolling(PollingCase):
    def test_choosing_a_template_makes_a_source_of_each_of_its_lists(self):
        def listed(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            return connector.source_ids.mapped("name")

        self.assertEqual(self.commit(listed), ["changes", "stock"])

        self.commit(
            lambda env: (
                env["mfg.connector"]
                .browse(self.connector_id)
                .write({"template": "test_partner"})
            )
        )
        self.assertEqual(self.commit(listed), [])

    def test_each_change_takes_effect_once_however_often_it_is_read(self):
        for number in range(5):
            self.partner.put(f"T{number}", number)

        self.poll()
        self.partner.put("T1", 11)
        self.poll()
        self.poll()

        self.assertEqual(self.told("T0"), [0])
        self.assertEqual(self.told("T1"), [1, 11])
        self.assertEqual(self.event_count(), 6)
        self.assertEqual(self.column("watermark"), at(self.partner.clock))
        self.assertIsNone(self.column("error"))

    def test_next_poll_asks_from_the_watermark_less_the_overlap(self):
        self.partner.put("T1", 1)
        self.poll()
        self.partner.asked.clear()

        self.poll()

        _path, query = self.partner.asked[0]
        self.assertEqual(int(query["since"]), self.partner.clock - 60_000)

    def test_equal_moments_at_the_border_of_pages_are_all_taken(self):
        for number in range(7):
            self.partner.put(f"T{number}", number, later_ms=0)

        self.poll()

        self.assertEqual(
            [self.told(f"T{number}") for number in range(7)],
            [[number] for number in range(7)],
        )

    def test_item_that_slips_over_a_border_of_pages_is_found_by_the_next_pass(self):
        for number in range(4):
            self.partner.put(f"T{number}", number)
        # While page 2 is asked for, T0 moves to the end: T2 slips to page 1.
        self.partner.between = [lambda: None, lambda: self.partner.put("T0", 10)]

        self.poll()

        self.assertEqual(self.told("T0"), [0, 10])
        self.assertEqual(self.told("T2"), [2])
        self.assertEqual(self.event_count(), 5)

    def test_tombstone_is_told_once_and_so_is_the_return(self):
        self.partner.put("T1", 1)
        self.poll()
        self.partner.put("T1", 1, removed=True)
        self.poll()
        self.poll()
        self.partner.put("T1", 2)
        self.poll()

        self.assertEqual(self.told("T1"), [1, DELETED, 2])

    def test_partner_from_the_future_does_not_hide_what_comes_later(self):
        self.partner.things["T1"] = {"id": "T1", "number": 1, "changed": 4085553600000}
        self.poll()
        self.assertLess(self.column("watermark"), datetime.utcnow())

        now_ms = int(time.time() * 1000)
        self.partner.things["T2"] = {"id": "T2", "number": 2, "changed": now_ms}
        self.poll()

        self.assertEqual(self.told("T2"), [2])

    def test_item_that_cannot_be_mapped_waits_in_the_inbox_and_the_rest_goes_on(self):
        self.partner.things["T1"] = {"number": 1, "changed": NOON}
        self.partner.put("T2", 2)

        self.poll()
        self.poll()

        self.assertEqual(sorted(self.states()), ["processed", "rejected"])
        self.assertIn("no key", self.column("note"))

    def test_secret_that_the_partner_repeats_is_not_kept(self):
        self.partner.put("T1", 1, echo="s3cret-token")

        self.poll()

        bodies = self.sql(
            "SELECT convert_from(decode(convert_from(body, 'UTF8'), 'base64'), 'UTF8')"
            " FROM mfg_inbox_event WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertIn("***", bodies[0][0])
        self.assertNotIn("s3cret", bodies[0][0])


@tagged("post_install", "-at_install")
class TestPollingTrouble(PollingCase):
    def refuse(self, status, body=b"{}", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.partner.answers.append((status, named, body))

    def wait_s(self):
        return (self.column("next_at") - datetime.utcnow()).total_seconds()

    def test_busy_partner_is_asked_again_when_it_wants_to_be(self):
        self.partner.put("T1", 1)
        self.refuse(429, Retry_After="77")

        self.poll()

        self.assertIn("429", self.column("error"))
        self.assertAlmostEqual(self.wait_s(), 77, delta=5)
        self.poll()
        self.assertIsNone(self.column("error"))
        self.assertEqual(self.told("T1"), [1])

    def test_partner_that_stays_down_is_asked_more_and_more_rarely_for_ever(self):
        waits = []
        for _try in range(25):
            self.refuse(503)
            self.poll()
            waits.append(round(self.wait_s()))

        self.assertLess(waits[0], 10)
        self.assertEqual(waits, sorted(waits))
        self.assertLessEqual(waits[-1], 900)
        self.assertEqual(self.column("failures"), 25)

    def test_bad_answers_are_told_in_plain_words_and_cost_nothing(self):
        for body, word in (
            (b"<html><b>Please log in</b></html>", "Please log in"),
            (b'{"error": "session expired"}', "session expired"),
            (b'{"things": [{"id"', "no JSON"),
            (b"", "empty"),
        ):
            with self.subTest(body=body):
                self.refuse(200, body)
                self.poll()
                self.assertIn(word, self.column("error"))
        self.partner.put("T1", 1)

        self.poll()

        self.assertEqual(self.told("T1"), [1])

    def test_answer_that_breaks_off_is_asked_for_again(self):
        self.partner.put("T1", 1)
        self.refuse(200, b'{"things": [', Content_Length="500")
        self.poll()
        self.assertTrue(self.column("error"))

        self.poll()

        self.assertEqual(self.told("T1"), [1])

    def test_failed_poll_goes_on_at_the_page_where_it_stopped(self):
        for number in range(6):
            self.partner.put(f"T{number}", number)
        page = {"things": list(self.partner.things.values())[:2]}
        self.refuse(200, json.dumps(page).encode())
        self.refuse(503)
        self.poll()
        self.partner.asked.clear()

        self.poll()

        self.assertEqual(self.partner.asked[0][1]["offset"], "2")
        self.assertEqual(self.event_count(), 6)

    def test_place_that_the_partner_does_not_know_any_more_begins_the_list_anew(self):
        for number in range(6):
            self.partner.put(f"T{number}", number)
        page = {"things": list(self.partner.things.values())[:2]}
        self.refuse(200, json.dumps(page).encode())
        self.refuse(410)
        self.poll()
        self.partner.asked.clear()

        self.poll()

        self.assertEqual(self.partner.asked[0][1]["offset"], "0")
        self.assertEqual(self.event_count(), 6)

    def test_partner_that_repeats_its_page_is_found_out(self):
        self.partner.put("T1", 1)
        page = {"things": list(self.partner.things.values())}
        for _again in range(2):
            self.refuse(200, json.dumps(page).encode())

        self.poll()

        self.assertIn("ignore how the next page is asked for", self.column("error"))
        self.assertEqual(self.event_count(), 1)

    def test_too_long_a_list_stops_at_the_limit_and_goes_on_later(self):
        for number in range(60):
            self.partner.put(f"T{number}", number)

        self.poll()

        self.assertIn("limit of 20 pages", self.column("error"))
        self.assertEqual(self.event_count(), 40)
        # Two passes of 31 pages are four polls of at most 20.
        for _rest in range(3):
            self.poll()
        self.assertEqual(self.event_count(), 60)
        self.assertIsNone(self.column("error"))

    def test_disarmed_copy_polls_nobody(self):
        self.partner.put("T1", 1)
        self.sql(
            "UPDATE ir_config_parameter SET value = 'copied'"
            " WHERE key = 'mfg_integration.armed'"
        )
        self.commit(lambda env: env.registry.clear_cache())

        self.poll()

        self.assertEqual(self.partner.asked, [])
        self.assertIsNone(self.column("polled_at"))

    def test_paused_source_and_paused_connector_are_not_polled(self):
        self.on_source(lambda source: source.action_pause())
        self.poll()
        self.on_source(lambda source: source.action_resume())
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_pause()
        )
        self.poll()

        self.assertEqual(self.partner.asked, [])

    def test_open_breaker_keeps_the_partner_from_being_asked(self):
        self.sql(
            """
            INSERT INTO mfg_breaker
                   (connector_id, state, since, until, recent, openings, version)
            VALUES (%s, 'open', now() AT TIME ZONE 'UTC',
                    now() AT TIME ZONE 'UTC' + interval '5 min', 'xxxxx', 1, 1)
            """,
            self.connector_id,
        )

        self.poll()

        self.assertEqual(self.partner.asked, [])
        self.assertGreater(self.wait_s(), 200)


@tagged("post_install", "-at_install")
class TestPollingRaces(PollingCase):
    def test_two_workers_never_read_the_same_source(self):
        self.partner.put("T1", 1)
        self.partner.between = [self.drain_meanwhile]

        self.poll()

        self.assertEqual(len(self.partner.asked), 4)  # two passes of two pages
        self.assertEqual(self.told("T1"), [1])

    def drain_meanwhile(self):
        asked = len(self.partner.asked)
        claimed = self.commit(
            lambda env: env["mfg.source.worker"]._claim(
                env["mfg.connector"].browse(self.connector_id)
            )
        )
        self.claimed_meanwhile = claimed
        assert claimed is None and len(self.partner.asked) == asked

    def test_worker_that_lost_its_lease_writes_nothing(self):
        self.partner.put("T1", 1)

        def take_over():
            self.sql(
                "UPDATE mfg_source SET lease_token = 'other'"
                " WHERE connector_id = %s AND name = 'changes'",
                self.connector_id,
            )

        self.partner.between = [take_over]
        self.poll()

        self.assertEqual(self.event_count(), 0)
        self.assertEqual(self.column("lease_token"), "other")

    def test_crash_between_the_answer_and_the_commit_neither_loses_nor_doubles(self):
        for number in range(3):
            self.partner.put(f"T{number}", number)
        worker = self.registry["mfg.source.worker"]
        plain = worker._store

        def crash(this, *arguments):
            plain(this, *arguments)
            raise MemoryError("killed")

        with (
            patch.object(worker, "_store", crash),
            self.assertLogs("odoo.addons.mfg_integration_core", "ERROR"),
        ):
            self.poll()
        self.assertEqual(self.event_count(), 0)

        self.poll()

        self.assertEqual(self.event_count(), 3)

    def test_lease_of_a_dead_worker_runs_out_and_the_poll_goes_on(self):
        self.partner.put("T1", 1)
        self.sql(
            "UPDATE mfg_source SET lease_token = 'dead',"
            " lease_until = now() AT TIME ZONE 'UTC' + interval '1 min'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.poll()
        self.assertEqual(self.partner.asked, [])
        self.sql(
            "UPDATE mfg_source SET lease_until = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )

        self.poll()

        self.assertEqual(self.told("T1"), [1])

    def test_sweeper_sees_a_source_that_is_due(self):
        self.make_due()

        due = self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id)._due_view()
        )

        self.assertEqual(due.lanes, 1)
        self.assertLess(due.oldest_due_at, time.time() - 3600)

    def test_sweeper_polls_by_itself_when_no_job_runner_lives(self):
        self.partner.put("T1", 1)
        self.make_due()

        self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        self.assertEqual(self.told("T1"), [1])

    def test_list_that_a_newer_template_brings_is_polled_and_one_that_went_is_not(
        self,
    ):
        self.sql(
            "UPDATE mfg_source SET name = 'old' WHERE connector_id = %s"
            " AND name = 'stock'",
            self.connector_id,
        )

        self.commit(lambda env: env["mfg.connector"]._sync_changed_templates())

        listed = self.sql(
            "SELECT name, active FROM mfg_source WHERE connector_id = %s ORDER BY name",
            self.connector_id,
        )
        self.assertEqual(listed, [("changes", True), ("old", False), ("stock", True)])

    def test_job_is_planned_for_the_next_poll(self):
        self.poll()

        next_at = self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id)._next_due_at()
        )

        self.assertAlmostEqual(
            (next_at - datetime.utcnow()).total_seconds(), 60, delta=10
        )


@tagged("post_install", "-at_install")
class TestPollingStart(PollingCase):
    def test_list_can_be_taken_from_a_date_even_if_the_partner_ignores_it(self):
        self.partner.put("T1", 1)
        self.partner.put("T2", 2, later_ms=120_000)
        since = at(self.partner.clock - 1000)
        self.on_source(lambda source: source._start_over("date", since))

        self.poll()

        self.assertEqual(int(self.partner.asked[0][1]["since"]), NOON + 119_001)
        self.assertEqual((self.told("T1"), self.told("T2")), ([], [2]))

    def test_list_can_be_taken_from_now_on(self):
        self.partner.put("T1", 1)
        self.on_source(lambda source: source._start_over("now"))
        self.poll()
        self.assertEqual(self.event_count(), 0)

        now_ms = int(time.time() * 1000) + 1000
        self.partner.things["T1"] = {"id": "T1", "number": 11, "changed": now_ms}
        self.poll()

        self.assertEqual(self.told("T1"), [11])

    def test_starting_over_reads_all_and_takes_only_what_is_new(self):
        self.partner.put("T1", 1)
        self.partner.put("T2", 2, later_ms=200_000)
        self.poll()
        self.on_source(lambda source: source._start_over("all"))
        self.partner.asked.clear()

        self.poll()

        self.assertNotIn("since", self.partner.asked[0][1])
        self.assertEqual(self.event_count(), 2)

    def test_administrator_is_told_what_starting_over_will_do(self):
        def effects(env):
            wizard = env["mfg.source.restart"].new(
                {"source_id": self.source_in(env).id, "start": "now"}
            )
            now = wizard.effect
            wizard.start = "all"
            return now, wizard.effect

        now, everything = self.commit(effects)

        self.assertIn("left out for good", now)
        self.assertIn("not taken a second time", everything)


@tagged("post_install", "-at_install")
class TestFullCompare(PollingCase):
    SOURCE = "stock"

    def given_stock(self, count):
        for number in range(count):
            self.partner.put(f"S{number}", number)
        self.poll()

    def test_what_changes_back_to_what_it_was_is_told_again(self):
        self.given_stock(1)
        self.partner.put("S0", 5)
        self.poll()
        self.partner.put("S0", 0)
        self.poll()
        self.poll()

        self.assertEqual(self.told("S0"), [0, 5, 0])

    def test_what_disappears_is_told_as_deleted_and_its_return_as_news(self):
        self.given_stock(3)
        self.partner.drop("S1")
        self.poll()
        self.poll()
        self.partner.put("S1", 1)
        self.poll()

        self.assertEqual(self.told("S1"), [1, DELETED, 1])
        self.assertEqual(self.told("S0"), [0])

    def test_list_that_is_suddenly_empty_is_not_believed_until_a_person_accepts_it(
        self,
    ):
        self.given_stock(6)
        self.partner.things.clear()

        self.poll()

        self.assertEqual(self.told("S0"), [0])
        self.assertIn("6 items", self.column("error"))
        self.on_source(lambda source: source.action_accept_gone())
        self.poll()
        self.assertEqual(self.told("S0"), [0, DELETED])
        self.assertIsNone(self.column("error"))

    def test_from_now_on_notes_what_is_there_and_takes_what_changes(self):
        self.partner.put("S0", 0)
        self.partner.put("S1", 1)
        self.on_source(lambda source: source._start_over("now"))
        self.poll()
        self.assertEqual(self.event_count(), 0)
        self.partner.put("S1", 11)
        self.poll()
        self.assertEqual((self.told("S0"), self.told("S1")), ([], [11]))

        self.on_source(lambda source: source._start_over("all"))
        self.poll()

        self.assertEqual((self.told("S0"), self.told("S1")), ([0], [11]))


@tagged("post_install", "-at_install")
class TestPollingScreens(PollingCase):
    def health(self):
        return self.on_source(lambda source: source.health)

    def test_source_says_how_it_is(self):
        self.assertEqual(self.health(), "waiting")
        self.poll()
        self.assertEqual(self.health(), "ok")
        self.partner.answers.append((500, {}, b"oops"))
        self.poll()
        self.assertEqual(self.health(), "failing")
        self.sql(
            "UPDATE mfg_source SET succeeded_at = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual(self.health(), "stale")

        trouble, families = self.commit(
            lambda env: (
                env["mfg.connector"].browse(self.connector_id).source_trouble,
                [str(one) for one in env["mfg.metric"]._families_of_sources()],
            )
        )

        self.assertIn("oops", trouble)
        self.assertEqual(len(families), 3)

    def test_poll_now_makes_the_source_due_and_says_why_it_cannot(self):
        self.poll()
        self.on_source(lambda source: source.action_poll_now())
        self.assertLessEqual(self.column("next_at"), datetime.utcnow())

        self.on_source(lambda source: source.action_pause())
        with self.assertRaisesRegex(UserError, "Resume it first"):
            self.on_source(lambda source: source.action_poll_now())

    def test_viewer_may_look_and_only_an_operator_may_act(self):
        def try_as(env, group):
            user = new_test_user(env, f"polling-{group}", f"base.group_user,{group}")
            source = self.source_in(env).with_user(user)
            source.read(["label", "health", "error", "progress"])
            source.action_poll_now()
            env.cr.rollback()

        core = "mfg_integration_core"
        with self.assertRaises(AccessError):
            self.commit(lambda env: try_as(env, f"{core}.group_viewer"))
        self.commit(lambda env: try_as(env, f"{core}.group_operator"))

    def test_only_an_administrator_may_start_over(self):
        def try_as(env):
            user = new_test_user(
                env,
                "polling-restart",
                "base.group_user,mfg_integration_core.group_operator",
            )
            env["mfg.source.restart"].with_user(user).create(
                {"source_id": self.source_in(env).id}
            )

        with self.assertRaises(AccessError):
            self.commit(try_as)
