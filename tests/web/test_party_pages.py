from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from gongdan.services.desk import CompanyDesk
from gongdan.services.parties import PartyInput
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]

#: Made up, with the right check character.
IDENTITY = "11010519491231002X"


@pytest.fixture
def supervisor(visitor_as: Callable[..., Visitor]) -> Visitor:
    """刘文静, who may see identity numbers."""
    return visitor_as("supervisor", login="liuwenjing", name="刘文静")


def filled(page: str) -> dict[str, object]:
    """Return what the form holds, as a browser would send it."""
    form = page[page.index('data-keep="party-') :]
    form = form[: form.index("</form>")]
    values: dict[str, object] = dict(re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', form))
    values |= dict(re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>([^<]*)<', form))
    values.pop("drop_identity", None)  # A box without a tick sends nothing.
    values["phone"] = re.findall(r'name="phone" value="([^"]*)"', form) or [""]
    for row, purpose in re.findall(r'name="(consent-\d+)" value="(\w+)" checked', form):
        values.setdefault(row, [])
        values[row] = [*values[row], purpose]  # type: ignore[misc]  # a list by the line above
    values["kind"] = (re.search(r'value="(\w+)" selected', form) or ["", "person"])[1]
    return values


def test_the_list_shows_phones_places_and_open_tickets(
    supervisor: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    unit = factory.unit(label="3-2-501")
    party = factory.party(name="王芳", phones=("13800138000",))
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    factory.ticket(requester_id=party.id)
    page = supervisor.get("/parties").text
    assert re.search(r"王芳</a>.*?13800138000.*?3-2-501.*?</svg> 1</span>", page, re.DOTALL)


def test_a_search_finds_by_name_and_says_when_there_is_nobody(agent: Visitor, factory: Factory) -> None:
    factory.party(name="王芳")
    factory.party(name="李建国")
    rows = agent.get("/parties?q=王芳", fragment=True).text
    assert "王芳" in rows
    assert "李建国" not in rows
    assert "<html" not in rows
    assert "没有找到“niemand”" in agent.get("/parties?q=niemand").text


def test_an_empty_list_teaches_the_first_step(agent: Visitor) -> None:
    page = agent.get("/parties").text
    assert "还没有客户" in page
    assert "新建第一位客户" in page


def test_a_party_is_made_with_phones_and_what_they_may_be_used_for(
    supervisor: Visitor, company_desk: CompanyDesk
) -> None:
    supervisor.get("/parties/new")
    answer = supervisor.post(
        "/parties",
        {"kind": "person", "name": "王芳", "phone": ["138 0013 8000", "", "010-62123456"], "consent-0": ["service"],
         "consent-2": ["service", "marketing"], "identity": IDENTITY, "tier": "VIP", "remark": "请提前电话"},
    )  # fmt: skip
    assert answer.status_code == 303
    (party,), _ = company_desk.parties.list()
    assert (party.name, party.tier, party.remark, party.identity_mask) == (
        "王芳", "VIP", "请提前电话", "1101**********002X",
    )  # fmt: skip
    assert {point.normalised: point.consent for point in party.contact_points} == {
        "13800138000": ("service",),
        "010-62123456": ("marketing", "service"),
    }


def test_wrong_values_stand_beside_their_fields_and_nothing_is_lost(supervisor: Visitor, unchanged: Unchanged) -> None:
    supervisor.get("/parties/new")
    with unchanged():
        answer = supervisor.post(
            "/parties",
            {"kind": "person", "name": "", "phone": ["12"], "identity": "110105194912310021", "remark": "保留"},
        )
    assert answer.status_code == 422
    for field in ("name", "phones", "identity"):
        assert f'id="p-{field}"' in answer.text, field
    assert 'value="12"' in answer.text
    assert ">保留</textarea>" in answer.text


def test_a_change_keeps_what_was_not_touched(supervisor: Visitor, company_desk: CompanyDesk) -> None:
    party = company_desk.parties.create(
        PartyInput(name="王芳", phones=["13800138000"], identity=IDENTITY, consent={"13800138000": ["service"]})
    )
    values = filled(supervisor.get(f"/parties/{party.id}/edit").text)
    supervisor.post(f"/parties/{party.id}", {**values, "tier": "VIP"})
    saved = company_desk.parties.find(party.id)
    assert (saved.tier, saved.name, saved.phones, saved.identity_mask) == (
        "VIP", "王芳", ("13800138000",), "1101**********002X",
    )  # fmt: skip
    assert saved.contact_points[0].consent == ("service",)


def test_consent_can_be_taken_back(supervisor: Visitor, company_desk: CompanyDesk) -> None:
    party = company_desk.parties.create(
        PartyInput(name="王芳", phones=["13800138000"], consent={"13800138000": ["service", "marketing"]})
    )
    values = filled(supervisor.get(f"/parties/{party.id}/edit").text)
    supervisor.post(f"/parties/{party.id}", {**values, "consent-0": []})
    assert company_desk.parties.find(party.id).contact_points[0].consent == ()


def test_a_stored_identity_goes_only_when_asked_to(supervisor: Visitor, company_desk: CompanyDesk) -> None:
    party = company_desk.parties.create(PartyInput(name="王芳", identity=IDENTITY))
    values = filled(supervisor.get(f"/parties/{party.id}/edit").text)
    assert IDENTITY not in supervisor.get(f"/parties/{party.id}/edit").text
    supervisor.post(f"/parties/{party.id}", {**values, "drop_identity": "true"})
    assert company_desk.parties.find(party.id).identity_mask == ""


def test_two_people_saving_see_both_versions(
    supervisor: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    party = company_desk.parties.create(PartyInput(name="王芳", phones=["13800138000"], remark="旧"))
    mine = filled(supervisor.get(f"/parties/{party.id}/edit").text)
    company_desk.parties.change(party.id, 1, PartyInput(name="王芳芳", phones=["13800138000"], remark="对方写的"))
    with unchanged():
        answer = supervisor.post(f"/parties/{party.id}", {**mine, "remark": "我写的", "tier": "VIP"})
    assert answer.status_code == 409
    assert re.search(r'name="remark" value="对方写的"', answer.text)
    assert re.search(r'name="remark" value="我写的" checked', answer.text)
    assert re.search(r'name="name" value="王芳芳"', answer.text)

    chosen = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    chosen.pop("csrf_token")
    supervisor.post(f"/parties/{party.id}", {**chosen, "remark": "我写的"})
    saved = company_desk.parties.find(party.id)
    assert (saved.name, saved.remark, saved.tier, saved.phones) == ("王芳芳", "我写的", "VIP", ("13800138000",))


def test_an_identity_is_shown_for_a_reason_that_is_journalled(
    supervisor: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    party = company_desk.parties.create(PartyInput(name="王芳", identity=IDENTITY))
    page = supervisor.get(f"/parties/{party.id}").text
    assert "1101**********002X" in page
    assert IDENTITY not in page
    with unchanged():
        refused = supervisor.post(f"/parties/{party.id}/identity", {"reason": " "}, fragment=True)
    assert IDENTITY not in refused.text
    assert "请写明查看原因" in refused.text
    shown = supervisor.post(f"/parties/{party.id}/identity", {"reason": "办理过户"}, fragment=True)
    assert IDENTITY in shown.text
    entry = company_desk.journal.of(party.id)[-1]
    told = (entry.after["parts"], entry.after["reason"], entry.after["way"])
    assert (entry.act, entry.actor_name, *told) == ("secrecy.read", "刘文静", ["identity"], "办理过户", "page")
    assert "查看了涉密内容" in supervisor.get(f"/parties/{party.id}").text


def test_who_may_not_see_numbers_whole_sees_and_keeps_them_masked(
    agent: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    may = next(role.permissions for role in company_desk.roles.all() if role.name == "agent")
    company_desk.roles.save("agent", "客服", may - {"party.phone"})
    party = company_desk.parties.create(PartyInput(name="王芳", phones=["13800138000"], identity=IDENTITY))
    for path in ("/parties", f"/parties/{party.id}", f"/parties/{party.id}/edit"):
        page = agent.get(path).text
        assert "13800138000" not in page, path
        assert "138****8000" in page, path
    with unchanged():
        answer = agent.post(f"/parties/{party.id}/identity", {"reason": "看看"}, fragment=True)
    assert answer.status_code == 403

    values = filled(agent.get(f"/parties/{party.id}/edit").text)
    agent.post(f"/parties/{party.id}", {**values, "remark": "只改备注"})
    saved = company_desk.parties.find(party.id)
    assert (saved.phones, saved.remark) == (("13800138000",), "只改备注")


def test_the_page_shows_holdings_with_terms_and_tickets(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    from datetime import date

    unit = factory.unit(label="3-2-501")
    party = factory.party(name="王芳")
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id, begins=date(2018, 6, 1), ends=date(2025, 1, 1))
    factory.ticket(requester_id=party.id, description="厨房水管漏水")
    page = agent.get(f"/parties/{party.id}").text
    assert re.search(r"is-over.*?3-2-501</a>.*?业主.*?2018-06-01 起，至 2025-01-01 前", page, re.DOTALL)
    assert "厨房水管漏水" in page


def test_another_companys_party_is_not_there(agent: Visitor, other_factory: Factory, unchanged: Unchanged) -> None:
    theirs = other_factory.party(name="王芳")
    agent.get("/parties")
    with unchanged():
        answers = [
            agent.get(f"/parties/{theirs.id}"),
            agent.get(f"/parties/{theirs.id}/edit"),
            agent.post(f"/parties/{theirs.id}", {"name": "改名", "version": "1"}),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_version_that_nobody_has_is_a_stale_one(supervisor: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    party, unit = factory.party(), factory.unit()
    supervisor.get("/parties")
    with unchanged():
        answers = [
            supervisor.post(f"/parties/{party.id}", {"name": "改名", "version": "9" * 5000}),
            supervisor.post(f"/assets/{unit.id}", {"label": "改名", "version": "9" * 5000}),
        ]
    assert [answer.status_code for answer in answers] == [409, 409]


def test_observers_change_nothing(visitor_as: Callable[..., Visitor], factory: Factory, unchanged: Unchanged) -> None:
    party = factory.party(name="王芳")
    observer = visitor_as("observer", login="heli", name="何丽")
    assert "修改资料" not in observer.get(f"/parties/{party.id}").text
    with unchanged():
        answers = [
            observer.get("/parties/new"),
            observer.post("/parties", {"name": "新客户"}),
            observer.post(f"/parties/{party.id}", {"name": "改名", "version": "1"}),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
