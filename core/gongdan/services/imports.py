"""Imports: a company's spreadsheets become assets, parties and tickets, row by row with a verdict for each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.headings import ROWS_BEFORE_HEADING, HeadingNotFound, find_layout
from gongdan.domain.importing import Importer, References
from gongdan.domain.row_checks import Checking, check_rows
from gongdan.errors import FieldProblem, InvalidInput, NotFound, PluginDisabled
from gongdan.services import import_effects, import_reports
from gongdan.services.import_previews import Preview, look_through
from gongdan.services.import_reading import (
    fingerprint,
    named_columns,
    open_source,
    read_references,
    remember,
    remembered,
)
from gongdan.services.import_reports import RowReport
from gongdan.services.import_runs import OPEN_STATES, DryRunner, OnRows, Progress, Runner, run_problem
from gongdan.services.import_undo import Undoing
from gongdan.sheets.reading import Remark, Sheet
from gongdan.storage.imports import ImportBatchRow, ImportRunRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Acts with which a run begins to work, and those with which it ends.
_BEGINNINGS = frozenset({"import.started", "import.resumed"})
_ENDS = frozenset({"import.finished", "import.interrupted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to be imported."""

    path: Path
    #: Shown name; the path's own when empty.
    name: str = ""
    #: Codec of a text file; found out when empty.
    encoding: str = ""
    #: Name of a sheet; the first filled one when empty.
    sheet: str = ""
    #: Heading → column, or an empty text for a heading to be passed over; goes before what is known of headings.
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunView:
    """An import run; times are aware, UTC."""

    id: UUID
    kind: str
    plugin: str
    file_name: str
    #: running, interrupted, finished, undone.
    state: str
    rows_done: int
    rows_total: int
    counts: Mapping[str, int]
    mapping: Mapping[str, str]
    started_at: datetime
    finished_at: datetime | None
    #: SHA-256 of the file, as 64 hex digits.
    fingerprint: str = ""
    #: The sheet that is read, and the codec of a text file.
    sheet: str = ""
    encoding: str = ""
    #: What is to be said of the file as a whole; only known while it is at hand.
    remarks: Sequence[Remark] = ()

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Return the headings that stand for no column."""
        return tuple(heading for heading, column in self.mapping.items() if not column)


@dataclass(frozen=True, slots=True)
class RunTimes:
    """How long a run was at work, and when it was undone."""

    #: Without the time in which it stood still; None while it is not known, as of a run that was killed.
    worked: timedelta | None
    #: Aware, UTC; None for a run that stands.
    undone_at: datetime | None


class Imports:
    """Use cases around imports of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def kinds(self) -> Sequence[Importer]:
        """Return the kinds of files that the company's plugins can read."""
        return self._desk.installation.plugins.catalogue.importers.of(self._desk.enabled)

    def importer(self, kind: str) -> Importer:
        """Return a kind that can be imported now; raises ``InvalidInput`` or ``PluginDisabled``."""
        declared = self._desk.installation.plugins.catalogue.importers
        found = declared.get(kind)
        if found is None:
            known = "、".join(importer.kind for importer in self.kinds())
            rule = msg("没有这种导入；可用的有：{known}")
            raise InvalidInput((FieldProblem("kind", kind, rule, params={"known": known}, label=msg("导入种类")),))
        if declared.plugin_of(kind) not in self._desk.enabled:
            raise PluginDisabled(declared.plugin_of(kind))
        return found

    def preview(self, kind: str, source: Source, *, limit: int = 200) -> Preview:
        """Check the whole file, compare its first rows with what is stored, and store nothing."""
        self._desk.require("import.run")
        opened = self._open(kind, source)
        run = _view(self._new_run(opened, source))
        runner = DryRunner(self._desk, opened.importer, run, opened.references)
        return look_through(runner, opened.importer, opened.sheet, opened.checking, limit=limit)

    def recognise(self, source: Source) -> Sequence[Importer]:
        """Return the kinds whose headings the file has; more than one when it fits them equally well.

        Raises ``FileRefused``.
        """
        self._desk.require("import.run")
        sheet = open_source(source)
        fitting: list[tuple[int, Importer]] = []
        with self._desk.reading() as session:
            for importer in self.kinds():
                first = islice(sheet.rows(), ROWS_BEFORE_HEADING)
                with suppress(HeadingNotFound):
                    layout = find_layout(importer, first, remembered(session, importer.kind, sheet))
                    fitting.append((len(layout.places), importer))
        best = max((count for count, _ in fitting), default=0)
        return [importer for count, importer in fitting if count == best]

    def of_file(self, digest: str) -> Sequence[RunView]:
        """Return the runs of a file, by its fingerprint, that are not undone, newest first."""
        self._desk.require("import.run")
        query = select(ImportRunRow).where(ImportRunRow.fingerprint == digest, ImportRunRow.state != "undone")
        with self._desk.reading() as session:
            return tuple(map(_view, session.scalars(query.order_by(ImportRunRow.started_at.desc()))))

    def run(
        self,
        kind: str,
        source: Source,
        *,
        dry_run: bool = False,
        silent: bool = True,
        progress: Progress | None = None,
        on_rows: OnRows | None = None,
    ) -> RunView:
        """Import a file in transactions of ``BATCH_ROWS`` rows; a dry run leaves nothing behind.

        Nothing is sent; with ``silent`` off, plugins are told once when the run has ended. Raises ``FileRefused``,
        ``HeadingNotFound``, ``InvalidInput``.
        """
        self._desk.require("import.run")
        opened = self._open(kind, source)
        watch = _Watch(silent=silent, progress=progress, on_rows=on_rows)
        if dry_run:
            return self._rehearse(_view(self._new_run(opened, source)), opened, watch)
        return self._take_through(self._begin(opened, source), opened, watch)

    def begin(self, kind: str, source: Source) -> RunView:
        """Open a run that has stored no row yet; ``resume`` takes it through, here or in another thread.

        Raises what ``run`` raises before its first row.
        """
        self._desk.require("import.run")
        return self._begin(self._open(kind, source), source)

    def resume(
        self,
        run_id: UUID,
        source: Source,
        *,
        silent: bool = True,
        progress: Progress | None = None,
        on_rows: OnRows | None = None,
    ) -> RunView:
        """Go on with a run that was interrupted or killed; the file must be the same, byte for byte.

        Sheet, encoding and mapping are those that the run began with.
        """
        self._desk.require("import.run")
        run = self.find(run_id)
        if run.state not in OPEN_STATES:
            raise run_problem(run.file_name, msg("这次导入已经结束，不能继续"))
        if run.fingerprint != fingerprint(source.path):
            raise run_problem(run.file_name, msg("文件与开始导入时的不同，不能继续"))
        same = replace(source, sheet=run.sheet, encoding=run.encoding, mapping=run.mapping)
        watch = _Watch(silent=silent, progress=progress, on_rows=on_rows)
        opened = self._open(run.kind, same)
        if run.rows_done or run.state == "interrupted":
            with self._desk.working() as work:
                work.record("import.resumed", "import_run", run_id, after={"file": run.file_name})
        return self._take_through(run, opened, watch)

    def undo(self, run_id: UUID) -> RunView:
        """Take back everything a run made and changed, or nothing; raises ``UndoRefused``."""
        self._desk.require("import.run")
        with self._desk.working() as work:
            work.take_turn()
            row = work.get(ImportRunRow, run_id, "import_run", lock=True)
            if row.state == "undone":
                raise run_problem(row.file_name, msg("这次导入已经撤销"))
            query = select(ImportBatchRow.effects).where(ImportBatchRow.run_id == run_id)
            batches = work.session.scalars(query.order_by(ImportBatchRow.first_row.desc()))
            effects = [import_effects.loaded(entry) for batch in batches for entry in reversed(batch)]
            Undoing(self._desk, work, run_id).undo(effects)
            row.state = "undone"
            work.record("import.undone", "import_run", run_id, after={"file": row.file_name, "kind": row.kind})
            return _view(row)

    def all(self, *, limit: int = 50) -> Sequence[RunView]:
        """Return the latest runs, newest first."""
        self._desk.require("import.run")
        query = select(ImportRunRow).order_by(ImportRunRow.started_at.desc(), ImportRunRow.id.desc()).limit(limit)
        with self._desk.reading() as session:
            return tuple(map(_view, session.scalars(query)))

    def find(self, run_id: UUID) -> RunView:
        """Return a run; raises ``NotFound``."""
        self._desk.require("import.run")
        with self._desk.reading() as session:
            row = session.scalars(select(ImportRunRow).where(ImportRunRow.id == run_id)).one_or_none()
            if row is None:
                raise NotFound("import_run", str(run_id))
            return _view(row)

    def times(self, run_id: UUID) -> RunTimes:
        """Return how long a run was at work, as the journal tells it."""
        self.find(run_id)
        worked, began, undone_at = timedelta(), None, None
        is_known = True
        for entry in self._desk.journal.of(run_id):
            if entry.act in _BEGINNINGS:
                is_known = is_known and began is None
                began = entry.at
            elif entry.act in _ENDS and began:
                worked, began = worked + (entry.at - began), None
            elif entry.act == "import.undone":
                undone_at = entry.at
        return RunTimes(worked if is_known and began is None else None, undone_at)

    def rows(self, run_id: UUID, *, after: int = 0) -> Iterator[RowReport]:
        """Return what became of each row of a run, in the order of the file; ``after`` passes over batches before."""
        self.find(run_id)
        query = select(ImportBatchRow.verdicts).where(ImportBatchRow.run_id == run_id, ImportBatchRow.last_row > after)
        query = query.order_by(ImportBatchRow.first_row).execution_options(yield_per=1)
        with self._desk.reading() as session, session.scalars(query) as batches:
            for batch in batches:
                yield from map(import_reports.loaded, batch)

    def _new_run(self, opened: "_Opened", source: Source) -> ImportRunRow:
        kind, sheet = opened.importer.kind, opened.sheet
        return ImportRunRow(
            id=uuid7(),
            kind=kind,
            file_name=source.name or source.path.name,
            plugin=self._desk.installation.plugins.catalogue.importers.plugin_of(kind),
            fingerprint=fingerprint(source.path),
            sheet=sheet.name,
            encoding=sheet.encoding,
            mapping=dict(opened.checking.layout.mapping()),
            state="running",
            rows_done=0,
            rows_total=sheet.row_count,
            counts={},
            actor_id=self._desk.actor.account_id,
            started_at=self._desk.installation.clock(),
        )

    def _begin(self, opened: "_Opened", source: Source) -> RunView:
        row = self._new_run(opened, source)
        with self._desk.working() as work:
            work.session.add(row)
            if source.mapping:
                mapping = named_columns(opened.importer, source.mapping)
                remember(work, row.kind, opened.checking.layout, mapping)
            work.session.flush()
            after = {"file": row.file_name, "kind": row.kind, "fingerprint": row.fingerprint}
            work.record("import.started", "import_run", row.id, after=after)
            return _view(row)

    def _open(self, kind: str, source: Source) -> "_Opened":
        importer = self.importer(kind)
        sheet = open_source(source)
        with self._desk.reading() as session:
            references = read_references(session, importer)
            known = remembered(session, kind, sheet)
        mapping = {**known, **named_columns(importer, source.mapping)}
        checking = check_rows(importer, sheet.rows(), references, mapping=mapping, facts=sheet.facts)
        return _Opened(importer, sheet, references, checking)

    def _take_through(self, run: RunView, opened: "_Opened", watch: "_Watch") -> RunView:
        runner = Runner(self._desk, opened.importer, run, opened.references)
        with runner.interrupted_by_failures():
            is_complete = runner.run_through(opened.checking.rows, watch.progress, watch.on_rows)
        row = runner.end("finished" if is_complete else "interrupted", silent=watch.silent)
        self._desk.installation.database.analyse()
        return replace(_view(row), remarks=opened.sheet.remarks)

    def _rehearse(self, run: RunView, opened: "_Opened", watch: "_Watch") -> RunView:
        runner = DryRunner(self._desk, opened.importer, run, opened.references)
        runner.run_through(opened.checking.rows, watch.progress, watch.on_rows)
        return replace(
            run,
            state="dry_run",
            rows_done=runner.rows_done,
            counts=runner.counts,
            finished_at=self._desk.installation.clock(),
            remarks=opened.sheet.remarks,
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file under way."""

    importer: Importer
    sheet: Sheet
    references: References
    checking: Checking


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """Who is told of a run."""

    silent: bool
    progress: Progress | None
    on_rows: OnRows | None


def _view(row: ImportRunRow) -> RunView:
    return RunView(
        row.id,
        row.kind,
        row.plugin,
        row.file_name,
        row.state,
        row.rows_done,
        row.rows_total,
        dict(row.counts),
        dict(row.mapping),
        row.started_at,
        row.finished_at,
        row.fingerprint,
        row.sheet,
        row.encoding,
    )
