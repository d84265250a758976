"""Who may see which page: nothing is open unless its view says so.

Before each request the person, the company and the company's desk are put into ``g``; what the person may do
there is decided by the services again. A view without a mark stops the application from starting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from gongdan.domain.secrecy import Way
from gongdan.errors import NoCompanyNamed, NotAllowed, OtherCompany
from gongdan.services.accounts import AccountView
from gongdan.services.actors import Actor
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.secrecy_gate import Occasion

P = ParamSpec("P")
R = TypeVar("R")

#: Where the session cookie keeps the token of the signed-in device.
TOKEN = "token"  # noqa: S105 -- the key's name, not a secret

_MARK = "gongdan_access"

#: Field of a form, and header of a request by htmx, that name the company of the page they come from, by its code.
PAGE_COMPANY = "page_company"
PAGE_COMPANY_HEADER = "X-Page-Company"
#: Field of a form that leads back to the company of its page before anything is done.
SWITCH_BACK = "switch_back"

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks of the person."""

    #: Anybody may see it; nobody is looked up.
    is_public: bool = False
    #: The person has to be in a company.
    in_company: bool = False
    #: Needed in the company; empty for none.
    permission: str = ""
    #: Only for those who administer the installation.
    operator: bool = False


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to people who have not signed in."""
    return _marked(view, Access(is_public=True))


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to everybody who has signed in, in a company or not."""
    return _marked(view, Access())


def member(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to everybody in the company."""
    return _marked(view, Access(in_company=True))


def needs(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open a view to people with ``permission`` in the company."""
    return lambda view: _marked(view, Access(in_company=True, permission=permission))


def needs_operator(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to those who administer the installation."""
    return _marked(view, Access(operator=True))


def current_person() -> AccountView | None:
    """Return the signed-in person; None on public pages."""
    found: AccountView | None = g.get("person")
    return found


def current_desk() -> CompanyDesk:
    """Return the desk of the current company for the signed-in person."""
    found: CompanyDesk = g.desk
    return found


def current_actor() -> Actor:
    """Return the signed-in person as an actor: in the current company, else on the installation."""
    found: Actor = g.actor
    return found


def installation() -> Desk:
    """Return the installation's desk, for the few pages that are no company's."""
    found: Desk = current_app.extensions["gongdan"]
    return found


def may(permission: str) -> bool:
    """Tell whether the person has ``permission`` in the current company; pages hide what would be refused."""
    desk: CompanyDesk | None = g.get("desk")
    return desk is not None and desk.actor.may(permission)


def page_company() -> str:
    """Return the code of the company that the page at hand is of; empty for pages of none."""
    desk: CompanyDesk | None = g.get("desk")
    return desk.company.code if desk else ""


def install(app: Flask) -> None:
    """Ask for every request who it is; give templates ``may``."""
    app.before_request(_let_in)
    app.jinja_env.globals.update(may=may, this_page=this_page, page_company=page_company)


def require_marks(app: Flask) -> None:
    """Refuse to start with a view that does not say who may see it."""
    missing = [name for name, view in app.view_functions.items() if not hasattr(view, _MARK) and name != "static"]
    if missing:
        raise RuntimeError(f"views without an access mark: {', '.join(sorted(missing))}")


def mark_members_only(app: Flask, endpoints: Sequence[str]) -> None:
    """Let views that say nothing be for members of the company: the pages of plugins."""
    for name in endpoints:
        if not hasattr(app.view_functions[name], _MARK):
            _marked(app.view_functions[name], Access(in_company=True))


def access_of(endpoint: str | None) -> Access:
    """Return what the view of an endpoint asks; public for the shipped files and for addresses that do not exist."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, _MARK, Access(is_public=True))


def _marked(view: Callable[P, R], access: Access) -> Callable[P, R]:
    setattr(view, _MARK, access)
    return view


def _let_in() -> Response | None:
    if request.endpoint == "static":
        return None
    _recognise()
    access = access_of(request.endpoint)
    if access.is_public:
        return None
    if current_person() is None:
        return _to_log_in()
    return _to_first_password() or _check(access)


def _recognise() -> None:
    """Put person, company and desk into ``g``, as far as the cookie names them."""
    g.person = g.device = g.desk = g.actor = None
    g.companies = ()
    token = session.get(TOKEN)
    found = installation().sessions.find(token) if isinstance(token, str) else None
    if found is None:
        return
    entry = installation().accounts.enter(found.account, found.company_id)
    g.person, g.device, g.companies, g.actor = found.account, found, entry.companies, entry.actor
    if entry.company:
        occasion = Occasion(Way.PAGE, found.address, is_one_look=True)
        g.desk = installation().at(entry.company, entry.actor, occasion)


def _check(access: Access) -> Response | None:
    if access.operator:
        current_actor().require_operator()
    if access.in_company and g.desk is None:
        return _without_company()
    if access.in_company and request.method not in _READING:
        _require_company_of_page()
    if access.permission and not may(access.permission):
        raise NotAllowed(access.permission)
    return None


def _require_company_of_page() -> None:
    """Let nothing be changed from a page of another company: the browser has many tabs, but the device one company."""
    named = [*request.form.getlist(PAGE_COMPANY), request.headers.get(PAGE_COMPANY_HEADER, "")]
    named = [code for code in named if code]
    if not named:
        raise NoCompanyNamed
    other = next((code for code in named if code != page_company()), "")
    if not other:
        return
    company = next((one for one in g.companies if one.code == other), None)
    if company and request.form.get(SWITCH_BACK) == other:
        installation().sessions.enter_company(g.device.id, company.id)
        _recognise()
        return
    raise OtherCompany(company.name if company else other, g.desk.company.name)


def _without_company() -> Response:
    if current_actor().is_operator and "companies.index" in current_app.view_functions:
        return redirect(url_for("companies.index"))
    return current_app.make_response((render_template("errors/no_company.html"), 403))


def _to_log_in() -> Response:
    session.clear()
    if is_fragment():
        return Response(status=401, headers={"HX-Redirect": url_for("account.log_in", next=_page_around())})
    return redirect(url_for("account.log_in", next=this_page()), 303)


def _page_around() -> str:
    """Return the page around a fragment, where the person wants to be again; the home page when none is named."""
    try:
        around = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "/"
    return f"{around.path}?{around.query}".removesuffix("?") or "/"


def _to_first_password() -> Response | None:
    person = current_person()
    if person is None or not person.must_change_password or request.endpoint in _DURING_FIRST_PASSWORD:
        return None
    target = url_for("account.password")
    return Response(status=403, headers={"HX-Redirect": target}) if is_fragment() else redirect(target, 303)


_DURING_FIRST_PASSWORD = frozenset({
    "account.password", "account.save_password", "account.log_out", "account.set_language",
})  # fmt: skip


def is_fragment() -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def this_page() -> str:
    """Return the address of the page at hand, to come back to; the home page during a change."""
    return request.full_path.removesuffix("?") if request.method == "GET" else "/"


def routes(path: str) -> bool:
    """Tell whether ``path`` is a page of ours that can be opened."""
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]  # a request is there
    except HTTPException:
        return False
    return bool(endpoint != "static")
