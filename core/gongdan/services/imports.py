"""Imports: a company's spreadsheets become assets, parties and tickets, row by row with a verdict for each."""

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.events import EventKind
from gongdan.domain.facts import AssetFact, TicketFact
from gongdan.domain.headings import Layout
from gongdan.domain.importing import CheckedRow, Importer, Outcome, References
from gongdan.domain.row_checks import Checking, check_rows
from gongdan.errors import FieldProblem, InvalidInput, NotFound, PluginDisabled, Refused
from gongdan.services import import_effects, import_reports, import_undo
from gongdan.services.import_assets import AssetWriter
from gongdan.services.import_reports import RowReport
from gongdan.services.import_tickets import TicketWriter
from gongdan.services.work import Work
from gongdan.sheets.reading import Remark, Sheet, open_sheet
from gongdan.storage.assets import AssetRow
from gongdan.storage.imports import ImportBatchRow, ImportMappingRow, ImportRunRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Rows of the file in one transaction.
BATCH_ROWS = 2000

#: Told after each batch: rows done, rows in the file at most. Answering False interrupts the run.
Progress = Callable[[int, int], bool | None]


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


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would say of a file, without storing anything."""

    layout: Layout
    counts: Mapping[str, int]
    #: The first rows, and all rows that are refused or flagged, worst first, up to a limit.
    first: Sequence[RowReport]
    problems: Sequence[RowReport]
    remarks: Sequence[Remark]
    sheet_names: Sequence[str]
    #: The cells of the first rows, as they stand.
    cells: Sequence[tuple[int, Sequence[object]]]


class _RollBack(Exception):
    """Leaves the transaction of a dry run without storing it."""


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
        """Check the whole file and store nothing."""
        self._desk.require("import.run")
        importer = self.importer(kind)
        sheet = _open(source)
        checking = self._check(importer, sheet, source)
        counts: dict[str, int] = {}
        first: list[RowReport] = []
        problems: list[RowReport] = []
        for row in checking.rows:
            import_reports.tally(counts, [(row, None)])
            if len(first) < limit // 4:
                first.append(import_reports.report(row, None))
            if row.issues and len(problems) < limit:
                problems.append(import_reports.report(row, None))
        cells = [(number, tuple(cells)) for number, cells in islice(sheet.rows(), 12)]
        worst = import_reports.worst_first(problems)
        return Preview(checking.layout, counts, first, worst, sheet.remarks, sheet.sheet_names, cells)

    def run(
        self,
        kind: str,
        source: Source,
        *,
        dry_run: bool = False,
        silent: bool = True,
        progress: Progress | None = None,
        on_rows: Callable[[Sequence[RowReport]], None] | None = None,
    ) -> RunView:
        """Import a file in transactions of ``BATCH_ROWS`` rows; a dry run leaves nothing behind.

        Nothing is sent; with ``silent`` off, plugins are told once when the run has ended. Raises ``FileRefused``,
        ``HeadingNotFound``, ``InvalidInput``.
        """
        self._desk.require("import.run")
        importer = self.importer(kind)
        sheet = _open(source)
        checking = self._check(importer, sheet, source)
        run = self._begin(importer, sheet, source, checking.layout, dry_run=dry_run)
        runner = _Runner(self._desk, importer, run, dry_run=dry_run)
        runner.on_rows = on_rows
        return self._finish(runner, checking, progress, silent=silent)

    def begin(self, kind: str, source: Source) -> RunView:
        """Open a run that has stored no row yet; ``resume`` takes it through, here or in another thread.

        Raises what ``run`` raises before its first row.
        """
        self._desk.require("import.run")
        importer = self.importer(kind)
        sheet = _open(source)
        layout = self._check(importer, sheet, source).layout
        return self._begin(importer, sheet, source, layout, dry_run=False)

    def resume(
        self,
        run_id: UUID,
        source: Source,
        *,
        silent: bool = True,
        progress: Progress | None = None,
        on_rows: Callable[[Sequence[RowReport]], None] | None = None,
    ) -> RunView:
        """Go on with a run that was interrupted or killed; the file must be the same, byte for byte."""
        self._desk.require("import.run")
        run = self.find(run_id)
        if run.state not in {"running", "interrupted"}:
            raise _run_problem(run, msg("这次导入已经结束，不能继续"))
        importer = self.importer(run.kind)
        with self._desk.reading() as session:
            fingerprint = session.scalars(select(ImportRunRow.fingerprint).where(ImportRunRow.id == run_id)).one()
        if fingerprint != _fingerprint(source.path):
            raise _run_problem(run, msg("文件与开始导入时的不同，不能继续"))
        sheet = _open(source)
        checking = self._check(importer, sheet, replace(source, mapping={**run.mapping, **source.mapping}))
        runner = _Runner(self._desk, importer, run, dry_run=False)
        runner.on_rows = on_rows
        return self._finish(runner, checking, progress, silent=silent)

    def undo(self, run_id: UUID) -> RunView:
        """Take back everything a run made and changed, or nothing; raises ``UndoRefused``."""
        self._desk.require("import.run")
        with self._desk.working() as work:
            row = work.get(ImportRunRow, run_id, "import_run", lock=True)
            if row.state == "undone":
                raise _run_problem(_view(row), msg("这次导入已经撤销"))
            query = select(ImportBatchRow.effects).where(ImportBatchRow.run_id == run_id)
            batches = work.session.scalars(query.order_by(ImportBatchRow.first_row.desc()))
            effects = [import_effects.loaded(entry) for batch in batches for entry in reversed(batch)]
            import_undo.undo(work, effects)
            row.state, row.finished_at = "undone", work.now
            work.record("import.undone", "import_run", run_id, after={"file": row.file_name, "kind": row.kind})
            return _view(row)

    def all(self, *, limit: int = 50) -> Sequence[RunView]:
        """Return the latest runs, newest first."""
        self._desk.require("import.run")
        query = select(ImportRunRow).order_by(ImportRunRow.started_at.desc()).limit(limit)
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

    def rows(self, run_id: UUID) -> Iterator[RowReport]:
        """Return what became of each row of a run, in the order of the file."""
        self.find(run_id)
        query = select(ImportBatchRow.verdicts).where(ImportBatchRow.run_id == run_id)
        with self._desk.reading() as session:
            for batch in session.scalars(query.order_by(ImportBatchRow.first_row)):
                yield from map(import_reports.loaded, batch)

    def _check(self, importer: Importer, sheet: Sheet, source: Source) -> Checking:
        with self._desk.reading() as session:
            references = _references(session, importer)
            remembered = _remembered(session, importer.kind, _first_headings(sheet))
        mapping = {**remembered, **_named_columns(importer, source.mapping)}
        return check_rows(importer, sheet.rows(), references, mapping=mapping, facts=sheet.facts)

    def _begin(self, importer: Importer, sheet: Sheet, source: Source, layout: Layout, *, dry_run: bool) -> RunView:
        row = ImportRunRow(
            id=uuid7(),
            kind=importer.kind,
            file_name=source.name or source.path.name,
            plugin=self._desk.installation.plugins.catalogue.importers.plugin_of(importer.kind),
            fingerprint=_fingerprint(source.path),
            mapping=dict(layout.mapping()),
            state="running",
            rows_done=0,
            rows_total=sheet.row_count,
            counts={},
            actor_id=self._desk.actor.account_id,
            started_at=self._desk.installation.clock(),
        )
        if dry_run:
            return _view(row)
        with self._desk.working() as work:
            work.session.add(row)
            if source.mapping:
                _remember(work, importer.kind, _first_headings(sheet), source.mapping)
            work.session.flush()
            after = {"file": row.file_name, "kind": row.kind, "fingerprint": row.fingerprint}
            work.record("import.started", "import_run", row.id, after=after)
            return _view(row)

    def _finish(self, runner: "_Runner", checking: Checking, progress: Progress | None, *, silent: bool) -> RunView:
        is_complete = runner.run_through(checking.rows, progress)
        if runner.dry_run:
            return runner.view(state="dry_run")
        with self._desk.working() as work:
            row = work.get(ImportRunRow, runner.run.id, "import_run", lock=True)
            row.state = "finished" if is_complete else "interrupted"
            row.finished_at = work.now
            work.record(f"import.{row.state}", "import_run", row.id, after={"counts": dict(row.counts)})
            if is_complete and not silent:
                work.tell(EventKind.IMPORT_FINISHED, "import_run", row.id, importer=row.kind)
            return _view(row)


class _Runner:
    """Takes the checked rows of one run into the database, batch by batch."""

    def __init__(self, desk: "CompanyDesk", importer: Importer, run: RunView, *, dry_run: bool) -> None:
        self.run = run
        self.dry_run = dry_run
        #: Told the reports of each batch once it is stored.
        self.on_rows: Callable[[Sequence[RowReport]], None] | None = None
        self._desk = desk
        self._importer = importer
        self._assets = AssetWriter(desk, run.id)
        self._tickets = TicketWriter(desk, run.id)
        self._secret = frozenset(column.name for column in importer.columns if column.secret)
        self._counts = dict(run.counts)
        self._rows_done = run.rows_done

    def run_through(self, rows: Iterator[CheckedRow], progress: Progress | None) -> bool:
        """Store all rows behind those that are done; False when the progress asked to stop."""
        waiting = (row for row in rows if row.row > self.run.rows_done)
        while batch := list(islice(waiting, BATCH_ROWS)):
            outcomes = self._store(batch)
            if self.on_rows:
                self.on_rows([import_reports.report(row, outcome) for row, outcome in outcomes])
            self._rows_done = batch[-1].row
            if progress and progress(self._rows_done, max(self.run.rows_total, self._rows_done)) is False:
                return False
        return True

    def view(self, *, state: str) -> RunView:
        """Return the run as it stands, for a dry run that is stored nowhere."""
        run = self.run
        return RunView(
            run.id,
            run.kind,
            run.plugin,
            run.file_name,
            state,
            self._rows_done,
            run.rows_total,
            self._counts,
            run.mapping,
            run.started_at,
            self._desk.installation.clock(),
        )

    def _store(self, batch: Sequence[CheckedRow]) -> list[tuple[CheckedRow, Outcome | None]]:
        counts = dict(self._counts)
        try:
            with _undisturbed(), self._desk.working() as work:
                outcomes, effects = self._write(work, batch)
                paired = [(row, outcomes.get(row.row)) for row in batch]
                import_reports.tally(counts, paired)
                self._end_dry_run()
                self._keep(work, paired, effects, counts)
        except _RollBack:
            pass
        self._counts = counts
        return paired

    def _end_dry_run(self) -> None:
        if self.dry_run:
            raise _RollBack

    def _write(self, work: Work, batch: Sequence[CheckedRow]) -> tuple[dict[int, Outcome], list[import_effects.Effect]]:
        facts = [(row, fact) for row in batch if row.taken for fact in self._importer.facts(row)]
        assets = [(row, fact) for row, fact in facts if isinstance(fact, AssetFact)]
        tickets = [(row, fact) for row, fact in facts if isinstance(fact, TicketFact)]
        asset_outcomes, asset_effects = self._assets.write(work, assets)
        ticket_outcomes, ticket_effects = self._tickets.write(work, tickets)
        outcomes: dict[int, Outcome] = {}
        done = [*zip(assets, asset_outcomes, strict=True), *zip(tickets, ticket_outcomes, strict=True)]
        for (row, _), outcome in done:
            outcomes[row.row] = _stronger(outcomes.get(row.row), outcome)
        return outcomes, [*asset_effects, *ticket_effects]

    def _keep(
        self,
        work: Work,
        rows: Sequence[tuple[CheckedRow, Outcome | None]],
        effects: Sequence[import_effects.Effect],
        counts: Mapping[str, int],
    ) -> None:
        run = work.get(ImportRunRow, self.run.id, "import_run", lock=True)
        run.rows_done, run.counts, run.state = rows[-1][0].row, dict(counts), "running"
        work.session.add(
            ImportBatchRow(
                run_id=run.id,
                first_row=rows[0][0].row,
                last_row=rows[-1][0].row,
                verdicts=[import_reports.stored(row, outcome, self._secret) for row, outcome in rows],
                effects=[import_effects.stored(effect) for effect in effects],
            )
        )


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


def _stronger(first: Outcome | None, second: Outcome) -> Outcome:
    order = (Outcome.SAME, Outcome.CHANGED, Outcome.IMPORTED)
    return second if first is None or order.index(second) > order.index(first) else first


def _open(source: Source) -> Sheet:
    return open_sheet(source.path, encoding=source.encoding or None, sheet=source.sheet or None)


def _references(session: Session, importer: Importer) -> References:
    found: dict[str, Mapping[str, object]] = {}
    for name, kind in importer.references.items():
        rows = session.execute(select(AssetRow.label, AssetRow.id).where(AssetRow.kind == kind))
        found[name] = dict(rows.all())
    return found


def _first_headings(sheet: Sheet) -> str:
    """Return a digest of the file's first filled row: files with the same headings share a mapping."""
    first = next((cells for _, cells in sheet.rows() if sum(bool(cell) for cell in cells) > 1), ())
    return hashlib.sha256("\n".join(map(str, first)).encode()).hexdigest()


