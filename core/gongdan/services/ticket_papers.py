"""The paper of a ticket without forms of its own: 工单, to be taken along, written on and signed."""

from collections.abc import Iterator, Sequence

from gongdan.domain.fields import FieldKind
from gongdan.domain.papers import Paper, PaperBlock, PaperCell, PaperGrid, PaperSignature, PaperSignatures, packed
from gongdan.domain.ticket_types import TicketType
from gongdan.services.cases import Case
from gongdan.services.core_fields import LABELS
from gongdan.services.intake import CHANNELS
from gongdan.services.paper_words import Wording
from gongdan.text import msg

_COLUMNS = 2
_HANDWRITTEN_LINES = 6
_LONG_LINES = 3


def ticket_paper(case: Case, wording: Wording) -> Paper:
    """Return the paper of a ticket, with room for what is done by hand."""
    ticket = case.ticket
    declared = wording.desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
    label = wording.say(declared.label) if declared else ticket.type
    return Paper(
        title=wording.say(msg("{type}工单"), type=label),
        company=wording.desk.company.name,
        number=ticket.number,
        blocks=tuple(_blocks(case, wording, declared)),
        footer=wording.printed_by(),
        language=wording.translator.locale,
        words=wording.words(),
    )


def _blocks(case: Case, wording: Wording, declared: TicketType | None) -> Iterator[PaperBlock]:
    say = wording.say
    yield _grid("", [*_contact(case, wording), *_course(case, wording, declared)])
    yield _grid(say(msg("事项")), _matter(case, wording))
    typed = list(_typed(case, wording, declared))
    if typed:
        yield _grid(say(msg("登记内容")), typed)
    by_hand = [
        PaperCell(say(msg("处理情况")), "", _COLUMNS, _HANDWRITTEN_LINES),
        PaperCell(say(msg("用料与费用")), "", _COLUMNS, _LONG_LINES),
        PaperCell(say(msg("到场时间")), ""),
        PaperCell(say(msg("完成时间")), ""),
    ]
    yield _grid(say(msg("处理记录")), by_hand)
    boxes = (PaperSignature(say(msg("经办人签字"))), PaperSignature(say(msg("客户签字"))))
    yield PaperSignatures(boxes)


def _contact(case: Case, wording: Wording) -> Iterator[PaperCell]:
    say, ticket, account = wording.say, case.ticket, wording.desk.actor.account_id
    number = ticket.contact_phone or (case.requester.phones[0] if case.requester and case.requester.phones else "")
    name = ticket.contact_name or (case.requester.name if case.requester else "")
    is_own = account is not None and account in (ticket.owner_id, ticket.assignee_id)
    yield PaperCell(say(LABELS["contact_name"]), name)
    yield PaperCell(say(LABELS["contact_phone"]), wording.phone(number, is_own=is_own))
    # The place in words often begins with the name of the asset.
    asset = case.asset.label if case.asset else ""
    place = ticket.place if ticket.place.startswith(asset) else f"{asset} {ticket.place}".strip()
    yield PaperCell(say(LABELS["asset"]), place, _COLUMNS)


def _course(case: Case, wording: Wording, declared: TicketType | None) -> Iterator[PaperCell]:
    say, ticket = wording.say, case.ticket
    channel = next((say(one.label) for one in CHANNELS if one.value == ticket.channel), ticket.channel)
    yield PaperCell(say(msg("登记时间")), wording.moment(ticket.opened_at))
    yield PaperCell(say(LABELS["channel"]), channel)
    for name in ("category", "severity"):
        value = str(getattr(ticket, name))
        if value:
            yield PaperCell(say(LABELS[name]), say(declared.choice_label(name, value)) if declared else value)
    for name, key in (("owner", ticket.owner_id), ("assignee", ticket.assignee_id)):
        yield PaperCell(say(LABELS[name]), case.name(key))


def _matter(case: Case, wording: Wording) -> Sequence[PaperCell]:
    say, ticket = wording.say, case.ticket
    cells = [PaperCell(say(LABELS["subject"]), ticket.subject, _COLUMNS)]
    if ticket.description and ticket.description != ticket.subject:
        cells.append(PaperCell(say(LABELS["description"]), ticket.description, _COLUMNS, _LONG_LINES))
    return cells


def _typed(case: Case, wording: Wording, declared: TicketType | None) -> Iterator[PaperCell]:
    for field in declared.fields if declared else ():
        stored = case.ticket.fields.get(field.name)
        text = case.name(stored) if field.kind is FieldKind.PERSON else wording.value(field, stored)
        if text:
            span = _COLUMNS if field.kind is FieldKind.LONG_TEXT else 1
            yield PaperCell(wording.say(field.label), text, span)


def _grid(heading: str, cells: Sequence[PaperCell]) -> PaperGrid:
    return PaperGrid(heading, _COLUMNS, packed(cells, _COLUMNS))
