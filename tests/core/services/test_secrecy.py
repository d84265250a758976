"""Reading what is classified: masks until a reason is given, and a line in the log for every reading."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError

from gongdan.domain.secrecy import AccessState, SecrecyClass, Way
from gongdan.domain.snapshots import TicketView
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import Conflict, InvalidInput, MoveRefused, NotAllowed, NotFound, SecrecyClosed
from gongdan.language import for_locale
from gongdan.services import secrecy_gate
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.services.parties import PartyInput, PartyView
from gongdan.services.secrecy import NewAccess
from gongdan.services.secrecy_gate import Occasion
from gongdan.services.secrecy_log import LogFilter
from gongdan.services.secrecy_outlets import ExportReason, Outlet
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]

NAME, PHONE, REMARK = "王小芳", "13800138001", "住院中，勿扰"
NUMBER = "11010519491231002X"


@pytest.fixture
def head(person: People) -> CompanyDesk:
    return person("administrator", name="李总", login="lizong")


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏", login="zhangmin")


@pytest.fixture
def party(head: CompanyDesk) -> PartyView:
    """A secret customer."""
    made = head.parties.create(PartyInput(name=NAME, phones=(PHONE,), remark=REMARK, identity=NUMBER))
    head.secrecy.classify("party", made.id, SecrecyClass.SECRET, "名人客户")
    return made


@pytest.fixture
def ticket(factory: Factory, party: PartyView) -> TicketView:
    """A ticket of the secret customer."""
    return factory.ticket(
        requester_id=party.id, contact_name=NAME, contact_phone=PHONE, description=f"{NAME}家漏水，回电 {PHONE}"
    )


def _asked(party: PartyView, reason: str = "客户来电查询报修") -> NewAccess:
    return NewAccess(noun="party", record_id=party.id, reason_kind="service", reason=reason)


def _lines(desk: CompanyDesk) -> list[tuple[str, str, tuple[str, ...], str, str]]:
    """Return the log, the oldest first: who, which noun, which parts, why, by which way."""
    return [
        (line.person, line.noun, line.parts, line.reason, line.way.value)
        for line in reversed(desk.secrecy.log(LogFilter()).lines)
    ]


# --- A customer ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("003-09-15", "003-07-07", "001-02-04")
def test_a_classified_customer_is_masked_for_everybody_until_he_is_opened(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView
) -> None:
    for desk in (agent, head):
        seen = desk.parties.find(party.id)
        assert (seen.name, seen.phones, seen.remark) == ("王**", ("138****8001",), "••••••")
        assert seen.is_masked
    assert _lines(head) == []


def test_an_opened_customer_is_read_whole_and_every_reading_is_a_line(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView
) -> None:
    agent.secrecy.ask(_asked(party))
    for _ in range(2):
        seen = agent.parties.find(party.id)
        assert (seen.name, seen.phones, seen.remark, seen.is_masked) == (NAME, (PHONE,), REMARK, False)
    line = ("张敏", "party", ("name", "phones", "remark"), "客户来电查询报修", "service")
    assert _lines(head) == [line, line]


def test_a_reading_is_sealed_in_the_journal_without_the_values(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView
) -> None:
    agent.secrecy.ask(_asked(party))
    agent.parties.find(party.id)
    entry = head.journal.of(party.id)[-1]
    assert (entry.act, entry.actor_name, entry.after) == (
        "secrecy.read",
        "张敏",
        {
            "level": "secret",
            "parts": ["name", "phones", "remark"],
            "reason": "客户来电查询报修",
            "reason_kind": "service",
            "way": "service",
        },
    )
    assert head.journal.verify().first_bad is None


def test_the_log_holds_no_value_that_a_mask_hides(agent: CompanyDesk, head: CompanyDesk, party: PartyView) -> None:
    agent.secrecy.ask(_asked(party))
    agent.parties.find(party.id)
    told = repr(head.secrecy.log(LogFilter()))
    assert "王**" in told
    assert all(secret not in told for secret in (NAME, PHONE, REMARK))


def test_an_access_is_for_one_person_and_one_record(agent: CompanyDesk, person: People, party: PartyView) -> None:
    agent.secrecy.ask(_asked(party))
    assert person("agent", name="李建国").parties.find(party.id).is_masked
    # In a list he is masked for the one who has opened him too.
    assert [one.name for one in agent.parties.list()[0]] == ["王**"]


def test_an_access_ends_after_the_minutes_of_the_policy(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView, clock: Clock
) -> None:
    head.policies.set("core.secrecy_minutes", "10")
    access = agent.secrecy.ask(_asked(party))
    assert access.ends_at == clock() + timedelta(minutes=10)
    clock.move(timedelta(minutes=10) - timedelta(seconds=1))
    assert not agent.parties.find(party.id).is_masked
    clock.move(timedelta(seconds=1))
    assert agent.parties.find(party.id).is_masked


def test_who_has_seen_enough_closes_the_record(agent: CompanyDesk, person: People, party: PartyView) -> None:
    access = agent.secrecy.ask(_asked(party))
    with pytest.raises(NotFound):
        person("agent").secrecy.close(access.id)
    assert agent.secrecy.close(access.id).state is AccessState.ENDED
    assert agent.parties.find(party.id).is_masked


@pytest.mark.parametrize("reason", ["", "  ", "。", "看"])
def test_without_a_reason_nothing_is_opened(
    agent: CompanyDesk, party: PartyView, unchanged: Unchanged, reason: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput):
        agent.secrecy.ask(_asked(party, reason))


@pytest.mark.clause("003-09-15")
def test_without_the_right_nothing_is_opened(person: People, party: PartyView, unchanged: Unchanged) -> None:
    observer = person("observer")
    with unchanged(), pytest.raises(NotAllowed):
        observer.secrecy.ask(_asked(party))


def test_what_is_not_classified_needs_no_reason(agent: CompanyDesk, factory: Factory, unchanged: Unchanged) -> None:
    ordinary = factory.party()
    with unchanged(), pytest.raises(Conflict):
        agent.secrecy.ask(_asked(ordinary))


def test_if_the_log_cannot_be_written_nothing_is_shown(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView, unchanged: Unchanged
) -> None:
    agent.secrecy.ask(_asked(party))
    broken = OperationalError("INSERT", {}, Exception("disk full"))
    with unchanged(), patch.object(secrecy_gate, "_write", side_effect=broken), pytest.raises(OperationalError):
        agent.parties.find(party.id)
    assert _lines(head) == []


def test_a_page_that_reads_a_record_twice_is_one_reading(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView
) -> None:
    agent.secrecy.ask(_asked(party))
    page = agent.installation.at(agent.company, agent.actor, Occasion(Way.PAGE, "10.0.0.7", is_one_look=True))
    page.parties.find(party.id)
    page.parties.find(party.id)
    (line,) = head.secrecy.log(LogFilter()).lines
    assert (line.way, line.address) == (Way.PAGE, "10.0.0.7")


def test_masks_are_never_stored_as_values(agent: CompanyDesk, party: PartyView, unchanged: Unchanged) -> None:
    seen = agent.parties.find(party.id)
    with unchanged(), pytest.raises(SecrecyClosed):
        agent.parties.change(party.id, seen.version, PartyInput(name=seen.name, phones=seen.phones))


def test_a_known_caller_is_recognised_behind_his_mask(agent: CompanyDesk, party: PartyView) -> None:
    (seen,) = agent.parties.by_phone(PHONE)
    assert (seen.id, seen.name, seen.is_masked) == (party.id, "王**", True)


def test_nobody_finds_out_a_classified_number_digit_by_digit(agent: CompanyDesk, party: PartyView) -> None:
    assert agent.parties.by_phone(PHONE[:7]) == ()


def test_a_full_identity_number_is_in_the_log_of_every_company(
    person: People, head: CompanyDesk, factory: Factory
) -> None:
    ordinary = factory.party(name="刘洋", identity=NUMBER)
    supervisor = person("supervisor", name="陈红")
    assert supervisor.parties.unmask(ordinary.id, "办理过户") == NUMBER
    assert _lines(head) == [("陈红", "party", ("identity",), "办理过户", "service")]


def test_a_classified_customers_identity_number_needs_him_to_be_open(
    person: People, party: PartyView, unchanged: Unchanged
) -> None:
    supervisor = person("supervisor", name="陈红")
    with unchanged(), pytest.raises(SecrecyClosed):
        supervisor.parties.unmask(party.id, "办理过户")
    supervisor.secrecy.ask(_asked(party))
    assert supervisor.parties.unmask(party.id, "办理过户") == NUMBER


# --- Consent ------------------------------------------------------------------------------------------------------


@pytest.fixture
def top(head: CompanyDesk, party: PartyView) -> PartyView:
    head.secrecy.classify("party", party.id, SecrecyClass.TOP_SECRET, "大客户")
    return party


@pytest.mark.clause("001-02-05")
def test_top_secret_is_read_after_consent(agent: CompanyDesk, head: CompanyDesk, top: PartyView) -> None:
    access = agent.secrecy.ask(_asked(top))
    assert access.state is AccessState.ASKED
    assert agent.parties.find(top.id).is_masked
    assert [one.person for one in head.secrecy.waiting()] == ["张敏"]
    assert head.secrecy.decide(access.id, grants=True).state is AccessState.OPEN
    assert agent.parties.find(top.id).name == NAME


def test_a_refusal_names_its_reason_and_opens_nothing(
    agent: CompanyDesk, head: CompanyDesk, top: PartyView, unchanged: Unchanged
) -> None:
    access = agent.secrecy.ask(_asked(top))
    with unchanged(), pytest.raises(InvalidInput):
        head.secrecy.decide(access.id, grants=False)
    head.secrecy.decide(access.id, grants=False, remark="与本单无关")
    assert agent.parties.find(top.id).is_masked
    assert (agent.secrecy.mine()[0].state, agent.secrecy.mine()[0].remark) == (AccessState.REFUSED, "与本单无关")


def test_a_request_is_decided_once_by_somebody_with_the_right(
    agent: CompanyDesk, head: CompanyDesk, top: PartyView, unchanged: Unchanged
) -> None:
    access = agent.secrecy.ask(_asked(top))
    with unchanged(), pytest.raises(NotAllowed):
        agent.secrecy.decide(access.id, grants=True)
    head.secrecy.decide(access.id, grants=True)
    with unchanged(), pytest.raises(MoveRefused):
        head.secrecy.decide(access.id, grants=False, remark="想了想还是不行")


def test_asking_twice_is_asking_once(agent: CompanyDesk, head: CompanyDesk, top: PartyView) -> None:
    assert agent.secrecy.ask(_asked(top)).id == agent.secrecy.ask(_asked(top)).id
    assert head.secrecy.count_waiting() == 1


def test_who_consents_gives_his_own_reason_and_reads(head: CompanyDesk, top: PartyView) -> None:
    assert head.parties.find(top.id).is_masked
    assert head.secrecy.ask(_asked(top)).state is AccessState.OPEN
    assert head.parties.find(top.id).name == NAME


# --- Classes ------------------------------------------------------------------------------------------------------


def test_raising_a_class_closes_what_was_open(agent: CompanyDesk, head: CompanyDesk, party: PartyView) -> None:
    agent.secrecy.ask(_asked(party))
    head.secrecy.classify("party", party.id, SecrecyClass.TOP_SECRET, "大客户")
    assert agent.parties.find(party.id).is_masked


def test_lowering_a_class_needs_the_stronger_right_and_a_reason(
    person: People, head: CompanyDesk, party: PartyView, unchanged: Unchanged
) -> None:
    supervisor = person("supervisor")
    with unchanged(), pytest.raises(NotAllowed):
        supervisor.secrecy.classify("party", party.id, SecrecyClass.ORDINARY, "已公开")
    with unchanged(), pytest.raises(InvalidInput):
        head.secrecy.classify("party", party.id, SecrecyClass.ORDINARY, "")
    head.secrecy.classify("party", party.id, SecrecyClass.ORDINARY, "已公开")
    assert supervisor.parties.find(party.id).name == NAME
    entry = head.journal.of(party.id)[-1]
    assert (entry.act, entry.before, entry.after) == (
        "secrecy.classified",
        {"level": "secret"},
        {"level": "ordinary", "reason": "已公开"},
    )


# --- Tickets ------------------------------------------------------------------------------------------------------


def test_a_ticket_masks_its_classified_caller_wherever_he_is_named(agent: CompanyDesk, ticket: TicketView) -> None:
    seen = agent.tickets.find(ticket.id)
    assert (seen.contact_name, seen.contact_phone, seen.description) == (
        "王**",
        "138****8001",
        "王**家漏水，回电 138****8001",
    )


def test_an_opened_ticket_tells_whom_to_call_in_one_line_of_the_log(
    agent: CompanyDesk, head: CompanyDesk, ticket: TicketView
) -> None:
    agent.notes.write(ticket.id, f"已约 {PHONE}")
    agent.secrecy.ask(NewAccess(noun="ticket", record_id=ticket.id, reason_kind="service", reason="回电约时间"))
    case = agent.cases.read(ticket.id)
    assert (case.ticket.contact_name, case.ticket.contact_phone) == (NAME, PHONE)
    assert case.notes[0].body == f"已约 {PHONE}"
    # The customer's own file is another record.
    assert case.requester is not None
    assert case.requester.is_masked
    parts = ("contact_name", "contact_phone", "subject", "description", "place", "fields")
    assert _lines(head) == [("张敏", "ticket", (*parts, "notes", "attachments", "history"), "回电约时间", "service")]


def test_a_form_that_brings_masks_back_changes_nothing_of_them(
    agent: CompanyDesk, head: CompanyDesk, ticket: TicketView
) -> None:
    seen = agent.tickets.find(ticket.id)
    agent.tickets.change(
        ticket.id,
        seen.version,
        {"contact_name": seen.contact_name, "contact_phone": seen.contact_phone, "description": seen.description,
         "severity": "major"},
    )  # fmt: skip
    head.secrecy.ask(NewAccess(noun="ticket", record_id=ticket.id, reason_kind="audit", reason="核对登记"))
    found = head.tickets.find(ticket.id)
    assert (found.contact_name, found.contact_phone, found.severity) == (NAME, PHONE, "major")
    assert found.description == f"{NAME}家漏水，回电 {PHONE}"


def test_a_classified_ticket_withholds_its_texts_and_takes_no_change_unread(
    agent: CompanyDesk, head: CompanyDesk, factory: Factory, unchanged: Unchanged
) -> None:
    made = factory.ticket(fields={"estimate": "300"})
    agent.notes.write(made.id, "住户情绪激动")
    head.secrecy.classify("ticket", made.id, SecrecyClass.SECRET, "涉及名人")
    case = agent.cases.read(made.id)
    assert {case.ticket.subject, case.ticket.description, case.ticket.place, case.notes[0].body} == {"••••••"}
    assert set(case.ticket.fields.values()) == {"••••••"}
    with unchanged(), pytest.raises(SecrecyClosed):
        agent.tickets.change(made.id, case.ticket.version, {"severity": "major"})
    with unchanged(), pytest.raises(SecrecyClosed):
        agent.moves.make(made.id, "dispatch", case.ticket.version, {"assignee": str(agent.actor.account_id)})


def test_the_history_of_a_classified_customer_shows_masks_until_he_is_opened(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView
) -> None:
    assert head.journal.latest(act="party.created")[0].after == {"name": "王**", "phones": ["138****8001"]}
    assert agent.journal.of(party.id)[0].after == {"name": "王**", "phones": ["138****8001"]}
    agent.secrecy.ask(_asked(party))
    assert agent.journal.of(party.id)[0].after == {"name": NAME, "phones": [PHONE]}
    assert [parts for _, _, parts, _, _ in _lines(head)] == [("history",)]


# --- The log ------------------------------------------------------------------------------------------------------


def test_the_log_is_asked_by_person_record_reason_way_and_time(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView, clock: Clock
) -> None:
    agent.secrecy.ask(_asked(party))
    agent.parties.find(party.id)
    now = clock()
    found = [
        LogFilter(person="张"), LogFilter(record=NAME), LogFilter(record_id=party.id), LogFilter(reason="查询"),
        LogFilter(reason_kind="service"), LogFilter(way="service"), LogFilter(begins=now),
        LogFilter(ends=now + timedelta(seconds=1)),
    ]  # fmt: skip
    passed = [
        LogFilter(person="李"), LogFilter(record="王"), LogFilter(reason="过户"), LogFilter(reason_kind="audit"),
        LogFilter(way="print"), LogFilter(ends=now),
    ]  # fmt: skip
    assert [len(head.secrecy.log(one).lines) for one in found] == [1] * len(found)
    assert [len(head.secrecy.log(one).lines) for one in passed] == [0] * len(passed)


def test_the_log_is_for_auditors(agent: CompanyDesk, party: PartyView) -> None:
    with pytest.raises(NotAllowed):
        agent.secrecy.log(LogFilter())
    with pytest.raises(NotAllowed):
        agent.secrecy.readings_of("party", party.id)


def test_another_company_sees_neither_record_nor_request_nor_line(
    agent: CompanyDesk, head: CompanyDesk, top: PartyView, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    access = agent.secrecy.ask(_asked(top))
    head.secrecy.decide(access.id, grants=True)
    agent.parties.find(top.id)
    assert other_desk.secrecy.log(LogFilter()).lines == ()
    assert other_desk.secrecy.readings_of("party", top.id) == ()
    with unchanged(), pytest.raises(NotFound):
        other_desk.secrecy.ask(_asked(top))
    with unchanged(), pytest.raises(NotFound):
        other_desk.secrecy.decide(access.id, grants=False, remark="不认识")
    with unchanged(), pytest.raises(NotFound):
        other_desk.secrecy.classify("party", top.id, SecrecyClass.ORDINARY, "不认识")


# --- Exports and papers -------------------------------------------------------------------------------------------


def _exported(desk: CompanyDesk, reason: ExportReason | None = None) -> list[tuple[str, tuple[str, ...]]]:
    outlet = Outlet(desk, reason)
    found = [(party.name, party.phones) for party in desk.exports.parties("", outlet)]
    outlet.tell()
    return found


def test_an_export_carries_masks_unless_a_reason_is_given_and_then_each_record_is_a_line(
    person: People, head: CompanyDesk, party: PartyView, factory: Factory
) -> None:
    factory.party(name="刘洋")
    supervisor = person("supervisor", name="陈红")
    assert ("王**", ("138****8001",)) in _exported(supervisor)
    assert _lines(head) == []
    assert (NAME, (PHONE,)) in _exported(supervisor, ExportReason("audit", "年度审计"))
    assert _lines(head) == [("陈红", "party", ("name", "phones", "remark"), "年度审计", "export")]
    assert [line.label for line in head.secrecy.readings_of("party", party.id, is_leaving=True)] == ["王**"]


def test_what_needs_consent_is_exported_by_those_who_give_it(person: People, head: CompanyDesk, top: PartyView) -> None:
    reason = ExportReason("audit", "年度审计")
    assert _exported(person("supervisor"), reason) == [("王**", ("138****8001",))]
    assert _exported(head, reason) == [(NAME, (PHONE,))]


def test_an_export_without_a_good_reason_or_the_right_begins_not(
    person: People, head: CompanyDesk, party: PartyView, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InvalidInput):
        Outlet(head, ExportReason("audit", "  "))
    observer = person("observer")
    with unchanged(), pytest.raises(NotAllowed):
        Outlet(observer, ExportReason("audit", "年度审计"))


def test_a_paper_of_an_opened_ticket_has_a_watermark_and_is_a_line(
    agent: CompanyDesk, head: CompanyDesk, ticket: TicketView
) -> None:
    masked = agent.printing.paper("ticket", ticket.id, for_locale("zh"))
    assert PHONE not in repr(masked)
    agent.secrecy.ask(NewAccess(noun="ticket", record_id=ticket.id, reason_kind="service", reason="上门带单"))
    paper = agent.printing.paper("ticket", ticket.id, for_locale("zh"))
    assert PHONE in repr(paper)
    assert masked.watermark == paper.watermark == "幸福物业 · 张敏 · 2026-03-05 10:00"
    assert [(who, why, way) for who, _, _, why, way in _lines(head)] == [("张敏", "上门带单", "print")]


def test_a_file_of_a_classified_customer_is_withheld_and_a_download_is_a_line(
    agent: CompanyDesk, head: CompanyDesk, party: PartyView
) -> None:
    (file,) = head.attachments.add(SubjectKey("party", party.id), [Upload(f"{NAME}的合同.txt", b"contract")])
    assert [one.name for one in agent.attachments.of(SubjectKey("party", party.id))] == ["••••••.txt"]
    with pytest.raises(SecrecyClosed):
        agent.attachments.read(file.id)
    agent.secrecy.ask(_asked(party))
    assert agent.attachments.read(file.id)[1] == b"contract"
    assert [(who, parts, way) for who, _, parts, _, way in _lines(head)] == [("张敏", ("attachments",), "attachment")]
