"""Batches of papers: many records become PDFs one after another; a batch can be stopped and gone on with."""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from uuid6 import uuid7

from gongdan.domain.papers import Paper
from gongdan.errors import FieldProblem, FileMissing, GongdanError, InvalidInput, NotFound, Refused
from gongdan.language import Translator, for_locale, render_error
from gongdan.printing.errors import PaperNotSet, PaperTooLong
from gongdan.services.file_checks import clean_name
from gongdan.services.printing import PrintedRecord, put_on_paper
from gongdan.services.work import Work, get_row
from gongdan.storage.files import UploadStore
from gongdan.storage.printing import PrintFileRow, PrintRunRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Most records of one batch, inclusive.
MOST_RECORDS: Final = 5000
#: Most papers in one PDF, inclusive.
MOST_PER_FILE: Final = 100
#: What nobody has fetched is deleted after that.
KEPT_FOR: Final = timedelta(days=7)
#: States from which a batch can go on; a killed one says that it is running.
OPEN_STATES: Final = frozenset({"running", "interrupted"})

#: Told after each PDF: papers done, papers in all. Answering False stops the batch.
Progress = Callable[[int, int], bool | None]
#: A record to be printed: noun and id.
Record = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class PrintRunView:
    """A batch; times are aware, UTC."""

    id: UUID
    #: running, interrupted, finished, discarded.
    state: str
    papers_done: int
    papers_total: int
    per_file: int
    #: Number or id → reason in words, for records that could not be printed.
    failures: Mapping[str, str]
    actor_name: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class PrintFile:
    """One PDF of a batch."""

    place: int
    name: str
    papers: int


