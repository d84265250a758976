"""Lists that nobody has thought of: importing them again, or their export, changes nothing."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gongdan.services.actors import SYSTEM
from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.imports import Source
from gongdan.services.parties import PartyInput
from tests.core.services.importing.lists import (
    CASE_HEADINGS,
    CASE_ROWS,
    UNIT_HEADINGS,
    UNIT_ROWS,
    cases,
    units,
    write_list,
)
from tests.core.services.importing.pictures import rows

#: Each example has a company of its own, which takes a while.
quickly = settings(max_examples=12)

_SERIAL = count(1)

_WORDS = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="/"), min_size=1, max_size=8)
_CODES = st.one_of(
    st.sampled_from(["501", "0501", "501室", "A座", "三", "3#", "商铺一", "5-01", "1 2", "合计", "房号"]), _WORDS
)
_NAMES = st.one_of(
    st.sampled_from(["张三", "李四/王五", "安居置业 有限公司", "Anna Lee", "阿依·古丽", "=1+1", "合计", "业主"]), _WORDS
)
_PHONES = st.lists(
    st.sampled_from(["13800138000", "+86 139 0013 9000", "0755-26530001", "400-800-1234"]), max_size=2, unique=True
)
_TEXTS = st.one_of(
    st.sampled_from(["漏水", "日期", "=1+1", "合计", "3-2-501 停电", "１２３", "  前后 空格  ", "一行\n两行", "免费"]),
    _WORDS,
)
_MOMENTS = st.datetimes().filter(lambda moment: 2000 < moment.year < 2100).map(lambda moment: moment.isoformat())
_ENDINGS = st.sampled_from(["xlsx", "csv"])


def own_company(desk: Desk) -> CompanyDesk:
    """Return the desk of a company that nobody has used."""
    number = next(_SERIAL)
    made = desk.companies.create(SYSTEM, f"own{number}", f"第{number}家物业")
    desk.at(made).plugins.enable("property_mgmt")
    return desk.at(made)


# --- Lists -----------------------------------------------------------------------------------

_CELLS = st.one_of(
    st.sampled_from(["", "3栋", "三号楼", "2单元", "0501", "５０１室", "89.5㎡", "免费", "2026-02-30", "张三/李四",
                     "13800138000", "110105194912310021", "11010519491231002X", "1.1E+17", "合计"]),
    _WORDS,
)  # fmt: skip
_ROW = st.tuples(*[_CELLS] * len(UNIT_HEADINGS))


@given(listed=st.lists(st.one_of(_ROW, st.sampled_from(UNIT_ROWS)), min_size=1, max_size=8))
@quickly
def test_any_list_of_units_imported_twice_is_the_same_for_all_rows_that_were_taken(
    desk: Desk, tmp_path: Path, listed: list[tuple[str, ...]]
) -> None:
    own = own_company(desk)
    source = write_list(tmp_path / "房屋台账.csv", UNIT_HEADINGS, listed)
    first = own.imports.run("units", source)
    before = rows(own)
    again = own.imports.run("units", source)
    assert again.counts.get("same", 0) == first.counts.get("imported", 0)
    assert again.counts.keys().isdisjoint({"imported", "changed"})
    assert rows(own) == before
    own.imports.undo(again.id)
    own.imports.undo(first.id)
    assert not any(rows(own).values())


# --- What people type ------------------------------------------------------------------------


def keep_unit(desk: CompanyDesk, codes: Sequence[str], owners: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Make a unit by hand, under the building and section of that name if there are any."""
    parent = None
    for kind, code in zip(("building", "section", "unit"), codes, strict=True):
        known = [one for one in desk.assets.children(parent) if one.code == code.strip()]
        parent = known[0].id if known else desk.assets.create(AssetInput(kind=kind, code=code, parent_id=parent)).id
    assert parent is not None
    for name, phones in owners:
        party = desk.parties.create(PartyInput(name=name, phones=phones))
        desk.assets.link(parent, "owner", party_id=party.id)


@given(
    made=st.lists(
        st.tuples(st.tuples(_CODES, _CODES, _CODES), st.lists(st.tuples(_NAMES, _PHONES), max_size=3)),
        min_size=1,
        max_size=4,
    ),
    ending=_ENDINGS,
)
@quickly
def test_whatever_people_have_typed_of_units_an_export_changes_none_of_it(
    desk: Desk, tmp_path: Path, made: list[tuple[tuple[str, str, str], list[tuple[str, list[str]]]]], ending: str
) -> None:
    own = own_company(desk)
    for codes, owners in made:
        keep_unit(own, codes, owners)
    before = rows(own)
    own.exports.write("units", tmp_path / f"房屋.{ending}")
    run = own.imports.run("units", Source(path=tmp_path / f"房屋.{ending}"))
    assert run.counts.keys().isdisjoint({"imported", "changed"})
    assert rows(own) == before


@given(
    made=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "description": _TEXTS,
                "contact_name": _NAMES,
                "contact_phone": st.sampled_from(["13800138000", "+86 138 0013 8001", "0755 2653 0001"]),
                "place": st.one_of(_CODES, st.just("3-2-501")),
                "fee": st.decimals(0, 10_000, places=2).map(str),
                "arrived_at": _MOMENTS,
                "callback_opinion": _TEXTS,
            },
        ),
        min_size=1,
        max_size=5,
    ),
    ending=_ENDINGS,
)
@quickly
def test_whatever_people_have_typed_of_cases_an_export_changes_none_of_it(
    desk: Desk, tmp_path: Path, made: list[dict[str, str]], ending: str
) -> None:
    own = own_company(desk)
    row = dict(zip(CASE_HEADINGS, CASE_ROWS[1], strict=True))
    listed = [
        tuple({**row, "日期": "2026-02-01", "时间": f"{9 + place}:00", "内容": f"第{place}件"}.values())
        for place in range(len(made))
    ]
    own.imports.run("units", units(tmp_path))
    own.imports.run("cases", cases(tmp_path, listed))
    for serial, values in enumerate(made, start=1):
        ticket = own.tickets.by_number(f"BX202602-{serial:04}")
        own.tickets.correct(ticket.id, ticket.version, values, reason="与业主核对")
    before = rows(own)
    own.exports.write("cases", tmp_path / f"工单.{ending}")
    run = own.imports.run("cases", Source(path=tmp_path / f"工单.{ending}"))
    assert run.counts.keys().isdisjoint({"imported", "changed"})
    assert rows(own) == before
