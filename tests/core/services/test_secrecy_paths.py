"""Every way by which the services hand out personal values: behind masks without an access, and known to this test.

Which ways there are is read off the services themselves: a method whose answer holds a name, a number or a text of a
record is one. A new one fails here until it has a probe, or a word about why it hands out nothing.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final
from uuid import UUID

import pytest

from gongdan.domain.secrecy import SecrecyClass
from gongdan.domain.subjects import SubjectKey
from gongdan.domain.ticket_links import LinkKind
from gongdan.language import for_locale
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_rows import DutyView
from gongdan.services.file_checks import Upload
from gongdan.services.journal_lists import JournalFilter, read_page
from gongdan.services.parties import PartyInput
from gongdan.services.secrecy_outlets import Outlet
from gongdan.services.tickets import TicketFilter
from gongdan.testing.factories import Factory, People

NAME, PHONE, REMARK, TEXT = "欧阳小芳", "13800138001", "住院中勿扰", "欧阳小芳说门坏了请回13800138001"
#: What nobody may find in an answer; a name is told by its end, since its beginning is in the mask.
SECRETS: Final = (NAME, "小芳", PHONE, REMARK)

#: Fields that hold names, numbers or texts of a record.
_TELLING = frozenset({
    "contact_name", "contact_phone", "subject", "ticket_subject", "party_name", "normalised", "body", "description",
    "before", "after", "requester",
})  # fmt: skip
#: What plugins and imports declare, and what a person has just typed in: nothing that is stored of anybody.
_DECLARED = re.compile(
    r"\b(ApprovalRule|Askable|Catalogue|Declared|Draft|DutyRule|Importer|NewTicket|Numbering|PlanRule|PluginView|Rulebook"
    r"|TicketExport|TicketFilter|TicketType|Point|Effect|PolicyChange|PolicyDiff|Line|DutyChange|Change|RunView)\b"
)


@dataclasses.dataclass(frozen=True)
class World:
    """A secret customer, his ticket, and who looks at both without an access."""

    desk: CompanyDesk
    party: UUID
    ticket: UUID
    other: UUID
    asset: UUID
    file: UUID


PROBES: Final[Mapping[str, Callable[[World], object]]] = {
    "tickets.list": lambda world: world.desk.tickets.list(TicketFilter()),
    "tickets.find": lambda world: world.desk.tickets.find(world.ticket),
    "tickets.by_number": lambda world: world.desk.tickets.by_number(_number(world)),
    "cases.read": lambda world: world.desk.cases.read(world.ticket),
    "cases.open_at": lambda world: world.desk.cases.open_at(world.party, world.asset),
    "notes.of_ticket": lambda world: world.desk.notes.of_ticket(world.ticket),
    "notes.mentioning": lambda world: world.desk.notes.mentioning(_own_id(world)),
    "attachments.of": lambda world: [
        world.desk.attachments.of(SubjectKey("ticket", world.ticket)),
        world.desk.attachments.of(SubjectKey("party", world.party)),
    ],
    "forms.of_ticket": lambda world: world.desk.forms.of_ticket(world.ticket),
    "links.of_ticket": lambda world: world.desk.links.of_ticket(world.other),
    "parties.find": lambda world: world.desk.parties.find(world.party),
    "parties.list": lambda world: world.desk.parties.list(),
    "parties.by_phone": lambda world: world.desk.parties.by_phone(PHONE),
    "assets.links": lambda world: world.desk.assets.links(world.asset),
    "searching.everywhere": lambda world: world.desk.searching.everywhere(PHONE),
    "journal.of": lambda world: [world.desk.journal.of(world.ticket), world.desk.journal.of(world.party)],
    "journal.latest": lambda world: world.desk.journal.latest(),
    "duties.mine": lambda world: world.desk.duties.mine(),
    "duties.team": lambda world: world.desk.duties.team(),
    "duties.of_ticket": lambda world: world.desk.duties.of_ticket(world.ticket),
    "duties.find": lambda world: [world.desk.duties.find(one.id) for one in _duties(world)],
    "duties.file": lambda world: [world.desk.duties.file(one.id) for one in _duties(world)],
    "approvals.inbox": lambda world: world.desk.approvals.inbox(),
    "approvals.asked": lambda world: world.desk.approvals.asked(),
    "approvals.decided": lambda world: world.desk.approvals.decided(),
    "approvals.all": lambda world: world.desk.approvals.all(),
    "approvals.of_ticket": lambda world: world.desk.approvals.of_ticket(world.ticket),
    "plans.all": lambda world: world.desk.plans.all(),
    "plans.of_ticket": lambda world: world.desk.plans.of_ticket(world.ticket),
    "plans.find": lambda world: [world.desk.plans.find(one.id) for one in world.desk.plans.of_ticket(world.ticket)],
    "plans.several": lambda world: world.desk.plans.several([one.id for one in world.desk.plans.all()]),
    "explain.ticket": lambda world: world.desk.explain.ticket(_number(world)),
    "explain.duty": lambda world: [world.desk.explain.duty(one.id) for one in _duties(world)],
    "handovers.latest": lambda world: world.desk.handovers.latest(),
    "exports.tickets": lambda world: list(world.desk.exports.tickets(TicketFilter(), Outlet(world.desk))),
    "exports.parties": lambda world: list(world.desk.exports.parties("", Outlet(world.desk))),
    # Not found by their answers, but known.
    "assets.grid": lambda world: [world.desk.assets.grid(one.id) for one in world.desk.assets.grid_roots()],
    "cases.called": lambda world: world.desk.cases.called(world.desk.journal.of(world.ticket)),
    "journal_lists.read_page": lambda world: read_page(world.desk, JournalFilter()),
    "notices.mine": lambda world: world.desk.notices.mine(),
    "printing.paper": lambda world: world.desk.printing.paper("ticket", world.ticket, for_locale("zh")),
    "secrecy.standing": lambda world: world.desk.secrecy.standing("party", world.party),
}

#: Ways that hand out nothing new, with the reason.
_OTHERS: Final[Mapping[str, str]] = {
    "forms.find": "as forms.of_ticket", "forms.by_number": "as forms.of_ticket",
    "photos.describe": "refused behind a mask", "photos.pairable": "what attachments.of shows",
    "photos.partner": "what attachments.of shows",
    "circulation.find": "papers of the company itself, which have no class",
    "attachments.find": "refused behind a mask", "attachments.read": "refused behind a mask",
    "plans.run": "as plans.of_ticket", "permits.kinds": "declared", "permits.kind": "declared",
    "permits.cards": "declared, with what the company decided", "permits.card": "as permits.cards",
    "permits.of_ticket": "the declared kind of a ticket",
    "explain.any": "limits of the policy, without a ticket", "approvals.find": "as approvals.of_ticket",
    "approvals.of_subject": "as approvals.of_ticket", "approvals.ticket_subject": "a rule and the row it is about",
    "approvals.view": "the page's own view of approvals.of_ticket", "handovers.find": "as handovers.latest",
    "duty_log.open_matters": "the log's own words, written by its people; see the class of duty_log",
    "duty_log.find": "as duty_log.open_matters", "imports.of_file": "counts and the name of a file",
    "imports.run": "counts", "imports.all": "counts", "imports.find": "counts",
}  # fmt: skip
#: Verbs of methods that write; what they answer goes through the same functions as what is read.
_WRITES: Final = re.compile(
    r"\.(change|correct|open|make|make_in|apply|write|add|attach|create|create_in|begin|save|file|void|type|on_paper|take_back|waive"
    r"|acknowledge|recompute|recount|preview|ask|withdraw|remind|decide|reverse|speak|complete|visit|end|resume|drop"
    r"|set_day|drop_day|undo|settle|check|tell|sign|take_over|leave|draw|receive|open_within)$"
)


@pytest.fixture
def world(company_desk: CompanyDesk, factory: Factory, person: People) -> World:
    party = company_desk.parties.create(PartyInput(name=NAME, phones=(PHONE,), remark=REMARK))
    unit = factory.unit(factory.building(code="3栋"), code="501")
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    agent = person("administrator", name="张敏", login="zhangmin")
    ticket = factory.ticket(
        description=TEXT, requester_id=party.id, contact_name=NAME, contact_phone=PHONE, asset_id=unit.id
    )
    other = factory.ticket(contact_name="刘洋", contact_phone="13900139000", description="灯不亮")
    company_desk.links.make(LinkKind.RELATED, ticket.id, other.id)
    company_desk.notes.write(ticket.id, f"@张敏 {NAME}的电话是{PHONE}")
    (file, *_) = company_desk.attachments.add(SubjectKey("ticket", ticket.id), [Upload(f"{NAME}.txt", b"a")])
    company_desk.attachments.add(SubjectKey("party", party.id), [Upload(f"{NAME}的合同.txt", b"b")])
    company_desk.secrecy.classify("party", party.id, SecrecyClass.SECRET, "名人客户")
    return World(agent, party.id, ticket.id, other.id, unit.id, file.id)


def test_every_way_that_hands_out_personal_values_is_known() -> None:
    unknown = [way for way in _ways() if way not in PROBES and way not in _OTHERS and not _WRITES.search(way)]
    assert unknown == []


@pytest.mark.clause("003-07-07", "003-09-15")
def test_no_way_hands_out_what_a_mask_hides(world: World) -> None:
    told = {way: [secret for secret in SECRETS if secret in repr(probe(world))] for way, probe in PROBES.items()}
    assert {way: secrets for way, secrets in told.items() if secrets} == {}


def test_the_installation_itself_sees_no_more(world: World) -> None:
    itself = dataclasses.replace(world, desk=world.desk.installation.at(world.desk.company, SYSTEM))
    shown = {way: repr(probe(itself)) for way, probe in PROBES.items() if way not in _PERSONAL}
    assert [way for way, answer in shown.items() if any(secret in answer for secret in SECRETS)] == []


#: Ways that are about the person who asks.
_PERSONAL = frozenset({"notes.mentioning", "duties.mine", "approvals.inbox", "approvals.asked", "approvals.decided"})


def _ways() -> Iterator[str]:
    carriers = _carriers()
    for name, attribute in vars(CompanyDesk).items():
        service = attribute.func.__annotations__.get("return") if isinstance(attribute, cached_property) else None
        for method, function in vars(service).items() if isinstance(service, type) else ():
            answer = str(getattr(function, "__annotations__", {}).get("return", ""))
            if not method.startswith("_") and carriers & set(re.findall(r"\w+", _DECLARED.sub("", answer))):
                yield f"{name}.{method}"


def _carriers() -> set[str]:
    """Return the names of all values that hold something telling, or a value that does."""
    modules = [module for name, module in sys.modules.items() if name.startswith("gongdan.")]
    classes = {
        value.__name__: value for module in modules for value in vars(module).values() if isinstance(value, type)
    }
    values = {name: value for name, value in classes.items() if dataclasses.is_dataclass(value)}
    fields = {name: {one.name: str(one.type) for one in dataclasses.fields(value)} for name, value in values.items()}
    found = {name for name, own in fields.items() if _TELLING & own.keys()}
    while more := {
        name
        for name, own in fields.items()
        if name not in found and any(found & set(re.findall(r"\w+", kind)) for kind in own.values())
    }:
        found |= more
    return found


def _own_id(world: World) -> UUID:
    found = world.desk.actor.account_id
    assert found is not None
    return found


def _number(world: World) -> str:
    return world.desk.tickets.find(world.ticket).number


def _duties(world: World) -> Sequence[DutyView]:
    return world.desk.duties.of_ticket(world.ticket)