class PrintRuns:
    """Use cases around batches of papers of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk
        self._store = UploadStore(desk.installation.uploads.with_name("prints"), desk.installation.vault)

    def begin(self, records: Sequence[Record], *, per_file: int = 1, locale: str = "zh", address: str = "") -> UUID:
        """Open a batch that has printed nothing yet; ``take_through`` prints it, here or in another thread.

        Raises ``InvalidInput`` for none, too many or unknown records, and what ``Typesetter.fonts`` raises.
        """
        self._desk.require("ticket.view")
        chosen = tuple(dict.fromkeys(records))
        _check(chosen, per_file)
        # What is lacking for every PDF is said before anything begins.
        self._desk.installation.typesetter.fonts()
        self.sweep()
        row = PrintRunRow(
            id=uuid7(),
            state="running",
            records=[[noun, str(key)] for noun, key in chosen],
            papers_done=0,
            per_file=per_file,
            locale=locale,
            address=address,
            failures={},
            actor_id=self._desk.actor.account_id,
            actor_name=self._desk.actor.name,
            started_at=self._desk.installation.clock(),
        )
        with self._desk.working() as work:
            work.session.add(row)
            work.session.flush()
            work.record("print_run.started", "print_run", row.id, after={"papers": len(chosen)})
        return row.id

    def take_through(self, run_id: UUID, progress: Progress | None = None) -> PrintRunView:
        """Print what is left of a batch, PDF by PDF; what fails is told in the batch, and the others are printed.

        Raises ``InvalidInput`` for a batch that has ended or that somebody else takes through.
        """
        run = self.find(run_id)
        if run.state not in OPEN_STATES:
            raise _problem(msg("这批打印已经结束"))
        with self._interrupted_by_failures(run_id):
            records, translator, address = self._plan(run_id)
            done = run.papers_done
            while done < len(records):
                lot = records[done : done + run.per_file]
                self._print(run_id, done, lot, _Wanted(translator, address))
                done += len(lot)
                if progress and progress(done, len(records)) is False and done < len(records):
                    return self._end(run_id, "interrupted")
        return self._end(run_id, "finished")

    def find(self, run_id: UUID) -> PrintRunView:
        """Return a batch of the person; raises ``NotFound`` for one of somebody else."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            row = get_row(session, PrintRunRow, run_id, "print_run")
            if row.actor_id != self._desk.actor.account_id:
                raise NotFound("print_run", str(run_id))
            return _view(row)

    def all(self, *, limit: int = 50) -> Sequence[PrintRunView]:
        """Return the person's latest batches, newest first."""
        self._desk.require("ticket.view")
        query = select(PrintRunRow).where(PrintRunRow.actor_id == self._desk.actor.account_id)
        query = query.order_by(PrintRunRow.started_at.desc(), PrintRunRow.id.desc()).limit(limit)
        with self._desk.reading() as session:
            return tuple(map(_view, session.scalars(query)))

    def files(self, run_id: UUID) -> Sequence[PrintFile]:
        """Return the PDFs of a batch, in their order."""
        self.find(run_id)
        return tuple(PrintFile(row.place, row.name, row.papers) for row in self._rows(run_id))

    def read(self, run_id: UUID, place: int) -> tuple[str, bytes]:
        """Return name and bytes of one PDF; raises ``NotFound``, or ``FileMissing`` when it is no longer kept."""
        self.find(run_id)
        row = next((row for row in self._rows(run_id) if row.place == place), None)
        if row is None:
            raise NotFound("print_file", str(place))
        return row.name, self._bytes(row)

    def archive(self, run_id: UUID, target: IO[bytes]) -> None:
        """Write all PDFs of a batch into a ZIP, one at a time; raises ``FileMissing``."""
        self.find(run_id)
        # PDFs are compressed already.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as book:
            for row in self._rows(run_id):
                book.writestr(row.name, self._bytes(row))

    def discard(self, run_id: UUID) -> None:
        """Delete the PDFs of a batch; that they were made stays in the journal."""
        self.find(run_id)
        rows = self._rows(run_id)
        with self._desk.working() as work:
            work.get(PrintRunRow, run_id, "print_run", lock=True).state = "discarded"
        for row in rows:
            self._store.remove(self._desk.company.id, row.sha256)

    def sweep(self) -> None:
        """Delete the PDFs that are older than a week."""
        for digest, age in self._store.ages(self._desk.company.id, self._desk.installation.clock()).items():
            if age > KEPT_FOR:
                self._store.remove(self._desk.company.id, digest)

    def _plan(self, run_id: UUID) -> tuple[Sequence[Record], Translator, str]:
        with self._desk.reading() as session:
            row = get_row(session, PrintRunRow, run_id, "print_run")
            return [(noun, UUID(key)) for noun, key in row.records], for_locale(row.locale), row.address

    def _print(self, run_id: UUID, done: int, lot: Sequence[Record], wanted: "_Wanted") -> None:
        """Make one PDF and store it together with the journal of what it puts on paper."""
        papers, failures = self._papers(lot, wanted)
        content = b""
        if papers:
            content, papers, more = self._pdf(papers, wanted)
            failures |= more
        digest = self._store.put(self._desk.company.id, content, self._desk.installation.clock()) if content else ""
        with self._desk.working() as work:
            row = self._held(work, run_id, done)
            row.papers_done, row.state = done + len(lot), "running"
            if failures:
                row.failures = {**row.failures, **failures}
            if digest:
                name = _file_name(done, [paper for _, paper in papers], len(row.records))
                work.session.add(
                    PrintFileRow(
                        run_id=run_id, place=done // row.per_file + 1, name=name, sha256=digest, papers=len(papers)
                    )
                )
            printed = [
                PrintedRecord(noun, key, paper.title, paper.number, paper.copies) for (noun, key), paper in papers
            ]
            put_on_paper(self._desk, work, printed, way="batch")

    def _papers(self, lot: Sequence[Record], wanted: "_Wanted") -> tuple[list[tuple[Record, Paper]], dict[str, str]]:
        papers: list[tuple[Record, Paper]] = []
        failures: dict[str, str] = {}
        for noun, key in lot:
            try:
                paper = self._desk.printing.paper(noun, key, wanted.translator, wanted.address)
            except Refused as refusal:
                failures[str(key)] = render_error(refusal, wanted.translator).text
            else:
                papers.append(((noun, key), paper))
        return papers, failures

    def _pdf(
        self, papers: list[tuple[Record, Paper]], wanted: "_Wanted"
    ) -> tuple[bytes, list[tuple[Record, Paper]], dict[str, str]]:
        """Return a PDF of all papers; when it cannot be set, of those that can be set alone."""
        typesetter, picture = self._desk.installation.typesetter, self._desk.printing.picture
        try:
            return typesetter.set([paper for _, paper in papers], picture), papers, {}
        except (PaperTooLong, PaperNotSet) as problem:
            if len(papers) == 1:
                number = papers[0][1].number
                return b"", [], {number: render_error(problem, wanted.translator).text}
        good: list[tuple[Record, Paper]] = []
        failures: dict[str, str] = {}
        for one in papers:
            content, _, failed = self._pdf([one], wanted)
            failures |= failed
            good += [one] if content else []
        return (typesetter.set([paper for _, paper in good], picture) if good else b""), good, failures

    def _held(self, work: Work, run_id: UUID, done: int) -> PrintRunRow:
        row = work.get(PrintRunRow, run_id, "print_run", lock=True)
        if row.state not in OPEN_STATES or row.papers_done != done:
            raise _problem(msg("这批打印已在别处继续或结束"))
        return row

    def _end(self, run_id: UUID, state: str) -> PrintRunView:
        with self._desk.working() as work:
            row = work.get(PrintRunRow, run_id, "print_run", lock=True)
            row.state, row.finished_at = state, work.now
            after = {"papers": row.papers_done - len(row.failures), "failed": len(row.failures)}
            work.record(f"print_run.{state}", "print_run", run_id, after=after)
            return _view(row)

    @contextmanager
    def _interrupted_by_failures(self, run_id: UUID) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with suppress(GongdanError, SQLAlchemyError):
                self._end(run_id, "interrupted")
            raise

    def _rows(self, run_id: UUID) -> Sequence[PrintFileRow]:
        query = select(PrintFileRow).where(PrintFileRow.run_id == run_id).order_by(PrintFileRow.place)
        with self._desk.reading() as session:
            return session.scalars(query).all()

    def _bytes(self, row: PrintFileRow) -> bytes:
        try:
            return self._store.get(self._desk.company.id, row.sha256)
        except FileNotFoundError as problem:
            raise FileMissing(row.name) from problem


