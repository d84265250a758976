"""Signing in and out, and what people change about themselves."""

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import FieldProblem, GongdanError, InvalidInput, LoginRefused, LoginThrottled, NotFound
from gongdan.language import LOCALES
from gongdan.text import msg
from gongdan.web.access import TOKEN, current_person, installation, public, signed_in
from gongdan.web.forms import Form
from gongdan.web.pages import go, go_to, told
from gongdan.web.problems import status_of
from gongdan.web.security import safe_next
from gongdan.web.words import LOCALE_COOKIE

pages = Blueprint("account", __name__)

_YEAR_SECONDS = 365 * 24 * 60 * 60


@pages.get("/login")
@public
def log_in() -> str | AnyResponse:
    if current_person():
        return redirect(safe_next(request.args.get("next", "/")), 303)
    return _log_in_page(Form.of(next=request.args.get("next", "")))


@pages.post("/login")
@public
def check_log_in() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        token = installation().sessions.log_in(
            form.value("login").strip(), form.value("password"),
            address=request.remote_addr or "", device=request.user_agent.string,
        )  # fmt: skip
    except (LoginRefused, LoginThrottled) as refusal:
        return _log_in_page(form.refused(refusal)), status_of(refusal)
    _sign_in(token)
    return redirect(safe_next(form.value("next") or "/"), 303)


@pages.post("/logout")
@signed_in
def log_out() -> AnyResponse:
    installation().sessions.log_out(str(session.get(TOKEN, "")))
    session.clear()
    return go("account.log_in")


@pages.post("/language")
@public
def set_language() -> AnyResponse:
    """Change the language: of the account, or before log-in of this browser."""
    wanted = request.form.get("locale", "")
    if wanted not in LOCALES:
        raise InvalidInput((FieldProblem("locale", wanted, msg("不是可选的值"), label=msg("语言")),))
    person = current_person()
    if person:
        installation().accounts.change_profile(person.id, name=person.name, phone=person.phone, locale=wanted)
    answer = go_to(safe_next(request.form.get("next", "/")))
    answer.set_cookie(LOCALE_COOKIE, wanted, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax",
                      secure=bool(request.is_secure))  # fmt: skip
    return answer


@pages.post("/company/<uuid:company_id>")
@signed_in
def enter_company(company_id: UUID) -> AnyResponse:
    """Work for another company from here on; raises ``NotFound`` for one the person does not belong to."""
    if company_id not in {company.id for company in g.companies}:
        raise NotFound("company", str(company_id))
    installation().sessions.enter_company(g.device.id, company_id)
    return go("home.index")


@pages.get("/account")
@signed_in
def profile() -> str:
    return _profile_page(Form.of(name=g.person.name, phone=g.person.phone, locale=g.person.locale))


@pages.post("/account")
@signed_in
def save_profile() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    locale = form.value("locale") if form.value("locale") in LOCALES else g.person.locale
    try:
        installation().accounts.change_profile(
            g.person.id, name=form.value("name"), phone=form.value("phone"), locale=locale
        )
    except GongdanError as refusal:
        return _profile_page(form.refused(refusal)), status_of(refusal)
    told(msg("已保存"))
    return go("account.profile")


@pages.get("/account/password")
@signed_in
def password() -> str:
    return _password_page(Form.of())


@pages.post("/account/password")
@signed_in
def save_password() -> AnyResponse | tuple[str, int]:
    """Set a new password; every other device is signed out, this one stays signed in."""
    form = Form.typed()
    try:
        if form.value("password") != form.value("repeated"):
            raise InvalidInput((FieldProblem("repeated", "", msg("两次输入的新密码不一致"), label=msg("再输一次")),))
        installation().accounts.change_password(g.person.id, form.value("current"), form.value("password"))
    except LoginRefused:
        wrong = InvalidInput((FieldProblem("current", "", msg("原密码不正确"), label=msg("原密码")),))
        return _password_page(form.refused(wrong)), status_of(wrong)
    except GongdanError as refusal:
        return _password_page(form.refused(refusal)), status_of(refusal)
    _sign_in(installation().sessions.log_in(
        g.person.login, form.value("password"), address=request.remote_addr or "", device=request.user_agent.string
    ))  # fmt: skip
    told(msg("密码已修改，其他设备已退出登录"))
    return go("home.index")


@pages.post("/account/devices/<uuid:session_id>/end")
@signed_in
def end_device(session_id: UUID) -> AnyResponse:
    installation().sessions.revoke(g.person.id, session_id)
    return go("account.profile")


@pages.post("/account/devices/end-all")
@signed_in
def end_all_devices() -> AnyResponse:
    installation().sessions.log_out_everywhere(g.person.id)
    session.clear()
    return go("account.log_in")


def _sign_in(token: str) -> None:
    """Begin a new session in this browser; whatever the old cookie held is gone."""
    session.clear()
    session.permanent = True
    session[TOKEN] = token


def _log_in_page(form: Form) -> str:
    return render_template("account/log_in.html", form=form)


def _profile_page(form: Form) -> str:
    devices = installation().sessions.of_account(g.person.id)
    return render_template("account/profile.html", form=form, devices=devices)


def _password_page(form: Form) -> str:
    return render_template("account/password.html", form=form)
