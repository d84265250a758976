"""A run under way: checked rows go into the database batch by batch, one import of a company at a time."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Literal

from sqlalchemy.exc import SQLAlchemyError

from gongdan.domain.events import EventKind
from gongdan.domain.facts import AssetFact, TicketFact
from gongdan.domain.importing import CheckedRow, Importer, Outcome, References
from gongdan.errors import FieldProblem, GongdanError, InvalidInput, Refused
from gongdan.services import import_effects, import_reports
from gongdan.services.import_assets import AssetWriter
from gongdan.services.import_echoes import Echoes
from gongdan.services.import_misfits import refused, text_misfits
from gongdan.services.import_reports import RowReport
from gongdan.services.import_tickets import TicketWriter
from gongdan.services.work import Work
from gongdan.storage.imports import ImportBatchRow, ImportRunRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk
    from gongdan.services.imports import RunView

#: Rows of the file in one transaction.
BATCH_ROWS = 2000

#: Told after each batch: rows done, rows in the file at most. Answering False interrupts the run.
Progress = Callable[[int, int], bool | None]
OnRows = Callable[[Sequence[RowReport]], None]

#: A run that can be gone on with; a killed one says that it is running.
OPEN_STATES = frozenset({"running", "interrupted"})

_Rows = Sequence[tuple[CheckedRow, Outcome | None]]


class _RollBack(Exception):
    """Leaves the transaction of a dry run without storing it."""


class Runner:
    """Takes the checked rows of one run into the database."""

    def __init__(self, desk: "CompanyDesk", importer: Importer, run: "RunView", references: References) -> None:
        #: How far the run has come: the last row that is stored, and verdict or outcome → rows.
        self.rows_done = run.rows_done
        self.counts: Mapping[str, int] = run.counts
        self._desk = desk
        self._importer = importer
        self._run = run
        echoes = Echoes(desk, importer, references)
        self._assets = AssetWriter(desk, run.id, echoes)
        self._tickets = TicketWriter(desk, run.id, echoes)
        self._secret = frozenset(column.name for column in importer.columns if column.secret)

    def run_through(self, rows: Iterator[CheckedRow], progress: Progress | None, on_rows: OnRows | None) -> bool:
        """Store all rows behind those that are done; False when ``progress`` asked to stop."""
        waiting = (row for row in rows if row.row > self._run.rows_done)
        while batch := list(islice(waiting, BATCH_ROWS)):
            done = self._store(batch)
            if on_rows:
                on_rows([import_reports.report(row, outcome) for row, outcome in done])
            if progress and progress(self.rows_done, max(self._run.rows_total, self.rows_done)) is False:
                return False
        return True

    def end(self, state: Literal["finished", "interrupted"], *, silent: bool) -> ImportRunRow:
        """Close the run; unless ``silent``, plugins are told of one that is finished."""
        with self._desk.working() as work:
            row = self._take_turn(work)
            row.state, row.finished_at = state, work.now
            work.record(f"import.{state}", "import_run", row.id, after={"counts": dict(row.counts)})
            if state == "finished" and not silent:
                work.tell(EventKind.IMPORT_FINISHED, "import_run", row.id, importer=row.kind)
            return row

    @contextmanager
    def interrupted_by_failures(self) -> Iterator[None]:
        """Mark the run as interrupted when the block fails, so that everybody can see that it has stopped."""
        try:
            yield
        except BaseException:
            with suppress(GongdanError, SQLAlchemyError):
                self.end("interrupted", silent=True)
            raise

    def _store(self, batch: Sequence[CheckedRow]) -> _Rows:
        counts = dict(self.counts)
        with _undisturbed(), suppress(_RollBack), self._desk.working() as work:
            run = self._take_turn(work)
            done, effects = self._write(work, batch)
            import_reports.tally(counts, done)
            run.rows_done, run.counts, run.state = batch[-1].row, counts, "running"
            self._keep(work, done, effects)
        self.rows_done, self.counts = batch[-1].row, counts
        return done

    def _take_turn(self, work: Work) -> ImportRunRow:
        """Wait for the company's other imports and lock the run; raises when somebody else has gone on with it."""
        work.take_turn()
        row = work.get(ImportRunRow, self._run.id, "import_run", lock=True)
        if row.state not in OPEN_STATES or row.rows_done != self.rows_done:
            raise run_problem(row.file_name, msg("这次导入已在别处继续或撤销"))
        return row

    def _write(self, work: Work, batch: Sequence[CheckedRow]) -> tuple[_Rows, list[import_effects.Effect]]:
        facts = [(row, fact) for row in batch if row.taken for fact in self._importer.facts(row)]
        assets = [(row, fact) for row, fact in facts if isinstance(fact, AssetFact)]
        places = self._assets.read(work, [fact for _, fact in assets])
        tickets = self._tickets.read(work, [(row, fact) for row, fact in facts if isinstance(fact, TicketFact)])
        misfits = {**text_misfits(facts), **places.misfits(assets), **tickets.misfits()}
        done = [
            (row.row, self._assets.write(work, row, fact, places)) for row, fact in assets if row.row not in misfits
        ]
        effects = places.store(work.session)
        ticket_outcomes, ticket_effects = self._tickets.write(work, tickets, misfits)
        outcomes = _strongest([*done, *ticket_outcomes])
        rows = (refused(row, misfits[row.row]) if row.row in misfits else row for row in batch)
        return [(row, outcomes.get(row.row)) for row in rows], [*effects, *ticket_effects]

    def _keep(self, work: Work, rows: _Rows, effects: Sequence[import_effects.Effect]) -> None:
        work.session.add(
            ImportBatchRow(
                run_id=self._run.id,
                first_row=rows[0][0].row,
                last_row=rows[-1][0].row,
                verdicts=[import_reports.stored(row, outcome, self._secret) for row, outcome in rows],
                effects=[import_effects.stored(effect) for effect in effects],
            )
        )


class DryRunner(Runner):
    """Does all that a run does, and takes every batch back."""

    def _take_turn(self, work: Work) -> ImportRunRow:
        work.take_turn()
        # The run itself is stored nowhere.
        return ImportRunRow()

    def _keep(self, work: Work, rows: _Rows, effects: Sequence[import_effects.Effect]) -> None:
        del work, rows, effects
        raise _RollBack


def run_problem(file_name: str, rule: str) -> Refused:
    """Return the refusal of an act on a run that is not in the state for it."""
    return InvalidInput((FieldProblem("run", file_name, rule, label=msg("导入批次")),))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector out of a batch: all that a batch makes lives to its end, so looking is in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _strongest(outcomes: Iterable[tuple[int, Outcome]]) -> Mapping[int, Outcome]:
    """Return what became of each row, of which one fact may be new and another one known."""
    order = (Outcome.SAME, Outcome.CHANGED, Outcome.IMPORTED)
    return dict(sorted(outcomes, key=lambda found: order.index(found[1])))