@dataclass(frozen=True, slots=True)
class _Wanted:
    """For whom a batch is printed."""

    translator: Translator
    address: str


def _check(records: Sequence[Record], per_file: int) -> None:
    if not records:
        raise _problem(msg("没有选中要打印的单据"), msg("请先在列表中勾选"))
    if len(records) > MOST_RECORDS:
        raise _problem(msg("一批最多打印 {most} 张"), msg("请用筛选条件分几批打印"), most=MOST_RECORDS)
    if not 1 <= per_file <= MOST_PER_FILE:
        raise _problem(msg("每个 PDF 可含 1 到 {most} 张"), most=MOST_PER_FILE)


def _file_name(done: int, papers: Sequence[Paper], total: int) -> str:
    """Return the name of a PDF in the archive: its place, then what it holds."""
    digits = len(str(total))
    first = f"{done + 1:0{digits}}"
    if len(papers) == 1:
        return clean_name(f"{first} {papers[0].title} {papers[0].number}.pdf")
    return f"{first}-{done + len(papers):0{digits}}.pdf"


def _problem(rule: str, remedy: str = "", **params: object) -> Refused:
    return InvalidInput((FieldProblem("print_run", "", rule, remedy, params=params, label=msg("批量打印")),))


def _view(row: PrintRunRow) -> PrintRunView:
    return PrintRunView(
        row.id,
        row.state,
        row.papers_done,
        len(row.records),
        row.per_file,
        dict(row.failures),
        row.actor_name,
        row.started_at,
        row.finished_at,
    )
