"""Applying an `Importer` to the rows of a sheet, one row at a time, without keeping the file in memory."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple

from gongdan.domain.cells import BLANK, Cell, Reader, Reading, is_blank, raw_value
from gongdan.domain.folding import fold_heading, fold_prose
from gongdan.domain.headings import ROWS_BEFORE_HEADING, Layout, NumberedRow, find_layout, repeats_heading
from gongdan.domain.importing import CheckedRow, Column, Importer, Issue, References, RowVerdict
from gongdan.domain.moments import READERS_1904
from gongdan.domain.verdicts import Reason, Verdict
from gongdan.text import msg

_TOTAL: Final = re.compile(r".{0,12}(?:合计|小计|总计|累计|共计|总和)")
#: A quick look: what the word for a total ends with.
_TOTAL_ENDS: Final = ("计", "和", ":", "：", " ")
_LONGEST_TOTAL: Final = 20
_OK: Final = Verdict.OK
#: Longer texts are prose: they seldom come twice, and would fill the memory of readings.
_LONGEST_REMEMBERED: Final = 64
_READINGS_REMEMBERED: Final = 20_000

_MISSING_RULE: Final = msg("“{label}”必须填写")
_MISSING_REMEDY: Final = msg("请在原表中补上后重新导入")
_NOT_ABOVE_RULE: Final = msg("“{label}”留空表示同上，而上面那一行的值无法识别")
_DUPLICATE_RULE: Final = msg("与第 {first_row} 行重复，保留先出现的一行")
_CONFLICT_RULE: Final = msg("与第 {first_row} 行是同一项，但内容不同，保留先出现的一行")
_DUPLICATE_REMEDY: Final = msg("请核对两行，在原表中只留一行")
_WIDE_RULE: Final = msg("本行有 {cell_count} 格，表头只有 {heading_count} 格，内容可能错位")
_WIDE_REMEDY: Final = msg("含逗号的内容请加引号，或另存为 xlsx 后导入")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What the check has to know of the file beside its rows."""

    #: Serial numbers of dates count from 1904.
    from_1904: bool = False
    #: A row with more cells than headings has lost its quotes, as only text files can.
    text_file: bool = False


@dataclass(frozen=True, slots=True)
class Checking:
    """A check under way: where the columns stand, and the rows to come."""

    layout: Layout
    rows: Iterator[CheckedRow]


def check_rows(
    importer: Importer,
    rows: Iterable[NumberedRow],
    references: References,
    *,
    mapping: Mapping[str, str] | None = None,
    facts: SheetFacts | None = None,
) -> Checking:
    """Find the headings, then check row by row as they are asked for.

    ``mapping`` is heading → name of a column. Raises `HeadingNotFound` before the first row.
    """
    numbered = iter(rows)
    first = list(islice(numbered, ROWS_BEFORE_HEADING))
    layout = find_layout(importer, first, mapping)
    checker = RowChecker(importer, layout, references, facts or SheetFacts())
    return Checking(layout, _checked(checker, chain(first, numbered)))


def _checked(checker: "RowChecker", rows: Iterable[NumberedRow]) -> Iterator[CheckedRow]:
    heading_row = checker.layout.heading_row
    for number, cells in rows:
        if number <= heading_row:
            yield _before_data(number, cells)
        else:
            yield checker.check(number, cells)


def _before_data(number: int, cells: Sequence[Cell]) -> CheckedRow:
    blank = all(is_blank(cell) for cell in cells)
    return _not_a_row(number, Reason.BLANK if blank else Reason.TITLE_OR_TOTAL)


def _not_a_row(number: int, reason: Reason) -> CheckedRow:
    return CheckedRow(number, RowVerdict.NOT_A_ROW, (reason,))


class _Place(NamedTuple):
    """One column of the sheet, ready to be read; a tuple, for it is taken apart once a cell."""

    name: str
    place: int
    read: Reader
    #: As ``read`` for a short text, with a memory.
    remembered: Callable[[str], Reading]
    quiet: bool
    carried: bool
    column: Column


def _place(column: Column, index: int, facts: SheetFacts) -> _Place:
    reader = READERS_1904.get(column.reader, column.reader) if facts.from_1904 else column.reader

    def read(cell: Cell) -> Reading:
        return BLANK if is_blank(cell) else reader(cell)

    remembered = lru_cache(maxsize=_READINGS_REMEMBERED)(read)
    return _Place(column.name, index, read, remembered, column.quiet, column.carry_down, column)


