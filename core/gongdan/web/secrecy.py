"""What is classified: the reason for reading it, consent, classes, the log of readings, and the watermark."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Flask, Response, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.fields import Field
from gongdan.domain.secrecy import CLASS_LABELS, NOUNS, PARTS, REASONS, WAY_LABELS, SecrecyClass, Way
from gongdan.errors import FieldProblem, GongdanError, InvalidInput, NotFound
from gongdan.services.exports import FORMATS
from gongdan.services.secrecy import NewAccess, Standing
from gongdan.services.secrecy_log import LogFilter, ReadingView
from gongdan.sheets.writing import Written, write_csv, write_xlsx
from gongdan.text import msg
from gongdan.web import edges, shown
from gongdan.web.access import current_desk, installation, is_fragment, may, member, needs
from gongdan.web.downloads import written
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go_to, told
from gongdan.web.words import say

pages = Blueprint("secrecy", __name__, url_prefix="/secrecy")

Answer = AnyResponse | str | tuple[str, int]

#: Pages of the records that can be classified, by noun.
_PAGES: Mapping[str, tuple[str, str]] = {"party": ("parties.show", "party_id"), "ticket": ("ticket.show", "ticket_id")}

#: What the address of the log may say.
_ARGUMENTS = ("who", "record", "id", "why", "kind", "way", "from", "to")

_HEADINGS = (
    msg("时间"), msg("谁"), msg("对象类型"), msg("对象"), msg("密级"), msg("看了什么"), msg("原因类别"), msg("原因"),
    msg("方式"), msg("设备地址"),
)  # fmt: skip
#: A longer log is asked for in parts.
_MOST_ROWS = 50_000


class ReasonSchema(Schema):
    """Why somebody wants to read a record."""

    reason_kind = edges.text(msg("原因类别"))
    reason = edges.text(msg("原因"))


class ClassSchema(Schema):
    """Which class a record gets, and why."""

    level = edges.text(msg("密级"))
    reason = edges.text(msg("原因"))


# --- Reading one record -------------------------------------------------------------------------------------------


@pages.get("/<noun>/<uuid:record_id>/open")
@needs("secrecy.read")
def ask(noun: str, record_id: UUID) -> str:
    return _ask_dialog(current_desk().secrecy.standing(noun, record_id), Form.of(reason_kind=REASONS[0].value))


@pages.post("/<noun>/<uuid:record_id>/open")
@needs("secrecy.read")
def open_record(noun: str, record_id: UUID) -> Answer:
    """Open a record, or ask for consent; the reason is in the log either way."""
    desk, form = current_desk(), Form.typed()
    ticket_id = record_id if noun == "ticket" else edges.asked_id(form.value("ticket"))
    try:
        given = edges.read(ReasonSchema, form)
        access = desk.secrecy.ask(NewAccess(noun=noun, record_id=record_id, ticket_id=ticket_id, **given))
    except InvalidInput as refusal:
        return _ask_dialog(desk.secrecy.standing(noun, record_id), form.refused(refusal))
    is_open = access.is_open(installation().clock())
    told(msg("已打开，查看会写入涉密查阅记录") if is_open else msg("已提交申请，批准后才能查看"))
    return go_to(address_of(noun, record_id))


@pages.post("/accesses/<uuid:access_id>/close")
@needs("secrecy.read")
def close(access_id: UUID) -> AnyResponse:
    access = current_desk().secrecy.close(access_id)
    told(msg("已关闭，内容重新遮盖"))
    return go_to(address_of(access.noun, access.record_id))


# --- Consent ------------------------------------------------------------------------------------------------------


@pages.get("/requests")
@member
def requests() -> str:
    """Show what waits for the person's consent, and what he has asked for himself."""
    secrecy = current_desk().secrecy
    waiting = secrecy.waiting() if may("secrecy.consent") else ()
    return render_template("secrecy/requests.html", waiting=waiting, mine=secrecy.mine())


@pages.get("/accesses/<uuid:access_id>/decide")
@needs("secrecy.consent")
def consider(access_id: UUID) -> str:
    return dialog("secrecy/decide.html", access=_waiting(access_id), form=Form.of())


