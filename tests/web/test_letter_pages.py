"""Letters and leavers on pages: whose turn it is, the note, the result, the takers, the signatures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from gongdan.services.circulation import Incoming
from gongdan.services.circulation_rows import LetterView
from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import PASSWORD, Factory, People
from tests.core.services.crew import account_of
from tests.web.visitor import Visitor

Arrive = Callable[[str], Visitor]


@pytest.fixture
def arrive(app: Flask) -> Arrive:
    def as_login(login: str) -> Visitor:
        visitor = Visitor(app)
        visitor.arrive(login)
        return visitor

    return as_login


@pytest.fixture
def clerk(person: People) -> CompanyDesk:
    return person("agent", name="何晓燕", login="hexiaoyan")


@pytest.fixture
def manager(person: People) -> CompanyDesk:
    return person("administrator", name="范雅静", login="fanyajing")


@pytest.fixture
def letter(clerk: CompanyDesk, manager: CompanyDesk) -> LetterView:
    given = Incoming(sender="消防大队", title="冬季检查通知", category="消防", manager_id=account_of(manager))
    return clerk.circulation.register(given)


def test_the_office_registers_and_the_list_says_whose_turn_it_is(
    clerk: CompanyDesk, manager: CompanyDesk, arrive: Arrive
) -> None:
    office = arrive("hexiaoyan")
    assert "范雅静" in office.get("/letters/register", fragment=True).text
    empty = office.post("/letters/register", {"party": "消防大队"}, fragment=True)
    assert (empty.status_code, 'id="p-title"' in empty.text) == (422, True)
    given = {"party": "消防大队", "title": "冬季检查通知", "category": "消防", "manager": account_of(manager)}
    done = office.post("/letters/register", given, fragment=True)
    assert done.headers["HX-Redirect"].startswith("/letters/")
    assert "等 范雅静 批示" in office.get("/letters").text
    assert "冬季检查通知" in office.get("/letters?q=消防&state=circulating&direction=incoming").text
    assert office.get("/letters?state=burnt").status_code == 400


def test_the_manager_instructs_a_reader_reads_and_the_office_files(
    clerk: CompanyDesk, manager: CompanyDesk, letter: LetterView, arrive: Arrive
) -> None:
    office, head = arrive("hexiaoyan"), arrive("fanyajing")
    page = f"/letters/{letter.id}"
    (duty,) = manager.duties.mine()
    assert head.get(f"/letters/steps/{duty.subject_id}").headers["Location"] == page
    assert "reader-1" in head.get(f"{page}/instruct", fragment=True).text
    refused = office.post(f"{page}/instruct", {"note": "传阅", "reader-1": account_of(clerk)}, fragment=True)
    assert refused.status_code == 403
    head.post(f"{page}/instruct", {"note": "传阅后归档", "reader-1": account_of(clerk)}, fragment=True)
    office.post(f"{page}/pass-on", {})
    office.post(f"{page}/finish", {"result": "已知"}, fragment=True)
    office.post(f"{page}/file", {"category": "消防", "place": "档案柜 3 层"}, fragment=True)
    shown = office.get(page).text
    for words in ("传阅后归档", "已知", "已归档", "在保管中"):
        assert words in shown
    assert clerk.custody.by_code("LW2026-0001").place == "档案柜 3 层"


def test_a_draft_is_sent_back_written_anew_and_signed(clerk: CompanyDesk, manager: CompanyDesk, arrive: Arrive) -> None:
    office, head = arrive("hexiaoyan"), arrive("fanyajing")
    given = {"direction": "outgoing", "title": "停水函", "body": "周五停水", "recipient": "各租户", "category": "停水",
             "manager": account_of(manager)}  # fmt: skip
    page = office.post("/letters/draft", given, fragment=True).headers["HX-Redirect"]
    head.post(f"{page}/send-back", {"remark": "写明楼层"}, fragment=True)
    assert "周五停水" in office.get(f"{page}/revise", fragment=True).text
    version = clerk.circulation.letters()[0].version
    office.post(f"{page}/revise", {**given, "body": "五层以上周五停水", "version": version}, fragment=True)
    head.post(f"{page}/endorse", {}, fragment=True)
    shown = office.get(page).text
    assert "FW2026-0001" in shown
    assert "已签发，不能再改" in shown


def test_a_leavers_page_names_what_he_has_and_two_sign(
    clerk: CompanyDesk, manager: CompanyDesk, person: People, arrive: Arrive
) -> None:
    taker = person("agent", name="蔡萌", login="caimeng")
    Factory(clerk).ticket()
    office = arrive("fanyajing")
    refused = office.post(f"/members/{account_of(clerk)}/remove", {})
    assert (refused.status_code, "请先办理离岗交接" in refused.text) == (422, True)
    given = {"account": account_of(clerk), "leaves_on": "2026-03-31", "receiver": account_of(taker),
             "information": account_of(manager)}  # fmt: skip
    page = office.post("/leavers", given, fragment=True).headers["HX-Redirect"]
    assert "首接的工单" in office.get(page).text
    office.post(f"{page}/assign", {"all": account_of(taker)})
    department = arrive("caimeng")
    wrong = department.post(f"{page}/sign", {"password": "falsch"})
    assert (wrong.status_code, "密码不正确" in wrong.text) == (422, True)
    department.post(f"{page}/sign", {"password": PASSWORD})
    office.post(f"{page}/sign", {"password": PASSWORD})
    assert "双方已签" in office.get(page).text
    assert manager.leavers.latest()[0].is_done
