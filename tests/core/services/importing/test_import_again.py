"""A list that comes again: what it says anew is written, what it does not say stays."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import RunView
from gongdan.services.intake import NewTicket
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.contents import contents, differences
from gongdan.testing.factories import People
from tests.core.services.importing.lists import (
    CASE_HEADINGS,
    CASE_ROWS,
    UNIT_HEADINGS,
    UNIT_ROWS,
    cases,
    units,
    write_list,
)
from tests.core.services.importing.pictures import picture

#: What every run writes down about itself.
LISTS = {"units": units, "cases": cases}
OF_THE_RUN = ["import_batch", "import_run", "journal_entry", "journal_head"]


def changed(rows: Sequence[Sequence[str]], headings: Sequence[str], place: int, **cells: str) -> list[Sequence[str]]:
    """Return a list of which one row says something else."""
    row = [cells.get(heading, cell) for heading, cell in zip(headings, rows[place], strict=True)]
    return [row if number == place else other for number, other in enumerate(rows)]


def import_unit(desk: CompanyDesk, folder: Path, **cells: str) -> RunView:
    """Import 3-2-501 alone, with some cells other than before."""
    return desk.imports.run("units", units(folder, changed(UNIT_ROWS, UNIT_HEADINGS, 0, **cells)[:1]))


def import_case(desk: CompanyDesk, folder: Path, place: int = 1, **cells: str) -> RunView:
    """Import one case, by default the open one in 3-2-502, with some cells other than before."""
    rows = changed(CASE_ROWS, CASE_HEADINGS, place, **({"日期": "2026-01-31"} | cells))
    return desk.imports.run("cases", cases(folder, rows[place : place + 1]))


def links(desk: CompanyDesk, label: str) -> list[tuple[str, str, date | None, date | None]]:
    """Return role, name, first day and end of every link of a unit."""
    query = (
        select(AssetLinkRow.role, PartyRow.name, AssetLinkRow.begins, AssetLinkRow.ends)
        .join(PartyRow, PartyRow.id == AssetLinkRow.party_id)
        .join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
        .where(AssetRow.label == label)
        .order_by(AssetLinkRow.id)
    )
    with desk.reading() as session:
        return [(role, name, begins, ends) for role, name, begins, ends in session.execute(query)]


def unit(desk: CompanyDesk, label: str) -> AssetRow:
    with desk.reading() as session:
        return session.scalars(select(AssetRow).where(AssetRow.label == label)).one()


def ticket(desk: CompanyDesk, description: str) -> TicketRow:
    with desk.reading() as session:
        return session.scalars(select(TicketRow).where(TicketRow.description == description)).one()


def party(desk: CompanyDesk, name: str) -> PartyRow:
    with desk.reading() as session:
        return session.scalars(select(PartyRow).where(PartyRow.name == name)).one()


@pytest.fixture
def filled(begin: Beginning, company_desk: CompanyDesk, tmp_path: Path) -> CompanyDesk:
    begin(lambda: [company_desk.imports.run(kind, list_of(tmp_path)) for kind, list_of in LISTS.items()])
    return company_desk


# --- The same again --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["units", "cases"])
def test_the_same_file_again_writes_nothing_but_the_record_of_the_run(
    filled: CompanyDesk, tmp_path: Path, kind: str
) -> None:
    source = LISTS[kind](tmp_path)
    engine = filled.installation.database.engine
    before = contents(engine)
    run = filled.imports.run(kind, source)
    assert run.counts["same"] == 5
    assert "imported" not in run.counts
    assert "changed" not in run.counts
    assert differences(before, contents(engine)) == OF_THE_RUN


def test_a_dry_run_tells_the_same_and_leaves_no_trace(company_desk: CompanyDesk, tmp_path: Path) -> None:
    engine = company_desk.installation.database.engine
    for kind, source in (("units", units(tmp_path)), ("cases", cases(tmp_path))):
        before = contents(engine)
        dry = company_desk.imports.run(kind, source, dry_run=True)
        assert differences(before, contents(engine)) == []
        assert (dry.state, dry.rows_done) == ("dry_run", len(UNIT_ROWS if kind == "units" else CASE_ROWS) + 1)
        assert company_desk.imports.run(kind, source).counts == dry.counts
    assert [run.state for run in company_desk.imports.all()] == ["finished", "finished"]
    # The counter was moved by the run that stored something, and by no other.
    assert ticket(company_desk, "厨房水管漏水").number == "BX202601-0001"


# --- Units -----------------------------------------------------------------------------------


def test_a_new_owner_begins_where_the_link_of_the_old_one_ends(
    filled: CompanyDesk, tmp_path: Path, clock: Clock
) -> None:
    clock.move(timedelta(days=2))
    run = import_unit(filled, tmp_path, 业主姓名="孙丽", 电话="13600136000", 证件号码="")
    assert run.counts["changed"] == 1
    today = date(2026, 3, 7)
    assert links(filled, "3-2-501") == [("owner", "张三", None, today), ("owner", "孙丽", today, None)]
    assert links(filled, "4-1-101") == [("owner", "张三", None, None)]


def test_a_second_owner_joins_the_first_one_of_whom_no_beginning_is_known(filled: CompanyDesk, tmp_path: Path) -> None:
    import_unit(filled, tmp_path, 业主姓名="张三/孙丽")
    assert links(filled, "3-2-501") == [("owner", "张三", None, None), ("owner", "孙丽", None, None)]


def test_who_moved_out_and_comes_back_gets_a_second_link(filled: CompanyDesk, tmp_path: Path, clock: Clock) -> None:
    import_unit(filled, tmp_path, 业主姓名="孙丽", 电话="13600136000", 证件号码="")
    clock.move(timedelta(days=30))
    assert import_unit(filled, tmp_path).counts["changed"] == 1
    march, april = date(2026, 3, 5), date(2026, 4, 4)
    assert links(filled, "3-2-501") == [
        ("owner", "张三", None, march),
        ("owner", "孙丽", march, april),
        ("owner", "张三", april, None),
    ]


def test_a_holder_whose_term_has_an_end_that_is_still_to_come_holds_today(
    filled: CompanyDesk, tmp_path: Path, clock: Clock
) -> None:
    with filled.working() as work:
        tenant = work.session.scalars(select(AssetLinkRow).where(AssetLinkRow.role == "tenant")).one()
        tenant.ends = date(2026, 12, 31)
    assert filled.imports.run("units", units(tmp_path)).counts["same"] == 5
    clock.move(timedelta(days=301))
    assert filled.imports.run("units", units(tmp_path)).counts["changed"] == 1
    assert [link[2:] for link in links(filled, "3-2-502") if link[0] == "tenant"] == [
        (None, date(2026, 12, 31)),
        (None, None),
    ]


def test_state_and_fields_change_and_are_journalled_with_the_run(filled: CompanyDesk, tmp_path: Path) -> None:
    run = import_unit(filled, tmp_path, 房屋状态="空置", 建筑面积="90")
    assert run.counts["changed"] == 1
    changed_unit = unit(filled, "3-2-501")
    assert (changed_unit.state, changed_unit.fields["area"]) == ("vacant", "90")
    (entry,) = [line for line in filled.journal.of(changed_unit.id) if line.act == "asset.changed"]
    assert (entry.before, entry.after) == (
        {"state": "occupied", "fields": {"area": "89.5"}},
        {"state": "vacant", "fields": {"area": "90"}, "run": str(run.id)},
    )


def test_a_blank_cell_erases_nothing(filled: CompanyDesk, tmp_path: Path) -> None:
    before = picture(filled)
    blank = {heading: "" for heading in UNIT_HEADINGS if heading not in {"楼栋", "单元", "房号"}}
    assert import_unit(filled, tmp_path, **blank).counts["same"] == 1
    blank = {heading: "" for heading in CASE_HEADINGS if heading not in {"日期", "时间", "房号", "类型", "内容"}}
    assert import_case(filled, tmp_path, place=0, **blank).counts["same"] == 1
    assert picture(filled) == before


def test_a_new_phone_is_added_to_those_that_are_known(filled: CompanyDesk, tmp_path: Path) -> None:
    assert import_unit(filled, tmp_path, 电话="13700137001").counts["changed"] == 1
    assert "'张三'" in repr([one for one in picture(filled)["parties"] if "['13800138000', '13700137001']" in one])
    assert [found.name for found in filled.searching.everywhere("13700137001").parties] == ["张三"]


def test_a_wrong_identity_number_gives_way_to_a_right_one_and_never_the_other_way(
    filled: CompanyDesk, tmp_path: Path
) -> None:
    wrong, right = "110105194912310021", "11010519491231002X"
    rows = [("3栋", "2单元", "503", "", "", "孙丽", "13600136000", wrong, "")]
    run = filled.imports.run("units", units(tmp_path, rows))
    assert (run.counts["flagged"], party(filled, "孙丽").identity_verdict) == (1, "suspect")
    corrected = [(*rows[0][:7], right, "")]
    assert filled.imports.run("units", units(tmp_path, corrected)).counts["changed"] == 1
    assert party(filled, "孙丽").identity_verdict == "ok"
    assert unit(filled, "3-2-503").flags == []
    assert filled.imports.run("units", units(tmp_path, corrected)).counts["same"] == 1
    filled.imports.run("units", units(tmp_path, rows))
    assert filled.installation.vault.decrypt(party(filled, "孙丽").identity_cipher or "") == right


def test_two_people_of_one_name_are_two_unless_a_phone_or_a_number_says_otherwise(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    rows = [
        ("3栋", "1单元", "101", "", "", "王伟", "13800138001", "", ""),
        ("3栋", "1单元", "102", "", "", "王伟", "13800138002", "", ""),
        ("3栋", "1单元", "103", "", "", "王伟", "", "11010519491231002X", ""),
        ("3栋", "1单元", "104", "", "", "王伟", "13800138003", "11010519491231002X", ""),
        ("3栋", "1单元", "105", "", "", "李强", "13800138001", "11010519491231002X", ""),
    ]
    for _ in range(2):
        company_desk.imports.run("units", units(tmp_path, rows))
        phones = [one[one.index("[") :] for one in picture(company_desk)["parties"]]
        assert sorted(phones) == ["['13800138001'])"] * 2 + ["['13800138002'])", "['13800138003'])"]


def test_a_unit_under_a_community_or_with_a_code_that_a_person_typed_is_found_again(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    create = company_desk.assets.create
    community = create(AssetInput(kind="community", code="翡翠城"))
    building = create(AssetInput(kind="building", code="3栋", parent_id=community.id))
    section = create(AssetInput(kind="section", code="2单元", parent_id=building.id))
    create(AssetInput(kind="unit", code="0501", parent_id=section.id, fields={"area": "89.50"}))
    run = company_desk.imports.run("units", units(tmp_path, UNIT_ROWS[:3]))
    assert (run.counts["changed"], run.counts["imported"]) == (1, 2)
    assert sorted(picture(company_desk)["assets"]) == [
        "/翡翠城",
        "/翡翠城/3栋",
        "/翡翠城/3栋/2单元",
        "/翡翠城/3栋/2单元/0501",
        "/翡翠城/3栋/2单元/502",
        "/翡翠城/3栋/2单元/503",
    ]
    assert company_desk.imports.run("units", units(tmp_path, UNIT_ROWS[:3])).counts["same"] == 3


# --- Cases -----------------------------------------------------------------------------------


def test_an_open_case_that_has_an_end_by_now_is_closed(filled: CompanyDesk, tmp_path: Path) -> None:
    assert ticket(filled, "门锁打不开").is_open
    run = import_case(filled, tmp_path, 完成时间="02-02 9:00", 维修人="胡军明", 回访="满意")
    assert run.counts["changed"] == 1
    closed = ticket(filled, "门锁打不开")
    assert (closed.state, closed.is_open, closed.state_category) == ("closed", False, "closed")
    assert closed.closed_at == closed.opened_at.replace(month=2, day=2, hour=1, minute=0)
    assert closed.fields["worker"] == "胡军明"


def test_a_corrected_caller_is_written_and_found(filled: CompanyDesk, tmp_path: Path) -> None:
    import_case(filled, tmp_path, 姓名="赵蕾", 电话="13700137999")
    found = filled.searching.everywhere("13700137999").tickets
    assert [(one.description, one.contact_name) for one in found] == [("门锁打不开", "赵蕾")]


def test_a_corrected_end_moves_the_time_of_closing(filled: CompanyDesk, tmp_path: Path) -> None:
    import_case(filled, tmp_path, place=0, 完成时间="01-31 18:30")
    corrected = ticket(filled, "厨房水管漏水")
    assert corrected.fields["finished_at"] == "2026-01-31T18:30:00+08:00"
    assert corrected.closed_at == corrected.opened_at.replace(hour=10, minute=30)


def test_a_unit_that_an_earlier_list_did_not_find_is_linked_when_it_is_known(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    company_desk.imports.run("cases", cases(tmp_path))
    assert (ticket(company_desk, "门锁打不开").asset_id, ticket(company_desk, "门锁打不开").flags) == (
        None,
        ["unknown_reference"],
    )
    company_desk.imports.run("units", units(tmp_path))
    run = company_desk.imports.run("cases", cases(tmp_path))
    assert (run.counts["changed"], run.counts["same"]) == (4, 1)
    linked = ticket(company_desk, "门锁打不开")
    assert (linked.asset_id, linked.flags) == (unit(company_desk, "3-2-502").id, [])
    assert company_desk.imports.run("cases", cases(tmp_path)).counts["same"] == 5


def test_an_alias_of_a_unit_is_known_to_the_list_of_cases(filled: CompanyDesk, tmp_path: Path) -> None:
    stored = filled.assets.by_name("3-2-503")
    assert stored is not None
    filled.assets.change(stored.id, stored.version, AssetInput(kind="unit", code="503", label="会所"))
    run = import_case(filled, tmp_path, place=4, 日期="2026-03-03", 房号="3-2-503")
    assert (run.counts.get("flagged"), ticket(filled, "没有这一天").asset_id) == (None, stored.id)


# --- What people have changed since ----------------------------------------------------------


def change(person: People, number: str, **values: object) -> None:
    """Correct a ticket as a supervisor does."""
    supervisor = person("supervisor")
    found = supervisor.tickets.by_number(number)
    supervisor.tickets.correct(found.id, found.version, values, reason="与业主核对")


def test_an_old_list_does_not_take_back_what_a_person_has_corrected(
    filled: CompanyDesk, person: People, tmp_path: Path
) -> None:
    number = ticket(filled, "厨房水管漏水").number
    change(person, number, description="厨房冷水管漏水", contact_phone="13800138009", category="other", fee="90")
    before = picture(filled)
    assert filled.imports.run("cases", cases(tmp_path)).counts["same"] == 5
    assert picture(filled) == before


def test_what_a_list_says_anew_comes_in_beside_the_corrections(
    filled: CompanyDesk, person: People, tmp_path: Path
) -> None:
    number = ticket(filled, "厨房水管漏水").number
    change(person, number, contact_phone="13800138009", fee="90")
    import_case(filled, tmp_path, place=0, 费用="100元")
    known = ticket(filled, "厨房水管漏水")
    assert (known.contact_phone, known.fields["fee"]) == ("13800138009", "100.00")


def test_an_old_list_does_not_take_back_the_state_that_a_person_gave_a_unit(
    filled: CompanyDesk, tmp_path: Path
) -> None:
    stored = filled.assets.by_name("3-2-503")
    assert stored is not None
    given = AssetInput(kind="unit", code="503", label="3-2-503", state="renovating", fields={"area": "91"})
    filled.assets.change(stored.id, stored.version, given)
    assert filled.imports.run("units", units(tmp_path)).counts["same"] == 5
    assert (unit(filled, "3-2-503").state, unit(filled, "3-2-503").fields["area"]) == ("renovating", "91")
    rows = changed(UNIT_ROWS, UNIT_HEADINGS, 2, 房屋状态="出租")
    assert filled.imports.run("units", units(tmp_path, rows)).counts["changed"] == 1
    assert (unit(filled, "3-2-503").state, unit(filled, "3-2-503").fields["area"]) == ("let", "91")


def test_a_list_does_not_close_a_case_that_people_are_working_on(
    filled: CompanyDesk, person: People, tmp_path: Path
) -> None:
    clerk = person("desk_clerk")
    found = clerk.tickets.by_number(ticket(filled, "门锁打不开").number)
    clerk.moves.make(found.id, "dispatch", found.version, {"trade": "handyman", "outside_firm": "安心锁业"})
    import_case(filled, tmp_path, 完成时间="02-02 9:00")
    assert (ticket(filled, "门锁打不开").state, ticket(filled, "门锁打不开").is_open) == ("dispatched", True)


# --- Numbers ---------------------------------------------------------------------------------


def test_a_number_that_another_type_gave_is_passed_over(company_desk: CompanyDesk, tmp_path: Path) -> None:
    for ticket_type in ("repair", "complaint"):
        company_desk.numbers.set_pattern(ticket_type, "GD{yyyy}-{serial:3}")
    company_desk.imports.run("cases", cases(tmp_path))
    assert [one[0] for one in picture(company_desk)["tickets"]] == [f"GD2026-00{serial}" for serial in range(1, 6)]


def numbered(desk: CompanyDesk, folder: Path, number: str, **cells: str) -> RunView:
    """Import the case in 3-2-502 as an export has it, under a number."""
    rows = changed(CASE_ROWS, CASE_HEADINGS, 1, **({"日期": "2026-01-31"} | cells))
    return desk.imports.run("cases", write_list(folder / "台账.csv", ("工单号", *CASE_HEADINGS), [(number, *rows[1])]))


def test_a_number_tells_which_ticket_a_row_means_whatever_else_it_says(filled: CompanyDesk, tmp_path: Path) -> None:
    number = ticket(filled, "门锁打不开").number
    run = numbered(filled, tmp_path, number, 内容="门锁打不开，钥匙断在里面", 日期="2026-01-30", 房号="3-2-503")
    assert run.counts["changed"] == 1
    known = ticket(filled, "门锁打不开，钥匙断在里面")
    assert (known.number, known.subject, known.asset_id) == (number, known.description, unit(filled, "3-2-503").id)
    assert known.opened_at.day == 30


def test_a_row_with_the_number_of_a_ticket_of_another_type_is_refused(filled: CompanyDesk, tmp_path: Path) -> None:
    number = ticket(filled, "门锁打不开").number
    before = picture(filled)
    run = numbered(filled, tmp_path, number, 类型="投诉")
    assert (run.counts["refused"], run.counts.get("imported"), run.counts.get("changed")) == (1, None, None)
    (issue,) = next(row for row in filled.imports.rows(run.id) if row.issues).issues
    assert (issue.reason, issue.raw, issue.rule) == (
        "conflict",
        number,
        "这个工单号是另一类工单的，类型不能由导入更改",
    )
    assert picture(filled) == before


def test_a_number_that_nobody_has_is_passed_over_and_still_makes_the_row_known(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    assert numbered(company_desk, tmp_path, "旧-17").counts["imported"] == 1
    assert ticket(company_desk, "门锁打不开").number == "BX202601-0001"
    assert numbered(company_desk, tmp_path, "旧-17").counts["same"] == 1
    assert numbered(company_desk, tmp_path, "旧-17", 日期="2026-02-01").counts["changed"] == 1


# --- Rows that fit nowhere -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"业主姓名": "某" * 201}, "owner", "最多 {max_length} 个字符"),
        ({"电话": "1" * 121}, "phone", "最多 {max_length} 个字符"),
        ({"证件号码": "待补" * 17}, "identity", "最多 {max_length} 个字符"),
        ({"房号": "一" * 65}, "room", "最多 {max_length} 个字符"),
        ({"房号": "商铺一（临街）/商铺二（临街）"}, "room", "编号不能含“/”"),
    ],
)
def test_a_text_that_cannot_be_kept_refuses_its_row_alone(
    company_desk: CompanyDesk, tmp_path: Path, cells: Mapping[str, str], column: str, rule: str
) -> None:
    rows = changed(UNIT_ROWS, UNIT_HEADINGS, 0, **cells)
    run = company_desk.imports.run("units", units(tmp_path, rows))
    assert (run.counts["refused"], run.counts["imported"]) == (1, 4)
    report = next(row for row in company_desk.imports.rows(run.id) if row.row == 2)
    assert (report.verdict.value, report.outcome, report.reasons) == ("refused", None, ("bad_format",))
    assert (report.issues[-1].column, report.issues[-1].rule) == (column, rule)


def test_a_caller_or_a_place_that_is_too_long_refuses_its_case_alone(company_desk: CompanyDesk, tmp_path: Path) -> None:
    rows = changed(CASE_ROWS, CASE_HEADINGS, 0, 姓名="某" * 121)
    rows = changed(rows, CASE_HEADINGS, 2, 房号="小区" * 101)
    run = company_desk.imports.run("cases", cases(tmp_path, rows))
    assert (run.counts["refused"], run.counts["imported"]) == (3, 3)


def test_a_row_that_puts_a_section_where_a_unit_stands_is_refused(company_desk: CompanyDesk, tmp_path: Path) -> None:
    rows = [
        ("3栋", "", "501", "", "", "", "", "", ""),
        ("3栋", "501", "1", "", "", "", "", "", ""),
        ("3栋", "", "502", "", "", "", "", "", ""),
    ]
    run = company_desk.imports.run("units", units(tmp_path, rows))
    assert (run.counts["refused"], run.counts["imported"]) == (1, 2)
    run = company_desk.imports.run("units", units(tmp_path, rows[1:2]))
    assert run.counts["refused"] == 1
    assert sorted(picture(company_desk)["assets"]) == ["/3", "/3/501", "/3/502"]


def test_a_ticket_made_by_hand_is_not_mistaken_for_a_row(filled: CompanyDesk, person: People, tmp_path: Path) -> None:
    fields = {"charge_kind": "free", "visit_at": "2026-03-05T14:00"}
    person("agent").intake.open(
        NewTicket(
            type="repair", description="门锁打不开", asset_id=unit(filled, "3-2-502").id, contact_name="赵磊",
            contact_phone="13700137000", fields=fields,
        )
    )  # fmt: skip
    assert filled.imports.run("cases", cases(tmp_path)).counts["same"] == 5
