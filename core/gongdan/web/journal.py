"""The journal: who did what and when, and the proof that nobody changed it afterwards."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from gongdan.services.journal import JournalEntry
from gongdan.services.journal_lists import JournalFilter, read_page
from gongdan.text import msg
from gongdan.web import acts, edges, shown
from gongdan.web.access import current_desk, is_fragment, needs
from gongdan.web.links import subject_address

pages = Blueprint("journal", __name__)

#: What a broken chain means, by the kind of break.
_BREAKS: Mapping[str, str] = {
    "hash": msg("第 {entry} 条的内容与封签不符：它在写入之后被改动过"),
    "gap": msg("第 {entry} 条缺失：有记录在写入之后被删除"),
    "head": msg("第 {entry} 条起缺失：最新的记录被删除或被替换"),
}

#: What the address of the page may say.
_ARGUMENTS = ("act", "who", "from", "to", "q", "run")


@pages.get("/journal")
@needs("journal.view")
def index() -> str:
    desk = current_desk()
    given = {name: request.args.get(name, "").strip() for name in _ARGUMENTS}
    page = read_page(desk, _filter(given), before=request.args.get("before", type=int))
    more = _address(given, before=str(page.next)) if page.next is not None else ""
    template = "journal/rows.html" if is_fragment() else "journal/index.html"
    return render_template(
        template, lines=page.lines, given=given, is_filtered=any(given.values()), more=more,
        groups=acts.GROUPS, acts=acts, subject_page=_subject_page,
        names=desk.cases.called([line.entry for line in page.lines]), address=_address,
        people=[member.name for member in desk.members.all()] if not is_fragment() else (),
    )  # fmt: skip


@pages.post("/journal/verify")
@needs("journal.view")
def verify() -> str:
    """Walk the chain; the answer is a sentence that htmx puts beside the button."""
    report = current_desk().journal.verify()
    return render_template("journal/report.html", report=report, problem=_BREAKS.get(report.problem, ""))


def _filter(given: Mapping[str, str]) -> JournalFilter:
    """Return what the address asks for; a day or a run that is none asks for nothing."""
    begins, ends = edges.asked_day(given["from"]), edges.asked_day(given["to"])
    return JournalFilter(
        act=given["act"],
        person=given["who"],
        begins=_midnight(begins) if begins else None,
        ends=_midnight(ends + timedelta(days=1)) if ends else None,
        text=given["q"],
        run=_uuid(given["run"]),
    )


def _address(given: Mapping[str, str], **changed: str) -> str:
    """Return the address of the journal with other choices; an empty one is left out."""
    wanted = {name: value for name, value in {**given, **changed}.items() if value}
    return f"{url_for('journal.index')}?{urlencode(wanted)}".rstrip("?")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), shown.zone())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _subject_page(entry: JournalEntry) -> str:
    """Return the address of the thing an entry is about, empty when it has no page."""
    return subject_address(entry.subject_kind, entry.subject_id)
