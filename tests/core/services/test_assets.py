"""Houses, flats and meters: a tree, other names, serials, and dated links that cannot contradict each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from gongdan.domain.assets import Term
from gongdan.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.grids import AssetView
from gongdan.storage.assets import AssetLinkRow
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]
FIRST = date(2026, 1, 1)


@pytest.fixture
def building(factory: Factory) -> AssetView:
    return factory.building(code="3栋", label="三号楼")


@pytest.fixture
def unit(factory: Factory, building: AssetView) -> AssetView:
    return factory.unit(building, code="501", label="3-501", position="5")


def _input(unit: AssetView, **values: object) -> AssetInput:
    given = {"kind": unit.kind, "code": unit.code, "label": unit.label, "position": unit.position}
    return AssetInput(**{**given, **values})  # type: ignore[arg-type]  # any part of the form


# --- The tree ------------------------------------------------------------------------------------------------------


def test_an_asset_stands_under_its_parent(company_desk: CompanyDesk, building: AssetView, unit: AssetView) -> None:
    assert (building.path, unit.path, unit.parent_id) == ("/3栋", "/3栋/501", building.id)
    assert company_desk.assets.children(None) == (building,)
    assert company_desk.assets.children(building.id) == (unit,)
    assert company_desk.assets.lineage(unit) == (building,)


def test_children_are_listed_as_people_count(company_desk: CompanyDesk, factory: Factory, building: AssetView) -> None:
    for code in ("1002", "201", "1001", "9"):
        factory.unit(building, code=code)
    assert [each.code for each in company_desk.assets.children(building.id)] == ["9", "201", "1001", "1002"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": " "}, "code"),
        ({"code": "3/501"}, "code"),
        ({"kind": "sample_villa"}, "kind"),
        ({"state": "haunted"}, "state"),
        ({"fields": {"area": "很大"}}, "area"),
        ({"parent_id": None}, "parent"),
    ],
)
def test_an_asset_that_cannot_be_is_refused_naming_the_field(
    factory: Factory, building: AssetView, unchanged: Unchanged, values: dict[str, object], field: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        factory.unit(building, **values)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_building_does_not_stand_under_a_flat(factory: Factory, unit: AssetView, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(InvalidInput):
        factory.building(parent_id=unit.id)


def test_two_assets_of_one_place_are_a_conflict(
    factory: Factory, building: AssetView, unit: AssetView, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(Conflict) as refused:
        factory.unit(building, code="501")
    assert refused.value.existing == "/3栋/501"
    factory.unit(factory.building(), code="501")


def test_a_renamed_asset_is_found_under_its_old_name(
    company_desk: CompanyDesk, unit: AssetView, unchanged: Unchanged
) -> None:
    renamed = company_desk.assets.change(unit.id, unit.version, _input(unit, label="三栋五〇一"))
    assert company_desk.assets.by_name(" 3-501 ") == renamed
    assert company_desk.assets.by_name("/3栋/501") == renamed
    assert company_desk.assets.aliases(unit.id) == ("3-501",)
    assert [found.id for found in company_desk.searching.everywhere("3-501").assets] == [unit.id]
    with unchanged(), pytest.raises(StaleVersion):
        company_desk.assets.change(unit.id, unit.version, _input(unit, state="empty"))


def test_a_serial_belongs_to_one_asset(
    company_desk: CompanyDesk, factory: Factory, building: AssetView, unit: AssetView, unchanged: Unchanged
) -> None:
    other = factory.unit(building, code="502")
    company_desk.assets.add_serial(unit.id, "meter", "A-7788")
    with unchanged(), pytest.raises(Conflict) as refused:
        company_desk.assets.add_serial(other.id, "meter", "A-7788")
    assert refused.value.existing == "A-7788 · 3-501"
    assert company_desk.assets.serials(unit.id) == (("meter", "A-7788"),)
    assert [found.id for found in company_desk.searching.everywhere("A-7788").assets] == [unit.id]
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.assets.add_serial(unit.id, "imei", "1")


# --- Links ---------------------------------------------------------------------------------------------------------


def test_one_flat_may_have_several_owners_and_one_tenant(
    company_desk: CompanyDesk, factory: Factory, unit: AssetView, unchanged: Unchanged
) -> None:
    husband, wife = factory.party(name="王大明"), factory.party(name="李娜")
    for owner in (husband, wife):
        company_desk.assets.link(unit.id, "sample_owner", party_id=owner.id)
    company_desk.assets.link(unit.id, "sample_tenant", party_id=husband.id, begins=FIRST)
    with unchanged(), pytest.raises(Conflict) as refused:
        company_desk.assets.link(unit.id, "sample_tenant", party_id=wife.id, begins=date(2027, 1, 1))
    assert refused.value.existing == "3-501 · 王大明"


def test_a_meter_serves_one_flat_at_a_time(
    company_desk: CompanyDesk, factory: Factory, building: AssetView, unchanged: Unchanged
) -> None:
    first, second, meter = (factory.unit(building, code=code) for code in ("501", "502", "水表间"))
    company_desk.assets.link(first.id, "sample_meter", other_asset_id=meter.id, begins=FIRST)
    with unchanged(), pytest.raises(Conflict):
        company_desk.assets.link(second.id, "sample_meter", other_asset_id=meter.id, begins=date(2026, 6, 1))
    (link,) = company_desk.assets.links(first.id)
    company_desk.assets.end_link(link.id, date(2026, 6, 1))
    company_desk.assets.link(second.id, "sample_meter", other_asset_id=meter.id, begins=date(2026, 6, 1))


def test_an_ended_link_is_not_stretched_over_the_next_one(
    company_desk: CompanyDesk, factory: Factory, unit: AssetView, unchanged: Unchanged
) -> None:
    company_desk.assets.link(unit.id, "sample_tenant", party_id=factory.party().id, begins=FIRST)
    (link,) = company_desk.assets.links(unit.id)
    company_desk.assets.end_link(link.id, date(2026, 6, 1))
    company_desk.assets.link(unit.id, "sample_tenant", party_id=factory.party().id, begins=date(2026, 6, 1))
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.assets.end_link(link.id, date(2026, 7, 1))
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.assets.end_link(link.id, date(2025, 12, 31))
    company_desk.assets.end_link(link.id, date(2026, 5, 1))


@pytest.mark.parametrize(
    ("role", "values"),
    [
        ("landlord", {}),
        ("sample_owner", {"party_id": None}),
        ("sample_owner", {"begins": FIRST, "ends": FIRST}),
    ],
    ids=["unknown role", "nobody", "no day"],
)
def test_a_link_that_cannot_be_is_refused(
    company_desk: CompanyDesk, factory: Factory, unchanged: Unchanged, role: str, values: dict[str, date | None]
) -> None:
    unit, party = factory.unit(), factory.party()
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.assets.link(unit.id, role, **{"party_id": party.id, **values})  # type: ignore[arg-type]  # a wrong one
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.assets.link(unit.id, "sample_meter", other_asset_id=unit.id)


def test_links_of_a_disabled_plugin_are_not_made(
    company_desk: CompanyDesk, factory: Factory, unchanged: Unchanged
) -> None:
    unit, party = factory.unit(), factory.party()
    company_desk.plugins.disable("sample")
    today = company_desk.installation.at(company_desk.company)
    with unchanged(), pytest.raises(InvalidInput):
        today.assets.link(unit.id, "sample_owner", party_id=party.id)


DAYS = st.none() | st.integers(min_value=0, max_value=6).map(lambda number: FIRST + timedelta(number))
LINKS = st.tuples(st.integers(0, 1), st.integers(0, 1), DAYS, DAYS)


@given(wanted=st.lists(LINKS, max_size=6))
def test_exclusive_links_never_share_a_day(
    company_desk: CompanyDesk, factory: Factory, wanted: list[tuple[int, int, date | None, date | None]]
) -> None:
    building = factory.building()
    units, meters = ([factory.unit(building) for _ in range(2)] for _ in range(2))
    made: list[tuple[int, int, Term]] = []
    for unit, meter, begins, ends in wanted:
        term = Term(begins, ends)
        try:
            company_desk.assets.link(
                units[unit].id, "sample_meter", other_asset_id=meters[meter].id, begins=begins, ends=ends
            )
        except InvalidInput:
            assert begins is not None
            assert ends is not None
            assert ends <= begins
            continue
        except Conflict:
            assert any(term.overlaps(other) for one, far, other in made if one == unit or far == meter)
            continue
        assert not any(term.overlaps(other) for one, far, other in made if one == unit or far == meter)
        made.append((unit, meter, term))
    with company_desk.working() as work:
        work.session.execute(delete(AssetLinkRow))


def test_of_two_people_who_give_one_meter_away_at_once_one_is_told(
    company_desk: CompanyDesk, factory: Factory, building: AssetView
) -> None:
    meter = factory.unit(building, code="水表间")
    units = [factory.unit(building, code=f"50{number}") for number in range(6)]

    def link(unit: AssetView) -> str:
        try:
            own = company_desk.installation.at(company_desk.company)
            own.assets.link(unit.id, "sample_meter", other_asset_id=meter.id)
        except Conflict:
            return "conflict"
        return "linked"

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(link, units))
    assert answers == ["conflict"] * 5 + ["linked"]


def test_crossed_links_made_at_once_do_not_wait_for_each_other(
    company_desk: CompanyDesk, factory: Factory, building: AssetView
) -> None:
    first, second = (factory.unit(building, code=code) for code in ("501", "502"))

    def link(pair: tuple[AssetView, AssetView]) -> str:
        try:
            own = company_desk.installation.at(company_desk.company)
            own.assets.link(pair[0].id, "sample_owner", other_asset_id=pair[1].id)
        except Conflict:
            return "conflict"
        return "linked"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(link, [(first, second), (second, first)] * 2))
    assert answers == ["conflict", "conflict", "linked", "linked"]


# --- The grid ------------------------------------------------------------------------------------------------------


def test_the_grid_shows_floors_from_the_top_with_people_and_open_tickets(
    company_desk: CompanyDesk, factory: Factory, building: AssetView
) -> None:
    for code, floor in (("1001", "10"), ("201", "2"), ("202", "2"), ("902", "9")):
        factory.unit(building, code=code, label=f"3-{code}", position=floor)
    flats = {each.code: each for each in company_desk.assets.children(building.id)}
    owner, former = factory.party(name="王芳"), factory.party(name="前业主")
    company_desk.assets.link(flats["201"].id, "sample_owner", party_id=former.id, ends=date(2026, 3, 5))
    company_desk.assets.link(flats["201"].id, "sample_owner", party_id=owner.id, begins=date(2026, 3, 5))
    factory.ticket(asset_id=flats["201"].id)
    closed = factory.ticket(asset_id=flats["202"].id)
    company_desk.moves.make(closed.id, "void", 1, {"remark": "重复"})
    grid = company_desk.assets.grid(building.id)
    shown = {
        section: {
            floor: [(tile.asset.code, tile.open_tickets, tile.owners) for tile in tiles]
            for floor, tiles in floors.items()
        }
        for section, floors in grid.sections.items()
    }
    assert shown == {
        "三号楼": {
            "10": [("1001", 0, ())],
            "9": [("902", 0, ())],
            "2": [("201", 1, ("王芳",)), ("202", 0, ())],
        }
    }
    assert list(shown["三号楼"]) == ["10", "9", "2"]


# --- Whose they are ------------------------------------------------------------------------------------------------


def test_the_other_companys_assets_are_not_found(
    company_desk: CompanyDesk, factory: Factory, other_factory: Factory, unchanged: Unchanged
) -> None:
    foreign = other_factory.unit(code="501", label="6-501")
    own, party, stranger = factory.unit(), factory.party(), other_factory.party()
    acts: tuple[Callable[[], object], ...] = (
        lambda: company_desk.assets.find(foreign.id),
        lambda: company_desk.assets.grid(foreign.id),
        lambda: company_desk.assets.change(foreign.id, 1, _input(foreign)),
        lambda: company_desk.assets.add_serial(foreign.id, "meter", "1"),
        lambda: company_desk.assets.link(foreign.id, "sample_owner", party_id=party.id),
        lambda: company_desk.assets.link(own.id, "sample_owner", party_id=stranger.id),
        lambda: company_desk.assets.link(own.id, "sample_meter", other_asset_id=foreign.id),
        lambda: factory.unit(foreign),
        lambda: company_desk.assets.end_link(UUID(int=4), FIRST),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotFound):
            act()
    assert company_desk.assets.by_name("6-501") is None
    assert company_desk.assets.children(foreign.id) == ()


def test_who_may_only_look_changes_nothing(person: People, unit: AssetView, unchanged: Unchanged) -> None:
    observer = person("observer")
    acts: tuple[Callable[[], object], ...] = (
        lambda: observer.assets.change(unit.id, 1, _input(unit)),
        lambda: observer.assets.add_serial(unit.id, "meter", "1"),
        lambda: observer.assets.link(unit.id, "sample_owner", party_id=unit.id),
        lambda: Factory(observer).building(),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotAllowed):
            act()
    assert observer.assets.find(unit.id) == unit
