"""Accounts of the whole installation, for those who administer it."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import NotFound
from gongdan.services.accounts import AccountView
from gongdan.services.passwords import first_password
from gongdan.text import msg
from gongdan.web.access import current_actor, installation, is_fragment, needs_operator
from gongdan.web.pages import go, told

pages = Blueprint("accounts", __name__)


@pages.get("/accounts")
@needs_operator
def index() -> str:
    accounts, text = installation().accounts, request.args.get("q", "")
    found, after = accounts.search(text, after=request.args.get("after", ""))
    rows = [(account, accounts.companies_of(account.id)) for account in found]
    more = url_for("accounts.index", q=text or None, after=after) if after else ""
    template = "accounts/rows.html" if is_fragment() else "accounts/index.html"
    return render_template(template, rows=rows, text=text, more=more)


@pages.post("/accounts/<uuid:account_id>/disable")
@needs_operator
def disable(account_id: UUID) -> AnyResponse:
    account = _find(account_id)
    installation().accounts.set_disabled(current_actor(), account_id, disabled=True)
    told(msg("已停用“{name}”，其登录立即失效"), name=account.name)
    return go("accounts.index")


@pages.post("/accounts/<uuid:account_id>/enable")
@needs_operator
def enable(account_id: UUID) -> AnyResponse:
    account = _find(account_id)
    installation().accounts.set_disabled(current_actor(), account_id, disabled=False)
    told(msg("已重新启用“{name}”"), name=account.name)
    return go("accounts.index")


@pages.post("/accounts/<uuid:account_id>/password")
@needs_operator
def reset_password(account_id: UUID) -> str:
    account = _find(account_id)
    password = first_password(account.login)
    installation().accounts.reset_password(current_actor(), account_id, password)
    return render_template("accounts/password.html", account=account, password=password)


def _find(account_id: UUID) -> AccountView:
    for account in installation().accounts.all():
        if account.id == account_id:
            return account
    raise NotFound("account", str(account_id))
