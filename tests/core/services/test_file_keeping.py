"""The store of files and the table stay in step, whatever fails between them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from gongdan.domain.snapshots import TicketView
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import FileStoreFailed, FileStoreFull, NotAllowed
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]

PAPER, OTHER_PAPER = Upload("说明.txt", "厨房漏水".encode()), Upload("清单.txt", "水管两米".encode())
AT_ONCE = timedelta()


@pytest.fixture
def ticket(factory: Factory) -> TicketView:
    return factory.ticket()


@pytest.fixture
def place(ticket: TicketView) -> SubjectKey:
    return SubjectKey("ticket", ticket.id)


@pytest.mark.parametrize(
    "problem", [FileStoreFailed("files", "没有应答"), FileStoreFull("files")], ids=["away", "full"]
)
@pytest.mark.parametrize("succeeds", [0, 1])
def test_a_store_that_fails_leaves_no_row_and_no_note(
    company_desk: CompanyDesk,
    ticket: TicketView,
    place: SubjectKey,
    monkeypatch: pytest.MonkeyPatch,
    unchanged: Unchanged,
    problem: FileStoreFailed,
    succeeds: int,
) -> None:
    files, calls = company_desk.installation.files, []
    put = files.put

    def fail(*given: object) -> str:
        calls.append(given)
        if len(calls) > succeeds:
            raise problem
        return put(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(files, "put", fail)
    with unchanged(), pytest.raises(type(problem)):
        company_desk.attachments.add(place, [PAPER, OTHER_PAPER])
    calls.clear()
    with unchanged(), pytest.raises(type(problem)):
        company_desk.notes.write(ticket.id, "请看附件", files=[PAPER, OTHER_PAPER])


def test_bytes_without_a_row_are_swept_and_journalled_and_those_with_one_stay(
    company_desk: CompanyDesk, place: SubjectKey
) -> None:
    company_desk.attachments.add(place, [PAPER])
    (lost,) = company_desk.attachments.store(place, [OTHER_PAPER])
    report = company_desk.file_keeping.check()
    assert (report.needed.files, report.needed.size_bytes) == (1, 12)
    assert (report.unneeded.files, report.unneeded.size_bytes) == (1, 12)
    assert report.missing == []
    # Young ones may still get their row.
    assert company_desk.file_keeping.sweep().files == 0
    swept = company_desk.file_keeping.sweep(older_than=AT_ONCE)
    assert (swept.files, swept.size_bytes) == (1, 12)
    entry = company_desk.journal.of(company_desk.company.id)[-1]
    assert (entry.act, entry.after) == ("attachment.swept", {"count": 1, "size_bytes": 12, "sha256": [lost.sha256]})
    assert company_desk.file_keeping.check().unneeded.files == 0
    (kept,) = company_desk.attachments.of(place)
    assert company_desk.attachments.read(kept.id)[1] == PAPER.content


def test_a_file_that_was_swept_before_its_row_was_written_is_stored_again(
    company_desk: CompanyDesk, place: SubjectKey
) -> None:
    stored = company_desk.attachments.store(place, [PAPER])
    assert company_desk.file_keeping.sweep(older_than=AT_ONCE).files == 1
    with company_desk.working() as work:
        (added,) = company_desk.attachments.attach(work, place, stored)
    assert company_desk.attachments.read(added.id)[1] == PAPER.content


def test_sweeping_finds_nothing_of_another_company(
    company_desk: CompanyDesk, other_desk: CompanyDesk, place: SubjectKey
) -> None:
    company_desk.attachments.store(place, [PAPER])
    assert other_desk.file_keeping.sweep(older_than=AT_ONCE).files == 0
    assert company_desk.file_keeping.check().unneeded.files == 1


def test_the_day_after_something_was_attached_what_was_stored_in_vain_goes_by_itself(
    company_desk: CompanyDesk, place: SubjectKey, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    company_desk.attachments.store(place, [OTHER_PAPER])
    for _ in range(3):
        company_desk.attachments.add(place, [PAPER])
    monkeypatch.setattr("gongdan.services.file_keeping.YOUNGEST", AT_ONCE)
    desk = company_desk.installation
    desk.timers.run_due(clock() + timedelta(days=3))
    swept = [entry for entry in company_desk.journal.of(company_desk.company.id) if entry.act == "attachment.swept"]
    assert len(swept) == 1


def test_a_file_whose_bytes_are_gone_is_named(company_desk: CompanyDesk, place: SubjectKey) -> None:
    (added,) = company_desk.attachments.add(place, [PAPER])
    company_desk.installation.files.remove(company_desk.company.id, added.sha256)
    assert company_desk.file_keeping.check().missing == ["说明.txt"]


def test_only_the_administrator_sweeps(person: People, unchanged: Unchanged) -> None:
    desk = person("supervisor")
    with unchanged(), pytest.raises(NotAllowed):
        desk.file_keeping.sweep(older_than=AT_ONCE)
    with pytest.raises(NotAllowed):
        desk.file_keeping.check()
