"""The administrator changes how a form is laid out, with the paper beside the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType

import pytest

from gongdan.testing.factories import Factory, People
from gongdan.testing.sample_forms import REPAIR_ORDER, with_forms
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
