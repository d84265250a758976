"""A secret customer goes through the web, the services, an export and a print; the log names every unmasked reading."""

from __future__ import annotations

from gongdan.domain.secrecy import SecrecyClass
from gongdan.language import for_locale
from gongdan.services.desk import Desk
from gongdan.services.parties import PartyInput
from gongdan.services.secrecy import NewAccess
from gongdan.services.secrecy_log import LogFilter
from gongdan.services.secrecy_outlets import ExportReason, Outlet
from gongdan.settings import Settings
from gongdan.testing.factories import Factory, People
from gongdan.web.app import create_app
from tests.web.visitor import Visitor

NAME, PHONE = "王小芳", "13800138001"


def test_the_log_names_every_unmasked_reading(desk: Desk, settings: Settings, person: People, factory: Factory) -> None:
    head = person("administrator", name="李总", login="lizong")
    clerk = person("supervisor", name="陈红", login="chenhong")
    party = head.parties.create(PartyInput(name=NAME, phones=(PHONE,)))
    ticket = factory.ticket(requester_id=party.id, contact_name=NAME, contact_phone=PHONE, description="漏水")
    head.secrecy.classify("party", party.id, SecrecyClass.SECRET, "名人客户")
    visitor = Visitor(create_app(desk, settings))
    visitor.arrive("chenhong")

    # Behind the masks nothing is read, however often one looks.
    pages = [visitor.get(address).text for address in (f"/parties/{party.id}", f"/tickets/{ticket.id}", "/parties")]
    assert not any(secret in page for page in pages for secret in (NAME, PHONE))
    assert head.secrecy.log(LogFilter()).lines == ()

    # The web.
    visitor.post(f"/secrecy/party/{party.id}/open", {"reason_kind": "service", "reason": "回电客户"}, fragment=True)
    assert PHONE in visitor.get(f"/parties/{party.id}").text
    # The services.
    clerk.secrecy.ask(NewAccess(noun="ticket", record_id=ticket.id, reason_kind="complaint", reason="核对投诉"))
    assert clerk.tickets.find(ticket.id).contact_phone == PHONE
    # An export.
    sent = visitor.post("/exports/parties?format=csv", {"reason_kind": "audit", "reason": "年度审计"})
    assert NAME in sent.data.decode("utf-8-sig")
    sent.close()
    outlet = Outlet(clerk, ExportReason("audit", "月度核对"))
    assert [found.name for found in clerk.exports.parties("", outlet)] == [NAME]
    outlet.tell()
    # A print.
    assert PHONE in visitor.get(f"/papers/tickets/{ticket.id}").text
    assert PHONE in repr(clerk.printing.paper("ticket", ticket.id, for_locale("zh")))

    found = [(line.person, line.noun, line.reason, line.way.value) for line in head.secrecy.log(LogFilter()).lines]
    assert found[::-1] == [
        ("陈红", "party", "回电客户", "page"),
        ("陈红", "party", "回电客户", "page"),
        ("陈红", "ticket", "核对投诉", "service"),
        ("陈红", "party", "年度审计", "export"),
        ("陈红", "party", "月度核对", "export"),
        ("陈红", "ticket", "核对投诉", "print"),
        ("陈红", "party", "回电客户", "print"),
        ("陈红", "ticket", "核对投诉", "print"),
        ("陈红", "party", "回电客户", "print"),
    ]
    assert head.journal.verify().first_bad is None
