from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from gongdan.services.desk import CompanyDesk
from gongdan.services.journal import JournalReader
from gongdan.storage.journal import ChainReport
from gongdan.testing.factories import Factory, People
from tests.web.visitor import Visitor


def rows_of(page: str) -> str:
    return page.partition("<tbody>")[2]


def test_acts_are_told_in_words_with_their_values(administrator: Visitor, factory: Factory) -> None:
    factory.ticket(description="厨房水管漏水", severity="major")
    page = administrator.get("/journal").text
    assert "登记了工单" in page
    assert "严重" in page
    assert "major" not in page


def test_an_act_that_changed_only_a_reference_names_what_was_and_what_is(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    owner, tenant = factory.party(name="王芳"), factory.party(name="陈秀英")
    ticket = factory.ticket(requester_id=owner.id)
    company_desk.tickets.change(ticket.id, ticket.version, {"requester_id": tenant.id})
    row = administrator.get("/journal?act=ticket.changed").text.partition("<tbody>")[2]
    assert '<span class="text-secondary">客户</span> <del>王芳</del> <ins>陈秀英</ins>' in row


def test_the_journal_names_no_customer_to_who_may_not_see_customers(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    company_desk.roles.save("auditor", "稽核", ["journal.view", "ticket.view"], new=True)
    factory.ticket(requester_id=factory.party(name="王芳").id, contact_name="来电的人")
    page = visitor_as("auditor").get("/journal?act=ticket.").text
    assert ("登记了工单" in page, "王芳" in page) == (True, False)


def test_roles_are_called_what_people_call_them(administrator: Visitor, person: People) -> None:
    person("sample_engineer", name="李建国")
    page = rows_of(administrator.get("/journal?act=member.").text)
    assert "工程师" in page
    assert "sample_engineer" not in page


def test_a_department_is_found_by_the_names_above_it(administrator: Visitor, company_desk: CompanyDesk) -> None:
    above = company_desk.departments.create("kf01", "客服中心")
    company_desk.departments.create("wx02", "维修组", above.id)
    page = rows_of(administrator.get("/journal?act=department.").text)
    assert "客服中心 / 维修组" in page
    assert "wx02" not in page


def test_a_decision_is_told_as_the_policy_page_tells_it(administrator: Visitor, company_desk: CompanyDesk) -> None:
    company_desk.policies.set("core.swaps_a_month", "3")
    page = rows_of(administrator.get("/journal?act=policy.").text)
    assert "每人每月最多换班几次" in page


def test_a_filter_keeps_other_acts_out(administrator: Visitor, factory: Factory) -> None:
    factory.ticket()
    factory.party(name="王芳")
    page = administrator.get("/journal?act=party.").text
    assert "建立了客户档案" in page
    assert "登记了工单" not in page.partition("<tbody>")[2]


def test_older_entries_follow_on_request(administrator: Visitor, factory: Factory) -> None:
    for _ in range(101):
        factory.party()
    first = administrator.get("/journal?act=party.").text
    assert first.count('<tr data-key="row">') == 100
    more = re.search(r'hx-get="(/journal\?[^"]*before=[^"]*)"', first)
    assert more
    rest = administrator.get(more[1].replace("&amp;", "&"), fragment=True).text
    assert rest.count('<tr data-key="row">') == 1
    assert "<html" not in rest


@pytest.mark.parametrize(("before", "rows"), [("9" * 30, 1), ("-" + "9" * 30, 0)])
def test_a_place_beyond_the_journal_is_no_failure(
    administrator: Visitor, factory: Factory, before: str, rows: int
) -> None:
    factory.party()
    answer = administrator.get(f"/journal?act=party.&before={before}", fragment=True)
    assert answer.status_code == 200
    assert answer.text.count('<tr data-key="row">') == rows


def test_people_in_declared_fields_are_named(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk, person: People
) -> None:
    reviewer = person("agent", login="lijianguo", name="李建国").actor.account_id
    administrator = visitor_as("administrator", login="chenhong", name="陈红")
    ticket = factory.ticket()
    with company_desk.working() as work:
        work.record("ticket.changed", "ticket", ticket.id, after={"fields": {"reviewed_by": str(reviewer)}})
        work.record("ticket.changed", "ticket", ticket.id, after={"checked_by": str(reviewer)})
    rows = rows_of(administrator.get("/journal?act=ticket.changed").text)
    assert rows.count("<ins>李建国</ins>") == 2
    assert str(reviewer) not in rows


def test_an_act_says_what_it_is_about(administrator: Visitor, factory: Factory) -> None:
    ticket = factory.ticket()
    rows = rows_of(administrator.get("/journal?act=ticket.").text)
    assert re.search(rf'<a href="/tickets/{ticket.id}"[^>]*>{ticket.number}</a>', rows)


def test_the_journal_is_looked_through_by_number_word_person_and_kind(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk, person: People
) -> None:
    first, second = factory.ticket(description="厨房水管漏水"), factory.ticket(description="楼道灯不亮")
    clerk = person("agent", login="lijianguo", name="李建国")
    clerk.notes.write(second.id, "已到现场")
    for query, numbers in (
        (f"q={first.number}", [first.number]),
        ("q=楼道灯", [second.number]),
        ("act=ticket.", [second.number, first.number]),
        ("who=李建&act=note.", [second.number]),
        ("who=赵磊", []),
    ):
        rows = rows_of(administrator.get(f"/journal?{query}").text)
        assert re.findall(r'data-key="open">([^<]+)</a>', rows) == numbers, query


def test_the_journal_is_looked_through_by_day_of_the_company(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    factory.ticket()
    day = company_desk.installation.clock().astimezone(company_desk.zone).date()
    for begins, ends, is_there in ((0, 0, True), (-1, -1, False), (1, 1, False), (-1, 1, True)):
        query = f"from={day + timedelta(begins)}&to={day + timedelta(ends)}"
        page = administrator.get(f"/journal?act=ticket.&{query}").text
        assert ("登记了工单" in page, "没有符合条件的记录" in page) == (is_there, not is_there)
    assert administrator.get("/journal?from=gestern&to=morgen&run=x").status_code == 200


def test_further_pages_keep_what_was_looked_for(administrator: Visitor, factory: Factory) -> None:
    for _ in range(101):
        factory.party(name="王芳")
    factory.party(name="陈秀英")
    first = administrator.get("/journal?act=party.&q=王芳&who=系统").text
    more = re.search(r'hx-get="(/journal\?[^"]*before=[^"]*)"', first)
    assert more
    rest = administrator.get(more[1].replace("&amp;", "&"), fragment=True).text
    assert (rest.count('<tr data-key="row">'), "陈秀英" in rest) == (1, False)


def test_who_may_not_see_phones_finds_none_by_searching(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    company_desk.roles.save("auditor", "稽核", ["journal.view", "party.view"], new=True)
    factory.party(name="王芳", phones=("13800138000",))
    auditor = visitor_as("auditor")
    for text, is_found in (("王芳", True), ("13800138000", False), ("8001 38", False)):
        assert ("建立了客户档案" in auditor.get(f"/journal?q={text}").text) == is_found, text


def test_a_whole_chain_is_proved_in_words(administrator: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    factory.ticket()
    administrator.get("/journal")
    entries = company_desk.journal.verify().entries
    answer = administrator.post("/journal/verify", fragment=True)
    assert f"日志完整：{entries} 条记录逐条相扣" in answer.text


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("hash", "第 4 条的内容与封签不符"),
        ("gap", "第 4 条缺失"),
        ("head", "第 4 条起缺失"),
    ],
)
def test_a_broken_chain_is_told_in_words(
    administrator: Visitor, monkeypatch: pytest.MonkeyPatch, problem: str, words: str
) -> None:
    monkeypatch.setattr(JournalReader, "verify", lambda reader: ChainReport(3, 4, problem))
    administrator.get("/journal")
    answer = administrator.post("/journal/verify", fragment=True)
    assert words in answer.text
    assert "前 3 条仍然可信" in answer.text


def test_phones_in_the_journal_are_masked_for_those_who_may_not_see_them(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    factory.party(phones=("13800138000", "13911112222"))
    without = frozenset(next(role.permissions for role in company_desk.roles.all() if role.name == "administrator"))
    company_desk.roles.save("administrator", "公司管理员", without - {"party.phone"})
    company_desk.roles.save("supervisor", "主管", {"ticket.view"})
    page = administrator.get("/journal?act=party.").text
    assert "138****8000、139****2222" in page
    assert "13800138000" not in page


def test_others_read_no_journal(agent: Visitor) -> None:
    assert "/journal" not in agent.get("/").text
    assert agent.get("/journal").status_code == 403
    assert agent.post("/journal/verify", fragment=True).status_code == 403
