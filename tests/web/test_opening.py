from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.services.desk import CompanyDesk
from gongdan.services.tickets import TicketFilter
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]

FORM = f"/tickets/new/{sample.REPAIR.name}"


def test_with_one_type_the_form_opens_at_once(agent: Visitor) -> None:
    assert agent.get("/tickets/new").location == FORM


def test_the_number_shows_the_caller_his_rooms_and_his_open_tickets(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    party, unit = factory.party(name="王芳", phones=("13812345678",)), factory.unit(label="3-2-501")
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    factory.ticket(requester_id=party.id, description="阳台渗水")
    answer = agent.get(f"{FORM}/caller?contact_phone=1381234", fragment=True).text
    assert "王芳" in answer
    assert "3-2-501" in answer
    assert "业主" in answer
    assert "阳台渗水" in answer
    assert f"&#34;asset&#34;: &#34;{unit.id}&#34;" in answer
    assert "13812345678" not in answer


def test_three_digits_show_nobody(agent: Visitor, factory: Factory) -> None:
    factory.party(phones=("13812345678",))
    assert "caller" not in agent.get(f"{FORM}/caller?contact_phone=138", fragment=True).text


def test_a_chosen_place_warns_of_what_is_open_there(agent: Visitor, factory: Factory) -> None:
    unit = factory.unit()
    factory.ticket(asset_id=unit.id, description="楼道灯不亮")
    answer = agent.get(f"{FORM}/duplicates?asset={unit.id}", fragment=True).text
    assert "这里已有未结工单" in answer
    assert "楼道灯不亮" in answer
    assert "这里已有" not in agent.get(f"{FORM}/duplicates?asset=", fragment=True).text


def test_who_may_not_see_phones_learns_none_by_opening_a_ticket(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    company_desk.roles.save("gate", "门岗", ["ticket.view", "ticket.create", "party.view"], new=True)
    party, gate = factory.party(name="王芳", phones=("13812345678",)), visitor_as("gate", login="menwei")
    gate.get(FORM)
    given = {"contact_phone": "1", "requester": str(party.id), "description": "厨房水管漏水", "channel": "phone"}
    with unchanged():
        answer = gate.post(FORM, given)
    assert answer.status_code == 422
    assert "13812345678" not in answer.text


def test_a_ticket_is_opened_with_what_was_typed_and_chosen(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    party, unit = factory.party(name="王芳", phones=("13812345678",)), factory.unit(label="3-2-501")
    agent.get(FORM)
    answer = agent.post(
        FORM,
        {
            "contact_phone": "1381234",
            "contact_name": "王芳",
            "requester": str(party.id),
            "asset": str(unit.id),
            "place": "3-2-501",
            "channel": "phone",
            "category": "water",
            "description": "厨房水管漏水",
            "estimate": "120",
        },
    )
    (line,) = company_desk.tickets.list(TicketFilter()).lines
    assert answer.location == f"/tickets/{line.ticket.id}"
    assert line.ticket.requester_id == party.id
    assert line.ticket.asset_id == unit.id
    assert line.ticket.contact_phone == "13812345678"
    assert line.ticket.fields == {"estimate": "120"}
    assert line.owner_name == "张敏"
    page = agent.get(answer.location).text
    assert f"已登记 {line.ticket.number}" in page
    assert f'data-keep-done="new-xingfu-{sample.REPAIR.name}"' in page


def test_a_refused_form_keeps_everything_and_names_every_problem(agent: Visitor, unchanged: Unchanged) -> None:
    agent.get(FORM)
    with unchanged():
        answer = agent.post(
            FORM, {"contact_phone": "13812345678", "place": "车库", "estimate": "-5", "channel": "phone"}
        )
    assert answer.status_code == 422
    assert 'value="13812345678"' in answer.text
    assert 'value="车库"' in answer.text
    assert re.search(r'id="p-estimate"[^>]*>不能小于', answer.text)
    assert re.search(r'id="p-description"[^>]*>请写明内容', answer.text)
    assert re.search(r'id="p-contact_name">必须填写', answer.text)


def test_a_number_that_nobody_has_offers_to_make_a_customer(
    agent: Visitor, visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    party = factory.party(name="王芳", phones=("13812345678",))
    company_desk.roles.save("desk", "前台", ["ticket.view", "ticket.create", "party.view"], new=True)
    narrow, supervisor = visitor_as("desk", login="qiantai"), visitor_as("supervisor", login="chenhong")
    address, offer = f"{FORM}/newcomer?contact_phone=", 'name="newcomer"'
    assert offer in agent.get(f"{address}13900139000", fragment=True).text
    for known_or_no_number in ("13812345678", "1381234", "139001", ""):
        assert offer not in agent.get(f"{address}{known_or_no_number}", fragment=True).text
    assert offer not in agent.get(f"{address}13900139000&requester={party.id}", fragment=True).text
    assert offer not in narrow.get(f"{address}13900139000", fragment=True).text
    roles = supervisor.get(f"{address}13900139000&newcomer=true&newcomer_role=sample_owner", fragment=True).text
    assert re.search(r'name="newcomer" value="true" checked', roles)
    assert '<option value="sample_owner" selected>业主</option>' in roles
    assert "sample_owner" not in agent.get(f"{address}13900139000", fragment=True).text


def test_a_newcomer_is_registered_with_his_ticket(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    supervisor, unit = visitor_as("supervisor"), factory.unit(label="3-2-501")
    supervisor.get(FORM)
    given = {"contact_phone": "13900139000", "contact_name": "赵磊", "asset": str(unit.id), "place": "3-2-501",
             "channel": "phone", "description": "漏水", "newcomer_role": "sample_owner"}  # fmt: skip
    answer = supervisor.post(FORM, {**given, "newcomer": "true"})
    (line,) = company_desk.tickets.list(TicketFilter()).lines
    assert answer.location == f"/tickets/{line.ticket.id}"
    (party,) = company_desk.parties.by_phone("13900139000")
    assert (party.name, line.ticket.requester_id) == ("赵磊", party.id)
    assert [one.role for one in company_desk.parties.holdings(party.id)] == ["sample_owner"]


def test_without_the_tick_nobody_becomes_a_customer(agent: Visitor, company_desk: CompanyDesk) -> None:
    agent.get(FORM)
    given = {"contact_phone": "13900139000", "contact_name": "赵磊", "channel": "phone", "description": "漏水"}
    assert agent.post(FORM, given).status_code == 303
    assert company_desk.parties.by_phone("13900139000") == ()


def test_a_refused_newcomer_keeps_his_tick_and_leaves_nothing_behind(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    supervisor, unit = visitor_as("supervisor"), factory.unit(label="3-2-501")
    company_desk.assets.link(unit.id, "sample_tenant", party_id=factory.party(name="王芳").id)
    given = {"contact_phone": "13900139000", "contact_name": "赵磊", "channel": "phone", "description": "漏水",
             "asset": str(unit.id), "newcomer": "true"}  # fmt: skip
    supervisor.get(FORM)
    for role, status, words in (
        ("sample_tenant", 409, "与已有记录冲突"),
        ("king", 422, 'id="p-newcomer_role">不是可选的关系'),
    ):
        with unchanged():
            answer = supervisor.post(FORM, {**given, "newcomer_role": role})
        assert answer.status_code == status
        assert words in answer.text
        assert re.search(r'name="newcomer" value="true" checked', answer.text)


def test_people_places_and_members_of_another_company_cannot_be_named(
    agent: Visitor, other_factory: Factory, unchanged: Unchanged
) -> None:
    party, unit = other_factory.party(), other_factory.unit()
    agent.get(FORM)
    given = {"contact_name": "王芳", "description": "漏水", "channel": "phone"}
    with unchanged():
        for name, key in (("requester", party.id), ("asset", unit.id), ("assignee", party.id), ("department", "x")):
            answer = agent.post(FORM, {**given, name: str(key)})
            assert answer.status_code == 422, name
            assert "本公司没有这一项" in answer.text, name


def test_the_address_may_name_the_customer_and_the_place(agent: Visitor, factory: Factory) -> None:
    party, unit = factory.party(name="王芳"), factory.unit(label="3-2-501")
    page = agent.get(f"{FORM}?requester={party.id}&asset={unit.id}").text
    assert f'name="requester" value="{party.id}"' in page
    assert 'value="3-2-501"' in page


def test_an_unknown_type_is_not_there(agent: Visitor) -> None:
    assert agent.get("/tickets/new/nothing").status_code == 404


def test_the_search_finds_in_groups_and_as_far_as_the_person_may_see(
    agent: Visitor, visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    factory.ticket(description="海棠苑漏水")
    factory.party(name="海棠")
    factory.unit(label="海棠苑 501")
    page = agent.get("/search?q=海棠").text
    assert "海棠苑漏水" in page
    assert "海棠苑 501" in page
    live = agent.get("/search/live?q=海棠", fragment=True).text
    assert [group for group in ("工单", "客户", "地点与资产") if f">{group}</div>" in live] == [
        "工单",
        "客户",
        "地点与资产",
    ]
    assert 'role="option"' in live

    company_desk.roles.save("narrow", "只看工单", ["ticket.view"], new=True)
    narrow = visitor_as("narrow", login="narrow", name="只看").get("/search?q=海棠").text
    assert "海棠苑漏水" in narrow
    assert "海棠苑 501" not in narrow


def test_a_place_that_was_typed_is_linked_and_one_that_is_none_is_told(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    unit = factory.unit(factory.building(code="3"), code="501", label="3-501")
    agent.get(FORM)
    given = {"contact_name": "王芳", "channel": "phone", "category": "water", "description": "漏水"}
    answer = agent.post(FORM, {**given, "place": "3栋501室"})
    (line,) = company_desk.tickets.list(TicketFilter()).lines
    assert line.ticket.asset_id == unit.id
    assert "“3栋501室”就是 3-501，已经关联" in agent.get(answer.location).text
    answer = agent.post(FORM, {**given, "place": "大门口"})
    page = agent.get(answer.location).text
    assert "“大门口”不是登记过的地点，按文字保存" in page
    assert "不是登记过的地点" not in agent.get(answer.location).text


def test_a_place_that_may_be_several_is_asked_about_beside_its_field(
    agent: Visitor, factory: Factory, unchanged: Unchanged
) -> None:
    for code in ("3", "13"):
        factory.unit(factory.building(code=code, label=f"{code}栋"), code="lobby", label="大堂")
    agent.get(FORM)
    with unchanged():
        answer = agent.post(
            FORM, {"contact_name": "王芳", "channel": "phone", "description": "灯不亮", "place": "大堂"}
        )
    assert answer.status_code == 422
    assert "这样称呼的有：大堂（13-lobby）、大堂（3-lobby）。请从中选择一处" in answer.text
    assert 'value="大堂"' in answer.text


def test_a_form_sent_twice_leads_to_the_same_ticket(agent: Visitor, company_desk: CompanyDesk) -> None:
    page = agent.get(FORM).text
    form_id = re.search(r'name="form_id" value="([0-9a-f]{32})"', page)
    assert form_id
    assert form_id[1] not in agent.get(FORM).text
    typed = {"form_id": form_id[1], "contact_name": "王芳", "channel": "phone", "description": "厨房漏水"}
    assert f'name="form_id" value="{form_id[1]}"' in agent.post(FORM, {**typed, "description": ""}).text
    first, second = (agent.post(FORM, typed) for _ in range(2))
    (line,) = company_desk.tickets.list(TicketFilter()).lines
    assert first.location == second.location == f"/tickets/{line.ticket.id}"


def test_a_number_that_is_none_stands_beside_its_field_with_a_way_out(agent: Visitor, unchanged: Unchanged) -> None:
    agent.get(FORM)
    with unchanged():
        answer = agent.post(FORM, {"contact_phone": "abc123", "contact_name": "王芳", "description": "漏水"})
    assert answer.status_code == 422
    assert re.search(r'id="p-contact_phone">不是有效的电话号码 · 请填写 11 位手机号', answer.text)
