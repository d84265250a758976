"""A paper printed by the browser holds what the PDF holds, and the desk knows that it was printed."""

from __future__ import annotations

import io
import unicodedata

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from gongdan.services.printing import PRINTED
from tests.browser.conftest import Visit
from tests.browser.office import Office

pytestmark = pytest.mark.browser


#: Chromium names the shapes of some characters by the radicals that look the same.
RADICALS = str.maketrans({"\u2eda": "页", "戶": "户"})


def words(content: bytes) -> str:
    """Return the text of a PDF without its spaces."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(unicodedata.normalize("NFKC", text).translate(RADICALS).split())


def test_the_browser_prints_what_the_pdf_holds_and_tells_the_desk(visit: Visit, office: Office) -> None:
    ticket = office.report("厨房水管接口漏水，地板已泡湿", room="2-2-302")
    page = visit("zhangmin")
    page.goto(f"/tickets/{ticket.id}")
    page.get_by_role("link", name="打印", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("工单")
    made = page.request.get(f"/papers/tickets/{ticket.id}.pdf").body()
    with page.expect_request(lambda request: request.url.endswith("/printed")):
        printed = page.pdf(prefer_css_page_size=True)
    for text in (ticket.number, "厨房水管接口漏水", "经办人签字", "客户签字", "第1页共1页"):
        assert text in words(made)
        assert text in words(printed)
    box = PdfReader(io.BytesIO(printed)).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    for _ in range(50):
        ways = [str(entry.after["way"]) for entry in office.work.journal.of(ticket.id) if entry.act == PRINTED]
        if len(ways) == 2:
            break
        page.wait_for_timeout(100)
    assert sorted(ways) == ["page", "pdf"]
