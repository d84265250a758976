"""Writing a layout as the text that people change."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from gongdan.domain.forms import FormKind
from gongdan.domain.layouts import (
    ChecklistPart,
    GridPart,
    Layout,
    LayoutCell,
    LayoutPart,
    SignaturesPart,
    TablePart,
    TextPart,
)
from gongdan.printing.layout_texts import FALSE, KEYS, PAPERS, TRUE, Names

_PLAIN: Final = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff（） ]*")
#: What a word may consist of to stand in a row without being taken for more than a name.
_WORD: Final = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff（）]*")


def write_layout(layout: Layout, kind: FormKind) -> str:
    """Return the text of a layout, which ``read_layout`` reads as the same."""
    words = _Wording(kind)
    lines = [f"{KEYS['paper']}: {PAPERS[layout.paper]}", f"{KEYS['columns']}: {layout.columns}"]
    copies = layout.copies if layout.copies is not None else tuple(copy.recipient for copy in kind.copies)
    if copies or layout.copies is not None:
        lines.append(f"{KEYS['copies']}: [{', '.join(map(_quoted, copies))}]")
    lines.append(f"{KEYS['blocks']}:")
    for part in layout.parts:
        lines += _indented(_part_lines(part, words))
    if layout.note:
        lines.append(f"{KEYS['note']}: {_quoted(layout.note)}")
    return "\n".join(lines) + "\n"


class _Wording:
    """What the parts of a form kind are called in a text: by their labels where these are plain and stand once."""

    def __init__(self, kind: FormKind) -> None:
        names = Names(kind)
        self.cells = _called(names.cells)
        self.tables = _called(names.tables)
        self.columns = {table: _called(columns) for table, columns in names.columns.items()}
        self.checklists = _called(names.checklists)
        self.signatures = _called(names.signatures)


def _called(names: Mapping[str, str]) -> Mapping[str, str]:
    found = {name: name for name in names.values()}
    for word, name in names.items():
        if word != name and _WORD.fullmatch(word) and word not in found:
            found[name] = word
    return found


def _part_lines(part: LayoutPart, words: _Wording) -> list[str]:
    heading = [] if isinstance(part, TextPart | SignaturesPart) or part.heading is None else [
        f"{KEYS['heading']}: {_quoted(part.heading)}"
    ]  # fmt: skip
    match part:
        case GridPart():
            rows = [f"  - {', '.join(_cell_text(cell, words) for cell in row)}" for row in part.rows]
            return [*heading, f"{KEYS['rows']}:", *rows] if rows else [*heading, f"{KEYS['rows']}: []"]
        case TablePart():
            return [f"{KEYS['table']}: {words.tables.get(part.name, part.name)}", *heading, *_table_lines(part, words)]
        case ChecklistPart():
            return [f"{KEYS['checklist']}: {words.checklists.get(part.name, part.name)}", *heading]
        case TextPart():
            small = [f"{KEYS['small']}: 是"] if part.is_small else []
            return [f"{KEYS['text']}: {_quoted(part.text)}", *small]
    named = ", ".join(words.signatures.get(name, name) for name in part.names)
    seal = [] if part.has_seal else [f"{KEYS['seal']}: 否"]
    return [f"{KEYS['signatures']}: [{named}]", *seal]


def _table_lines(part: TablePart, words: _Wording) -> Iterator[str]:
    columns = words.columns.get(part.name, {})
    if part.widths:
        shares = ", ".join(f"{columns.get(name, name)}: {share}" for name, share in part.widths)
        yield f"{KEYS['widths']}: {{{shares}}}"
    if part.blank_lines is not None:
        yield f"{KEYS['blank_lines']}: {part.blank_lines}"
    if not part.is_numbered:
        yield f"{KEYS['numbered']}: 否"


def _cell_text(cell: LayoutCell, words: _Wording) -> str:
    span = f"*{cell.span}" if cell.span > 1 else ""
    lines = f"/{cell.lines}" if cell.lines > 1 else ""
    return f"{words.cells.get(cell.name, cell.name)}{span}{lines}"


def _indented(lines: list[str]) -> list[str]:
    return [f"{'- ' if place == 0 else '  '}{line}" for place, line in enumerate(lines)]


def _quoted(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in TRUE | FALSE | {"null"} and text == text.strip()
    return text if is_plain else json.dumps(text, ensure_ascii=False)
