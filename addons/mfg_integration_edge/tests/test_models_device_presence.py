from datetime import timedelta

from ..models import mfg_edge_device_hearing
from .common import ROBOT, count
from .device_case import GATEWAY, DeviceCase, of_gateway


class TestDevicePresence(DeviceCase):
    def test_h4_device_appears_with_its_first_event(self):
        device = self.beat("7-1")

        self.assertRecordValues(
            device,
            [{"state": "online", "boot": 7, "sequence": 1, "event_count": 1}],
        )
        self.assertEqual(device.last_seen_at, self.now)

    def test_h4_heartbeat_is_heard_and_becomes_no_event(self):
        self.beat("7-1")

        self.assertFalse(self.inbox())

    def test_h4_birth_says_what_the_device_is(self):
        device = self.born(boot=7, software="gateway 2.4.1", heartbeat_s=30)

        self.assertRecordValues(
            device, [{"software": "gateway 2.4.1", "heartbeat_s": 30}]
        )
        self.assertEqual(device.machine_ids.equipment_id, self.robot)

    def test_h4_silent_device_makes_its_machines_unknown_and_never_idle(self):
        self.runs("7-1")
        self.assertEqual(self.robot.mfg_availability, "running")

        self.watch(at=89)
        self.assertEqual(self.device().state, "online")
        self.watch(at=91)

        self.assertEqual(self.device().state, "stale")
        self.assertEqual(self.robot.mfg_availability, "unknown")
        self.assertEqual(self.device().absent_since, self.now + timedelta(seconds=1))
        self.assertIn(GATEWAY, self.robot.mfg_silence)

    def test_h4_device_that_tells_its_heartbeat_is_silent_after_three(self):
        self.born(heartbeat_s=5)

        self.watch(at=14)
        self.assertEqual(self.device().state, "online")
        self.watch(at=16)

        self.assertEqual(self.device().state, "stale")

    def test_h4_heartbeats_keep_a_device_online(self):
        self.runs("7-1")
        for at in (60, 120, 180):
            self.beat(f"7-{at}", at=at)
            self.watch(at=at + 80)

        self.assertEqual(self.device().state, "online")
        self.assertEqual(self.robot.mfg_availability, "running")

    def test_h4_next_state_ends_the_silence_and_is_asked_for(self):
        self.given_subscription()
        self.runs("7-1")
        self.watch(at=100)
        before = len(self.asked())

        self.beat("7-2", at=110)
        self.assertEqual(self.device().state, "online")
        self.assertEqual(self.robot.mfg_availability, "unknown")
        self.assertFalse(self.robot.mfg_silence)
        self.runs("7-3", at=111)

        (asked,) = self.asked()[before:]
        self.assertEqual(asked, {"source": GATEWAY, "rebirth": True, "missing": []})
        self.assertEqual(self.robot.mfg_availability, "running")

    def test_h4_device_that_is_online_is_not_asked_at_each_start(self):
        self.given_subscription()
        self.born(boot=7)
        before = len(self.asked())

        self.born(boot=8, at=5)

        self.assertEqual(len(self.asked()), before)

    def test_h4_death_makes_its_machines_unknown_at_once(self):
        self.runs("7-1")

        self.died("7-2", at=5, reason="Panel is cleaned")

        device = self.device()
        self.assertEqual(device.state, "dead")
        self.assertIn("Panel is cleaned", device.absent_why)
        self.assertEqual(self.robot.mfg_availability, "unknown")

    def test_h4_late_death_does_not_end_a_device_that_was_heard_since(self):
        self.runs("7-1")
        self.beat("7-4", at=9)

        event = self.died("7-3", at=8)

        self.assertEqual(event.reason_code, "older_version")
        self.assertEqual(self.device().state, "online")
        self.assertEqual(self.robot.mfg_availability, "running")

    def test_h4_event_that_was_on_its_way_does_not_bring_a_dead_device_back(self):
        self.beat("7-1")
        self.beat("7-3", at=2)
        self.died("7-4", at=3)

        self.beat("7-2", at=4)
        self.assertEqual(self.device().state, "dead")
        self.beat("8-1", at=5)

        self.assertEqual(self.device().state, "online")

    def test_h4_device_that_does_not_count_dies_and_comes_back_by_its_clock(self):
        self.runs()
        self.died(at=5)
        self.assertEqual(self.device().state, "dead")

        self.beat(at=6)

        self.assertEqual(self.device().state, "online")

    def test_h4_hub_that_is_behind_calls_nobody_silent(self):
        self.runs("7-1")
        self.given_batch(count("late", 1))

        self.watch(at=1000)

        self.assertEqual(self.device().state, "online")

    def test_h4_machine_that_another_device_speaks_for_now_stays_known(self):
        self.runs("7-1")
        self.hear(of_gateway(count("c1", 1), "1-1", source="/plant/line-1/new"), at=60)

        self.watch(at=95)

        self.assertEqual(self.device().state, "stale")
        self.assertEqual(self.robot.mfg_availability, "running")

    def test_h4_machine_under_repair_stays_so_when_its_device_is_silent(self):
        self.runs("7-1", name="Aborted")
        self.assertEqual(self.robot.mfg_availability, "down")

        self.watch(at=100)

        self.assertEqual(self.robot.mfg_availability, "down")

    def test_h5_back_filled_events_move_nothing_that_is_live(self):
        self.runs("7-5")
        self.watch(at=100)

        device = self.beat("7-2", at=110, historical=True)

        self.assertEqual(device.state, "stale")
        self.assertEqual(device.last_seen_at, self.now)
        self.assertEqual(device.event_count, 2)

    def test_h5_back_filled_death_and_birth_are_history(self):
        self.born(boot=7, software="new")
        for event_type, data in (
            ("mfg.device.death.v1", {}),
            ("mfg.device.birth.v1", {"boot": 6, "software": "old"}),
        ):
            event = self.event(event_type, **data)
            self.hear(of_gateway(event, "6-9", historical=True))
            self.assertEqual(self.handle_last().reason_code, "historical")

        self.assertRecordValues(self.device(), [{"state": "online", "software": "new"}])

    def test_h5_device_of_which_only_history_is_known_is_not_online(self):
        device = self.beat("7-1", historical=True)

        self.assertEqual(device.state, "approved")
        self.watch(at=1000)
        self.assertEqual(device.state, "approved")

    def test_h7_flood_of_sources_fills_a_list_and_loses_no_event(self):
        most = 5
        self.patch(mfg_edge_device_hearing, "MOST_DEVICES", most)

        with self.assertLogs(mfg_edge_device_hearing.__name__, "WARNING"):
            for number in range(most + 3):
                self.hear(of_gateway(count(f"f{number}", 1), source=f"/x/{number}"))

        devices = self.env["mfg.edge.device"].search_count(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertEqual(devices, most)
        posted = sum(self.windows().mapped("good_quantity"))
        self.assertEqual(posted, most + 3)

    def test_h4_machine_is_found_again_when_its_name_is_mapped_later(self):
        binding = self.env["mfg.binding"].search(
            [("connector_id", "=", self.connector.id), ("external_id", "=", ROBOT)]
        )
        binding.unlink()
        self.hear(of_gateway(count("c1", 1), "7-1"))
        self.env["mfg.binding"]._bind(self.connector, self.robot, ROBOT)
        self.robot.mfg_availability = "running"

        self.watch(at=100)

        self.assertEqual(self.robot.mfg_availability, "unknown")
