"""A partner that calls nobody is read: each change takes effect once, come what may."""

import uuid

import pytest

from devkit.plant import PEER_NETWORK, connection_user
from devkit.poll import until

TOKEN = "tracker-token"
SEEN_WITHIN_S = 60


@pytest.fixture(scope="module")
def tracker(plant_server):
    """A tracker in a process of its own, and the connector that reads it."""
    peer = plant_server.hire("tracker", f"--token={TOKEN}")
    admin = plant_server.session()
    peer.connector_id = admin.create(
        "mfg.connector",
        name="Defect tracker",
        code="tracker",
        template="tracker",
        base_url=peer.url,
        allowed_networks=PEER_NETWORK,
        outbound_secret=TOKEN,
        user_id=connection_user(admin, "tracker", "Defect tracker"),
        retry_base_s=0.2,
    )
    admin.call("mfg.connector", "action_go_live", [peer.connector_id])
    yield peer
    admin.write("mfg.connector", peer.connector_id, active=False)


@pytest.fixture
def asked(live, tracker):
    """The tracker, with good habits; nothing but this test's defects is looked at."""
    tracker.control("manners", think_s=0, refuse_times=0)
    tracker.control("habits")
    tracker.prefix = f"D{uuid.uuid4().hex[:8]}"
    return tracker


def make(tracker, count):
    tracker.control("defects", count=count, prefix=tracker.prefix)


def versions(tracker):
    """The newest version of each of the test's defects, as the tracker has it."""
    newest = {}
    for line in tracker.ledger("changed"):
        defect = line["defect"]
        if defect["id"].startswith(tracker.prefix):
            newest[defect["id"]] = 0 if defect["removed"] else defect["version"]
    return newest


def effects(live, tracker):
    """``(defect, version)`` of each effect, in the order they came."""
    return live.sql(
        """
        SELECT effect.lane_key, effect.number
          FROM mfg_test_effect effect
          JOIN mfg_inbox_event event ON event.event_id = effect.name
         WHERE event.connector_id = %s AND effect.lane_key LIKE %s
         ORDER BY effect.id
        """,
        tracker.connector_id,
        f"{tracker.prefix}-%",
    )


def is_up_to_date(live, tracker):
    return dict(effects(live, tracker)) == versions(tracker)


def assert_each_once(live, tracker):
    """Up to date in the end, and no version took effect twice."""
    until(
        lambda: is_up_to_date(live, tracker),
        "all is read",
        within_s=SEEN_WITHIN_S,
        last_words=lambda: str(source(live, tracker)),
    )
    until(lambda: has_polled_again(live, tracker), "one more poll is complete")
    done = effects(live, tracker)
    assert len(done) == len(set(done))
    assert is_up_to_date(live, tracker)


def has_polled_again(live, tracker):
    """Whether a poll was completed that began with nothing left to read."""
    searched = len(tracker.ledger("searched"))
    until(
        lambda: len(tracker.ledger("searched")) > searched + 1, "the tracker is asked"
    )
    return source(live, tracker)[0] is None


def source(live, tracker):
    """``(error, position, next_at)`` of the list as it is committed."""
    ((*row,),) = live.sql(
        "SELECT error, position, next_at FROM mfg_source WHERE connector_id = %s",
        tracker.connector_id,
    )
    return row


def test_changes_of_a_partner_that_calls_nobody_take_effect_once(live, asked):
    make(asked, 25)
    until(lambda: is_up_to_date(live, asked), "all is read", within_s=SEEN_WITHIN_S)

    asked.control(f"defects/{asked.prefix}-3")
    asked.control(f"defects/{asked.prefix}-4", removed=True)

    assert_each_once(live, asked)
    assert len(effects(live, asked)) == 27


def test_changes_while_the_list_is_read_are_neither_lost_nor_doubled(live, asked):
    asked.control("habits", touch_between_pages=6)

    make(asked, 45)

    assert_each_once(live, asked)


@pytest.mark.parametrize("how", ["busy", "half", "html", "lie", "nothing"])
def test_page_that_is_none_is_asked_for_again(live, asked, how):
    asked.control("habits", spoil=[how])

    make(asked, 12)

    until(lambda: any(line["how"] == how for line in asked.ledger("spoilt")), "spoilt")
    assert_each_once(live, asked)


def test_partner_that_restarts_in_mid_poll_is_read_to_the_end(live, asked):
    asked.control("manners", think_s=0.2)
    make(asked, 60)
    until(lambda: effects(live, asked), "the poll is under way")

    asked.process.kill()
    asked.start(append=True)
    asked.wait()

    assert_each_once(live, asked)


def test_a1_killed_job_server_in_mid_poll_loses_and_doubles_nothing(live, asked):
    asked.control("manners", think_s=0.3)
    make(asked, 80)
    until(lambda: source(live, asked)[1], "a poll is under way")
    before = len(effects(live, asked))

    live.jobs.kill()
    live.jobs.start(append=True)

    asked.control("manners", think_s=0)
    assert before < 80
    assert_each_once(live, asked)
    assert len(effects(live, asked)) == 80