class _Draft:
    """What is known so far of the row at hand."""

    __slots__ = ("above", "changes", "issues", "number", "values")

    def __init__(self, number: int, values: dict[str, object]) -> None:
        self.number = number
        self.values = values
        self.changes: dict[str, str | float] = {}
        self.issues: list[Issue] = []
        #: Column → value for the rows below; None if the cell was there and could not be read.
        self.above: dict[str, object] = {}

    def refused(self) -> bool:
        return any(issue.verdict is RowVerdict.REFUSED for issue in self.issues)

    def complain(self, issue: Issue) -> None:
        self.issues.append(issue)
        self.changes.pop(issue.column, None)

    def doubt(self, column: Column, cell: Cell, reading: Reading) -> None:
        """Note what a reader found wrong with a cell, and decide what is left of its value."""
        rejected = reading.verdict is Verdict.REJECT
        verdict = column.on_reject if rejected else RowVerdict.FLAGGED
        reason = reading.reason or Reason.BAD_FORMAT
        if rejected and column.keep_raw and isinstance(cell, str) and reason is not Reason.PRECISION_LOST:
            self.values[column.name] = fold_prose(cell)
        if column.required and self.values[column.name] is None:
            verdict = RowVerdict.REFUSED
        params = {"label": column.label}
        self.complain(Issue(column.name, raw_value(cell), reason, verdict, reading.rule, reading.remedy, params))


