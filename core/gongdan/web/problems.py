"""Errors as answers: a status, and a page or a part of one in the reader's language; never a stack trace."""

import logging
import secrets
from collections.abc import Mapping

from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from gongdan.errors import DatabaseUnreachable, GongdanError, OtherCompany, WorkCollided
from gongdan.text import msg
from gongdan.web.access import PAGE_COMPANY, PAGE_COMPANY_HEADER, SWITCH_BACK, installation, is_fragment
from gongdan.web.pages import fragment
from gongdan.web.words import rendered, say

_log = logging.getLogger("gongdan.web")

#: HTTP statuses by the stable code of an error.
STATUSES: Mapping[str, int] = {
    "refused": 409, "invalid_input": 422, "not_found": 404, "not_allowed": 403, "stale_version": 409,
    "move_refused": 409, "conflict": 409, "plugin_disabled": 404, "login_refused": 422, "login_throttled": 429,
    "file_refused": 422, "files_quota": 413, "file_missing": 404, "file_store_failed": 503, "file_store_full": 507,
    "database_not_ready": 503, "database_unreachable": 503, "work_collided": 409, "pdf_not_installed": 503,
    "no_chinese_font": 503, "paper_too_long": 422, "printer_stopped": 503, "docx_not_installed": 503,
    "paper_not_set": 422,
}  # fmt: skip

#: Statuses of requests that Flask itself refuses: what is wrong, what to do.
_SENTENCES: Mapping[int, tuple[str, str]] = {
    400: (msg("这个请求无法识别"), msg("请返回上一页，刷新后再试")),
    401: (msg("请先登录"), msg("登录后会回到这一页")),
    403: (msg("您不能打开这一页"), msg("请联系公司管理员调整您的角色")),
    404: (msg("没有这一页"), msg("链接可能已失效，或者地址输入有误")),
    405: (msg("这个地址不能这样打开"), msg("请从页面上的按钮进入")),
    413: (msg("提交的内容太大"), msg("请减少附件，或分几次提交")),
    415: (msg("不支持这种内容"), msg("请从页面上的表单提交")),
    429: (msg("请求太频繁"), msg("请稍等片刻再试")),
    500: (msg("系统出了点问题"), msg("您刚才的操作没有保存；请稍后再试，或把下面的编号告诉管理员")),
    503: (msg("系统的数据库暂时没有应答"), msg("您刚才的操作没有保存；请稍后再试，一直这样请告诉管理员")),
}

#: When a browser or a proxy may ask again after the database was away.
_RETRY_SECONDS = 30


def install(app: Flask) -> None:
    """Answer every error in words."""
    app.register_error_handler(GongdanError, _refusal)
    app.register_error_handler(OtherCompany, _other_company)
    app.register_error_handler(DatabaseUnreachable, _unreachable)
    app.register_error_handler(WorkCollided, _collided)
    app.before_request(_count_commits)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _defect)


def status_of(error: GongdanError) -> int:
    """Return the HTTP status of an error; a kind that is not listed has that of the kind it belongs to."""
    codes = (getattr(kind, "code", "") for kind in type(error).__mro__)
    return next((STATUSES[code] for code in codes if code in STATUSES), 500)


def _refusal(error: GongdanError) -> Response:
    status = status_of(error)
    if status == 500:  # noqa: PLR2004 -- a failure of the installation, not of the person
        return _defect(error)
    said = rendered(error)
    return _answer(status, said.text, said.remedy, problems=said.problems, refusals=said.refusals)


def _other_company(error: OtherCompany) -> Response:
    """Say which company the page is of, and carry what was typed to the button that leads back there."""
    said = rendered(error)
    named = [*request.form.getlist(PAGE_COMPANY), request.headers.get(PAGE_COMPANY_HEADER, "")]
    back = next((one for one in g.companies if one.code in named and one.id != g.desk.company.id), None)
    own = {"csrf_token", PAGE_COMPANY, SWITCH_BACK}
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in own and "password" not in pair[0]]
    resend = {"back": back, "address": request.full_path, "typed": typed, "has_files": any(request.files.values())}
    return _answer(status_of(error), said.text, said.remedy, resend=resend if back else None)


def _unreachable(error: DatabaseUnreachable) -> Response:
    _log.error("the database is away", exc_info=error)
    text, remedy = (say(source) for source in _SENTENCES[503])
    # Only a page without a frame asks the database nothing.
    g.person = None
    answer = _answer(503, text, remedy)
    answer.headers["Retry-After"] = str(_RETRY_SECONDS)
    return answer


def _count_commits() -> None:
    """Note where the view begins; what letting somebody in has written is no part of it."""
    g.commits_before = installation().database.committed


def _collided(error: WorkCollided) -> Response:
    """Ask the view once more when nothing of its work is there yet and all that it was sent can be read again."""
    is_untouched = g.pop("commits_before", None) == installation().database.committed
    if not is_untouched or any(request.files.values()):
        return _refusal(error)
    _log.info("a request collided with another one and is tried again: %s", request.path)
    try:
        return current_app.make_response(current_app.dispatch_request())
    except Exception as problem:  # noqa: BLE001 -- the second try is answered as the first one would have been
        return current_app.make_response(current_app.handle_user_exception(problem))


def _forged(error: CSRFError) -> Response:
    del error
    return _answer(400, say(msg("页面已过期")), say(msg("请刷新页面后再提交；已填的内容会保留")))


def _unknown_host(error: SecurityError) -> Response:
    del error
    # Without a trusted host no address can be built, so this page links nowhere.
    remedy = msg("请使用管理员告知的网址；管理员可在 trusted_hosts 中添加它")
    return _plain(400, say(msg("不能用这个网址访问")), say(remedy))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 -- a redirect that routing makes
        return error.get_response()
    text, remedy = _SENTENCES.get(status, _SENTENCES[400] if status < 500 else _SENTENCES[500])  # noqa: PLR2004
    return _answer(status, say(text), say(remedy))


def _defect(error: Exception) -> Response:
    incident = secrets.token_hex(4)
    _log.error("incident %s", incident, exc_info=error)
    text, remedy = _SENTENCES[500]
    try:
        return _answer(500, say(text), say(remedy), incident=incident)
    except Exception:  # noqa: BLE001 -- whatever it is, the person gets an answer
        # The frame itself may be what fails, such as when the database is gone.
        _log.exception("incident %s: the page about it failed too", incident)
        return _plain(500, text, remedy, incident=incident)


def _answer(status: int, text: str, remedy: str, **more: object) -> Response:
    if is_fragment():
        html = render_template("errors/fragment.html", status=status, text=text, remedy=remedy, **more)
        return fragment(html, status, HX_Retarget="#notices", HX_Reswap="innerHTML")
    if g.get("person") is None:
        return _plain(status, text, remedy, **more)
    return Response(
        render_template("errors/page.html", status=status, text=text, remedy=remedy, **more),
        status, mimetype="text/html",
    )  # fmt: skip


def _plain(status: int, text: str, remedy: str, **more: object) -> Response:
    html = render_template("errors/plain.html", status=status, text=text, remedy=remedy, **more)
    return Response(html, status, mimetype="text/html")