@pages.post("/accesses/<uuid:access_id>/decide")
@needs("secrecy.consent")
def decide(access_id: UUID) -> Answer:
    desk, form = current_desk(), Form.typed()
    grants = form.value("answer") == "grant"
    try:
        desk.secrecy.decide(access_id, grants=grants, remark=form.value("remark"))
    except InvalidInput as refusal:
        return dialog("secrecy/decide.html", access=_waiting(access_id), form=form.refused(refusal))
    told(msg("已批准查看") if grants else msg("没有批准"))
    return go_to(url_for("secrecy.requests"))


# --- Classes ------------------------------------------------------------------------------------------------------


@pages.get("/<noun>/<uuid:record_id>/class")
@needs("secrecy.classify")
def choose_class(noun: str, record_id: UUID) -> str:
    standing = current_desk().secrecy.standing(noun, record_id)
    return _class_dialog(standing, Form.of(level=standing.own_level.value))


@pages.post("/<noun>/<uuid:record_id>/class")
@needs("secrecy.classify")
def classify(noun: str, record_id: UUID) -> Answer:
    desk, form = current_desk(), Form.typed()
    try:
        given = edges.read(ClassSchema, form)
        desk.secrecy.classify(noun, record_id, _level(given["level"]), given["reason"])
    except GongdanError as refusal:
        return _class_dialog(desk.secrecy.standing(noun, record_id), form.refused(refusal))
    told(msg("密级已设定"))
    return go_to(address_of(noun, record_id))


# --- The log ------------------------------------------------------------------------------------------------------


@pages.get("/log")
@needs("secrecy.audit")
def log() -> str:
    given = {name: request.args.get(name, "").strip() for name in _ARGUMENTS}
    page = current_desk().secrecy.log(_filter(given), after=request.args.get("after", ""))
    template = "secrecy/rows.html" if is_fragment() else "secrecy/log.html"
    return render_template(
        template, lines=page.lines, given=given, is_filtered=any(given.values()), parts_of=parts_in_words,
        more=_address(given, after=page.next_key) if page.next_key else "", address=_address, formats=FORMATS,
        reasons=REASONS, ways=WAY_LABELS, nouns=NOUNS,
        people=[one.name for one in current_desk().members.all()] if not is_fragment() else (),
    )  # fmt: skip


@pages.get("/log.<ending>")
@needs("secrecy.audit")
def export(ending: str) -> Response:
    """Send the lines of the log that the filter shows; that it was sent is journalled."""
    if ending not in FORMATS:
        raise NotFound("export", ending)
    given = {name: request.args.get(name, "").strip() for name in _ARGUMENTS}
    desk = current_desk()
    with written(f"secrecy.{ending}") as (path, send):
        write = write_xlsx if ending == "xlsx" else write_csv
        count = write(path, [say(text) for text in _HEADINGS], map(_cells, _lines(_filter(given))))
        desk.secrecy.note_export(count)
        title = say(msg("涉密查阅记录"))
        return send(f"{title} {shown.now().astimezone(shown.zone()):%Y-%m-%d}.{ending}")


# --- The watermark ------------------------------------------------------------------------------------------------


@pages.get("/watermark.svg")
@member
def watermark() -> Response:
    """Draw who looks at the page, for which company, and when: across the screen and on paper."""
    drawn = render_template("secrecy/watermark.svg", text=current_desk().secrecy.watermark())
    return Response(drawn, mimetype="image/svg+xml")


# --- Words --------------------------------------------------------------------------------------------------------


def of_record(noun: str, record_id: UUID, *, is_classified: bool) -> Mapping[str, object]:
    """Return what the page of a record needs: how it stands to the person, and for those who audit who has read it."""
    secrecy = current_desk().secrecy
    audits = may("secrecy.audit")
    return {
        "standing": secrecy.standing(noun, record_id) if is_classified else None,
        "record_id": record_id,
        "readings": secrecy.readings_of(noun, record_id) if audits else (),
        "leaving": secrecy.readings_of(noun, record_id, is_leaving=True) if audits else (),
    }