class RowChecker:
    """Checks the data rows of one sheet in their order; it remembers keys and the values to carry down."""

    def __init__(self, importer: Importer, layout: Layout, references: References, facts: SheetFacts) -> None:
        self.layout = layout
        self._importer = importer
        self._references = references
        self._text_file = facts.text_file
        self._places = tuple(
            _place(column, layout.places[column.name], facts)
            for column in importer.columns
            if column.name in layout.places
        )
        self._absent = tuple(column.name for column in importer.columns if column.name not in layout.places)
        self._required_names = tuple(column.name for column in importer.columns if column.required)
        first = min(layout.places.values())
        needed = (place.place for place in self._places if place.column.required)
        #: Where totals and repeated headings show: the first column and those that every row needs.
        self._telling = tuple((index, layout.headings[index]) for index in (first, *needed))
        self._width = len(layout.headings)
        self._above: dict[str, object] = {}
        self._first_rows: dict[str, tuple[int, int]] = {}

    def check(self, number: int, cells: Sequence[Cell]) -> CheckedRow:
        """Check one row below the headings."""
        if len(cells) < self._width:
            cells = [*cells, *("",) * (self._width - len(cells))]
        draft = _Draft(number, dict.fromkeys(self._absent))
        filled = self._read(cells, draft)
        complete = filled > 1 and not draft.issues and self._has_required(draft)
        reason = None if complete and not self._looks_odd(cells) else self._no_row(cells, filled)
        if reason is not None:
            self._above.update((name, value) for name, value in draft.above.items() if value is not None)
            return _not_a_row(number, reason)
        if draft.above:
            self._above.update(draft.above)
        if self._text_file and len(cells) > self._width:
            self._check_width(cells, draft)
        if not complete:
            self._complain_of_missing(draft)
        if not draft.issues or not draft.refused():
            self._apply_rule(draft)
        return self._verdict(draft)

    def forget(self) -> None:
        """Forget keys and the values to carry down: the next row stands for itself."""
        self._above.clear()
        self._first_rows.clear()

    def _read(self, cells: Sequence[Cell], draft: _Draft) -> int:
        """Read every cell; return how many were filled."""
        filled = 0
        values, changes = draft.values, draft.changes
        for place in self._places:
            name, index, read, remembered, quiet, carried, column = place
            cell = cells[index]
            reading = remembered(cell) if isinstance(cell, str) and len(cell) <= _LONGEST_REMEMBERED else read(cell)
            values[name] = reading.value
            if reading is BLANK:
                if carried:
                    self._carry(column, cell, draft)
                continue
            filled += 1
            if reading.verdict is not _OK:
                draft.doubt(column, cell, reading)
            elif reading.changed and not quiet:
                changes[name] = raw_value(cell)
            if carried:
                draft.above[name] = reading.value if reading.verdict is _OK else None
        return filled

    def _carry(self, column: Column, cell: Cell, draft: _Draft) -> None:
        if column.name not in self._above:
            return
        value = self._above[column.name]
        draft.values[column.name] = value
        if value is not None:
            draft.changes[column.name] = raw_value(cell)
        elif column.required:
            draft.complain(_missing(column, _NOT_ABOVE_RULE))

    def _has_required(self, draft: _Draft) -> bool:
        values = draft.values
        for name in self._required_names:  # noqa: SIM110 -- a generator would cost every row more than the loop
            if values[name] is None:
                return False
        return True

    def _looks_odd(self, cells: Sequence[Cell]) -> bool:
        """Tell whether a cell that every row needs holds a heading or the word for a total."""
        for index, heading in self._telling:
            cell = cells[index]
            if cell == heading or (isinstance(cell, str) and cell.endswith(_TOTAL_ENDS)):
                return True
        return False

    def _no_row(self, cells: Sequence[Cell], filled: int) -> Reason | None:
        """Tell why a row is none, or None if it is one."""
        texts = [cell for cell in cells if not is_blank(cell)]
        if not texts:
            return Reason.BLANK
        first = cells[self._telling[0][0]]
        alone = len(texts) == 1 and (not filled or texts == [first])
        if alone or repeats_heading(self.layout, cells) or any(_is_total(text) for text in texts):
            return Reason.TITLE_OR_TOTAL
        return None

    def _check_width(self, cells: Sequence[Cell], draft: _Draft) -> None:
        if all(is_blank(cell) for cell in cells[self._width :]):
            return
        raw = raw_value(cells[self._width])
        params = {"cell_count": len(cells), "heading_count": self._width}
        issue = Issue("", raw, Reason.BAD_FORMAT, RowVerdict.REFUSED, _WIDE_RULE, _WIDE_REMEDY, params)
        draft.complain(issue)

    def _complain_of_missing(self, draft: _Draft) -> None:
        complained = {issue.column for issue in draft.issues}
        for column in self._importer.columns:
            if column.required and draft.values[column.name] is None and column.name not in complained:
                draft.complain(_missing(column, _MISSING_RULE))

    def _apply_rule(self, draft: _Draft) -> None:
        ruling = self._importer.rule(draft.values, self._references)
        draft.values.update(ruling.values)
        for issue in ruling.issues:
            draft.complain(issue)

    def _verdict(self, draft: _Draft) -> CheckedRow:
        key = self._importer.key(draft.values)
        if key is not None and not (draft.issues and draft.refused()):
            self._check_repeated(key, draft)
        if not draft.issues:
            verdict = RowVerdict.NORMALISED if draft.changes else RowVerdict.OK
            return CheckedRow(draft.number, verdict, (), key, draft.values, draft.changes)
        verdict = RowVerdict.REFUSED if draft.refused() else RowVerdict.FLAGGED
        reasons = dict.fromkeys(issue.reason for issue in draft.issues if issue.verdict is verdict)
        issues = tuple(draft.issues)
        return CheckedRow(draft.number, verdict, tuple(reasons), key, draft.values, draft.changes, issues)

    def _check_repeated(self, key: str, draft: _Draft) -> None:
        """Refuse the second row with one key; a refused row does not reserve its key."""
        content = hash(tuple(draft.values.values()))
        first_row, first_content = self._first_rows.setdefault(key, (draft.number, content))
        if first_row == draft.number:
            return
        same = content == first_content
        reason = Reason.DUPLICATE if same else self._importer.other_content
        rule = _DUPLICATE_RULE if same else _CONFLICT_RULE
        draft.changes.clear()
        draft.complain(Issue("", key, reason, RowVerdict.REFUSED, rule, _DUPLICATE_REMEDY, {"first_row": first_row}))


def _missing(column: Column, rule: str) -> Issue:
    params = {"label": column.label}
    return Issue(column.name, "", Reason.MISSING_REQUIRED, RowVerdict.REFUSED, rule, _MISSING_REMEDY, params)


def _is_total(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) <= _LONGEST_TOTAL and _TOTAL.fullmatch(fold_heading(cell)) is not None
