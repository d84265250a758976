"""Two worlds that differ only in what the company next door does give the same answers to ours."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gongdan.bootstrap import open_desk
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import GongdanError
from gongdan.hooks.manager import PluginManager
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.tickets import TicketFilter
from gongdan.settings import read_settings
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.databases import Databases
from gongdan.testing.factories import Factory

WORDS = ("漏水", "停电", "电梯异响", "门禁失灵", "王芳", "BX202603-0001", "1380013")


@contextmanager
def _world(databases: Databases, home: Path) -> Iterator[Desk]:
    plugins = PluginManager()
    plugins.register(sample.NAME, sample)
    settings = read_settings({}, home=home, database_url=databases.fresh())
    desk = open_desk(settings, plugins=plugins, clock=Clock())
    for code in ("xingfu", "anju"):
        desk.at(desk.companies.create(SYSTEM, code, code)).plugins.enable(sample.NAME)
    yield desk
    desk.close()


class Somebody:
    """Does and asks at random, the same for the same seed, and writes down what he is answered."""

    def __init__(self, desk: CompanyDesk, seed: int) -> None:
        self._desk = desk
        self._random = random.Random(seed)  # noqa: S311 -- a repeatable course of things, no secret
        self._factory = Factory(desk)
        self._tickets: list[TicketView] = []
        self.answers: list[object] = []

    def act(self) -> None:
        acts: tuple[Callable[[], object], ...] = (
            self._open,
            self._open,
            self._move,
            self._note,
            self._link,
            self._party,
            self._unit,
            self._look,
            self._seek,
        )
        try:
            answer = self._random.choice(acts)()
        except GongdanError as refusal:
            answer = type(refusal).__name__
        self.answers.append(answer)

    def _any(self) -> TicketView:
        if not self._tickets:
            self._open()
        return self._random.choice(self._tickets)

    def _open(self) -> object:
        ticket = self._factory.ticket(description=self._random.choice(WORDS))
        self._tickets.append(ticket)
        return ticket.number

    def _move(self) -> object:
        ticket = self._desk.tickets.find(self._any().id)
        move = self._random.choice(sample.WORKFLOW.moves)
        moved = self._desk.moves.make(ticket.id, move.name, ticket.version, {"remark": "业主要求", "result": "完成"})
        return moved.number, moved.state, moved.round, moved.version

    def _note(self) -> object:
        note, _ = self._desk.notes.write(self._any().id, self._random.choice(WORDS))
        return note.body, note.round

    def _link(self) -> object:
        self._desk.links.make(self._random.choice(list(LinkKind)), self._any().id, self._any().id)
        return None

    def _party(self) -> object:
        return self._factory.party(name=self._random.choice(WORDS)).phones

    def _unit(self) -> object:
        return self._factory.unit().path

    def _look(self) -> object:
        shown = self._desk.tickets.list(TicketFilter(sort=self._random.choice(("number", "-state"))), limit=5)
        lines = [(line.ticket.number, line.ticket.state, line.ticket.version) for line in shown.lines]
        return lines, shown.count, bool(shown.next_key), self._desk.numbers.all()[0].next_number

    def _seek(self) -> object:
        hits = self._desk.searching.everywhere(self._random.choice(WORDS))
        acts = [(entry.sequence, entry.act) for entry in self._desk.journal.latest(limit=3)]
        names = sorted(party.name for party in hits.parties)
        return sorted(ticket.number for ticket in hits.tickets), names, acts


@pytest.mark.clause("I-03")
@pytest.mark.parametrize("seed", range(3))
def test_what_the_company_next_door_does_changes_no_answer(databases: Databases, tmp_path: Path, seed: int) -> None:
    answers = []
    for neighbours_acts in (0, 3):
        with _world(databases, tmp_path / f"home{neighbours_acts}") as desk:
            ours, theirs = (Somebody(desk.at(desk.companies.by_code(code)), seed) for code in ("xingfu", "anju"))
            for _ in range(40):
                ours.act()
                for _ in range(neighbours_acts):
                    theirs.act()
            assert len(theirs.answers) == 40 * neighbours_acts
        answers.append(ours.answers)
    assert answers[0] == answers[1]
