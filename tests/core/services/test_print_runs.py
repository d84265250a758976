"""Many papers in one batch: with progress, stopped and gone on with, each paper once, what fails told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from gongdan.domain.papers import Paper
from gongdan.errors import FileMissing, InvalidInput, NotFound
from gongdan.printing import typesetter
from gongdan.printing.errors import PaperTooLong, PdfNotInstalled, PrinterStopped
from gongdan.printing.jobs import Pictures
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.print_runs import MOST_RECORDS
from gongdan.services.printing import PRINTED
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", login="zhangmin", name="张敏")


@pytest.fixture
def tickets(factory: Factory) -> Sequence[tuple[str, UUID]]:
    return [("ticket", factory.ticket(subject=f"事项{place}").id) for place in range(1, 6)]


def printed(desk: CompanyDesk) -> list[UUID]:
    return [entry.subject_id for entry in desk.journal.latest(act=PRINTED)][::-1]


def texts(desk: CompanyDesk, run_id: UUID) -> list[str]:
    """Return the text of each PDF in the archive of a batch."""
    target = io.BytesIO()
    desk.print_runs.archive(run_id, target)
    with zipfile.ZipFile(target) as book:
        return ["".join(page.extract_text() for page in PdfReader(io.BytesIO(book.read(name))).pages)
                for name in book.namelist()]  # fmt: skip


def test_each_record_becomes_one_pdf_in_its_order(
    agent: CompanyDesk, company_desk: CompanyDesk, tickets: Sequence[tuple[str, UUID]]
) -> None:
    told: list[tuple[int, int]] = []
    run_id = agent.print_runs.begin(tickets, address="https://desk.example")
    run = agent.print_runs.take_through(run_id, lambda done, total: told.append((done, total)))
    assert (run.state, run.papers_done, run.papers_total, run.failures) == ("finished", 5, 5, {})
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert [f"事项{place}" in text for place, text in enumerate(texts(agent, run_id), 1)] == [True] * 5
    assert printed(company_desk) == [key for _, key in tickets]
    names = [file.name for file in agent.print_runs.files(run_id)]
    assert names[0].startswith("1 ")
    assert names[0].endswith(".pdf")


def test_several_papers_go_into_one_pdf(agent: CompanyDesk, tickets: Sequence[tuple[str, UUID]]) -> None:
    run_id = agent.print_runs.begin(tickets, per_file=2)
    agent.print_runs.take_through(run_id)
    assert [(file.name, file.papers) for file in agent.print_runs.files(run_id)][:2] == [("1-2.pdf", 2), ("3-4.pdf", 2)]
    assert ["事项1" in text and "事项2" in text for text in texts(agent, run_id)] == [True, False, False]


def test_a_stopped_batch_goes_on_where_it_was_and_prints_nothing_twice(
    agent: CompanyDesk, company_desk: CompanyDesk, tickets: Sequence[tuple[str, UUID]]
) -> None:
    run_id = agent.print_runs.begin(tickets)
    assert agent.print_runs.take_through(run_id, lambda done, _: done < 2).state == "interrupted"
    assert agent.print_runs.find(run_id).papers_done == 2
    assert agent.print_runs.take_through(run_id).state == "finished"
    assert printed(company_desk) == [key for _, key in tickets]
    assert len(agent.print_runs.files(run_id)) == 5


def test_a_batch_that_was_killed_goes_on_too(
    agent: CompanyDesk, company_desk: CompanyDesk, tickets: Sequence[tuple[str, UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = agent.print_runs.begin(tickets)
    made = agent.installation.typesetter.set
    calls = iter([True, True, False])

    def set_until_killed(*given: object) -> bytes:
        if not next(calls, True):
            raise PrinterStopped("工单")
        return made(*given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(agent.installation.typesetter, "set", set_until_killed)
    with pytest.raises(PrinterStopped):
        agent.print_runs.take_through(run_id)
    assert agent.print_runs.find(run_id).state == "interrupted"
    assert printed(company_desk) == [key for _, key in tickets[:2]]
    agent.print_runs.take_through(run_id)
    assert printed(company_desk) == [key for _, key in tickets]


def test_what_cannot_be_printed_is_told_and_the_others_are(
    agent: CompanyDesk, tickets: Sequence[tuple[str, UUID]], other_factory: Factory
) -> None:
    foreign = other_factory.ticket().id
    run_id = agent.print_runs.begin([tickets[0], ("ticket", foreign), tickets[1]], per_file=2)
    run = agent.print_runs.take_through(run_id)
    assert run.state == "finished"
    assert run.failures == {str(foreign): "找不到这条记录"}
    assert sum(file.papers for file in agent.print_runs.files(run_id)) == 2


def test_a_paper_that_takes_too_long_does_not_hold_up_the_others(
    agent: CompanyDesk, company_desk: CompanyDesk, tickets: Sequence[tuple[str, UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = agent.installation.typesetter.set
    number = company_desk.tickets.find(tickets[1][1]).number

    def too_long(papers: Sequence[Paper], pictures: Pictures) -> bytes:
        if any(paper.number == number for paper in papers):
            raise PaperTooLong(number, 60)
        return made(papers, pictures)

    monkeypatch.setattr(agent.installation.typesetter, "set", too_long)
    run_id = agent.print_runs.begin(tickets, per_file=3)
    run = agent.print_runs.take_through(run_id)
    assert run.failures == {number: f"“{number}”太长，60 秒内排不完，没有生成 PDF"}
    assert [file.papers for file in agent.print_runs.files(run_id)] == [2, 2]
    assert printed(company_desk) == [key for place, (_, key) in enumerate(tickets) if place != 1]


@pytest.mark.parametrize(
    ("count", "per_file", "said"),
    [(0, 1, "没有选中要打印的单据"), (MOST_RECORDS + 1, 1, "一批最多打印"), (1, 0, "每个 PDF"), (1, 101, "每个 PDF")],
)
def test_a_batch_that_cannot_be_is_refused(
    agent: CompanyDesk, unchanged: Unchanged, count: int, per_file: int, said: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        agent.print_runs.begin([("ticket", uuid4()) for _ in range(count)], per_file=per_file)
    assert said in refused.value.problems[0].rule


def test_without_the_extra_nothing_begins(
    agent: CompanyDesk, tickets: Sequence[tuple[str, UUID]], unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetter, "find_spec", lambda name: None)
    with unchanged(), pytest.raises(PdfNotInstalled):
        agent.print_runs.begin(tickets)


def test_a_batch_is_seen_by_who_made_it_alone(
    agent: CompanyDesk, person: People, tickets: Sequence[tuple[str, UUID]], unchanged: Unchanged
) -> None:
    run_id = agent.print_runs.begin(tickets)
    other = person("administrator", login="chenhong", name="陈红")
    with unchanged():
        for ask in (other.print_runs.find, other.print_runs.files, other.print_runs.take_through):
            with pytest.raises(NotFound):
                ask(run_id)
    assert other.print_runs.all() == ()


def test_a_finished_batch_is_not_printed_again(
    agent: CompanyDesk, tickets: Sequence[tuple[str, UUID]], unchanged: Unchanged
) -> None:
    run_id = agent.print_runs.begin(tickets[:1])
    agent.print_runs.take_through(run_id)
    with unchanged(), pytest.raises(InvalidInput):
        agent.print_runs.take_through(run_id)


def test_what_nobody_fetched_is_deleted_after_a_week(
    agent: CompanyDesk, tickets: Sequence[tuple[str, UUID]], clock: Clock
) -> None:
    run_id = agent.print_runs.begin(tickets[:1])
    agent.print_runs.take_through(run_id)
    clock.move(timedelta(days=8))
    agent.print_runs.sweep()
    with pytest.raises(FileMissing):
        agent.print_runs.read(run_id, 1)


def test_a_discarded_batch_leaves_no_bytes(agent: CompanyDesk, tickets: Sequence[tuple[str, UUID]], desk: Desk) -> None:
    run_id = agent.print_runs.begin(tickets[:1])
    agent.print_runs.take_through(run_id)
    agent.print_runs.discard(run_id)
    assert agent.print_runs.find(run_id).state == "discarded"
    assert [path for path in desk.uploads.with_name("prints").rglob("*") if path.is_file()] == []