def _named_columns(importer: Importer, mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Return heading → column for columns given by name or label; raises ``InvalidInput`` for an unknown one."""
    names = {column.label: column.name for column in importer.columns}
    names |= {column.name: column.name for column in importer.columns} | {"": ""}
    unknown = [given for given in mapping.values() if given not in names]
    if unknown:
        params = {"known": "、".join(column.name for column in importer.columns)}
        problem = FieldProblem(
            "mapping", unknown[0], msg("没有这一列；可用的有：{known}"), params=params, label=msg("列对应关系")
        )
        raise InvalidInput((problem,))
    return {heading: names[given] for heading, given in mapping.items()}


def _remembered(session: Session, kind: str, headings_digest: str) -> Mapping[str, str]:
    query = select(ImportMappingRow.mapping).where(
        ImportMappingRow.kind == kind, ImportMappingRow.headings_digest == headings_digest
    )
    return session.scalars(query).one_or_none() or {}


def _remember(work: Work, kind: str, headings_digest: str, mapping: Mapping[str, str]) -> None:
    query = select(ImportMappingRow).where(
        ImportMappingRow.kind == kind, ImportMappingRow.headings_digest == headings_digest
    )
    row = work.session.scalars(query).one_or_none()
    if row is None:
        row = ImportMappingRow(kind=kind, headings_digest=headings_digest)
        work.session.add(row)
    row.mapping = dict(mapping)


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run_problem(run: RunView, rule: str) -> Refused:
    return InvalidInput((FieldProblem("run", run.file_name, rule, label=msg("导入批次")),))


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
    )
