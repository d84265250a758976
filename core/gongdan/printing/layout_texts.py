"""Layouts as the texts in which people write them: YAML with a few keys, in Chinese or in English."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NoReturn

import yaml

from gongdan.domain.forms import FormKind, PaperSize
from gongdan.domain.layouts import (
    ChecklistPart,
    GridPart,
    Layout,
    LayoutCell,
    LayoutPart,
    LayoutProblem,
    SignaturesPart,
    TablePart,
    TextPart,
)
from gongdan.text import msg

#: Longest text of a layout, in characters, inclusive.
MAX_CHARACTERS: Final = 20_000
_DEEPEST: Final = 6

#: Keys with the Chinese words that mean the same.
KEYS: Final[Mapping[str, str]] = {
    "paper": "纸张", "columns": "每行格数", "copies": "联次", "blocks": "内容", "heading": "标题", "rows": "各行",
    "table": "明细表", "widths": "列宽", "blank_lines": "空行", "numbered": "序号", "checklist": "检查表",
    "text": "文字", "small": "小字", "signatures": "签字", "seal": "盖章", "note": "附注",
}  # fmt: skip
_MEANT: Final = {**{chinese: key for key, chinese in KEYS.items()}, **{key: key for key in KEYS}}
_TOP: Final = ("paper", "columns", "copies", "blocks", "note")
#: What makes a part, with the keys that it may have beside that.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "rows": ("heading",),
    "table": ("heading", "widths", "blank_lines", "numbered"),
    "checklist": ("heading",),
    "text": ("small",),
    "signatures": ("seal",),
}
_SEPARATORS: Final = re.compile(r"[,，、;；]")
_CELL: Final = re.compile(r"(?P<name>[^*/]+?)\s*(?:\*\s*(?P<span>\d{1,2}))?\s*(?:/\s*(?P<lines>\d{1,3}))?")
TRUE: Final = frozenset({"true", "yes", "on", "是", "有"})
FALSE: Final = frozenset({"false", "no", "off", "否", "无"})


class LayoutMisread(Exception):
    """The text is no layout."""

    def __init__(self, problem: LayoutProblem) -> None:
        super().__init__(problem.text)
        #: What is wrong, and in which line.
        self.problem = problem


def read_layout(text: str, kind: FormKind) -> Layout:
    """Return the layout that a text describes; what it names may not exist. Raises ``LayoutMisread``."""
    if len(text) > MAX_CHARACTERS:
        _misread(msg("版面最多 {most} 个字"), 0, most=MAX_CHARACTERS)
    top = _mapping(_composed(text), _TOP)
    if "blocks" not in top:
        _misread(msg("版面缺少“{key}”"), 1, key=KEYS["blocks"])
    names = Names(kind)
    return Layout(
        parts=tuple(_part(node, names) for node in _items(top["blocks"])),
        paper=_paper(top["paper"]) if "paper" in top else kind.paper,
        columns=_number(top["columns"]) if "columns" in top else kind.columns,
        copies=tuple(_list(top["copies"])) if "copies" in top else None,
        note=_text(top["note"]) if "note" in top else "",
    )


class Names:
    """The parts of a form kind by their names and by what the paper calls them."""

    def __init__(self, kind: FormKind) -> None:
        parts = [(part.name, part.label) for section in kind.sections for part in section.parts]
        self.cells = _both(parts)
        self.tables = _both((table.name, table.label) for table in kind.tables)
        self.columns = {
            table.name: _both((column.name, column.label) for column in table.columns) for table in kind.tables
        }
        self.checklists = _both((checklist.name, checklist.label) for checklist in kind.checklists)
        self.signatures = _both((box.name, box.label) for box in kind.signatures)


def _both(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return names by themselves and by their labels; a label that stands twice means nothing."""
    known = list(pairs)
    labels = [label for _, label in known]
    by_label = {label: name for name, label in known if label and labels.count(label) == 1}
    return {**by_label, **{name: name for name, _ in known}}


def _composed(text: str) -> yaml.Node:
    try:
        _refuse_tangles(text)
        found = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        _misread(msg("第 {line} 行：写法不对，请检查缩进、冒号和引号"), mark.line + 1 if mark else 1)
    except yaml.YAMLError:
        _misread(msg("第 {line} 行：有不能使用的字符"), 1)
    if found is None:
        _misread(msg("版面是空的"), 1)
    return found


