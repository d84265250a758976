"""Opening tickets, and making customers of callers whom nobody knows yet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest

from gongdan.domain.identifiers import Finding
from gongdan.domain.snapshots import TicketView
from gongdan.domain.verdicts import Reason, Verdict
from gongdan.errors import Conflict, InvalidInput, NotAllowed
from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.intake import Intake, NewTicket
from gongdan.services.parties import Parties, PartyInput, PartyView
from gongdan.services.tickets import TicketFilter
from gongdan.services.work import Work
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]

#: What a clerk types about a caller whom nobody knows.
NEWCOMER = {"contact_name": " 赵磊 ", "contact_phone": "138 1234 5678", "is_newcomer": True}


def test_a_ticket_opened_by_an_agent_is_owned_by_her(person: People) -> None:
    agent = person("agent", name="张敏")
    ticket = Factory(agent).ticket(description="厨房水管漏水")
    assert ticket.number == "BX202603-0001"
    assert ticket.owner_id == agent.actor.account_id


def test_two_companies_number_their_tickets_apart(
    factory: Factory, other_factory: Factory, other_desk: CompanyDesk
) -> None:
    assert factory.ticket().number == other_factory.ticket().number == "BX202603-0001"


def test_a_newcomer_becomes_a_customer_with_his_ticket(person: People, company_desk: CompanyDesk) -> None:
    agent = person("agent")
    ticket = Factory(agent).ticket(**NEWCOMER)
    assert ticket.requester_id is not None
    party = agent.parties.find(ticket.requester_id)
    assert (party.name, party.phones) == ("赵磊", ("13812345678",))
    assert agent.parties.by_phone("13812345678") == (party,)
    acts = [entry.act for entry in company_desk.journal.latest() if entry.act in {"party.created", "ticket.opened"}]
    assert sorted(acts) == ["party.created", "ticket.opened"]


def test_a_newcomer_is_linked_to_his_place(person: People, factory: Factory) -> None:
    supervisor, unit = person("supervisor"), factory.unit(label="3-2-501")
    ticket = Factory(supervisor).ticket(**NEWCOMER, asset_id=unit.id, newcomer_role="sample_owner")
    assert ticket.requester_id is not None
    holdings = supervisor.parties.holdings(ticket.requester_id)
    assert [(one.asset_label, one.role, one.begins, one.ends) for one in holdings] == [
        ("3-2-501", "sample_owner", None, None)
    ]


def test_a_known_caller_is_made_no_second_time(person: People, factory: Factory) -> None:
    agent, party = person("agent"), factory.party(name="王芳")
    assert Factory(agent).ticket(**NEWCOMER, requester_id=party.id).requester_id == party.id
    assert agent.parties.list("赵磊")[0] == ()


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"contact_phone": "12"}, ["contact_phone"]),
        ({"contact_phone": ""}, ["contact_phone"]),
        ({"contact_name": " "}, ["requester"]),
        ({"newcomer_role": "sample_owner"}, ["asset"]),
        ({"description": "", "contact_phone": "12"}, ["description", "contact_phone"]),
    ],
)
def test_a_newcomer_without_name_number_or_place_is_refused_with_his_ticket(
    factory: Factory, unchanged: Unchanged, given: dict[str, str], fields: list[str]
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        factory.ticket(**{**NEWCOMER, **given})
    assert [problem.field for problem in refused.value.problems] == fields


def test_a_number_that_somebody_has_makes_no_customer(factory: Factory, unchanged: Unchanged) -> None:
    factory.party(name="赵磊", phones=("13812345678",))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        factory.ticket(**NEWCOMER)
    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [
        ("contact_phone", "已有客户使用这个号码")
    ]


def test_a_link_that_cannot_be_leaves_neither_ticket_nor_customer(
    factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    unit = factory.unit()
    company_desk.assets.link(unit.id, "sample_tenant", party_id=factory.party().id)
    with unchanged(), pytest.raises(Conflict):
        factory.ticket(**NEWCOMER, asset_id=unit.id, newcomer_role="sample_tenant")
    with unchanged(), pytest.raises(InvalidInput):
        factory.ticket(**NEWCOMER, asset_id=unit.id, newcomer_role="king")


def test_who_may_not_change_customers_or_assets_makes_and_links_none(
    company_desk: CompanyDesk, person: People, factory: Factory, unchanged: Unchanged
) -> None:
    company_desk.roles.save("desk", "前台", ["ticket.view", "ticket.create", "party.view"], new=True)
    unit, desk, agent = factory.unit(), Factory(person("desk")), Factory(person("agent"))
    with unchanged(), pytest.raises(NotAllowed):
        desk.ticket(**NEWCOMER)
    with unchanged(), pytest.raises(NotAllowed):
        agent.ticket(**NEWCOMER, asset_id=unit.id, newcomer_role="sample_owner")


def test_two_clerks_at_once_make_one_customer_of_a_number(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    clerks = [Factory(person("agent")) for _ in range(2)]
    both_have_looked, create_in = Barrier(2), Parties.create_in

    def look_then_create(parties: Parties, work: Work, given: PartyInput) -> PartyView:
        # Whoever has to wait for his turn lets the other one wait in vain.
        with suppress(BrokenBarrierError):
            both_have_looked.wait(1)
        return create_in(parties, work, given)

    def answer(clerk: Factory) -> str:
        try:
            clerk.ticket(**NEWCOMER)
        except InvalidInput:
            return "refused"
        return "opened"

    monkeypatch.setattr(Parties, "create_in", look_then_create)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, clerks)) == ["opened", "refused"]
    seen = person("agent")
    assert len(seen.tickets.list(TicketFilter()).lines) == 1
    assert len(seen.parties.by_phone("13812345678")) == 1


# --- A place that was typed and not chosen ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["3-501", " 3-501 ", "/3/501", "3栋501", "3栋501室", "老张家"])
def test_a_place_that_names_one_asset_is_that_asset(company_desk: CompanyDesk, typed: str) -> None:
    factory = Factory(company_desk)
    unit = factory.unit(factory.building(code="3", label="三号楼"), code="501", label="老张家")
    changed = AssetInput(kind=unit.kind, code=unit.code, label="3-501")
    company_desk.assets.change(unit.id, unit.version, changed)
    factory.unit(factory.building(code="13", label="十三号楼"), code="501", label="13-501")
    opened = company_desk.intake.open(
        NewTicket(type=sample.REPAIR.name, contact_name="王芳", description="漏水", place=typed, category="water")
    )
    assert (opened.asset_id, opened.place) == (unit.id, "3-501")


def test_a_place_that_names_several_is_asked_about(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    factory = Factory(company_desk)
    for code in ("3", "13"):
        factory.unit(factory.building(code=code, label=f"{code}栋"), code="lobby", label="大堂")
    new = NewTicket(type=sample.REPAIR.name, contact_name="王芳", description="灯不亮", place="大堂", category="power")
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.intake.open(new)
    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == ("asset", "大堂")
    assert problem.params == {"places": "大堂（13-lobby）、大堂（3-lobby）"}


@pytest.mark.parametrize("typed", ["大堂门口", "3栋", "3栋502", "501"])
def test_a_place_that_names_none_stays_in_words(company_desk: CompanyDesk, typed: str) -> None:
    factory = Factory(company_desk)
    factory.unit(factory.building(code="3", label="三号楼"), code="501", label="3-501")
    opened = company_desk.intake.open(
        NewTicket(type=sample.REPAIR.name, contact_name="王芳", description="漏水", place=typed, category="water")
    )
    assert (opened.asset_id, opened.place) == (None, typed)


def test_who_may_not_see_assets_is_told_of_none_by_a_name(company_desk: CompanyDesk, person: People) -> None:
    Factory(company_desk).unit(label="3-501")
    company_desk.roles.save("agent", "客服", {"ticket.create", "ticket.view"})
    new = NewTicket(type=sample.REPAIR.name, contact_name="王芳", description="漏水", place="3-501", category="water")
    assert person("agent").intake.open(new).asset_id is None


# --- A form that is sent twice -------------------------------------------------------------------------------------


def test_a_form_sent_twice_opens_one_ticket(person: People, unchanged: Unchanged) -> None:
    agent = person("agent")
    first = Factory(agent).ticket(**NEWCOMER, form_id="f1")
    with unchanged():
        again = Factory(agent).ticket(**NEWCOMER, form_id="f1", description="另一段话")
    assert again == first
    assert Factory(agent).ticket(form_id="f2").number != first.number
    assert Factory(agent).ticket().number != Factory(agent).ticket().number


def test_the_form_of_one_person_says_nothing_about_anothers(person: People) -> None:
    first, second = (Factory(person("agent")).ticket(form_id="f1") for _ in range(2))
    assert first.id != second.id


def test_a_form_sent_at_the_same_moment_opens_one_ticket(
    desk: Desk, person: People, company_desk: CompanyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = person("agent").actor
    none_has_opened, look = Barrier(4), Intake._opened_by

    def look_together(intake: Intake, new: NewTicket) -> TicketView | None:
        found = look(intake, new)
        with suppress(BrokenBarrierError):
            none_has_opened.wait(2)
        return found

    def send(_: int) -> UUID:
        return Factory(desk.at(company_desk.company, actor)).ticket(form_id="f1").id

    monkeypatch.setattr(Intake, "_opened_by", look_together)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(send, range(4)))
    assert len(set(opened)) == 1
    assert [line.ticket.id for line in company_desk.tickets.list(TicketFilter()).lines] == opened[:1]
    assert [entry.act for entry in company_desk.journal.of(opened[0])] == ["ticket.opened"]


# --- The caller's number -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone", ["abc123", "1380013800", "62345678"])
def test_what_is_no_number_is_refused_with_the_way_to_write_one(
    company_desk: CompanyDesk, factory: Factory, unchanged: Unchanged, phone: str
) -> None:
    ticket, given = factory.ticket(), {"contact_phone": phone}
    acts: tuple[Callable[[], object], ...] = (
        lambda: factory.ticket(contact_phone=phone),
        lambda: company_desk.tickets.change(ticket.id, 1, given),
        lambda: company_desk.tickets.correct(ticket.id, 1, given, reason="核对"),
    )
    for act in acts:
        with unchanged(), pytest.raises(InvalidInput) as refused:
            act()
        (problem,) = refused.value.problems
        assert (problem.field, problem.rule) == ("contact_phone", "不是有效的电话号码")
        assert problem.remedy == "请填写 11 位手机号、400/800 电话，或带区号的固定电话，例如 0755-83001234"


@pytest.mark.parametrize("phone", ["", "138 0013 8000", "+8613800138000", "0755-83001234转8", "400-820-8820"])
def test_a_number_is_kept_as_it_was_typed(factory: Factory, phone: str) -> None:
    ticket = factory.ticket(contact_phone=f" {phone} ")
    assert (ticket.contact_phone, ticket.flags) == (phone, ())


def test_a_number_that_is_doubtful_is_taken_and_flagged(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = Finding(Verdict.SUSPECT, "13800138000", Reason.BAD_FORMAT, "13800138000")
    monkeypatch.setattr("gongdan.services.intake.check_phone", lambda _: doubtful)
    assert factory.ticket(contact_phone="13800138000").flags == ("bad_format",)
