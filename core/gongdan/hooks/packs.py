"""Policy packs as files: ``packs/*.yaml`` of a plugin, what a company exports, what an administrator hands in.

::

    pack: property_mgmt.office
    label: {zh: 写字楼（制度 004）, en: Office building (regulation 004)}
    source: "004"
    lines:
      property_mgmt.on_site:
        value: 15 min
        clause: 004-09-08
        note: {zh: 工单发出起算, en: Counted from the work order}
      property_mgmt.investigate:
        value: undecided

Every scalar is read as the text that stands there: ``17:30`` stays a time of day and ``no`` a word. A key without a
figure says ``undecided``, so that none is left open by mistake.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml

from gongdan.domain.policy_packs import PackLine, PolicyPack, Wording
from gongdan.errors import DeclarationError, FieldProblem, InvalidInput
from gongdan.text import msg

UNDECIDED = "undecided"
#: Largest file, in bytes.
LARGEST = 256 * 1024

_TOP = frozenset({"pack", "label", "source", "lines"})
_LINE = frozenset({"value", "clause", "note"})
_LANGUAGES = frozenset({"zh", "en"})


def read_packs(package: str) -> tuple[PolicyPack, ...]:
    """Return the packs in the folder ``packs`` of an import package, by name; raises ``DeclarationError``."""
    found: list[PolicyPack] = []
    for file in files(package).joinpath("packs").iterdir():
        if file.name.endswith(".yaml"):
            try:
                found.append(read_pack(file.read_bytes()))
            except InvalidInput as refusal:
                told = "; ".join(f"{each.field}: {each.rule} {dict(each.params or {})}" for each in refusal.problems)
                raise DeclarationError(package, f"packs/{file.name}: {told}") from refusal
    return tuple(sorted(found, key=lambda pack: pack.name))


def read_pack(data: bytes) -> PolicyPack:
    """Read a pack; raises ``InvalidInput`` with the line of everything that is not as it should be.

    Whether its keys exist and its values fit is another question, since that depends on who reads it.
    """
    reading = _Reading()
    top = reading.fields(_compose(data), _TOP)
    lines = reading.entries(top["lines"]) if "lines" in top else []
    pack = PolicyPack(
        name=reading.text(top.get("pack")),
        label=reading.wording(top.get("label")),
        source=reading.text(top.get("source")),
        lines=tuple(reading.line(key, node) for key, node in lines),
    )
    if not pack.name:
        reading.refuse(top.get("pack"), "pack", msg("第 {line} 行：没有写制度包的名称（pack）"))
    if not lines:
        reading.refuse(top.get("lines"), "lines", msg("第 {line} 行：没有任何制度值"))
    if reading.problems:
        raise InvalidInput(tuple(reading.problems))
    return pack


def write_pack(pack: PolicyPack) -> str:
    """Write a pack as a file that ``read_pack`` reads again."""
    lines = {line.key: _written(line) for line in pack.lines}
    content = {"pack": pack.name, "label": _both(pack.label), "source": pack.source, "lines": lines}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def _written(line: PackLine) -> Mapping[str, object]:
    said = {"value": UNDECIDED if line.text is None else line.text, "clause": line.clause, "note": _both(line.note)}
    return {name: each for name, each in said.items() if each}


def _both(wording: Wording) -> object:
    return wording.zh if wording.zh == wording.en else {"zh": wording.zh, "en": wording.en}


def _compose(data: bytes) -> yaml.Node | None:
    if len(data) > LARGEST:
        raise _refusal("", msg("文件超过 {largest} 字节"), largest=LARGEST)
    try:
        return yaml.compose(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except UnicodeDecodeError as problem:
        row = data[: problem.start].count(b"\n") + 1
        raise _refusal("", msg("第 {line} 行：不是 UTF-8 文字"), msg("请另存为 UTF-8"), line=row) from problem
    except RecursionError as problem:
        raise _refusal("", msg("嵌套过深")) from problem
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        row = mark.line + 1 if mark else 1
        remedy = msg("请检查这一行前后的缩进、冒号与引号（{detail}）")
        detail = problem.problem or ""
        raise _refusal("", msg("第 {line} 行：不是正确的 YAML"), remedy, line=row, detail=detail) from problem
    except yaml.YAMLError as problem:
        raise _refusal("", msg("文件里有不能使用的字符")) from problem


def _refusal(field: str, rule: str, remedy: str = "", **params: object) -> InvalidInput:
    return InvalidInput((FieldProblem(field, "", rule, remedy, params=params, label=msg("制度包")),))


class _Reading:
    """Reads nodes and remembers everything that is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def refuse(self, node: yaml.Node | None, field: str, rule: str, value: str = "") -> None:
        row = node.start_mark.line + 1 if node is not None else 1
        self.problems.append(FieldProblem(field, value, rule, params={"line": row}, label=msg("制度包")))

    def entries(self, node: yaml.Node | None) -> list[tuple[yaml.Node, Any]]:
        """Return the entries of a mapping, each name once."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(node, "", msg("第 {line} 行：这里应是“名称: 值”的列表"))
            return []
        seen: set[str] = set()
        return [pair for pair in node.value if self._is_new(pair[0], seen)]

    def _is_new(self, name: yaml.Node, seen: set[str]) -> bool:
        text = self.text(name)
        if text in seen:
            self.refuse(name, text, msg("第 {line} 行：同一项写了两次，生效时刻相同的值只能有一个"), text)
        known = text in seen
        seen.add(text)
        return bool(text) and not known

    def fields(self, node: yaml.Node | None, allowed: frozenset[str]) -> Mapping[str, yaml.Node]:
        """Return the entries of a mapping by name; other names are refused."""
        found = {self.text(name): value for name, value in self.entries(node)}
        for name, value in found.items():
            if name not in allowed:
                self.refuse(value, name, msg("第 {line} 行：制度包里没有这一项"), name)
        return found

    def text(self, node: yaml.Node | None) -> str:
        """Return a scalar as it stands there."""
        if node is None or isinstance(node, yaml.ScalarNode):
            return str(node.value).strip() if node else ""
        self.refuse(node, "", msg("第 {line} 行：这里应是一个值"))
        return ""

    def wording(self, node: yaml.Node | None) -> Wording:
        """Return a text for readers of any language, or one for each."""
        if isinstance(node, yaml.MappingNode):
            texts = {name: self.text(value) for name, value in self.fields(node, _LANGUAGES).items()}
            some = next(iter(texts.values()), "")
            return Wording(texts.get("zh", some), texts.get("en", some))
        text = self.text(node)
        return Wording(text, text)

    def line(self, name: yaml.Node, node: yaml.Node) -> PackLine:
        """Return what a pack says of one key."""
        key = self.text(name)
        said = self.fields(node, _LINE)
        text = self.text(said.get("value"))
        if isinstance(node, yaml.MappingNode) and not text:
            self.refuse(name, key, msg("第 {line} 行：没有填值；没有定数时请写 undecided"), key)
        return PackLine(
            key=key,
            text=None if text == UNDECIDED else text,
            clause=self.text(said.get("clause")),
            note=self.wording(said.get("note")),
            row=name.start_mark.line + 1,
        )
