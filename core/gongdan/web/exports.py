"""Exports: what a list shows as a file, and whole lists that say the same when they are imported again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request, url_for

from gongdan.domain.importing import AssetExport
from gongdan.errors import NotFound
from gongdan.services.exports import FORMATS
from gongdan.services.secrecy_outlets import ExportReason, Outlet
from gongdan.services.tickets import TicketFilter, TicketLine
from gongdan.sheets.writing import Written, write_csv, write_xlsx
from gongdan.text import msg, msg_in
from gongdan.web import form_list, shown, ticket_filters
from gongdan.web.access import current_desk, may, needs
from gongdan.web.downloads import written
from gongdan.web.form_words import state_words
from gongdan.web.forms import Form
from gongdan.web.pages import dialog
from gongdan.web.record_words import kind_labels, state_labels
from gongdan.web.secrecy import reason_choices
from gongdan.web.security import safe_next
from gongdan.web.ticket_words import choice, state_label, type_label
from gongdan.web.words import say

pages = Blueprint("exports", __name__, url_prefix="/exports")

#: Rows that are read at once.
_PAGE = 500
#: A longer list is no longer one that a person has looked at.
_MOST_ROWS = 50_000

_PARTY_HEADINGS = (
    msg("姓名或名称"), msg("类型"), msg("电话"), msg("名下"), msg("分级"), msg("证件号"), msg("备注"), msg("未结工单"),
)  # fmt: skip
_ASSET_HEADINGS = (msg("名称"), msg("编号"), msg("类型"), msg("位置"), msg("楼层或位置"), msg("状态"))

Rows = Iterator[Sequence[Written]]


class Leaving(NamedTuple):
    """Rows on their way out, and what tells the log of them; None where nothing in them can be classified."""

    rows: Rows
    outlet: Outlet | None


@pages.route("/tickets", methods=("GET", "POST"))
@needs("export.run")
def tickets() -> Response:
    """Send the tickets of a list with the columns that it shows."""
    outlet = _outlet()
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "format"]
    view = ticket_filters.read(given)
    headings = [say(ticket_filters.COLUMNS[name][0]) for name in view.columns]
    rows = ([_ticket_cell(line, name) for name in view.columns] for line in _lines(view.filter, outlet))
    return _send("tickets", say(msg_in("many", "工单")), headings, Leaving(rows, outlet))


@pages.route("/parties", methods=("GET", "POST"))
@needs("export.run")
def parties() -> Response:
    """Send the parties that a search finds; phones whole for those who may take personal data out of the house."""
    outlet = _outlet()
    headings = [say(text) for text in _PARTY_HEADINGS]
    return _send(
        "parties",
        say(msg_in("many", "客户")),
        headings,
        Leaving(_party_rows(request.args.get("q", ""), outlet), outlet),
    )


@pages.get("/assets")
@needs("export.run")
def assets() -> Response:
    """Send the assets that a search finds, in the order of the tree."""
    headings = [
        say(text) for text in (msg("名称"), msg("编号"), msg("类型"), msg("位置"), msg("楼层或位置"), msg("状态"))
    ]
    return _send("assets", say(msg_in("many", "资产")), headings, Leaving(_asset_rows(request.args.get("q", "")), None))


@pages.get("/forms")
@needs("export.run")
def forms() -> Response:
    """Send the forms of a list."""
    headings = (
        msg("单据"), msg("编号"), msg("版次"), msg("状态"), msg("工单"), msg("开立人"), msg("开立时间"), msg("归档人"),
        msg("归档时间"),
    )  # fmt: skip
    titles = [say(text) for text in headings]
    return _send("forms", say(msg_in("many", "单据")), titles, Leaving(_form_rows(), None))


@pages.route("/lists/<kind>.<ending>", methods=("GET", "POST"))
@needs("export.run")
def whole(kind: str, ending: str) -> Response:
    """Send a whole list as it can be imported again."""
    if ending not in FORMATS:
        raise NotFound("export", ending)
    desk = current_desk()
    label = say(desk.imports.importer(kind).label)
    with written(f"{kind}.{ending}") as (path, send):
        desk.exports.write(kind, path, _reason())
        return send(f"{_title(label)}.{ending}")


@pages.get("/reason")
@needs("export.run")
def reason() -> str:
    """Ask why classified values are taken out of the house; ``to`` is the export that follows."""
    address = safe_next(request.args.get("to", ""))
    return dialog("exports/reason.html", address=address, form=Form.of(), reasons=reason_choices())


def offers(noun: str, **filters: str) -> Sequence[tuple[str, str]]:
    """Return what can be exported from the list of a noun, as label and address; nothing for who may not."""
    if not may("export.run"):
        return ()
    query = urlencode({name: value for name, value in filters.items() if value})
    seen = [
        (say(msg("当前列表")) + f" · {ending}", f"{url_for(f'exports.{noun}', format=ending)}&{query}".rstrip("&"))
        for ending in FORMATS
    ]
    return [*seen, *(_whole_lists(noun) if noun in {"tickets", "assets"} else ())]


def asks_reason() -> bool:
    """Tell whether the person can take classified values along: the menu then asks why."""
    return may("secrecy.read") and current_desk().secrecy.has_classified()


def install(app: Flask) -> None:
    """Give templates what can be exported."""
    app.jinja_env.globals.update(exports_of=offers, exports_ask_reason=asks_reason)


def _whole_lists(noun: str) -> Sequence[tuple[str, str]]:
    kinds = [one for one in current_desk().exports.kinds() if isinstance(one.export, AssetExport) == (noun == "assets")]
    return [
        (say(msg("整份{list}（可再导入）"), list=say(one.label)) + f" · {ending}",
         url_for("exports.whole", kind=one.kind, ending=ending))
        for one in kinds for ending in FORMATS
    ]  # fmt: skip


def _send(noun: str, title: str, headings: Sequence[str], leaving: Leaving) -> Response:
    ending = request.args.get("format", FORMATS[0])
    if ending not in FORMATS:
        raise NotFound("export", ending)
    desk = current_desk()
    with written(f"{noun}.{ending}") as (path, send):
        with desk.reading():
            rows = leaving.rows
            count = (
                write_xlsx(path, headings, rows, sheet=title) if ending == "xlsx" else write_csv(path, headings, rows)
            )
        if leaving.outlet:
            leaving.outlet.tell()
        desk.exports.note(noun, count)
        return send(f"{_title(title)}.{ending}")


def _reason() -> ExportReason | None:
    """Return why classified values are taken along; None where the export was not asked for with a reason."""
    if request.method != "POST":
        return None
    return ExportReason(request.form.get("reason_kind", ""), request.form.get("reason", ""))


def _outlet() -> Outlet:
    return Outlet(current_desk(), _reason())


def _title(label: str) -> str:
    return f"{label} {shown.now().astimezone(shown.zone()):%Y-%m-%d}"


def _form_rows() -> Rows:
    for line in islice(form_list.lines(), _MOST_ROWS):
        yield (
            say(line.label), line.number, line.edition, state_words(line.state), line.ticket_number, line.begun_by,
            _local(line.begun_at), line.filed_by, _local(line.filed_at),
        )  # fmt: skip


def _lines(wanted: TicketFilter, outlet: Outlet) -> Iterator[TicketLine]:
    return islice(current_desk().exports.tickets(wanted, outlet), _MOST_ROWS)


def _ticket_cell(line: TicketLine, column: str) -> Written:
    ticket = line.ticket
    cells: dict[str, Written] = {
        "number": ticket.number,
        "subject": ticket.subject,
        "type": type_label(ticket),
        "state": state_label(ticket),
        "severity": choice(ticket, "severity"),
        "category": choice(ticket, "category"),
        "contact": ticket.contact_name,
        "place": ticket.place,
        "assignee": line.assignee_name,
        "owner": line.owner_name,
        "opened": _local(ticket.opened_at),
        "changed": _local(ticket.changed_at),
        "closed": _local(ticket.closed_at),
    }
    return cells[column]


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(shown.zone()).replace(tzinfo=None) if moment else None


def _party_rows(text: str, outlet: Outlet) -> Rows:
    desk = current_desk()
    kinds = {"person": say(msg("个人")), "company": say(msg("单位"))}
    found = islice(desk.exports.parties(text, outlet), _MOST_ROWS)
    while part := tuple(islice(found, _PAGE)):
        around = desk.parties.around([party.id for party in part])
        for party in part:
            near = around[party.id]
            kind = kinds.get(party.kind, party.kind)
            phones = [shown.phone(number, permission="party.unmask") for number in party.phones]
            yield (
                party.name, kind, "、".join(phones), "、".join(near.places), party.tier, party.identity_mask,
                party.remark, near.open_tickets,
            )  # fmt: skip


def _asset_rows(text: str) -> Rows:
    desk, key, count = current_desk(), "", 0
    kinds, states = kind_labels(), state_labels()
    while count < _MOST_ROWS:
        found = desk.assets.list(text, after=key, limit=_PAGE)
        for asset in found:
            state = states.get((asset.kind, asset.state), asset.state)
            yield (asset.label, asset.code, kinds.get(asset.kind, asset.kind), asset.path, asset.position, state)
        if len(found) < _PAGE:
            return
        key, count = found[-1].path, count + len(found)
