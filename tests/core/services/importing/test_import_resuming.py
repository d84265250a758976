"""Runs that end before their file does, and what becomes of them."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest
import xlsxwriter

from gongdan.domain.snapshots import CompanyView
from gongdan.errors import GongdanError, InvalidInput, NotFound
from gongdan.services import import_runs
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.import_tickets import TicketWriter
from gongdan.services.imports import RunView, Source
from gongdan.settings import Settings
from tests.core.services.importing.lists import (
    CASE_HEADINGS,
    CASE_ROWS,
    UNIT_HEADINGS,
    UNIT_ROWS,
    cases,
    units,
    write_list,
)
from tests.core.services.importing.pictures import Picture, picture, runs

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_runs, "BATCH_ROWS", 2)


@pytest.fixture
def uninterrupted(other_desk: CompanyDesk, tmp_path: Path) -> Picture:
    """Return what both lists amount to in a company where nothing went wrong."""
    other_desk.imports.run("units", units(tmp_path))
    other_desk.imports.run("cases", cases(tmp_path))
    return picture(other_desk)


def interrupted_run(desk: CompanyDesk, source: Source, *, after: int) -> RunView:
    """Start a run and stop it behind so many batches."""
    seen: list[int] = []

    def stop(done: int, total: int) -> bool:
        seen.append(done)
        return len(seen) < after

    return desk.imports.run("cases", source, progress=stop)


# --- Interrupted -----------------------------------------------------------------------------


def test_a_run_that_is_asked_to_stop_ends_behind_the_batch_at_hand(company_desk: CompanyDesk, tmp_path: Path) -> None:
    company_desk.imports.run("units", units(tmp_path))
    run = interrupted_run(company_desk, cases(tmp_path), after=2)
    # The heading and three of six cases.
    assert (run.state, run.rows_done, run.rows_total) == ("interrupted", 4, 7)
    assert run.counts == {"not_a_row": 1, "ok": 1, "normalised": 2, "imported": 3}
    assert [row.row for row in company_desk.imports.rows(run.id)] == [1, 2, 3, 4]


def test_a_resumed_run_comes_to_the_same_as_one_that_was_never_interrupted(
    company_desk: CompanyDesk, tmp_path: Path, uninterrupted: Picture, other_desk: CompanyDesk
) -> None:
    company_desk.imports.run("units", units(tmp_path))
    run = interrupted_run(company_desk, cases(tmp_path), after=1)
    interrupted = company_desk.imports.resume(run.id, cases(tmp_path), progress=lambda done, total: False)
    assert (interrupted.state, interrupted.rows_done) == ("interrupted", 4)
    again = company_desk.imports.resume(run.id, cases(tmp_path))
    assert (again.id, again.state, again.rows_done) == (run.id, "finished", 7)
    assert picture(company_desk) == uninterrupted
    assert runs(company_desk) == runs(other_desk)


def test_a_killed_run_resumes_where_its_last_transaction_ended(
    company_desk: CompanyDesk, tmp_path: Path, settings: Settings, database_url: str, uninterrupted: Picture
) -> None:
    company_desk.imports.run("units", units(tmp_path))
    source = cases(tmp_path)
    words = [settings.home, database_url, source.path, 2]
    command = [sys.executable, "-m", "tests.core.services.importing.victim", *map(str, words)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[4], check=False)
    assert killed.returncode == -9
    (run, _) = company_desk.imports.all()
    assert (run.state, run.rows_done) == ("running", 4)
    assert len(picture(company_desk)["tickets"]) == 3
    assert company_desk.imports.resume(run.id, source).state == "finished"
    assert picture(company_desk) == uninterrupted
    assert company_desk.journal.verify().first_bad is None


def test_a_failure_inside_a_batch_leaves_the_run_interrupted_and_the_batch_unwritten(
    company_desk: CompanyDesk, tmp_path: Path, uninterrupted: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    company_desk.imports.run("units", units(tmp_path))
    write, calls = TicketWriter.write, []

    def fail(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise ZeroDivisionError
        return write(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(TicketWriter, "write", fail)
    with pytest.raises(ZeroDivisionError):
        company_desk.imports.run("cases", cases(tmp_path))
    (run, _) = company_desk.imports.all()
    assert (run.state, run.rows_done) == ("interrupted", 2)
    assert len(picture(company_desk)["tickets"]) == 1
    company_desk.imports.resume(run.id, cases(tmp_path))
    assert picture(company_desk) == uninterrupted


# --- The same file, read the same way --------------------------------------------------------


def test_another_file_is_refused(company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged) -> None:
    run = interrupted_run(company_desk, cases(tmp_path), after=1)
    other = cases(tmp_path, CASE_ROWS[:-1])
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.imports.resume(run.id, other)
    assert refused.value.problems[0].rule == "文件与开始导入时的不同，不能继续"


def test_a_run_goes_on_with_the_sheet_the_encoding_and_the_mapping_it_began_with(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    path = tmp_path / "台账.xlsx"
    headings = [{"内容": "事情"}.get(heading, heading) for heading in CASE_HEADINGS]
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write_row(0, 0, CASE_HEADINGS)
        page = book.add_worksheet("二月")
        page.write_row(0, 0, headings)
        for place, row in enumerate(CASE_ROWS, start=1):
            page.write_row(place, 0, row)
    run = interrupted_run(company_desk, Source(path=path, sheet="二月", mapping={"事情": "content"}), after=1)
    again = company_desk.imports.resume(run.id, Source(path=path, sheet="说明", mapping={"姓名": "content"}))
    assert (again.sheet, again.counts["imported"]) == ("二月", 5)
    assert [ticket[3] for ticket in picture(company_desk)["tickets"]][:2] == ["厨房水管漏水", "门锁打不开"]


def test_two_headings_with_one_text_mean_the_same_column_after_a_break(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    rows = [(*row, "另一个电话") for row in CASE_ROWS]
    source = write_list(tmp_path / "台账.csv", (*CASE_HEADINGS, "电话"), rows)
    run = interrupted_run(company_desk, source, after=1)
    company_desk.imports.resume(run.id, source)
    assert [ticket[6] for ticket in picture(company_desk)["tickets"]][:2] == ["13800138000", "13700137000"]


# --- Runs that cannot be resumed -------------------------------------------------------------


def test_a_finished_run_is_not_resumed(company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged) -> None:
    run = company_desk.imports.run("cases", cases(tmp_path))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.imports.resume(run.id, cases(tmp_path))
    assert refused.value.problems[0].rule == "这次导入已经结束，不能继续"


def test_an_undone_run_is_not_resumed(company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged) -> None:
    run = interrupted_run(company_desk, cases(tmp_path), after=1)
    company_desk.imports.undo(run.id)
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.imports.resume(run.id, cases(tmp_path))


def test_a_run_of_another_company_is_not_found(
    company_desk: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    run = interrupted_run(company_desk, cases(tmp_path), after=1)
    acts: list[Callable[[], object]] = [
        lambda: other_desk.imports.find(run.id),
        lambda: other_desk.imports.resume(run.id, cases(tmp_path)),
        lambda: other_desk.imports.undo(run.id),
        lambda: list(other_desk.imports.rows(run.id)),
    ]
    with unchanged():
        for act in acts:
            with pytest.raises(NotFound):
                act()
    assert other_desk.imports.all() == ()


# --- Two at once -----------------------------------------------------------------------------


def at_once(*acts: Callable[[], object]) -> list[GongdanError]:
    """Do things in threads that start together; return what was refused."""
    refused: list[GongdanError] = []
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except GongdanError as problem:
            refused.append(problem)

    threads = [Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_two_resumes_at_once_store_each_row_once(
    desk: Desk, company: CompanyView, tmp_path: Path, uninterrupted: Picture
) -> None:
    own = desk.at(company)
    own.imports.run("units", units(tmp_path))
    source = cases(tmp_path)
    run = interrupted_run(own, source, after=1)
    refused = at_once(*(lambda: desk.at(company).imports.resume(run.id, source) for _ in range(3)))
    assert {type(problem) for problem in refused} <= {InvalidInput}
    while own.imports.find(run.id).state != "finished":
        own.imports.resume(run.id, source)
    assert picture(own) == uninterrupted


def test_a_run_that_others_went_on_with_stops_and_writes_nothing_more(
    company_desk: CompanyDesk, desk: Desk, company: CompanyView, tmp_path: Path
) -> None:
    source = cases(tmp_path)
    run = interrupted_run(company_desk, source, after=1)

    def overtaken(done: int, total: int) -> None:
        other = desk.at(company)
        if other.imports.find(run.id).rows_done == 4:
            other.imports.resume(run.id, source)

    with pytest.raises(InvalidInput) as refused:
        company_desk.imports.resume(run.id, source, progress=overtaken)
    assert refused.value.problems[0].rule == "这次导入已在别处继续或撤销"
    assert company_desk.imports.find(run.id).state == "finished"
    assert len(picture(company_desk)["tickets"]) == 5


def test_an_undo_stops_a_run_that_is_under_way(
    company_desk: CompanyDesk, desk: Desk, company: CompanyView, tmp_path: Path
) -> None:
    started: list[RunView] = []

    def undo(done: int, total: int) -> None:
        started.append(desk.at(company).imports.undo(desk.at(company).imports.all()[0].id))

    with pytest.raises(InvalidInput):
        company_desk.imports.run("cases", cases(tmp_path), progress=undo)
    assert [run.state for run in company_desk.imports.all()] == ["undone"]
    assert picture(company_desk)["tickets"] == []


def test_two_imports_of_one_list_at_once_store_each_row_once(desk: Desk, company: CompanyView, tmp_path: Path) -> None:
    sources = units(tmp_path), cases(tmp_path)
    for kind, source in zip(("units", "cases"), sources, strict=True):
        assert at_once(*(lambda: desk.at(company).imports.run(kind, source) for _ in range(3))) == []  # noqa: B023
    seen = picture(desk.at(company))
    assert len(seen["assets"]) == 2 + 2 + 5
    assert len(seen["parties"]) == 5
    assert len(seen["tickets"]) == 5


def test_a_run_begun_here_may_be_taken_through_elsewhere(
    company_desk: CompanyDesk, desk: Desk, company: CompanyView, tmp_path: Path
) -> None:
    source = replace(cases(tmp_path), name="一月台账.csv")
    run = company_desk.imports.begin("cases", source)
    assert (run.state, run.rows_done, run.file_name) == ("running", 0, "一月台账.csv")
    assert desk.at(company).imports.resume(run.id, source).counts["imported"] == 5


def test_the_lists_of_these_tests_have_the_columns_that_their_rows_fill() -> None:
    assert {len(row) for row in UNIT_ROWS} == {len(UNIT_HEADINGS)}
    assert {len(row) for row in CASE_ROWS} == {len(CASE_HEADINGS)}
