"""A run is taken back as a whole, or not at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gongdan.domain.subjects import SubjectKey
from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import InvalidInput
from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.services.import_undo import UndoRefused
from gongdan.services.imports import RunView
from gongdan.services.intake import NewTicket
from gongdan.services.parties import PartyInput
from gongdan.services.searching import Hits
from gongdan.storage.parties import PartyRow
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.importing.lists import CASE_ROWS, UNIT_ROWS, cases, units
from tests.core.services.importing.pictures import picture, rows

Unchanged = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A company with both lists in it."""

    desk: CompanyDesk
    units: RunView
    cases: RunView


@pytest.fixture
def filled(begin: Beginning, company_desk: CompanyDesk, tmp_path: Path) -> Filled:
    return begin(lambda: _fill(company_desk, tmp_path))


def _fill(company_desk: CompanyDesk, tmp_path: Path) -> Filled:
    unit_run = company_desk.imports.run("units", units(tmp_path))
    return Filled(company_desk, unit_run, company_desk.imports.run("cases", cases(tmp_path)))


#: The five cases of the list, in its order.
NUMBERS = ("BX202601-0001", "BX202601-0002", "TS202602-0001", "BX202602-0001", "BX202603-0001")


def refused(desk: CompanyDesk, run: RunView) -> UndoRefused:
    """Undo a run that cannot be undone, and return why."""
    with pytest.raises(UndoRefused) as refusal:
        desk.imports.undo(run.id)
    return refusal.value


# --- As a whole ------------------------------------------------------------------------------


def test_everything_that_a_run_has_made_goes(company_desk: CompanyDesk, tmp_path: Path) -> None:
    before = rows(company_desk)
    unit_run = company_desk.imports.run("units", units(tmp_path))
    between = rows(company_desk)
    case_run = company_desk.imports.run("cases", cases(tmp_path))
    undone = company_desk.imports.undo(case_run.id)
    assert (undone.state, undone.id) == ("undone", case_run.id)
    assert rows(company_desk) == between
    company_desk.imports.undo(unit_run.id)
    assert rows(company_desk) == before
    assert company_desk.searching.everywhere("张三") == Hits((), (), ())
    assert company_desk.journal.verify().first_bad is None


def test_an_undone_list_can_come_again_under_new_numbers(filled: Filled, tmp_path: Path) -> None:
    filled.desk.imports.undo(filled.cases.id)
    again = filled.desk.imports.run("cases", cases(tmp_path))
    assert again.counts["imported"] == 5
    numbers = [ticket[0] for ticket in picture(filled.desk)["tickets"]]
    assert numbers == ["BX202601-0003", "BX202601-0004", "BX202602-0002", "BX202603-0002", "TS202602-0002"]


def test_what_a_run_has_changed_returns_exactly(filled: Filled, clock: Clock, tmp_path: Path) -> None:
    before = rows(filled.desk)
    clock.move(timedelta(days=3))
    new = [
        ("3栋", "2单元", "501", "90", "空置", "孙丽/张三", "13600136000", "", "李四"),
        ("3栋", "2单元", "502", "120", "出租", "李四", "13900139009", "11010519491231002X", "赵磊"),
        ("3栋", "2单元", "504", "50", "未售", "孙丽", "13600136000", "", ""),
    ]
    unit_run = filled.desk.imports.run("units", units(tmp_path, new))
    assert (unit_run.counts["changed"], unit_run.counts["imported"]) == (2, 1)
    between = rows(filled.desk)
    later = (
        "",
        "15:20",
        "3-2-502",
        "赵蕾",
        "13700137999",
        "报修",
        "门锁打不开",
        "郭明",
        "胡军明",
        "02-03 9:00",
        "20",
        "满意",
    )
    case_run = filled.desk.imports.run("cases", cases(tmp_path, [CASE_ROWS[0], later]))
    assert (case_run.counts["changed"], case_run.counts["same"]) == (1, 1)
    filled.desk.imports.undo(case_run.id)
    assert rows(filled.desk) == between
    filled.desk.imports.undo(unit_run.id)
    assert rows(filled.desk) == before


