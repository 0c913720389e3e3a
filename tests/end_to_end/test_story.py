"""The story of one machine fault, as ``make demo`` tells it."""

from devkit.narrator import Narrator
from devkit.plant import release_order
from devkit.story import Story
from devkit.story_checks import checks


def test_fault_travels_through_the_plant_and_back(live):
    story = Story(live, live.plant, live.plant.order, Narrator(out=_silent))

    story.play()

    wrong = [check for check in checks(story) if not check.ok]
    assert not wrong


def test_another_fault_is_a_case_of_its_own(live):
    order = release_order(
        live.session(), live.plant.product_id, live.plant.bom_id, "GB-200-0002"
    )
    story = Story(live, live.plant, order, Narrator(out=_silent), refusals=0)
    cases = live.value("SELECT count(*) FROM mfg_case")
    work_orders = len(live.cmms.ledger("created"))

    story.play()

    assert live.value("SELECT count(*) FROM mfg_case") == cases + 1
    assert len(live.cmms.ledger("created")) == work_orders + 1
    assert story.correlation_id()


def _silent(_line):
    """The test report says enough."""
