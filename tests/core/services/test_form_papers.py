"""A form is printed by the layout of its day, and what stands on the paper is what stands in the form."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from types import ModuleType

import pytest
from pypdf import PdfReader

from gongdan.domain.papers import Paper, PaperGrid, PaperSignatures, PaperTable
from gongdan.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from gongdan.language import for_locale
from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People
from gongdan.testing.sample_forms import REPAIR_ORDER, with_forms
from tests.core.services.papers import Paperwork, begin

Unchanged = Callable[[], AbstractContextManager[None]]

OWN = """\
纸张: A5横
每行格数: 3
联次: [业户]
内容:
- 标题: 维修内容
  各行:
  - 工时, 结果, 协助人
- 明细表: 用料
  序号: 否
- 签字: [维修人签字]
附注: 凭此单结算
"""


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": with_forms()}


@pytest.fixture
def work(person: People, factory: Factory) -> Paperwork:
    return begin(person, factory)


@pytest.fixture
def administrator(person: People) -> CompanyDesk:
    return person("administrator", login="guan", name="管先生")


def paper_of(work: Paperwork) -> Paper:
    return work.engineer.printing.paper("form", work.order.id, for_locale("zh"))


def words(paper: Paper) -> Iterator[str]:
    for block in paper.blocks:
        if isinstance(block, PaperGrid):
            yield from (text for row in block.rows for cell in row for text in (cell.label, cell.value) if text)


def test_a_draft_says_that_it_is_one(work: Paperwork) -> None:
    assert paper_of(work).watermark == "未归档"


def test_a_filed_form_prints_what_was_filed(work: Paperwork) -> None:
    filed = work.filed()
    paper = paper_of(work)
    assert (paper.title, paper.number, paper.watermark) == ("维修工作单", filed.number, "")
    assert paper.copies == ("第一联 存根", "第二联 业户", "第三联 维修班", "第四联 财务", "第五联 客服")
    assert "1.5 小时" in list(words(paper))
    (table,) = (block for block in paper.blocks if isinstance(block, PaperTable))
    assert table.titles == ("序号", "名称", "数量", "金额")
    assert [row[:2] for row in table.rows] == [("1", "水龙头"), ("2", "生料带"), ("", "")]
    assert table.totals == (("合计", "", "", "¥90.00"),)
    assert "玖拾元整" in table.closing
    (signed,) = (block for block in paper.blocks if isinstance(block, PaperSignatures))
    assert [box.name for box in signed.boxes] == ["李建国", "", ""]
    assert signed.seal == "服务专用章"
    assert filed.hash[:16] in paper.footer


def test_the_pdf_of_a_form_can_be_read_back_and_is_noted(work: Paperwork, company_desk: CompanyDesk) -> None:
    work.filed()
    content = work.engineer.printing.pdf("form", work.order.id, paper_of(work))
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) == 5
    assert "第三联 维修班" in pages[2].extract_text()
    (entry,) = company_desk.journal.latest(act="paper.printed")
    assert (entry.subject_kind, entry.actor_name) == ("form", "李建国")
    assert "第一联 存根（补打）" in paper_of(work).copies


def test_a_company_changes_the_layout_and_goes_back(
    work: Paperwork, administrator: CompanyDesk, company_desk: CompanyDesk
) -> None:
    layouts = administrator.layouts
    assert layouts.save(REPAIR_ORDER.name, OWN, 0).version == 1
    paper = paper_of(work)
    assert (paper.size.value, paper.copies) == ("a5_landscape", ("第一联 业户",))
    assert isinstance(paper.blocks[0], PaperGrid)
    assert (paper.blocks[0].heading, [cell.label for cell in paper.blocks[0].rows[0]]) == (
        "维修内容", ["工时", "结果", "协助人"],
    )  # fmt: skip
    assert layouts.reset(REPAIR_ORDER.name, 1).is_shipped
    assert paper_of(work).size.value == "a4"
    assert [one.version for one in layouts.versions(REPAIR_ORDER.name)] == [2, 1, 0]
    acts = [(entry.act, entry.actor_name) for entry in company_desk.journal.latest(act="layout.")]
    assert acts == [("layout.reset", "管先生"), ("layout.saved", "管先生")]


def test_a_filed_form_keeps_the_layout_of_its_day(work: Paperwork, administrator: CompanyDesk, clock: Clock) -> None:
    administrator.layouts.save(REPAIR_ORDER.name, OWN, 0)
    clock.move(timedelta(hours=1))
    work.filed()
    clock.move(timedelta(hours=1))
    administrator.layouts.reset(REPAIR_ORDER.name, 1)
    assert paper_of(work).size.value == "a5_landscape"


def test_a_layout_without_a_required_field_is_refused_and_nothing_is_saved(
    administrator: CompanyDesk, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        administrator.layouts.save(REPAIR_ORDER.name, OWN.replace("工时, ", "").replace("结果", "结论"), 0)
    said = [
        (problem.rule, problem.value, dict(problem.params or {}).get("label", "")) for problem in refused.value.problems
    ]
    assert said == [
        ("第 {line} 行：表单没有“{name}”这一栏；可用的有：{known}", "- 结论, 协助人", ""),
        ("必填的“{label}”没有排进版面", "", "工时"),
        ("必填的“{label}”没有排进版面", "", "结果"),
    ]


def test_two_administrators_do_not_overwrite_each_other(administrator: CompanyDesk, unchanged: Unchanged) -> None:
    administrator.layouts.save(REPAIR_ORDER.name, OWN, 0)
    with unchanged(), pytest.raises(StaleVersion):
        administrator.layouts.save(REPAIR_ORDER.name, OWN, 0)


def test_only_administrators_change_layouts(work: Paperwork, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(NotAllowed):
        work.clerk.layouts.save(REPAIR_ORDER.name, OWN, 0)
    with unchanged(), pytest.raises(NotAllowed):
        work.clerk.layouts.reset(REPAIR_ORDER.name, 0)


def test_a_kind_that_nobody_declares_has_no_layout(administrator: CompanyDesk, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(NotFound):
        administrator.layouts.save("sample.nothing", OWN, 0)


def test_an_empty_form_shows_what_a_layout_looks_like(administrator: CompanyDesk) -> None:
    layout = administrator.layouts.read(REPAIR_ORDER.name, OWN)
    paper = administrator.printing.sample(REPAIR_ORDER, layout, for_locale("zh"))
    assert (paper.title, paper.number) == ("维修工作单", "")
    assert "工时" in list(words(paper))


def test_the_code_of_a_form_tells_how_it_stands(work: Paperwork, company_desk: CompanyDesk) -> None:
    codes = company_desk.installation.paper_codes
    token = codes.token(company_desk.company.id, "form", work.order.id)
    work.engineer.printing.note("form", work.order.id, paper_of(work), way="page")
    assert codes.find(token).proof.validity == "draft"
    filed = work.filed()
    assert (codes.find(token).proof.title, codes.find(token).proof.number) == ("维修工作单", filed.number)
    assert codes.find(token).proof.validity == "valid"
    work.head.forms.void(filed.id, filed.version, "开错了")
    assert codes.find(token).proof.validity == "void"