def test_an_interrupted_run_is_undone_as_far_as_it_came(
    company_desk: CompanyDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongdan.services.import_runs.BATCH_ROWS", 2)
    before = rows(company_desk)
    run = company_desk.imports.run("units", units(tmp_path), progress=lambda done, total: done < 4)
    assert run.state == "interrupted"
    company_desk.imports.undo(run.id)
    assert rows(company_desk) == before


def test_a_run_is_undone_once(filled: Filled, unchanged: Unchanged) -> None:
    filled.desk.imports.undo(filled.cases.id)
    with unchanged(), pytest.raises(InvalidInput) as problem:
        filled.desk.imports.undo(filled.cases.id)
    assert problem.value.problems[0].rule == "这次导入已经撤销"


def test_a_run_that_changed_nothing_is_undone_without_a_trace(filled: Filled, tmp_path: Path) -> None:
    before = rows(filled.desk)
    run = filled.desk.imports.run("units", units(tmp_path))
    filled.desk.imports.undo(run.id)
    assert rows(filled.desk) == before


def test_what_an_undo_did_is_journalled_with_its_run(filled: Filled) -> None:
    ticket = filled.desk.tickets.by_number(NUMBERS[0])
    filled.desk.imports.undo(filled.cases.id)
    acts = [(entry.act, entry.after["run"]) for entry in filled.desk.journal.of(ticket.id)]
    assert acts == [("ticket.imported", str(filled.cases.id)), ("import.removed", str(filled.cases.id))]


# --- People have gone on working -------------------------------------------------------------


def note(desk: CompanyDesk) -> None:
    desk.notes.write(desk.tickets.by_number(NUMBERS[1]).id, "业主说明天再来")


def move(desk: CompanyDesk) -> None:
    ticket = desk.tickets.by_number(NUMBERS[1])
    desk.moves.make(ticket.id, "dispatch", ticket.version, {"trade": "handyman", "outside_firm": "安心锁业"})


def change(desk: CompanyDesk) -> None:
    ticket = desk.tickets.by_number(NUMBERS[1])
    desk.tickets.change(ticket.id, ticket.version, {"contact_phone": "13700137001"})


def attach(desk: CompanyDesk) -> None:
    ticket = desk.tickets.by_number(NUMBERS[1])
    desk.attachments.add(SubjectKey("ticket", ticket.id), [Upload("门锁.txt", "照片见微信".encode())])


@pytest.mark.parametrize("act", [note, move, change, attach])
def test_a_ticket_that_a_person_has_worked_on_stops_the_undoing_of_all(
    filled: Filled, person: People, unchanged: Unchanged, act: Callable[[CompanyDesk], None]
) -> None:
    act(person("desk_clerk", "agent"))
    with unchanged():
        refusal = refused(filled.desk, filled.cases)
    assert (refusal.count, refusal.examples) == (1, "BX202601-0002")
    assert str(refusal) == "不能撤销：导入之后已有 1 条记录被使用或修改，例如 BX202601-0002"


def test_both_ends_of_a_link_between_imported_tickets_are_named(
    filled: Filled, person: People, unchanged: Unchanged
) -> None:
    agent = person("agent")
    first, second = (agent.tickets.by_number(number) for number in NUMBERS[:2])
    agent.links.make(LinkKind.RELATED, first.id, second.id)
    with unchanged():
        refusal = refused(filled.desk, filled.cases)
    assert (refusal.count, refusal.examples) == (2, "BX202601-0001、BX202601-0002")


def test_at_most_five_examples_are_named_and_all_are_counted(filled: Filled, person: People, tmp_path: Path) -> None:
    more = [("2026-03-04", f"{hour}:00", "", "", "", "报修", f"第{hour}次停电", *[""] * 5) for hour in range(8, 15)]
    run = filled.desk.imports.run("cases", cases(tmp_path, more))
    agent = person("agent")
    for serial in range(2, 9):
        agent.notes.write(agent.tickets.by_number(f"BX202603-000{serial}").id, "已转供电局")
    refusal = refused(filled.desk, run)
    assert (refusal.count, refusal.examples.count("、")) == (7, 4)


def test_a_change_of_a_run_is_not_taken_back_over_the_head_of_a_person(
    filled: Filled, person: People, tmp_path: Path, unchanged: Unchanged
) -> None:
    corrected = ("2026-01-31", *CASE_ROWS[1][1:3], "赵蕾", *CASE_ROWS[1][4:])
    run = filled.desk.imports.run("cases", cases(tmp_path, [corrected]))
    assert run.counts["changed"] == 1
    note(person("agent"))
    with unchanged():
        assert refused(filled.desk, run).examples == "BX202601-0002"


def test_what_people_did_before_a_run_does_not_stand_in_its_way(filled: Filled, person: People, tmp_path: Path) -> None:
    note(person("agent"))
    before = rows(filled.desk)
    corrected = ("2026-01-31", *CASE_ROWS[1][1:3], "赵蕾", *CASE_ROWS[1][4:])
    run = filled.desk.imports.run("cases", cases(tmp_path, [corrected]))
    filled.desk.imports.undo(run.id)
    assert rows(filled.desk) == before


def test_looking_at_an_identity_number_does_not_stand_in_the_way(company_desk: CompanyDesk, tmp_path: Path) -> None:
    run = company_desk.imports.run("units", units(tmp_path))
    with company_desk.reading() as session:
        owner = session.scalars(select(PartyRow).where(PartyRow.name == "张三")).one()
    assert company_desk.parties.unmask(owner.id, "业主来电核对") == "11010519491231002X"
    company_desk.imports.undo(run.id)
    assert picture(company_desk)["assets"] == {}


# --- Units in use ----------------------------------------------------------------------------


def test_units_stay_while_the_cases_of_another_run_hang_on_them(filled: Filled, unchanged: Unchanged) -> None:
    with unchanged():
        refusal = refused(filled.desk, filled.units)
    # Four cases name a unit of the list; the caller of one of them is known by phone.
    assert (refusal.count, refusal.examples) == (4, "BX202601-0001、BX202601-0002、BX202603-0001、TS202602-0001")
    filled.desk.imports.undo(filled.cases.id)
    filled.desk.imports.undo(filled.units.id)
    assert picture(filled.desk)["assets"] == {}


def test_a_unit_that_a_ticket_made_by_hand_names_stays(
    company_desk: CompanyDesk, person: People, tmp_path: Path, unchanged: Unchanged
) -> None:
    run = company_desk.imports.run("units", units(tmp_path))
    unit = company_desk.assets.by_name("3-2-503")
    assert unit is not None
    fields = {"charge_kind": "free", "visit_at": "2026-03-05T14:00"}
    person("agent").intake.open(
        NewTicket(type="repair", description="窗户关不上", asset_id=unit.id, contact_name="王五",
                  contact_phone="13600136000", fields=fields)
    )  # fmt: skip
    with unchanged():
        assert refused(company_desk, run).examples == "BX202603-0001"


def add_unit(desk: CompanyDesk) -> None:
    section = desk.assets.by_name("/3/2")
    assert section is not None
    desk.assets.create(AssetInput(kind="unit", code="599", label="3-2-599", parent_id=section.id))


def change_unit(desk: CompanyDesk) -> None:
    unit = desk.assets.by_name("3-2-503")
    assert unit is not None
    desk.assets.change(unit.id, unit.version, AssetInput(kind="unit", code="503", label="会所"))


def sell_unit(desk: CompanyDesk) -> None:
    unit = desk.assets.by_name("3-2-503")
    assert unit is not None
    buyer = desk.parties.create(PartyInput(name="孙丽"))
    desk.assets.link(unit.id, "owner", party_id=buyer.id, begins=date(2026, 3, 5))


def relate_owner(desk: CompanyDesk) -> None:
    (owner,), _ = desk.parties.list("张三")
    wife = desk.parties.create(PartyInput(name="孙丽"))
    desk.parties.relate(wife.id, "family_of", owner.id)


def call_owner(desk: CompanyDesk) -> None:
    (owner,), _ = desk.parties.list("张三")
    desk.parties.change(owner.id, owner.version, PartyInput(name="张三", phones=("13800138000",), remark="常驻外地"))


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (add_unit, "3-2-599"),
        (change_unit, "会所"),
        (sell_unit, "3-2-503"),
        (relate_owner, "张三"),
        (call_owner, "张三"),
    ],
)
def test_a_unit_or_an_owner_that_people_have_built_upon_stops_the_undoing_of_all(
    company_desk: CompanyDesk,
    tmp_path: Path,
    unchanged: Unchanged,
    act: Callable[[CompanyDesk], None],
    named: str,
) -> None:
    run = company_desk.imports.run("units", units(tmp_path))
    act(company_desk)
    with unchanged():
        assert refused(company_desk, run).examples == named


# --- One run upon another --------------------------------------------------------------------


def test_a_later_run_is_undone_first(filled: Filled, tmp_path: Path, unchanged: Unchanged) -> None:
    filled.desk.imports.undo(filled.cases.id)
    later = filled.desk.imports.run("units", units(tmp_path, [(*UNIT_ROWS[0][:5], "孙丽", "13600136000", "", "")]))
    with unchanged():
        assert refused(filled.desk, filled.units).examples == "3-2-501"
    filled.desk.imports.undo(later.id)
    filled.desk.imports.undo(filled.units.id)
    assert picture(filled.desk)["assets"] == {}


def test_a_party_that_another_run_links_stays(company_desk: CompanyDesk, tmp_path: Path) -> None:
    first = company_desk.imports.run("units", units(tmp_path, UNIT_ROWS[:1]))
    second = company_desk.imports.run("units", units(tmp_path, UNIT_ROWS[3:4]))
    assert refused(company_desk, first).examples == "4-1-101"
    company_desk.imports.undo(second.id)
    company_desk.imports.undo(first.id)
    assert picture(company_desk)["parties"] == []
