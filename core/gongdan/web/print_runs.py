"""Batches of papers: chosen in a list, printed in the background, fetched as one ZIP."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import FieldProblem, GongdanError, InvalidInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.print_runs import MOST_RECORDS, OPEN_STATES, PrintRunView, Record
from gongdan.text import msg
from gongdan.web import ticket_filters
from gongdan.web.access import current_desk, needs
from gongdan.web.downloads import download, written
from gongdan.web.forms import Form
from gongdan.web.import_jobs import Job, Jobs
from gongdan.web.pages import go, told
from gongdan.web.papers import address
from gongdan.web.words import locale

pages = Blueprint("print_runs", __name__, url_prefix="/papers/batches")

_EXTENSION = "gongdan_print_jobs"
#: Tickets that are read at once.
_PAGE = 500

#: State of a batch: word, tone, icon.
STATES: Mapping[str, tuple[str, str, str]] = {
    "running": (msg("正在打印"), "ours", "printer"),
    "interrupted": (msg("已中断"), "waiting", "clock-pause"),
    "finished": (msg("已完成"), "done", "circle-check"),
    "discarded": (msg("已删除"), "quiet", "trash"),
}


@pages.get("")
@needs("ticket.view")
def index() -> str:
    """Show the person's batches."""
    return render_template("papers/batches.html", runs=current_desk().print_runs.all(), states=STATES)


@pages.post("/tickets")
@needs("ticket.view")
def begin() -> AnyResponse:
    """Print the chosen tickets, or all that a list shows, in the background."""
    desk = current_desk()
    whole = request.form.get("all") == "true"
    records = list(_listed(request.form.get("query", ""))) if whole else _chosen(request.form.getlist("ids"))
    run_id = desk.print_runs.begin(
        records, per_file=_per_file(request.form.get("per_file", "1")), locale=locale(), address=address()
    )
    take_through(desk, run_id)
    return go("print_runs.show", run_id=run_id)


@pages.get("/<uuid:run_id>")
@needs("ticket.view")
def show(run_id: UUID) -> str:
    run, job = current_desk().print_runs.find(run_id), jobs().find(run_id)
    form = Form.of()
    return render_template(
        "papers/batch.html",
        run=run,
        form=form.warned(_problem(job)),
        files=current_desk().print_runs.files(run_id),
        can_resume=run.state in OPEN_STATES and not _is_running(job),
        **_progress(run, job),
    )


@pages.get("/<uuid:run_id>/progress")
@needs("ticket.view")
def progress(run_id: UUID) -> str | AnyResponse:
    """Answer how far the batch is; once it has ended, its page is loaded anew."""
    run, job = current_desk().print_runs.find(run_id), jobs().find(run_id)
    if not _is_running(job):
        return go("print_runs.show", run_id=run_id)
    return render_template("papers/batch_progress.html", run=run, **_progress(run, job))


@pages.post("/<uuid:run_id>/stop")
@needs("ticket.view")
def stop(run_id: UUID) -> AnyResponse:
    """Ask a batch to stop after the PDF at hand."""
    current_desk().print_runs.find(run_id)
    job = jobs().find(run_id)
    if job:
        job.stop()
    return go("print_runs.show", run_id=run_id)


@pages.post("/<uuid:run_id>/resume")
@needs("ticket.view")
def resume(run_id: UUID) -> AnyResponse:
    desk = current_desk()
    desk.print_runs.find(run_id)
    take_through(desk, run_id)
    return go("print_runs.show", run_id=run_id)


@pages.post("/<uuid:run_id>/discard")
@needs("ticket.view")
def discard(run_id: UUID) -> AnyResponse:
    current_desk().print_runs.discard(run_id)
    told(msg("已删除这批 PDF"))
    return go("print_runs.index")


@pages.get("/<uuid:run_id>.zip")
@needs("ticket.view")
def archive(run_id: UUID) -> Response:
    """Send all PDFs of a batch."""
    with written("papers.zip") as (path, send):
        with path.open("wb") as file:
            current_desk().print_runs.archive(run_id, file)
        return send("papers.zip")


@pages.get("/<uuid:run_id>/<int:place>.pdf")
@needs("ticket.view")
def one(run_id: UUID, place: int) -> Response:
    """Send one PDF of a batch."""
    name, content = current_desk().print_runs.read(run_id, place)
    return download(content, name)


def jobs() -> Jobs:
    """Return the batches that this process prints."""
    found: Jobs = current_app.extensions[_EXTENSION]
    return found


def install(app: Flask) -> None:
    """Give the application its batches."""
    app.extensions[_EXTENSION] = Jobs()


def take_through(desk: CompanyDesk, run_id: UUID) -> bool:
    """Print a batch in the background; False when it is under way already."""
    # The request's desk may hold an open transaction; the thread gets one of its own.
    own = desk.installation.at(desk.company, desk.actor)

    def work(job: Job) -> None:
        own.print_runs.take_through(run_id, job.progress)

    return jobs().start(run_id, work, rows_before=desk.print_runs.find(run_id).papers_done)


def _is_running(job: Job | None) -> bool:
    return job is not None and not job.is_over


def _progress(run: PrintRunView, job: Job | None) -> Mapping[str, object]:
    done = max(run.papers_done, job.rows_done if job else 0)
    return {
        "done": done,
        "permille": min(1000, round(done * 1000 / run.papers_total)),
        "is_running": _is_running(job),
        "is_stopping": job is not None and job.is_stopping,
        "state": STATES[run.state],
    }


def _problem(job: Job | None) -> GongdanError | None:
    if job is None or job.problem is None:
        return None
    return job.problem if isinstance(job.problem, GongdanError) else GongdanError()


def _chosen(texts: Sequence[str]) -> list[Record]:
    """Return the tickets that were ticked in a list, each sent as id and version."""
    try:
        return [("ticket", UUID(text.partition(":")[0])) for text in texts]
    except ValueError as problem:
        raise InvalidInput((FieldProblem("ids", "", msg("选中的单据无效"), msg("请刷新列表后重新勾选")),)) from problem


def _listed(query: str) -> Iterator[Record]:
    """Yield all tickets of a list, one more than a batch may have at most."""
    view, after, count = ticket_filters.read_query(query), "", 0
    while count <= MOST_RECORDS:
        found = current_desk().tickets.list(view.filter, after=after, limit=_PAGE)
        yield from (("ticket", line.ticket.id) for line in found.lines)
        count, after = count + len(found.lines), found.next_key
        if not after:
            return


def _per_file(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_RECORDS)) else 0
