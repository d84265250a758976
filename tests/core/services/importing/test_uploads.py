"""Uploaded lists, their previews, and how long runs were at work."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from gongdan.errors import NotAllowed, NotFound
from gongdan.services import import_runs
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import Source
from gongdan.services.uploads import Uploads
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.importing.lists import UNIT_ROWS, units

Unchanged = Callable[[], AbstractContextManager[None]]


# --- How long lists are kept -----------------------------------------------------------------


def test_a_list_that_nobody_imports_goes_away_after_a_week(company_desk: CompanyDesk, clock: Clock) -> None:
    uploads = Uploads(company_desk)
    old = uploads.keep(b"old")
    clock.move(timedelta(days=7))
    young = uploads.keep(b"young")
    assert (uploads.has(old), uploads.has(young)) == (True, True)
    clock.move(timedelta(seconds=1))
    uploads.sweep()
    assert (uploads.has(old), uploads.has(young)) == (False, True)
    with pytest.raises(NotFound):
        uploads.read(old, "房屋台账.csv")


def test_the_list_of_an_import_that_can_go_on_stays(
    company_desk: CompanyDesk, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "BATCH_ROWS", 2)
    uploads, source = Uploads(company_desk), units(tmp_path)
    digest = uploads.keep(source.path.read_bytes())
    run = company_desk.imports.run("units", source, progress=lambda done, total: False)
    clock.move(timedelta(days=30))
    uploads.sweep()
    uploads.release(digest)
    assert uploads.read(digest, "房屋台账.csv") == source.path.read_bytes()
    company_desk.imports.resume(run.id, source)
    uploads.release(digest)
    assert not uploads.has(digest)


def test_another_company_reads_no_list_even_where_the_file_lies(
    company_desk: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path
) -> None:
    digest = Uploads(company_desk).keep("王芳".encode())
    with pytest.raises(NotFound):
        Uploads(other_desk).read(digest, "a.csv")
    (path,) = (path for path in (tmp_path / "home" / "uploads").rglob("*") if path.is_file())
    moved = path.parents[2] / other_desk.company.id.hex / path.parent.name / path.name
    moved.parent.mkdir(parents=True)
    moved.write_bytes(path.read_bytes())
    with pytest.raises(InvalidTag):
        Uploads(other_desk).read(digest, "a.csv")


def test_who_may_not_import_keeps_and_reads_no_list(company_desk: CompanyDesk, person: People, tmp_path: Path) -> None:
    digest = Uploads(company_desk).keep(b"list")
    clerk = Uploads(person("agent"))
    for act in (lambda: clerk.keep(b"other"), lambda: clerk.read(digest, "a.csv")):
        with pytest.raises(NotAllowed):
            act()
    assert [path.name for path in (tmp_path / "home" / "uploads").rglob("*") if path.is_file()] == [digest]


# --- Previews --------------------------------------------------------------------------------


def test_a_preview_tells_new_changed_and_unchanged_rows_and_stores_nothing(
    company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    company_desk.imports.run("units", units(tmp_path, UNIT_ROWS[:3]))
    changed = (*UNIT_ROWS[0][:3], "90", *UNIT_ROWS[0][4:])
    source = units(tmp_path, [changed, *UNIT_ROWS[1:]])
    with unchanged():
        found = company_desk.imports.preview("units", source)
    assert {name: found.counts.get(name) for name in ("imported", "changed", "same")} == {
        "imported": 2, "changed": 1, "same": 2,
    }  # fmt: skip
    assert found.compared_to is None


def test_a_preview_shows_no_identity_number_in_full(company_desk: CompanyDesk, tmp_path: Path) -> None:
    wrong = ("5栋", "1单元", "101", "66", "空置", "钱七", "", "110105194912310021", "")
    # In a column that nobody knows it is masked too.
    stray = ("5栋", "1单元", "102", "66", "空置", "孙八", "", "", "11010519491231002X")
    found = company_desk.imports.preview("units", units(tmp_path, [*UNIT_ROWS, wrong, stray]))
    assert "1101**********002X" in repr(found)
    assert ("11010519491231002X" in repr(found), "110105194912310021" in repr(found)) == (False, False)


def test_a_list_is_recognised_by_its_headings(company_desk: CompanyDesk, tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    units(tmp_path).path.rename(path)
    assert [importer.kind for importer in company_desk.imports.recognise(Source(path=path))] == ["units"]


# --- Times -----------------------------------------------------------------------------------


def test_a_run_was_at_work_without_the_time_in_which_it_stood_still(
    company_desk: CompanyDesk, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "BATCH_ROWS", 2)

    def work(*, goes_on: bool) -> bool:
        clock.move(timedelta(seconds=10))
        return goes_on

    source = units(tmp_path)
    run = company_desk.imports.run("units", source, progress=lambda done, total: work(goes_on=False))
    clock.move(timedelta(hours=5))
    company_desk.imports.resume(run.id, source, progress=lambda done, total: work(goes_on=True))
    # One batch before the stop, the other two after it.
    assert company_desk.imports.times(run.id).worked == timedelta(seconds=30)

    finished = company_desk.imports.find(run.id).finished_at
    clock.move(timedelta(hours=1))
    company_desk.imports.undo(run.id)
    times = company_desk.imports.times(run.id)
    assert (times.worked, times.undone_at) == (timedelta(seconds=30), clock())
    assert company_desk.imports.find(run.id).finished_at == finished
