"""The short address on every paper: members are led to the case, everybody else is told whether it is valid."""

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gongdan.errors import NotFound
from gongdan.services.paper_codes import FoundPaper, Validity
from gongdan.services.permit_keeper import PASS_NOUN
from gongdan.text import msg
from gongdan.web.access import installation, may, public
from gongdan.web.throttle import throttled

pages = Blueprint("paper_codes", __name__, url_prefix="/q")

#: What a paper is worth, the tone and the icon of that.
VALIDITY: Mapping[Validity, tuple[str, str, str]] = {
    Validity.VALID: (msg("有效"), "done", "circle-check"),
    Validity.NOT_YET: (msg("未到时间"), "waiting", "clock"),
    Validity.USED: (msg("已使用"), "late", "ban"),
    Validity.EXPIRED: (msg("已过期"), "late", "clock"),
    Validity.RETURNED: (msg("已交回"), "quiet", "arrow-back-up"),
    Validity.REVOKED: (msg("已撤销"), "late", "ban"),
    Validity.VOID: (msg("已作废"), "late", "ban"),
    Validity.DRAFT: (msg("尚未归档"), "waiting", "clock"),
    Validity.REPLACED: (msg("已由更正后的一版代替"), "late", "refresh"),
}

Answer = Response | str | tuple[str, int]


@pages.get("/<token>")
@public
def show(token: str) -> Answer:
    """Lead a member of the paper's company to the case; tell anybody else the paper's name, number and validity."""
    throttled(request.remote_addr or "")
    try:
        found = installation().paper_codes.find(token)
    except NotFound:
        return render_template("papers/unknown_code.html"), 404
    if found.proof.ticket_id and _is_inside(found) and may("ticket.view"):
        return redirect(url_for("ticket.show", ticket_id=found.proof.ticket_id), 303)
    if found.noun == PASS_NOUN and _is_inside(found) and may("pass.check"):
        return redirect(url_for("checks.show", code=token), 303)
    return render_template(
        "papers/code.html",
        found=found,
        validity=VALIDITY[found.proof.validity],
        may_switch=any(company.id == found.company.id for company in g.companies) and not _is_inside(found),
    )


def _is_inside(found: FoundPaper) -> bool:
    """Tell whether the person at hand is in the company of the paper."""
    return g.desk is not None and g.desk.company.id == found.company.id
