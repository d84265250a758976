"""A layout is read from a text that people write; what is wrong is named with its line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.forms import FormKind, PaperSize
from gongdan.domain.layouts import (
    ChecklistPart,
    GridPart,
    Layout,
    LayoutCell,
    LayoutProblem,
    SignaturesPart,
    TablePart,
    TextPart,
    default_layout,
    problems,
)
from gongdan.printing.layout_texts import LayoutMisread, read_layout
from gongdan.printing.layout_writing import write_layout
from tests.core.printing.slips import SLIP_KIND, TEXT


def misread(text: str, kind: FormKind = SLIP_KIND) -> tuple[int, str]:
    """Return line and sentence of what is wrong with a text."""
    with pytest.raises(LayoutMisread) as refused:
        read_layout(text, kind)
    return refused.value.problem.line, sentence(refused.value.problem)


def named(text: str, kind: FormKind = SLIP_KIND) -> list[str]:
    """Return everything that a layout names and the form does not have, or lacks."""
    return [sentence(problem) for problem in problems(read_layout(text, kind), kind)]


def sentence(problem: LayoutProblem) -> str:
    """Return what is wrong in Chinese."""
    joined = {name: "、".join(value) if isinstance(value, tuple) else value for name, value in problem.params.items()}
    return problem.text.format(line=problem.line, **joined)


def test_a_text_is_read_as_it_stands() -> None:
    assert read_layout(TEXT, SLIP_KIND) == Layout(
        paper=PaperSize.A4_LANDSCAPE,
        columns=3,
        copies=("业主", "存根"),
        parts=(
            GridPart(
                heading="客户",
                rows=((LayoutCell("owner"), LayoutCell("phone", 2)), (LayoutCell("fault", 3, 5),)),
            ),
            TablePart(name="parts", widths=(("item", 5), ("amount", 2)), blank_lines=8, is_numbered=False),
            ChecklistPart(name="points"),
            TextPart(text="请业主当场验收。", is_small=True),
            SignaturesPart(names=("customer", "worker"), has_seal=False),
        ),
        note="本单一式两联",
    )
    assert named(TEXT) == []


def test_english_keys_and_names_mean_the_same() -> None:
    text = "paper: a5\nblocks:\n- rows:\n  - owner, phone\n- checklist: points\n- signatures: worker\n"
    assert read_layout(text, SLIP_KIND) == Layout(
        paper=PaperSize.A5,
        parts=(
            GridPart(rows=((LayoutCell("owner"), LayoutCell("phone")),)),
            ChecklistPart(name="points"),
            SignaturesPart(names=("worker",)),
        ),
    )


def test_what_a_text_leaves_out_is_as_the_form_has_it() -> None:
    layout = read_layout("内容:\n- 检查表: 检查项目\n", SLIP_KIND)
    assert (layout.paper, layout.columns, layout.copies, layout.note) == (PaperSize.A5, 2, None, "")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "版面是空的"),
        ("纸张: A4\n", 1, "版面缺少“内容”"),
        ("内容:\n- 标题: 客户\n  各行: [业主姓名\n", 4, "写法不对"),
        ("内容:\n\t- 各行: []\n", 2, "写法不对"),
        ("只是一段文字", 1, "这里应写成“名称: 内容”"),
        ("纸张: A3\n内容: []\n", 1, "没有“A3”这种纸张；可用的有：A4、A4横、A5、A5横"),
        ("颜色: 红\n内容: []\n", 1, "没有“颜色”这一项；可用的有：纸张、每行格数、联次、内容、附注"),
        ("内容: []\n内容: []\n", 2, "“内容”写了两次"),
        ("每行格数: 两格\n内容: []\n", 1, "“两格”应是整数"),
        ("内容:\n- 各行:\n  - 业主姓名*\n", 3, "应写成 栏名、栏名*格数 或 栏名*格数/行高"),
        ("内容:\n- 标题: 客户\n", 2, "每一块须写明是哪一种"),
        ("内容:\n- 文字: 一\n  明细表: 使用材料\n", 2, "只能是一种"),
        ("内容:\n- 文字: 一\n  空行: 3\n", 3, "“空行”不能写在这一块里"),
        ("内容: 业主姓名\n", 1, "应是一组"),
        ("内容:\n- 签字: [维修人员]\n  盖章: 也许\n", 3, "“也许”应是 是 或 否"),
        ("a: &a [1]\n内容: *a\n", 1, "不能用 & 和 * 引用"),
        ("内容: " + "[" * 5000, 1, "层次太多"),
        ("内容: \x07\n", 1, "有不能使用的字符"),
        ("内" * 20_001, 0, "版面最多 20000 个字"),
    ],
)
def test_what_is_no_layout_is_named_with_its_line(text: str, line: int, said: str) -> None:
    found = misread(text)
    assert found[0] == line
    assert said in found[1]


def test_unknown_names_are_named_with_what_could_be_meant() -> None:
    text = TEXT.replace("联系电话*2", "手机号码*2").replace("[业主签字, 维修人员]", "[维修人员, 经理]")
    assert named(text) == [
        "第 7 行：表单没有“手机号码”这一栏；可用的有：业主姓名、联系电话、报修内容",
        "第 16 行：表单没有“经理”这个签字栏；可用的有：维修人员、业主签字",
    ]


def test_a_missing_required_field_is_named() -> None:
    text = "内容:\n- 各行:\n  - 联系电话\n"
    assert named(text) == [
        "必填的“业主姓名”没有排进版面",
        "“检查项目”没有排进版面",
        "必签的“维修人员”没有排进版面",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("联系电话*2", "联系电话*3", "第 7 行：这一行占 4 格，每行只有 3 格"),
        ("联系电话*2", "业主姓名*2", "第 7 行：“业主姓名”已经排过一次"),
        ("/5", "/500", "第 8 行：行高应在 1 到 40 之间"),
        ("每行格数: 3", "每行格数: 9", "每行格数应在 1 到 4 之间"),
        ("明细表: 使用材料", "明细表: 工具", "第 9 行：表单没有“工具”这张明细表；可用的有：使用材料"),
        ("{名称: 5, 金额: 2}", "{单价: 5}", "第 9 行：明细表没有“单价”这一列；可用的有：名称、金额"),
        ("{名称: 5, 金额: 2}", "{名称: 0}", "第 9 行：列宽从 1 起"),
    ],
)
def test_what_cannot_be_is_named_with_its_line(old: str, new: str, said: str) -> None:
    assert said in named(TEXT.replace(old, new))


def test_the_default_layout_carries_every_form_and_reads_back_as_itself() -> None:
    layout = default_layout(SLIP_KIND)
    assert list(problems(layout, SLIP_KIND)) == []
    text = write_layout(layout, SLIP_KIND)
    assert text.splitlines()[4:8] == ["- 各行:", "    - 业主姓名, 联系电话", "    - 报修内容*2/3", "- 明细表: 使用材料"]
    assert read_layout(text, SLIP_KIND) == replace(layout, copies=("业主", "财务"))


@given(
    st.text(max_size=30).map(str.strip),
    st.lists(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), max_size=3),
    st.integers(1, 9),
    st.booleans(),
)
def test_what_is_written_reads_back_as_the_same(note: str, copies: list[str], share: int, truth: bool) -> None:  # noqa: FBT001 -- hypothesis hands it over
    readable = all(char.isprintable() and char not in "\u2028\u2029\x85\ufeff" for char in "".join([note, *copies]))
    if not readable:
        return
    layout = Layout(
        parts=(
            TablePart(name="parts", heading=note, widths=(("item", share),), blank_lines=share, is_numbered=truth),
            TextPart(text=note, is_small=truth),
            SignaturesPart(names=("worker",), has_seal=truth),
        ),
        copies=tuple(copies),
        note=note,
    )
    assert read_layout(write_layout(layout, SLIP_KIND), SLIP_KIND) == layout