def address_of(noun: str, record_id: UUID) -> str:
    """Return the page of a record; raises ``NotFound`` for a noun without one."""
    if noun not in _PAGES:
        raise NotFound(noun, str(record_id))
    endpoint, argument = _PAGES[noun]
    return url_for(endpoint, _external=False, **{argument: str(record_id)})


def reason_label(kind: str) -> str:
    """Return a kind of reason in words."""
    return say(next((reason.label for reason in REASONS if reason.value == kind), kind))


def parts_in_words(parts: Sequence[str]) -> str:
    """Return which parts of a record were shown."""
    declared = _declared_fields()
    return say(msg("、")).join(say(PARTS.get(part) or declared.get(part, part)) for part in parts)


def install(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(
        secrecy_labels=CLASS_LABELS, secrecy_nouns=NOUNS, secrecy_ways=WAY_LABELS,
        secrecy_reason=reason_label, secrecy_parts=parts_in_words, secrecy_address=address_of,
        secrecy_now=lambda: installation().clock(),
    )  # fmt: skip


# --- Shared -------------------------------------------------------------------------------------------------------


def _ask_dialog(standing: Standing, form: Form) -> str:
    return dialog("secrecy/ask.html", standing=standing, form=form, reasons=reason_choices())


def _class_dialog(standing: Standing, form: Form) -> str:
    levels = [(level.value, say(label)) for level, label in CLASS_LABELS.items()]
    return dialog("secrecy/class.html", standing=standing, form=form, levels=levels)


def reason_choices() -> Sequence[tuple[str, str]]:
    """Return the kinds of reasons in words, for a select."""
    return [(reason.value, say(reason.label)) for reason in REASONS]


def _waiting(access_id: UUID) -> object:
    found = next((one for one in current_desk().secrecy.waiting() if one.id == access_id), None)
    if found is None:
        raise NotFound("secrecy_access", str(access_id))
    return found


def _level(text: str) -> SecrecyClass:
    if text not in set(SecrecyClass):
        raise InvalidInput((FieldProblem("level", text, msg("不是可选的值"), label=msg("密级")),))
    return SecrecyClass(text)


def _filter(given: Mapping[str, str]) -> LogFilter:
    """Return what the address asks for; a day or an id that is none asks for nothing."""
    begins, ends = edges.asked_day(given["from"]), edges.asked_day(given["to"])
    return LogFilter(
        person=given["who"],
        record=given["record"],
        record_id=edges.asked_id(given["id"]),
        reason=given["why"],
        reason_kind=given["kind"],
        way=given["way"] if given["way"] in set(Way) else "",
        begins=_midnight(begins) if begins else None,
        ends=_midnight(ends + timedelta(days=1)) if ends else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), shown.zone())


def _address(given: Mapping[str, str], **changed: str) -> str:
    wanted = {name: value for name, value in {**given, **changed}.items() if value}
    return f"{url_for('secrecy.log')}?{urlencode(wanted)}".rstrip("?")


def _lines(wanted: LogFilter) -> Iterator[ReadingView]:
    key, count = "", 0
    while count < _MOST_ROWS:
        page = current_desk().secrecy.log(wanted, after=key)
        yield from page.lines
        count, key = count + len(page.lines), page.next_key
        if not key:
            return


def _cells(line: ReadingView) -> Sequence[Written]:
    return (
        line.at.astimezone(shown.zone()).replace(tzinfo=None), say(line.person), say(NOUNS.get(line.noun, line.noun)),
        line.label, say(CLASS_LABELS[line.level]), parts_in_words(line.parts), reason_label(line.reason_kind),
        line.reason, say(WAY_LABELS[line.way]), line.address,
    )  # fmt: skip


def _declared_fields() -> Mapping[str, str]:
    types = installation().plugins.catalogue.ticket_types
    fields: Iterator[Field] = (field for owned in types for field in owned.value.fields)
    return {field.name: field.label for field in fields}
