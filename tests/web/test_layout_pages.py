"""The administrator changes how a form is laid out, with the paper beside the text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType

import pytest

from gongdan.services.desk import Desk
from gongdan.testing.factories import Factory, People
from gongdan.testing.sample_forms import REPAIR_ORDER, with_forms
from tests.core.printing.word_files import texts, word_file
from tests.core.services.papers import begin
from tests.core.services.test_form_papers import OWN
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]
PATH = f"/settings/layouts/{REPAIR_ORDER.name}"


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": with_forms()}


def test_the_editor_shows_the_text_and_the_paper(administrator: Visitor) -> None:
    assert "维修工作单" in administrator.get("/settings/layouts").text
    page = administrator.get(PATH).text
    assert "纸张: A4" in page
    assert '<article class="paper paper-a4"' in page
    assert "默认版面" in page


def test_a_layout_is_previewed_saved_and_taken_back(administrator: Visitor, unchanged: Unchanged) -> None:
    with unchanged():
        preview = administrator.post(f"{PATH}/preview", {"text": OWN}, fragment=True).text
    assert 'class="paper paper-a5-landscape"' in preview
    assert "凭此单结算" in preview
    administrator.post(PATH, {"text": OWN.replace("\n", "\r\n"), "version": "0"})
    page = administrator.get(PATH).text
    assert "本公司版面，第 1 版" in page
    assert "陈红" in page
    administrator.post(f"{PATH}/shipped", {"version": "1"})
    assert "纸张: A4\n" in administrator.get(PATH).text.replace("\r", "")


def test_what_is_wrong_is_named_with_its_line_and_what_was_typed_stays(
    administrator: Visitor, unchanged: Unchanged
) -> None:
    wrong = OWN.replace("工时, 结果", "工时长, 结果")
    with unchanged():
        preview = administrator.post(f"{PATH}/preview", {"text": wrong}, fragment=True).text
        answer = administrator.post(PATH, {"text": wrong, "version": "0"})
    assert answer.status_code == 422
    for page in (preview, answer.text):
        assert "第 7 行：表单没有“工时长”这一栏" in page
        assert "必填的“工时”没有排进版面" in page
    assert "工时长, 结果, 协助人</textarea>" in answer.text or "- 工时长, 结果, 协助人" in answer.text


def test_a_stale_save_keeps_what_was_typed(administrator: Visitor) -> None:
    administrator.post(PATH, {"text": OWN, "version": "0"})
    answer = administrator.post(PATH, {"text": OWN.replace("凭此单结算", "另一附注"), "version": "0"})
    assert answer.status_code == 409
    assert "另一附注" in answer.text


def test_agents_do_not_reach_layouts(agent: Visitor) -> None:
    assert agent.get("/settings/layouts").status_code == 403
    assert agent.get(PATH).status_code == 403


def test_a_form_prints_as_page_and_as_pdf_and_one_copy_alone(
    visitor_as: Callable[..., Visitor], person: People, factory: Factory
) -> None:
    work = begin(person, factory)
    work.filed()
    visitor = visitor_as("agent", login="wangli", name="王丽")
    page = visitor.get(f"/papers/forms/{work.order.id}").text
    assert page.count("<article") == 5
    assert visitor.get(f"/papers/forms/{work.order.id}?copy=2").text.count("<article") == 1
    assert "第二联 业户" in visitor.get(f"/papers/forms/{work.order.id}?copy=2").text
    assert visitor.get(f"/papers/forms/{work.order.id}?copy=9").status_code == 404
    assert visitor.get(f"/papers/forms/{work.order.id}.pdf?copy=2").data.startswith(b"%PDF-")


def test_a_layout_cannot_bring_markup_into_the_page(administrator: Visitor) -> None:
    text = OWN.replace("凭此单结算", '"<script>alert(1)</script>"')
    preview = administrator.post(f"{PATH}/preview", {"text": text}, fragment=True).text
    assert "&lt;script&gt;" in preview
    assert "<script>" not in preview


def test_a_word_template_is_uploaded_filled_and_taken_out_of_use(
    administrator: Visitor, person: People, factory: Factory, unchanged: Unchanged
) -> None:
    work = begin(person, factory)
    filed = work.filed()
    rows = (("{%tr for 行 in 用料 %}",), ("{{ 行.名称 }} {{ 行.amount }}",), ("{%tr endfor %}",))
    template = word_file("单号 {{ form_number }}", rows=rows)
    administrator.post(f"{PATH}/word", {"file": (io.BytesIO(template), "维修单.docx")})
    page = administrator.get(f"/papers/forms/{filed.id}").text
    (address,) = re.findall(r'href="(/papers/forms/[^"]+/word/[^"]+)"', page)
    answer = administrator.get(address)
    assert texts(answer.data) == [f"单号 {filed.number}", "水龙头 ¥85.50", "生料带 ¥4.50", ""]
    removal = re.search(r'action="(/settings/layouts/word/[^"]+/remove)"', administrator.get(PATH).text)
    assert removal is not None
    administrator.post(removal[1])
    with unchanged():
        assert administrator.get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("模板.docx", "{{ number.__class__.__mro__ }}", "里只能写栏目名"),
        ("模板.docx", "{% include '/etc/passwd' %}", "里只能写栏目名"),
        ("模板.docx", "{{ 房东 }}", "写了表单没有的栏目：房东"),
        ("模板.docm", "{{ number }}", "不是 docx 文档"),
    ],
)
def test_a_word_template_that_asks_for_more_is_refused_and_nothing_is_stored(
    administrator: Visitor, unchanged: Unchanged, desk: Desk, name: str, text: str, said: str
) -> None:
    with unchanged():
        answer = administrator.post(f"{PATH}/word", {"file": (io.BytesIO(word_file(text)), name)})
    assert answer.status_code == 422
    assert said in answer.text
    assert list(desk.files.kept(desk.companies.by_code("xingfu").id)) == []
