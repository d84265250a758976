"""A piece of work is stored whole or not at all, and is told only once it is stored."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import OperationalError

from gongdan.domain.events import Event, EventKind
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.errors import Conflict, NestedTransaction
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.tickets import NoteRow, TicketRow
from gongdan.testing import sample
from gongdan.testing.contents import unchanged as unchanged_in
from gongdan.testing.factories import PASSWORD, Factory
from gongdan.testing.fakes import make_plugin

Unchanged = Callable[[], AbstractContextManager[None]]


class Listener:
    """A plugin that writes down what it is told, and what could be read at that time."""

    def __init__(self) -> None:
        self.heard: list[EventKind] = []
        self.read: list[str] = []

    def handle_event(self, event: Event, desk: CompanyDesk) -> None:
        self.heard.append(event.kind)
        if event.subject_kind == "ticket":
            self.read.append(desk.tickets.find(event.subject_id).state)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def plugin_modules(listener: Listener) -> Mapping[str, ModuleType]:
    return {sample.NAME: sample, "listener": make_plugin(handle_event=listener.handle_event)}


@pytest.fixture
def ticket(company_desk: CompanyDesk, listener: Listener) -> TicketView:
    made = Factory(company_desk).ticket()
    company_desk.installation.timers.drain()
    listener.heard.clear()
    listener.read.clear()
    return made


def _write_much_and_fail(desk: CompanyDesk, ticket: TicketView) -> None:
    with desk.working() as work:
        row = desk.tickets.row(work.session, ticket.id)
        row.place = "别处"
        work.session.add(DepartmentRow(code="eng", name="工程部", path="/eng"))
        desk.numbers.take(work.session, sample.REPAIR, work.now)
        work.session.flush()
        work.record("ticket.changed", "ticket", ticket.id)
        work.tell(EventKind.TICKET_CHANGED, "ticket", ticket.id)
        raise RuntimeError


def test_an_exception_after_some_writes_leaves_nothing_and_nobody_is_told(
    company_desk: CompanyDesk, ticket: TicketView, listener: Listener, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(RuntimeError):
        _write_much_and_fail(company_desk, ticket)
    company_desk.installation.timers.drain()
    assert listener.heard == []


def test_plugins_are_told_in_order_and_can_read_what_happened(
    company_desk: CompanyDesk, ticket: TicketView, listener: Listener
) -> None:
    company_desk.notes.write(ticket.id, "已联系")
    company_desk.moves.make(ticket.id, "void", 1, {"remark": "重复"})
    company_desk.installation.timers.drain()
    assert listener.heard == [EventKind.NOTE_WRITTEN, EventKind.TICKET_MOVED]
    assert listener.read[-1] == "void"


@contextmanager
def _failing(engine: Engine, nth: int) -> Iterator[list[int]]:
    """Let the ``nth`` statement of this thread fail as a lost connection would; counts the statements."""
    count, thread = [0], threading.get_ident()

    def fail(*_: object) -> None:
        count[0] += threading.get_ident() == thread
        if count[0] == nth and threading.get_ident() == thread:
            raise OperationalError("statement", {}, Exception("connection lost"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", fail)


ACTS: dict[str, Callable[[CompanyDesk, TicketView], object]] = {
    "open": lambda desk, _: Factory(desk).ticket(),
    "move": lambda desk, ticket: desk.moves.make(ticket.id, "void", 1, {"remark": "重复"}),
    "note": lambda desk, ticket: desk.notes.write(ticket.id, "已联系"),
    "merge": lambda desk, ticket: desk.links.merge(ticket.id, Factory(desk).ticket().id),
    "party": lambda desk, _: Factory(desk).party(),
}


@pytest.mark.clause("F-12")
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_whichever_statement_fails_the_work_is_whole_or_absent(
    company_desk: CompanyDesk, ticket: TicketView, act: Callable[[CompanyDesk, TicketView], object]
) -> None:
    engine = company_desk.installation.database.engine
    for nth in range(1, 200):
        fresh = company_desk.installation.at(company_desk.company)
        before = fresh.journal.verify().entries
        try:
            with _failing(engine, nth) as count:
                act(fresh, ticket)
        except OperationalError:
            assert fresh.journal.verify().first_bad is None
            continue
        if count[0] < nth:
            break
        # The statement that failed came after the commit: the work is done, and only the telling was lost.
        assert fresh.journal.verify().entries > before
        ticket = Factory(fresh).ticket()
    else:
        pytest.fail("no end of statements")
    with engine.connect() as connection:
        orphans = select(NoteRow.id).where(NoteRow.ticket_id.not_in(select(TicketRow.id)))
        assert connection.execute(orphans).all() == []


def test_a_failing_statement_leaves_every_table_as_it_was(company_desk: CompanyDesk, ticket: TicketView) -> None:
    engine = company_desk.installation.database.engine
    for nth in (3, 6, 9, 12):
        with unchanged_in(engine), _failing(engine, nth), pytest.raises(OperationalError):
            company_desk.installation.at(company_desk.company).moves.make(ticket.id, "void", 1, {"remark": "重复"})


def test_work_inside_work_is_refused_and_the_outer_work_goes_on(
    company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    with company_desk.working() as work:
        with pytest.raises(NestedTransaction):
            company_desk.departments.create("eng", "工程部")
        work.session.add(DepartmentRow(code="cs", name="客服部", path="/cs"))
    assert [each.code for each in company_desk.departments.all()] == ["cs"]
    company_desk.departments.create("eng", "工程部")


def test_of_two_people_who_save_one_name_at_once_the_second_is_told(desk: Desk, company: CompanyView) -> None:
    def create(number: int) -> str:
        try:
            if number % 2:
                desk.at(company).departments.create("eng", "工程部")
            else:
                desk.accounts.create(SYSTEM, "zhangmin", "张敏", PASSWORD)
        except Conflict:
            return "conflict"
        return "saved"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(create, range(16)))
    assert answers == ["conflict"] * 14 + ["saved"] * 2


def test_a_name_that_was_saved_in_between_is_a_conflict(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.departments.create("eng", "工程部")
    with unchanged(), pytest.raises(Conflict), company_desk.working() as work:
        work.session.add(DepartmentRow(code="eng", name="工程部", path="/eng"))


def test_reading_sees_one_state_of_the_data(company_desk: CompanyDesk) -> None:
    count = text("SELECT count(*) FROM department")
    with company_desk.installation.reading(company_desk.company.id) as session:
        before = session.execute(count).scalar_one()
        company_desk.departments.create("eng", "工程部")
        assert session.execute(count).scalar_one() == before