def _refuse_tangles(text: str) -> None:
    """Refuse what no layout needs and what could grow without end: references, and nesting without end."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _misread(msg("第 {line} 行：版面里不能用 & 和 * 引用"), _event_line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            _misread(msg("第 {line} 行：层次太多"), _event_line(event))


def _part(node: yaml.Node, names: Names) -> LayoutPart:
    line = _line(node)
    given = _mapping(node, (*_PARTS, *(key for keys in _PARTS.values() for key in keys)))
    makers = [key for key in _PARTS if key in given]
    if len(makers) != 1:
        known = tuple(KEYS[key] for key in _PARTS)
        _misread(msg("第 {line} 行：每一块须写明是哪一种，且只能是一种：{known}"), line, known=known)
    for key in given:
        if key != makers[0] and key not in _PARTS[makers[0]]:
            _misread(msg("第 {line} 行：“{key}”不能写在这一块里"), _line(given[key]), key=KEYS[key])
    heading = _text(given["heading"]) if "heading" in given else None
    match makers[0]:
        case "rows":
            return GridPart(heading=heading, rows=tuple(_rows(given["rows"], names)), line=line)
        case "table":
            return _table(given, names, heading, line)
        case "checklist":
            name = _text(given["checklist"])
            return ChecklistPart(name=names.checklists.get(name, name), heading=heading, line=line)
        case "text":
            return TextPart(text=_text(given["text"]), is_small="small" in given and _truth(given["small"]), line=line)
    signed = tuple(names.signatures.get(name, name) for name in _list(given["signatures"]))
    return SignaturesPart(names=signed, has_seal="seal" not in given or _truth(given["seal"]), line=line)


def _table(given: Mapping[str, yaml.Node], names: Names, heading: str | None, line: int) -> TablePart:
    named = _text(given["table"])
    name = names.tables.get(named, named)
    columns = names.columns.get(name, {})
    widths = _pairs(given["widths"]) if "widths" in given else []
    return TablePart(
        name=name,
        heading=heading,
        widths=tuple((columns.get(column, column), _number(share)) for column, share in widths),
        blank_lines=_number(given["blank_lines"]) if "blank_lines" in given else None,
        is_numbered="numbered" not in given or _truth(given["numbered"]),
        line=line,
    )


def _rows(node: yaml.Node, names: Names) -> Iterator[tuple[LayoutCell, ...]]:
    for row in _items(node):
        texts = [(text, _line(row)) for text in _list(row)]
        cells = tuple(_cell(text, line, names) for text, line in texts)
        if cells:
            yield cells


def _cell(text: str, line: int, names: Names) -> LayoutCell:
    found = _CELL.fullmatch(text)
    if found is None:
        _misread(msg("第 {line} 行：“{text}”应写成 栏名、栏名*格数 或 栏名*格数/行高"), line, text=text)
    name = found["name"]
    return LayoutCell(names.cells.get(name, name), int(found["span"] or 1), int(found["lines"] or 1), line)


def _mapping(node: yaml.Node, allowed: tuple[str, ...]) -> Mapping[str, yaml.Node]:
    """Return the values of a mapping by the English key."""
    if not isinstance(node, yaml.MappingNode):
        known = tuple(KEYS[key] for key in dict.fromkeys(allowed))
        _misread(msg("第 {line} 行：这里应写成“名称: 内容”；可用的名称有：{known}"), _line(node), known=known)
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        written = _text(key_node)
        key = _MEANT.get(written, "")
        if key not in allowed:
            known = tuple(KEYS[one] for one in dict.fromkeys(allowed))
            words = msg("第 {line} 行：没有“{key}”这一项；可用的有：{known}")
            _misread(words, _line(key_node), key=written, known=known)
        if key in found:
            _misread(msg("第 {line} 行：“{key}”写了两次"), _line(key_node), key=written)
        found[key] = value
    return found


def _pairs(node: yaml.Node) -> list[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        _misread(msg("第 {line} 行：应写成“列名: 宽度”"), _line(node))
    return [(_text(key), value) for key, value in node.value]


def _items(node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        _misread(msg("第 {line} 行：应是一组，每项以“- ”开头"), _line(node))
    return list(node.value)


def _list(node: yaml.Node) -> list[str]:
    """Return the texts of a list, or those of one text with commas."""
    if isinstance(node, yaml.SequenceNode):
        return [_text(item) for item in node.value]
    return [part.strip() for part in _SEPARATORS.split(_text(node)) if part.strip()]


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        _misread(msg("第 {line} 行：这里应是一段文字"), _line(node))
    return str(node.value).strip()


def _number(node: yaml.Node) -> int:
    text = _text(node)
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_CHARACTERS)):
        _misread(msg("第 {line} 行：“{text}”应是整数"), _line(node), text=text)
    return int(text)


def _truth(node: yaml.Node) -> bool:
    text = _text(node).lower()
    if text not in TRUE | FALSE:
        _misread(msg("第 {line} 行：“{text}”应是 是 或 否"), _line(node), text=text)
    return text in TRUE


def _paper(node: yaml.Node) -> PaperSize:
    text = _text(node).lower().replace("-", "_").replace(" ", "_").replace("横", "_landscape")
    try:
        return PaperSize(text)
    except ValueError:
        known = tuple(PAPERS[size] for size in PaperSize)
        _misread(
            msg("第 {line} 行：没有“{text}”这种纸张；可用的有：{known}"), _line(node), text=_text(node), known=known
        )


PAPERS: Final[Mapping[PaperSize, str]] = {
    PaperSize.A4: "A4", PaperSize.A4_LANDSCAPE: "A4横", PaperSize.A5: "A5", PaperSize.A5_LANDSCAPE: "A5横",
}  # fmt: skip


def _line(node: yaml.Node) -> int:
    return (node.start_mark.line if node.start_mark else 0) + 1


def _event_line(event: yaml.Event) -> int:
    return (event.start_mark.line if event.start_mark else 0) + 1


def _misread(words: str, line: int, /, **params: object) -> NoReturn:
    raise LayoutMisread(LayoutProblem(words, line, params))
