"""Reading csv and its relatives, of any encoding that Chinese offices use."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gongdan.domain.headings import NumberedRow
from gongdan.sheets.cell_marks import unguard
from gongdan.sheets.errors import BrokenQuotes, UnreadableText, UnsupportedFile, WorkbookTooLarge
from gongdan.sheets.limits import SheetLimits
from gongdan.text import msg

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Tried in this order: a text in GB18030 is almost never valid UTF-8, but every byte run is nearly GB18030.
_TRIED: Final = ("utf-8", "gb18030")
_DELIMITERS: Final = ",\t;|"
_LINES_FOR_DELIMITER: Final = 30
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How the bytes of a text file become cells."""

    #: Codec name; ``utf-8-sig`` where a mark stands at the start.
    encoding: str
    delimiter: str
    #: Number of lines, which is at least the number of rows.
    line_count: int
    #: A quote mark stands somewhere, so that cells may be guarded.
    guarded: bool


def find_text_format(path: Path, encoding: str | None = None) -> TextFormat:
    """Choose the encoding by mark, strict UTF-8, then GB18030, and the delimiter by the first lines.

    Raises `UnreadableText` if the bytes fit none of them, or not the ``encoding`` that was asked for.
    """
    candidates = (encoding,) if encoding else _candidates(path)
    for candidate in candidates:
        counted = _decode(path, candidate)
        if counted is not None:
            line_count, guarded = counted
            return TextFormat(candidate, _find_delimiter(path, candidate), line_count, guarded)
    raise UnreadableText(name=path.name, encodings=", ".join(candidates))


def _candidates(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return (encoding,)
    return _TRIED


def _decode(path: Path, encoding: str) -> tuple[int, bool] | None:
    """Decode the whole file; return its lines and whether a quote mark stands in it, or None."""
    line_count, guarded = 1, False
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                text = decoder.decode(chunk)
                line_count += text.count("\n")
                guarded = guarded or "'" in text
                if "\x00" in text:
                    raise UnsupportedFile(name=path.name)
            decoder.decode(b"", final=True)
    except (UnicodeDecodeError, LookupError):
        return None
    return line_count, guarded


def _find_delimiter(path: Path, encoding: str) -> str:
    """Choose the character that stands equally often in the most of the first lines."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line, _ in zip(file, range(_LINES_FOR_DELIMITER), strict=False) if line.strip()]

    def regularity(delimiter: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(delimiter)))
        count, line_count = counts.most_common(1)[0] if counts else (0, 0)
        return line_count, count

    return max(_DELIMITERS, key=regularity)


def read_text_rows(path: Path, form: TextFormat, limits: SheetLimits) -> Iterator[NumberedRow]:
    """Yield the rows from 1 with their cells, blank lines as rows without cells.

    Raises `BrokenQuotes` or `WorkbookTooLarge` in the middle of the file.
    """
    with path.open(encoding=form.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=form.delimiter, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "field larger" in str(error):
                    limit = csv.field_size_limit()
                    raise WorkbookTooLarge(name=path.name, measure=msg("单格字数"), limit=limit) from error
                raise BrokenQuotes(name=path.name, line=reader.line_num) from error
            if len(cells) > limits.columns:
                raise WorkbookTooLarge(name=path.name, measure=msg("列数"), limit=limits.columns)
            yield number, [unguard(cell) for cell in cells] if form.guarded else cells
