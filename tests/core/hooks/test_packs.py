"""Policy packs as files: what is read, and every fault with its line."""

import pytest

from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_packs import PackLine, PolicyPack, Wording
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.rulebook import Rulebook
from gongdan.errors import DeclarationError, InvalidInput
from gongdan.hooks.manager import PluginManager
from gongdan.hooks.packs import LARGEST, read_pack, write_pack
from gongdan.testing.fakes import make_plugin

WHOLE = """\
# 住宅小区
pack: rules.homes
label: {zh: 住宅小区, en: Homes}
source: "001"
lines:
  rules.answer:
    value: 2 h
    clause: 001-01-16
    note: 有效投诉
  rules.night:
    value: 17:30
  rules.paid: {value: no}
  rules.fee:
    value: undecided
    note: {zh: 原文只说合理, en: The source says reasonable}
"""


def _problems(data: bytes) -> list[tuple[str, object]]:
    with pytest.raises(InvalidInput) as refusal:
        read_pack(data)
    return [(problem.rule, (problem.params or {}).get("line")) for problem in refusal.value.problems]


def test_every_scalar_is_the_text_that_stands_there() -> None:
    pack = read_pack(WHOLE.encode())
    assert (pack.name, pack.label, pack.source) == ("rules.homes", Wording("住宅小区", "Homes"), "001")
    assert [(line.key, line.text, line.row) for line in pack.lines] == [
        ("rules.answer", "2 h", 6),
        ("rules.night", "17:30", 10),
        ("rules.paid", "no", 12),
        ("rules.fee", None, 13),
    ]
    assert (pack.lines[0].clause, pack.lines[0].note) == ("001-01-16", Wording("有效投诉", "有效投诉"))
    assert pack.lines[3].note.of("en") == "The source says reasonable"


def test_what_is_written_is_read_again() -> None:
    lines = (PackLine("rules.night", "17:30", "001-01-16", Wording("a: b # c", "x")), PackLine("rules.fee", None))
    pack = PolicyPack("xingfu", Wording("幸福物业", "幸福物业"), "xingfu", lines)
    again = read_pack(write_pack(pack).encode())
    assert again.fingerprint == pack.fingerprint
    assert (again.name, again.label, again.source) == (pack.name, pack.label, pack.source)


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (WHOLE.replace("  rules.night:", " rules.night:"), "第 {line} 行：不是正确的 YAML", 10),
        (WHOLE.replace("{value: no}", "{value: no"), "第 {line} 行：不是正确的 YAML", 13),
        (WHOLE.replace("rules.fee", "rules.answer"), "第 {line} 行：同一项写了两次，生效时刻相同的值只能有一个", 13),
        (WHOLE.replace("    clause:", "    clauses:"), "第 {line} 行：制度包里没有这一项", 8),
        (WHOLE.replace("17:30", ""), "第 {line} 行：没有填值；没有定数时请写 undecided", 10),
        (WHOLE.replace("{value: no}", "no"), "第 {line} 行：这里应是“名称: 值”的列表", 12),
        (WHOLE.replace("17:30", "[17, 30]"), "第 {line} 行：这里应是一个值", 11),
        ("- rules.answer\n", "第 {line} 行：这里应是“名称: 值”的列表", 1),
        ("", "第 {line} 行：这里应是“名称: 值”的列表", 1),
        (WHOLE.replace("rules.homes", ""), "第 {line} 行：没有写制度包的名称（pack）", 2),
        ("pack: x\nlines: {}\n", "第 {line} 行：没有任何制度值", 2),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, rule: str, line: int) -> None:
    assert (rule, line) in _problems(text.encode())


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (WHOLE.encode("gbk"), "第 {line} 行：不是 UTF-8 文字"),
        (b"x" * (LARGEST + 1), "文件超过 {largest} 字节"),
        (b"[" * 5000, "嵌套过深"),
        (b"pack: \x07", "文件里有不能使用的字符"),
    ],
    ids=["another encoding", "too large", "too deep", "a control character"],
)
def test_a_file_that_cannot_be_read_is_told_why(data: bytes, rule: str) -> None:
    assert [told for told, _ in _problems(data)] == [rule]


def test_aliases_do_not_blow_up() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert ("第 {line} 行：制度包里没有这一项", 2) in _problems(("a0: &a0 [x]\n" + levels).encode())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (PackLine("rules.hours", "3"), "names rules.hours, which is no key of its own"),
        (PackLine("rules.days", "31"), "gives rules.days 31, which does not fit"),
        (PackLine("rules.days", "3", "RULES-1"), "names clause RULES-1, which has no text"),
    ],
)
def test_a_plugin_whose_pack_does_not_fit_its_keys_is_refused(line: PackLine, problem: str) -> None:
    key = PolicyKey("rules.days", "保留天数", PolicyKind.INTEGER, highest="30")
    pack = PolicyPack("rules.homes", Wording("住宅", "Homes"), "", (line,))
    book = Rulebook(label="制度", description="x", policy_keys=(key,), packs=(pack,))
    manager = PluginManager()
    with pytest.raises(DeclarationError, match=problem):
        manager.register("rules", make_plugin(register_rulebook=lambda: book))
