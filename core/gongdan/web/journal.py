"""The journal: who did what and when, and the proof that nobody changed it afterwards."""

from collections.abc import Mapping

from flask import Blueprint, current_app, render_template, request, url_for

from gongdan.services.journal import PAGE_SIZE, JournalEntry
from gongdan.text import msg
from gongdan.web import acts
from gongdan.web.access import current_desk, is_fragment, needs

pages = Blueprint("journal", __name__)

#: What a broken chain means, by the kind of break.
_BREAKS: Mapping[str, str] = {
    "hash": msg("第 {entry} 条的内容与封签不符：它在写入之后被改动过"),
    "gap": msg("第 {entry} 条缺失：有记录在写入之后被删除"),
    "head": msg("第 {entry} 条起缺失：最新的记录被删除或被替换"),
}

#: Pages of the things that acts are about, by the kind of thing.
_SUBJECT_PAGES: Mapping[str, tuple[str, str]] = {
    "ticket": ("ticket.show", "ticket_id"),
    "party": ("parties.show", "party_id"),
    "asset": ("assets.show", "asset_id"),
    "import_run": ("import_runs.show", "run_id"),
}


@pages.get("/journal")
@needs("journal.view")
def index() -> str:
    act = request.args.get("act", "")
    entries = current_desk().journal.latest(before=request.args.get("before", type=int), act=act)
    more = ""
    if len(entries) == PAGE_SIZE:
        more = url_for("journal.index", act=act or None, before=entries[-1].sequence)
    template = "journal/rows.html" if is_fragment() else "journal/index.html"
    return render_template(
        template, entries=entries, act=act, more=more, groups=acts.GROUPS, acts=acts, subject_page=_subject_page,
        names=current_desk().cases.called(entries),
    )  # fmt: skip


@pages.post("/journal/verify")
@needs("journal.view")
def verify() -> str:
    """Walk the chain; the answer is a sentence that htmx puts beside the button."""
    report = current_desk().journal.verify()
    return render_template("journal/report.html", report=report, problem=_BREAKS.get(report.problem, ""))


def _subject_page(entry: JournalEntry) -> str:
    """Return the address of the thing an entry is about, empty when it has no page."""
    endpoint, argument = _SUBJECT_PAGES.get(entry.subject_kind, ("", ""))
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, _external=False, **{argument: str(entry.subject_id)})
