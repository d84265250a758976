"""Opening a file of any kind as one sheet of numbered rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from gongdan.domain.headings import NumberedRow
from gongdan.domain.row_checks import SheetFacts
from gongdan.sheets.kinds import FileKind, find_kind, suits_name
from gongdan.sheets.limits import DEFAULT_LIMITS, SheetLimits
from gongdan.sheets.text_files import find_text_format, read_text_rows
from gongdan.sheets.workbooks import OpenedSheet, open_workbook, read_workbook_rows
from gongdan.text import msg


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a whole file that the person should know; it stops nothing."""

    #: Source text with placeholders from ``params``.
    text: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a file; its rows can be read again from the start."""

    #: Name of the sheet; empty for a text file.
    name: str
    kind: FileKind
    #: Codec of a text file; empty for a workbook.
    encoding: str
    #: Names of all sheets of the workbook.
    sheet_names: tuple[str, ...]
    #: How many rows there are; of a text file at most so many.
    row_count: int
    remarks: tuple[Remark, ...]
    #: What the check of rows has to know.
    facts: SheetFacts
    #: Starts a new reading; rows are numbered from 1 as in the file.
    rows: Callable[[], Iterator[NumberedRow]]


def open_sheet(
    path: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    limits: SheetLimits = DEFAULT_LIMITS,
) -> Sheet:
    """Open the sheet of that name, or the first visible one that holds something.

    Raises a `FileRefused` for a file that is empty, damaged, encrypted, too large, or no table at all.
    """
    kind = find_kind(path, limits)
    if kind is FileKind.TEXT:
        opened = _open_text(path, encoding, limits)
    else:
        opened = _from_workbook(kind, open_workbook(path, kind, sheet, limits))
    if suits_name(kind, path):
        return opened
    return replace(opened, remarks=(_other_content(path, kind), *opened.remarks))


def _other_content(path: Path, kind: FileKind) -> Remark:
    text = msg("文件名以 {suffix} 结尾，内容其实是 {kind}，已按内容读取")
    return Remark(text, {"suffix": path.suffix, "kind": kind.value})


def _open_text(path: Path, encoding: str | None, limits: SheetLimits) -> Sheet:
    form = find_text_format(path, encoding)
    return Sheet(
        name="",
        kind=FileKind.TEXT,
        encoding=form.encoding,
        sheet_names=(),
        row_count=form.line_count,
        remarks=(),
        facts=SheetFacts(text_file=True),
        rows=partial(read_text_rows, path, form, limits),
    )


def _from_workbook(kind: FileKind, opened: OpenedSheet) -> Sheet:
    end = opened.content.end
    return Sheet(
        name=opened.name,
        kind=kind,
        encoding="",
        sheet_names=opened.sheet_names,
        row_count=end[0] + 1 if end else 0,
        remarks=tuple(_workbook_remarks(opened)),
        facts=SheetFacts(from_1904=opened.from_1904),
        rows=partial(read_workbook_rows, opened),
    )


def _workbook_remarks(opened: OpenedSheet) -> Iterator[Remark]:
    scan = opened.scan
    others = [name for name in opened.sheet_names if name != opened.name]
    if others:
        text = msg("只读取了工作表“{sheet}”，未读取：{others}")
        yield Remark(text, {"sheet": opened.name, "others": "、".join(others)})
    if scan.formula_count:
        text = msg("{count} 个单元格是公式，第一个在 {cell}，只读入保存时的结果，不会运算")
        if not scan.first_formula:
            text = msg("{count} 个单元格是公式，只读入保存时的结果，不会运算")
        yield Remark(text, {"count": scan.formula_count, "cell": scan.first_formula})
    if scan.error_count:
        text = msg("{count} 个单元格是错误值（如 #N/A），按空白读入")
        yield Remark(text, {"count": scan.error_count})
