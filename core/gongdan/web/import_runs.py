"""Import runs: how far one is, what it did, its verdicts as a table and a spreadsheet, and taking it back."""

from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.importing import RowVerdict
from gongdan.errors import FieldProblem, GongdanError, InvalidInput
from gongdan.services.import_files import write_report
from gongdan.services.import_reports import RowReport
from gongdan.services.import_runs import OPEN_STATES
from gongdan.services.imports import RunView
from gongdan.services.uploads import Uploads
from gongdan.text import msg
from gongdan.web import import_words
from gongdan.web.access import current_desk, is_fragment, needs
from gongdan.web.downloads import written
from gongdan.web.forms import Form
from gongdan.web.import_jobs import Job, jobs, take_through
from gongdan.web.pages import go, told
from gongdan.web.problems import status_of
from gongdan.web.uploads import KeptFile, is_there, kept
from gongdan.web.words import translator

pages = Blueprint("import_runs", __name__, url_prefix="/imports/<uuid:run_id>")

#: Rows on a page of the verdicts.
_PAGE_SIZE = 100
#: No sheet has a row beyond it.
_LAST_ROW = 2**31 - 1

Answer = AnyResponse | str | tuple[str, int]


@pages.get("")
@needs("import.run")
def show(run_id: UUID) -> str:
    run = current_desk().imports.find(run_id)
    if is_fragment() and request.args.get("after"):
        return _rows_page(run)
    return _page(run, Form.of())


@pages.get("/progress")
@needs("import.run")
def progress(run_id: UUID) -> Answer:
    """Answer how far the run is; once it has ended, its page is loaded anew."""
    run = current_desk().imports.find(run_id)
    if not _is_running(run):
        return go("import_runs.show", run_id=run_id)
    job = jobs().find(run_id)
    return render_template(
        "imports/progress.html", run=run, job=job, permille=_permille(run), parts_=import_words.parts(run.counts),
        time_left=_time_left(job),
    )  # fmt: skip


@pages.post("/stop")
@needs("import.run")
def stop(run_id: UUID) -> AnyResponse:
    """Ask a run to stop after the rows at hand; what is stored stays, and the run can go on later."""
    current_desk().imports.find(run_id)
    job = jobs().find(run_id)
    if job:
        job.stop()
    return go("import_runs.show", run_id=run_id)


@pages.post("/resume")
@needs("import.run")
def resume(run_id: UUID) -> AnyResponse:
    desk = current_desk()
    take_through(desk, run_id, _file(desk.imports.find(run_id)))
    return go("import_runs.show", run_id=run_id)


@pages.post("/undo")
@needs("import.run")
def undo(run_id: UUID) -> Answer:
    desk = current_desk()
    try:
        run = desk.imports.undo(run_id)
    except GongdanError as refusal:
        return _page(desk.imports.find(run_id), Form.of().refused(refusal)), status_of(refusal)
    Uploads(desk).release(run.fingerprint)
    told(msg("已撤销“{file}”的导入，它新增和修改的内容都已还原"), file=run.file_name)
    return go("import_runs.show", run_id=run_id)


@pages.get("/verdicts.xlsx")
@needs("import.run")
def verdicts(run_id: UUID) -> Response:
    """Send the spreadsheet with the verdict on each row."""
    desk = current_desk()
    run = desk.imports.find(run_id)
    importer = desk.imports.importer(run.kind)
    with written("verdicts.xlsx") as (path, send):
        write_report(path, importer, desk.imports.rows(run_id), translator())
        return send(f"{Path(run.file_name).stem}.verdicts.xlsx")


def _page(run: RunView, form: Form) -> str:
    job, times = jobs().find(run.id), current_desk().imports.times(run.id)
    return render_template(
        "imports/run.html",
        run=run,
        job=job,
        form=form.warned(_problem(job)) if not form.is_refused else form,
        is_running=_is_running(run),
        can_resume=run.state in OPEN_STATES and not _is_running(run),
        has_file=is_there(current_desk(), _file(run)),
        permille=_permille(run),
        kind_label=import_words.kind_label(run.kind),
        is_declared=import_words.importer_of(run.kind) is not None,
        parts_=import_words.parts(run.counts, rest=import_words.rest_of(run)),
        time_left=_time_left(job),
        duration=translator().duration(max(times.worked, timedelta(seconds=1))) if times.worked is not None else "",
        undone_at=times.undone_at,
        outcomes=import_words.outcomes(run.counts),
        state=import_words.STATES.get(run.state, (run.state, "quiet", "circle")),
        **_rows(run),
    )


def _rows_page(run: RunView) -> str:
    return render_template("imports/rows.html", **_rows(run))


def _rows(run: RunView) -> dict[str, object]:
    """Return one page of the verdicts: of the chosen kind, or of all that a person has to know."""
    chosen, after = request.args.get("verdict", ""), request.args.get("after", 0, type=int)
    if not 0 <= after <= _LAST_ROW:
        raise InvalidInput((FieldProblem("after", str(after)[:40], msg("翻页位置无效"), msg("请回到第一页")),))
    if chosen not in {verdict.value for verdict in RowVerdict}:
        chosen = ""
    done = current_desk().imports.rows(run.id, after=after)
    fitting = (row for row in done if row.row > after and _fits(row, chosen))
    rows = list(islice(fitting, _PAGE_SIZE + 1))
    importer = import_words.importer_of(run.kind)
    more = ""
    if len(rows) > _PAGE_SIZE:
        more = url_for("import_runs.show", run_id=run.id, verdict=chosen or None, after=rows[_PAGE_SIZE - 1].row)
    return {
        "lines": [line for row in rows[:_PAGE_SIZE] for line in import_words.lines(row, importer)],
        "chosen": chosen,
        "more": more,
    }


def _fits(row: RowReport, chosen: str) -> bool:
    if chosen:
        return row.verdict.value == chosen
    return row.verdict in {RowVerdict.REFUSED, RowVerdict.FLAGGED}


def _is_running(run: RunView) -> bool:
    job = jobs().find(run.id)
    return job is not None and not job.is_over


def _problem(job: Job | None) -> GongdanError | None:
    if job is None or job.problem is None:
        return None
    return job.problem if isinstance(job.problem, GongdanError) else GongdanError()


def _time_left(job: Job | None) -> str:
    left = job.seconds_left if job else None
    return translator().duration(timedelta(seconds=max(1, round(left)))) if left else ""


def _permille(run: RunView) -> int:
    job = jobs().find(run.id)
    done, total = (job.rows_done, job.rows_total) if job and job.rows_total else (run.rows_done, run.rows_total)
    return min(1000, round(done * 1000 / total)) if total else 0


def _file(run: RunView) -> KeptFile:
    return kept(run.fingerprint, run.file_name)
