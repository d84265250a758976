"""Printing: what a person takes away on paper, and the record of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from gongdan.domain.forms import FormKind
from gongdan.domain.layouts import Layout
from gongdan.domain.papers import Paper
from gongdan.domain.secrecy import SecrecyClass, Way
from gongdan.errors import NotFound
from gongdan.language import Translator
from gongdan.services.form_papers import form_paper, laid_out, latest_or_blank
from gongdan.services.paper_words import Wording
from gongdan.services.ticket_papers import ticket_paper
from gongdan.services.work import Work
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.printing import keep_codes
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PRINTED = "paper.printed"


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """A record that is about to be put on paper."""

    #: ``ticket``, ``form`` …, as in the journal.
    noun: str
    id: UUID
    #: What the paper is called, with its number.
    title: str
    number: str
    #: Marks of the copies; one empty mark for a paper without copies.
    copies: Sequence[str]


class Printing:
    """Use cases around papers of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def paper(self, noun: str, record_id: UUID, translator: Translator, address: str = "") -> Paper:
        """Return the paper of a record, marked when it was printed before; raises ``NotFound``.

        The code on it leads to ``address``, that of the installation; without one the paper has no code.
        """
        make = PAPERS.get(noun)
        if make is None:
            raise NotFound(noun, str(record_id))
        wording = Wording(self._desk, translator)
        with self._desk.reading(), self._desk.by(Way.PRINT):
            paper = make(self._desk, record_id, wording)
            paper = replace(paper, qr=self.code(noun, record_id, address))
            return self._marked(paper, record_id, wording)

    def sample(self, kind: FormKind, layout: Layout, translator: Translator) -> Paper:
        """Return the latest form of a kind by a layout, to look at; an empty one when there is none yet."""
        wording = Wording(self._desk, translator)
        with self._desk.reading():
            return laid_out(latest_or_blank(self._desk, kind), layout, wording)

    def code(self, noun: str, record_id: UUID, address: str) -> str:
        """Return where the code on a record's paper leads; empty without an address of the installation."""
        token = self._desk.installation.paper_codes.token(self._desk.company.id, noun, record_id)
        return f"{address.rstrip('/')}/q/{token}" if address else ""

    def picture(self, digest: str) -> bytes:
        """Return the bytes of a picture on a paper; empty when they are gone."""
        try:
            return self._desk.installation.files.get(self._desk.company.id, digest)
        except FileNotFoundError:
            return b""

    def pdf(self, noun: str, record_id: UUID, paper: Paper) -> bytes:
        """Return a paper as PDF and note that it was handed out; nothing is noted when there is no PDF.

        Raises what ``Typesetter.set`` raises.
        """
        content = self._desk.installation.typesetter.set([paper], self.picture)
        self.note(noun, record_id, paper, way="pdf")
        return content

    def note(self, noun: str, record_id: UUID, paper: Paper, *, way: str) -> None:
        """Note that a paper is printed: ``way`` is ``page``, ``pdf`` or ``batch``."""
        record = PrintedRecord(noun, record_id, paper.title, paper.number, paper.copies)
        with self._desk.working() as work:
            put_on_paper(self._desk, work, [record], way=way)

    def times_printed(self, record_id: UUID) -> int:
        """Return how often a record was put on paper so far."""
        query = select(func.count()).where(JournalEntryRow.subject_id == record_id, JournalEntryRow.act == PRINTED)
        with self._desk.reading() as session:
            return session.scalar(query) or 0

    def _marked(self, paper: Paper, record_id: UUID, wording: Wording) -> Paper:
        """Mark a paper that was printed before, on each of its copies."""
        if not self.times_printed(record_id):
            return paper
        again = wording.say(msg("补打"))
        return replace(paper, copies=tuple(f"{mark}（{again}）" if mark else again for mark in paper.copies))


def _ticket(desk: "CompanyDesk", record_id: UUID, wording: Wording) -> Paper:
    case = desk.cases.read(record_id)
    is_secret = case.ticket.secrecy != SecrecyClass.ORDINARY
    return replace(ticket_paper(case, wording), watermark=desk.secrecy.watermark() if is_secret else "")


#: What lays out the paper of a record, by its noun.
PAPERS: Mapping[str, Callable[["CompanyDesk", UUID, Wording], Paper]] = {"form": form_paper, "ticket": _ticket}


def put_on_paper(desk: "CompanyDesk", work: Work, records: Sequence[PrintedRecord], *, way: str) -> None:
    """Note that these records are about to be put on paper by the person who works.

    From now on the codes on them lead somewhere. Everything that prints goes through here, whatever the way: what has
    to know of a print, or to refuse it, belongs here.
    """
    codes = desk.installation.paper_codes
    keep_codes(work.session, [codes.row(work.company_id, record.noun, record.id, work.now) for record in records])
    for record in records:
        copies = [mark for mark in record.copies if mark]
        after = {"title": record.title, "number": record.number, "way": way, "copies": copies}
        work.record(PRINTED, record.noun, record.id, after=after)
