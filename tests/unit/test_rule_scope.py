"""Which of the rules with one key holds: the nearest."""

from mfg_integration_core.protocols.rule_scope import Place, Wired, nearest

WIDE = Wired(1, "scrap", Place())
OF_COMPANY = Wired(2, "scrap", Place(company=1))
OF_PLANT = Wired(3, "scrap", Place(company=1, plant=7))
OF_LINE = Wired(4, "scrap", Place(company=1, plant=7, line=70))
OF_CONNECTOR = Wired(5, "scrap", Place(company=1, connector=9))
OTHER_KEY = Wired(6, "fault", Place())
ALL = (OF_LINE, WIDE, OTHER_KEY, OF_CONNECTOR, OF_COMPANY, OF_PLANT)


def chosen(place, rules=ALL):
    return nearest(rules, place).get("scrap")


def test_n1_nearest_of_five_levels_wins_in_any_order():
    for rules in (ALL, ALL[::-1]):
        assert chosen(Place(1, 7, 70, 9), rules) == OF_CONNECTOR
        assert chosen(Place(1, 7, 70), rules) == OF_LINE
        assert chosen(Place(1, 7, 71), rules) == OF_PLANT
        assert chosen(Place(1, 8), rules) == OF_COMPANY
        assert chosen(Place(2), rules) == WIDE


def test_n1_other_keys_are_not_overridden():
    assert nearest(ALL, Place(1, 7, 70))["fault"] == OTHER_KEY


def test_n1_places_meet_where_something_can_happen_in_both():
    assert OF_PLANT.place.meets(OF_CONNECTOR.place)
    assert not OF_PLANT.place.meets(Place(company=1, plant=8))
