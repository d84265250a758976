from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.tickets import TicketFilter
from gongdan.testing.factories import Factory, People
from gongdan.web import ticket_filters, tickets
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def shown(page: str) -> list[str]:
    return re.findall(r'data-key="open">([^<]+)<', page)


def test_a_list_shows_what_its_address_asks_for(agent: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    factory.ticket(description="水管漏水", category="water")
    factory.ticket(description="灯不亮", category="power")
    closed = factory.ticket(description="门坏了", category="other")
    company_desk.moves.make(closed.id, "void", closed.version, {"remark": "重复登记"})

    assert set(shown(agent.get("/tickets?open=all").text)) == {"水管漏水", "灯不亮", "门坏了"}
    assert set(shown(agent.get("/tickets?open=1").text)) == {"水管漏水", "灯不亮"}
    assert shown(agent.get("/tickets?category=power").text) == ["灯不亮"]
    assert shown(agent.get("/tickets?q=漏水").text) == ["水管漏水"]
    assert shown(agent.get("/tickets?stage=void").text) == ["门坏了"]


def test_a_list_that_is_asked_for_nothing_shows_what_is_open(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    factory.ticket(description="水管漏水", category="water")
    closed = factory.ticket(description="门坏了", category="other")
    company_desk.moves.make(closed.id, "void", closed.version, {"remark": "重复登记"})

    page = agent.get("/tickets").text
    assert shown(page) == ["水管漏水"]
    assert re.findall(r'aria-current="true">([^<]+)</a>', page) == ["未结"]
    # Order and columns say nothing of which tickets; any condition does.
    assert shown(agent.get("/tickets?sort=number&columns=number").text) == ["水管漏水"]
    assert shown(agent.get("/tickets?category=other").text) == ["门坏了"]
    assert shown(agent.get("/tickets?open=all&category=other").text) == ["门坏了"]


def test_a_list_of_all_tickets_stays_one_with_another_order(agent: Visitor, factory: Factory) -> None:
    factory.ticket()
    page = agent.get("/tickets?open=all").text
    assert re.findall(r'aria-current="true">([^<]+)</a>', page) == ["全部"]
    assert 'href="/tickets?open=all&amp;sort=-number"' in page
    assert 'href="/tickets?open=all&amp;sort=due"' in page
    assert '<input type="hidden" name="open" value="all">' in page


def test_a_view_that_was_saved_of_all_tickets_still_shows_all(agent: Visitor, factory: Factory) -> None:
    factory.ticket()
    agent.get("/tickets")
    agent.post("/tickets/views", {"name": "两年来的", "query": ""})
    assert 'href="/tickets?open=all">两年来的</a>' in agent.get("/tickets").text


def test_a_company_without_tickets_is_led_to_its_first_and_others_are_not(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    assert "登记第一件工单" in agent.get("/tickets").text
    closed = factory.ticket()
    company_desk.moves.make(closed.id, "void", closed.version, {"remark": "重复登记"})
    page = agent.get("/tickets").text
    assert "登记第一件工单" not in page
    assert 'href="/tickets?open=all">查看全部工单</a>' in page


def test_counting_stops_on_the_page_and_goes_on_behind_it(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        factory.ticket(description="水管漏水", category="water")
    assert [company_desk.tickets.count(TicketFilter(), limit=limit) for limit in (2, None)] == [2, 3]
    monkeypatch.setattr(tickets, "COUNT_LIMIT", 3)
    assert '<span class="text-secondary number" hx-get="/tickets/count?open=1" hx-trigger="load"' in (
        page := agent.get("/tickets").text
    )
    assert ">3+</span>" in page
    assert agent.get("/tickets/count?open=1").text == "3"
    assert agent.get("/tickets/count?open=0").text == "0"
    # Of a search no more hits are read, so nobody is asked to count them.
    assert "/tickets/count" not in agent.get("/tickets?q=漏水").text


def test_only_what_waits_for_us_waits_for_somebody_to_take_it(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, person: People
) -> None:
    factory.ticket(description="灯不亮")
    done = factory.ticket(description="已在电话里答复")
    worker = str(person("worker", login="zhaogang", name="赵刚").actor.account_id)
    done = company_desk.moves.make(done.id, "dispatch", done.version, {"assignee": worker})
    done = company_desk.moves.make(done.id, "finish", done.version, {"result": "ok", "cause": "wear"})
    company_desk.tickets.change(done.id, done.version, {"assignee_id": None})
    page = agent.get("/").text
    nobodys = "/tickets?assignee=none&amp;stage=new&amp;stage=triage&amp;stage=waiting_us"
    assert re.findall(rf'href="{re.escape(nobodys)}"><strong>(\d+)</strong>', page) == ["1"]
    waiting = page.partition("等待指派</h2>")[2].partition("</section>")[0]
    assert "灯不亮" in waiting
    assert "已在电话里答复" not in waiting
    assert shown(agent.get(nobodys.replace("&amp;", "&")).text) == ["灯不亮"]


def test_each_condition_is_a_chip_that_leads_to_the_list_without_it(agent: Visitor, factory: Factory) -> None:
    factory.ticket(category="water", severity="major")
    page = agent.get("/tickets?category=water&severity=major&open=1").text
    chips = dict(re.findall(r'<a class="chip" href="/tickets\?([^"]*)"[^>]*>([^<]+)', page))
    assert {text.strip(): dict(parse_qsl(query.replace("&amp;", "&"))) for query, text in chips.items()} == {
        "类别：给排水": {"severity": "major", "open": "1"},
        "级别：严重": {"category": "water", "open": "1"},
        "未结": {"category": "water", "severity": "major"},
    }


@pytest.mark.parametrize(
    "query",
    ["assignee__password=x", "sort=password", "columns=password_hash", "stage=secret", "from=gestern", "requester=1",
     "open=maybe", "flagged=2", "&".join(["type=x"] * 61)],
)  # fmt: skip
def test_an_address_that_asks_for_something_else_is_refused(agent: Visitor, query: str) -> None:
    answer = agent.get(f"/tickets?{query}")
    assert answer.status_code == 400
    assert "这个请求无法识别" in answer.text


def test_a_view_reads_its_own_address_again() -> None:
    query = "type=a&type=b&open=1&assignee=none&q=漏水&from=2026-03-01&sort=severity&columns=number,owner"
    view = ticket_filters.read_query(query)
    assert ticket_filters.read_query(view.query) == view
    assert view.filter.types == ("a", "b")
    assert view.columns == ("number", "subject", "owner")


def test_the_key_of_a_page_is_no_part_of_a_saved_view() -> None:
    view = ticket_filters.read(list(MultiDict([("open", "1"), ("after", "abc")]).items(multi=True)))
    assert view.after == "abc"
    assert view.query == "open=1"


def test_a_broken_query_is_refused_and_not_guessed() -> None:
    with pytest.raises(BadRequest):
        ticket_filters.read_query("open=1&drop=table")


def test_an_act_that_names_an_endless_query_is_refused(agent: Visitor, unchanged: Unchanged) -> None:
    agent.get("/tickets")
    with unchanged():
        answer = agent.post("/tickets/views", {"name": "所有", "query": "&".join(["type=x"] * 61)})
    assert answer.status_code == 400


def test_a_view_with_a_character_that_no_database_takes_is_refused(agent: Visitor, unchanged: Unchanged) -> None:
    agent.get("/tickets")
    with unchanged():
        answers = [
            agent.post("/tickets/views", {"name": "所有", "query": "q=a%00b"}),
            agent.post("/tickets/views", {"name": "所有", "query": "a%00b=1"}),
            agent.get("/tickets?type=a%00b"),
        ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]


def test_further_rows_come_by_key_and_end(agent: Visitor, factory: Factory) -> None:
    for number in range(53):
        factory.ticket(description=f"第 {number} 件")
    page = agent.get("/tickets").text
    assert len(shown(page)) == 50
    (more,) = re.findall(r'hx-get="(/tickets\?open=1&amp;after=[^"]+)"', page)

    rest = agent.get(more.replace("&amp;", "&"), fragment=True).text

    assert "<html" not in rest
    assert len(shown(rest)) == 3
    assert "hx-get" not in rest
    assert not set(shown(page)) & set(shown(rest))


def test_the_rows_cost_the_same_however_many_there_are(
    agent: Visitor, factory: Factory, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    factory.ticket()
    with statements() as few:
        agent.get("/tickets")
    for _ in range(20):
        factory.ticket()
    with statements() as many:
        agent.get("/tickets")
    assert len(many) == len(few) <= 12


def test_a_view_is_kept_for_its_owner_alone(agent: Visitor, visitor_as: Callable[..., Visitor]) -> None:
    saved = agent.post("/tickets/views", {"name": "紧急", "query": "open=1&severity=major"})
    assert saved.location == "/tickets?open=1&severity=major"
    assert "紧急" in agent.get("/tickets").text
    assert "紧急" not in visitor_as("agent", login="lijian", name="李建").get("/tickets").text


def test_only_an_administrator_shares_a_view(agent: Visitor, administrator: Visitor, unchanged: Unchanged) -> None:
    shared = {"name": "全公司", "query": "open=1", "shared": "true"}
    with unchanged():
        assert agent.post("/tickets/views", shared).status_code == 403
    administrator.post("/tickets/views", shared)
    assert "全公司" in agent.get("/tickets").text


def test_many_tickets_are_given_to_one_person_and_the_changed_ones_are_left(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, person: People
) -> None:
    worker = person("worker", login="lijian", name="李建").actor.account_id
    first, second = factory.ticket(), factory.ticket()
    company_desk.tickets.change(second.id, second.version, {"subject": "别人改过"})

    answer = agent.post(
        "/tickets/assign",
        {"ids": [f"{first.id}:{first.version}", f"{second.id}:{second.version}"], "assignee": str(worker), "query": ""},
    )

    page = agent.get(str(answer.location)).text
    assert "已指派 1 件" in page
    assert "1 件没有指派" in page
    assert company_desk.tickets.find(first.id).assignee_id == worker
    assert company_desk.tickets.find(second.id).assignee_id is None


def test_tickets_of_another_company_cannot_be_assigned(
    agent: Visitor, other_factory: Factory, person: People, unchanged: Unchanged
) -> None:
    worker = person("worker", login="lijian").actor.account_id
    foreign = other_factory.ticket()
    agent.get("/tickets")
    with unchanged():
        agent.post("/tickets/assign", {"ids": f"{foreign.id}:{foreign.version}", "assignee": str(worker)})


def test_an_empty_list_teaches_the_first_step(agent: Visitor) -> None:
    assert "还没有工单" in agent.get("/tickets").text
    assert "没有符合条件的工单" in agent.get("/tickets?q=没有这样的").text


def test_the_inbox_counts_what_its_numbers_open(
    agent: Visitor, factory: Factory, desk: Desk, company: CompanyView
) -> None:
    me = desk.accounts.by_login("zhangmin").id
    mine = factory.ticket(description="我的")
    desk.at(company).tickets.change(mine.id, mine.version, {"assignee_id": me})
    factory.ticket(description="无人")
    page = agent.get("/").text
    tiles = re.findall(r'class="figure-tile[^"]*" href="([^"]+)"><strong>(\d+)</strong>', page)
    assert tiles
    for path, count in tiles:
        assert len(shown(agent.get(path.replace("&amp;", "&")).text)) == int(count)
    assert desk.at(company).tickets.count(TicketFilter(assignee=str(me))) == 1
