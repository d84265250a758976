"""The duty log: numbered pages that nobody can tear out or write over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from gongdan.errors import InvalidInput, MoveRefused, NotAllowed, NotFound
from gongdan.services import duty_log
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_log import EntryKind
from gongdan.services.work import Work
from gongdan.storage.rosters import DutyLogEntryRow
from gongdan.storage.tables import METADATA
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory
from tests.core.services.crew import Crew

Unchanged = Callable[[], AbstractContextManager[None]]
ENTRY = METADATA.tables["duty_log_entry"]


def test_pages_are_numbered_by_day_and_lines_within_them(crew: Crew, clock: Clock) -> None:
    log = crew.zhang.duty_log
    first, second = (
        log.write(crew.department_id, "一号楼停水，已通知工程部"),
        log.write(crew.department_id, "来访 3 人"),
    )
    clock.move(timedelta(days=2))
    third = log.write(crew.department_id, "夜间无异常")
    assert [entry.number for entry in (first, second, third)] == ["1-1", "1-2", "2-1"]
    assert log.pages(crew.department_id) == ((2, date(2026, 3, 7), 1), (1, date(2026, 3, 5), 2))


def test_a_page_begins_at_midnight_of_the_company(crew: Crew, clock: Clock) -> None:
    clock.move(timedelta(hours=13, minutes=59))
    before = crew.zhang.duty_log.write(crew.department_id, "23:59")
    clock.move(timedelta(minutes=1))
    after = crew.zhang.duty_log.write(crew.department_id, "0:00")
    assert [(entry.number, entry.day.day) for entry in (before, after)] == [("1-1", 5), ("2-1", 6)]


def test_each_department_has_a_log_of_its_own(crew: Crew, company_desk: CompanyDesk) -> None:
    other = company_desk.departments.create("gc", "工程部")
    crew.zhang.duty_log.write(crew.department_id, "一")
    assert crew.zhang.duty_log.write(other.id, "二").number == "1-1"


@pytest.mark.clause("001-08-23")
def test_a_correction_is_a_new_entry_that_names_the_old_one(crew: Crew) -> None:
    log = crew.zhang.duty_log
    wrong = log.write(crew.department_id, "来访 3 人")
    right = log.correct(wrong.id, "来访 4 人")
    old, new = log.page(crew.department_id, 1).entries
    assert (old.body, old.corrected_by, new.body, new.corrects_id) == ("来访 3 人", "1-2", "来访 4 人", wrong.id)
    assert log.correct(right.id, "来访 5 人").number == "1-3"


@pytest.mark.clause("001-08-23")
def test_what_is_corrected_is_not_corrected_again(crew: Crew, unchanged: Unchanged) -> None:
    log = crew.zhang.duty_log
    wrong = log.write(crew.department_id, "来访 3 人")
    log.correct(wrong.id, "来访 4 人")
    with unchanged(), pytest.raises(MoveRefused) as refused:
        log.correct(wrong.id, "来访 5 人")
    (refusal,) = refused.value.refusals
    assert (refusal.clauses, refusal.params) == (("001-08-23",), {"number": "1-2"})


@pytest.mark.clause("001-08-23")
@pytest.mark.parametrize("act", [update(ENTRY).values(body="没有这回事"), delete(ENTRY)], ids=["change", "delete"])
def test_the_database_refuses_to_change_or_delete_an_entry(crew: Crew, unchanged: Unchanged, act: object) -> None:
    crew.zhang.duty_log.write(crew.department_id, "电梯困人")
    database = crew.zhang.installation.database
    with unchanged(), pytest.raises(DatabaseError), database.writing(crew.zhang.company.id) as session:
        session.connection().execute(act)  # type: ignore[call-overload]  # one of two statements


@pytest.mark.clause("001-08-23")
@pytest.mark.parametrize("act", ["UPDATE duty_log_entry SET body = 'x' WHERE line = 2",
                                 "DELETE FROM duty_log_entry WHERE line = 2"])  # fmt: skip
def test_an_entry_that_is_changed_by_force_is_found(crew: Crew, company_desk: CompanyDesk, act: str) -> None:
    for body in ("一", "二", "三"):
        crew.zhang.duty_log.write(crew.department_id, body)
    assert (company_desk.duty_log.verify().entries, company_desk.duty_log.verify().first_bad) == (3, "")
    engine = company_desk.installation.database.engine
    with engine.execution_options(gongdan_write=True).begin() as connection:
        if engine.dialect.name == "sqlite":
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER duty_log_entry_no_{name}"))
        connection.execute(text(act))
    assert company_desk.duty_log.verify().first_bad == "1-2"


@pytest.mark.clause("001-08-23")
@pytest.mark.parametrize(
    "change",
    ["department_id = (SELECT id FROM department WHERE code = 'gc')", "checks_page = 2", "ticket_id = NULL",
     "written_at = '2026-03-05 03:00:00+00:00'", "author_id = NULL"],
)  # fmt: skip
def test_whose_entry_it_is_where_and_when_cannot_be_changed_by_force_unseen(
    crew: Crew, company_desk: CompanyDesk, factory: Factory, change: str
) -> None:
    company_desk.departments.create("gc", "工程部")
    crew.zhang.duty_log.write(crew.department_id, "电梯困人", ticket_id=factory.ticket().id)
    crew.head.duty_log.check(crew.department_id, 1)
    assert company_desk.duty_log.verify().first_bad == ""
    engine = company_desk.installation.database.engine
    line = 2 if "checks_page" in change else 1
    with engine.execution_options(gongdan_write=True).begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER duty_log_entry_no_update"))
        connection.execute(text(f"UPDATE duty_log_entry SET {change} WHERE line = {line}"))  # noqa: S608
    assert company_desk.duty_log.verify().first_bad == f"1-{line}"


def test_a_writer_has_his_turn_before_the_department_is_held(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for place, name in ((Work, "take_turn"), (duty_log, "require_open")):
        monkeypatch.setattr(place, name, _noted(getattr(place, name), name, order))
    crew.zhang.duty_log.write(crew.department_id, "一")
    assert order[:2] == ["take_turn", "require_open"]


def _noted(act: Callable[..., None], name: str, order: list[str]) -> Callable[..., None]:
    def noted(*given: object) -> None:
        order.append(name)
        act(*given)

    return noted


@pytest.mark.parametrize("number", [0, -1, 1_000_001, 10**20])
def test_a_page_that_no_log_has_is_not_found(crew: Crew, number: int) -> None:
    with pytest.raises(NotFound):
        crew.zhang.duty_log.page(crew.department_id, number)


def test_an_entry_that_is_slipped_in_is_found(crew: Crew, company_desk: CompanyDesk, clock: Clock) -> None:
    crew.zhang.duty_log.write(crew.department_id, "一")
    with company_desk.installation.database.writing(company_desk.company.id) as session:
        session.add(DutyLogEntryRow(
            department_id=crew.department_id, day=date(2026, 3, 5), page=1, line=2, kind="event", body="二",
            is_important=False, author_name="张敏", written_at=clock.now,
        ))  # fmt: skip
    assert company_desk.duty_log.verify().first_bad == "1-2"


@pytest.mark.clause("001-08-17")
def test_a_matter_stays_open_until_it_is_settled(crew: Crew, unchanged: Unchanged) -> None:
    log = crew.zhang.duty_log
    matter = log.write(crew.department_id, "3-2-501 漏水，缺配件，预计 3 月 8 日修好", is_matter=True)
    crew.li.duty_log.correct(matter.id, "预计 3 月 9 日修好")
    assert [entry.id for entry in log.open_matters(crew.department_id)] == [matter.id]
    crew.li.duty_log.settle(matter.id, "已修好")
    assert log.open_matters(crew.department_id) == ()
    assert log.find(matter.id).settled_by == "1-3"
    with unchanged(), pytest.raises(MoveRefused):
        log.settle(matter.id, "再办一次")


@pytest.mark.clause("001-08-37")
def test_the_head_checks_a_page_and_signs(crew: Crew, unchanged: Unchanged) -> None:
    crew.zhang.duty_log.write(crew.department_id, "夜间无异常")
    checked = crew.head.duty_log.check(crew.department_id, 1, "已阅")
    page = crew.zhang.duty_log.page(crew.department_id, 1)
    assert (checked.kind, page.checked_by, page.checked_at) == (EntryKind.CHECK, "陈红", checked.written_at)
    with unchanged(), pytest.raises(NotAllowed):
        crew.zhang.duty_log.check(crew.department_id, 1)
    with unchanged(), pytest.raises(NotFound):
        crew.head.duty_log.check(crew.department_id, 2)


def test_an_entry_names_a_ticket_of_the_company(
    crew: Crew, factory: Factory, other_factory: Factory, unchanged: Unchanged
) -> None:
    own, foreign = factory.ticket(), other_factory.ticket()
    log = crew.zhang.duty_log
    assert log.write(crew.department_id, "电梯困人", ticket_id=own.id).ticket_id == own.id
    with unchanged(), pytest.raises(NotFound):
        log.write(crew.department_id, "电梯困人", ticket_id=foreign.id)


def test_what_says_nothing_or_too_much_is_not_written(
    crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    log = crew.zhang.duty_log
    closed = company_desk.departments.create("old", "旧部门")
    company_desk.departments.close(closed.id)
    for place, body, expected in (
        (crew.department_id, " \u200b", InvalidInput),
        (crew.department_id, "长" * 5001, InvalidInput),
        (closed.id, "一", InvalidInput),
        (uuid4(), "一", NotFound),
    ):
        with unchanged(), pytest.raises(expected):
            log.write(place, body)


def test_another_company_reads_nothing(crew: Crew, other_desk: CompanyDesk, unchanged: Unchanged) -> None:
    entry = crew.zhang.duty_log.write(crew.department_id, "内部")
    log = other_desk.duty_log
    assert (log.pages(crew.department_id), log.open_matters(crew.department_id)) == ((), ())
    for act in (
        lambda: log.find(entry.id),
        lambda: log.correct(entry.id, "x"),
        lambda: log.page(crew.department_id, 1),
    ):
        with unchanged(), pytest.raises(NotFound):
            act()
