"""Plans: the calendar of what comes again and again, one series with its runs, and one run to be done."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from gongdan.domain.plans import PlanState
from gongdan.errors import Conflict, InvalidInput, NotFound
from gongdan.services.plan_rows import RunFile, TargetView
from gongdan.services.plan_words import PLAN_STATES
from gongdan.services.plans import LONGEST_WORDS, MOST_AHEAD, PAGE_SIZE
from gongdan.text import msg
from gongdan.web import calendar_year, edges, plan_month, plan_words, shown
from gongdan.web.access import current_desk, may, member, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("plans", __name__, url_prefix="/plans")

Answer = Response | str | tuple[str, int]

#: Runs that the calendar page lists as owed now; the grid and the plans show the rest.
_MOST_LIVE = 8
#: Days to come on the page of a plan, and how far they are looked for.
_MOST_DAYS = 8
_AHEAD = timedelta(days=800)


@pages.get("")
@needs("plan.view")
def index() -> str:
    """Show a month, what is owed now, and the plans themselves."""
    plans, today = current_desk().plans, shown.now().astimezone(shown.zone()).date()
    first = plan_month.month_of(request.args.get("month", ""), today)
    is_running = request.args.get("state") != PlanState.ENDED
    with current_desk().reading():
        last = plan_month.last_of(first)
        listed, ahead = plans.all(is_running=is_running), plans.ahead(last) if last >= today else {}
        count = plans.count(is_running=is_running)
        coming = plans.count(until=last) if ahead else 0
        live = plans.live(limit=_MOST_LIVE + 1)
        coming_plans = {plan.id: plan for plan in plans.several(ahead)}
        drawn = plan_month.draw(
            first,
            today,
            current_desk().calendars.of(),
            runs=plans.between(first, last),
            ahead=[(coming_plans[plan_id], days) for plan_id, days in ahead.items()],
        )
        answers = plans.answers([plan.id for plan in listed])
        return render_template(
            "plans/index.html",
            month=drawn,
            day=drawn.day(edges.asked_day(request.args.get("day", ""))),
            today=today,
            weekdays=calendar_year.WEEKDAYS,
            plans=listed,
            is_running=is_running,
            often={plan_id: plan_words.often(found) for plan_id, found in answers.items()},
            answers=answers,
            live=live[:_MOST_LIVE],
            is_live_cut=len(live) > _MOST_LIVE,
            count=count,
            coming=coming,
            most_ahead=MOST_AHEAD,
        )


@pages.get("/<uuid:plan_id>")
@needs("plan.view")
def show(plan_id: UUID) -> str:
    plans, today = current_desk().plans, shown.now().astimezone(shown.zone()).date()
    with current_desk().reading():
        plan = plans.find(plan_id)
        answers = plans.answers([plan_id]).get(plan_id, ())
        runs = plans.runs(plan_id)
        return render_template(
            "plans/show.html",
            plan=plan,
            state=say(PLAN_STATES[plan.state]),
            often=plan_words.often(answers),
            answers=answers,
            runs=runs,
            ahead=plans.ahead(today + _AHEAD, plan_id).get(plan_id, ())[:_MOST_DAYS],
            page_size=PAGE_SIZE,
            has_phases=len({answer.phase for answer in answers if answer.phase}) > 1,
        )


@pages.get("/<uuid:plan_id>/end")
@needs("plan.manage")
def ask_end(plan_id: UUID) -> str:
    return _end_dialog(plan_id, Form.of())


@pages.post("/<uuid:plan_id>/end")
@needs("plan.manage")
def end(plan_id: UUID) -> Answer:
    form = Form.typed()
    try:
        plan = current_desk().plans.end(plan_id, form.value("reason"))
    except (InvalidInput, Conflict) as refusal:
        return _end_dialog(plan_id, form.refused(refusal)), status_of(refusal)
    told(msg("已终止“{plan}”，不再生成下一次"), plan=say(plan.label))
    return go("plans.show", plan_id=plan_id)


@pages.post("/<uuid:plan_id>/resume")
@needs("plan.manage")
def resume(plan_id: UUID) -> Response:
    plan = current_desk().plans.resume(plan_id)
    told(msg("“{plan}”已恢复，从下一个计划日开始"), plan=say(plan.label))
    return go("plans.show", plan_id=plan_id)


# --- One run ---------------------------------------------------------------------------------


@pages.get("/runs/<uuid:run_id>")
@member
def run(run_id: UUID) -> str:
    return _run_page(current_desk().plans.run(run_id), Form.of())


@pages.post("/runs/<uuid:run_id>/complete")
@member
def complete(run_id: UUID) -> Answer:
    form, plans = Form.typed(), current_desk().plans
    try:
        file = plans.complete(run_id, form.value("result"))
    except (InvalidInput, Conflict) as refusal:
        return _run_page(plans.run(run_id), form.refused(refusal)), status_of(refusal)
    told(msg("“{plan}”已完成"), plan=say(file.run.label))
    return go("plans.run", run_id=run_id)


@pages.get("/runs/<uuid:run_id>/targets/<uuid:target_id>")
@member
def ask_outcome(run_id: UUID, target_id: UUID) -> str:
    return _target_dialog("plans/visit.html", run_id, target_id, Form.of())


@pages.post("/runs/<uuid:run_id>/targets/<uuid:target_id>")
@member
def visit(run_id: UUID, target_id: UUID) -> Answer:
    form = Form.typed()
    _target(run_id, target_id)
    try:
        file = current_desk().plans.visit(target_id, form.value("outcome"))
    except (InvalidInput, Conflict) as refusal:
        page = _target_dialog("plans/visit.html", run_id, target_id, form.refused(refusal))
        return page, status_of(refusal)
    if file.run.done_at is not None:
        told(msg("“{plan}”的 {count} 个对象都已办完"), plan=say(file.run.label), count=file.run.size)
    return go("plans.run", run_id=run_id)


@pages.get("/runs/<uuid:run_id>/targets/<uuid:target_id>/take-back")
@member
def ask_why(run_id: UUID, target_id: UUID) -> str:
    return _target_dialog("plans/take_back.html", run_id, target_id, Form.of())


@pages.post("/runs/<uuid:run_id>/targets/<uuid:target_id>/take-back")
@member
def take_back(run_id: UUID, target_id: UUID) -> Answer:
    form = Form.typed()
    target = _target(run_id, target_id)
    try:
        current_desk().plans.take_back(target_id, form.value("reason"))
    except (InvalidInput, Conflict) as refusal:
        page = _target_dialog("plans/take_back.html", run_id, target_id, form.refused(refusal))
        return page, status_of(refusal)
    told(msg("已撤回“{target}”，要重新办理"), target=target.label)
    return go("plans.run", run_id=run_id)


# --- Shared ----------------------------------------------------------------------------------


def _end_dialog(plan_id: UUID, form: Form) -> str:
    return dialog("plans/end.html", plan=current_desk().plans.find(plan_id), form=form, longest=LONGEST_WORDS)


def _run_page(file: RunFile, form: Form) -> str:
    desk = current_desk()
    with desk.reading():
        rule = desk.installation.plugins.catalogue.plan_rules.get(file.run.rule)
        answers = desk.plans.answers([file.run.plan_id]).get(file.run.plan_id, ()) if may("plan.view") else ()
        return render_template(
            "plans/run.html",
            file=file,
            run=file.run,
            targets=_in_order(file.targets),
            form=form,
            clauses=rule.clauses if rule else (),
            often=plan_words.often(answers),
            no_repeats=bool(rule and rule.sample and rule.sample.no_repeats),
            longest=LONGEST_WORDS,
            window=file.run.window.split(),
        )


def _in_order(targets: Sequence[TargetView]) -> Sequence[TargetView]:
    """Return what is still to be done first, in the order in which it was drawn."""
    return sorted(targets, key=lambda target: target.done_at is not None)


def _target(run_id: UUID, target_id: UUID) -> TargetView:
    file = current_desk().plans.run(run_id)
    found = next((target for target in file.targets if target.id == target_id), None)
    if found is None:
        raise NotFound("plan_target", str(target_id))
    return found


def _target_dialog(template: str, run_id: UUID, target_id: UUID, form: Form) -> str:
    file = current_desk().plans.run(run_id)
    return dialog(template, run=file.run, target=_target(run_id, target_id), form=form, longest=LONGEST_WORDS)
