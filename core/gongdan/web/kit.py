"""What the pages of plugins are made of; beside ``gongdan.api`` the only part of the core that they import.

A plugin names its blueprint in ``register_blueprints``; its pages lie under ``/x/<plugin>/`` and answer only for
companies that have the plugin enabled. A view without a mark is for every member of the company::

    from gongdan.web import kit

    pages = kit.pages("fees", __name__)


    @pages.get("/fees")
    @kit.needs("ticket.view")
    def index() -> str:
        return kit.page("property_mgmt/fees.html", fees=fees_of(kit.current_desk()))

A page's template extends ``frame.html`` and fills its blocks ``title`` and ``content``; it may import the macros of
``macros/forms.html``, ``macros/lists.html`` and ``macros/parts.html``; with ``macros/files.html``,
``files.card("ticket", ticket.id)`` shows the files of a thing and takes more. Its own texts stand in ``_("…")``, texts
that come from declarations in ``tr(…)``. What is refused may simply be raised: it becomes a page in words. A form
keeps what was typed when its view catches the refusal::

    @pages.post("/fees")
    @kit.needs("ticket.edit")
    def save() -> kit.Answer:
        form = kit.Form.typed()
        try:
            pay(kit.current_desk(), form.value("amount"))
        except Refused as refusal:
            return kit.page("property_mgmt/fees.html", form=form.refused(refusal)), kit.status_of(refusal)
        kit.told(msg("已入账"))
        return kit.go(".index")
"""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from gongdan.web.access import current_desk, current_person, may, member, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, done_with, fragment, go, go_to, told
from gongdan.web.problems import status_of
from gongdan.web.shown import day, moment, now, phone, stored, zone
from gongdan.web.words import say

__all__ = [
    "Answer",
    "Form",
    "current_desk",
    "current_person",
    "day",
    "dialog",
    "done_with",
    "fragment",
    "go",
    "go_to",
    "may",
    "member",
    "moment",
    "needs",
    "now",
    "page",
    "pages",
    "phone",
    "say",
    "status_of",
    "stored",
    "told",
    "zone",
]


#: What a view may return: a page, a page with a status, or an answer that leads on.
Answer = str | tuple[str, int] | Response


def pages(name: str, import_name: str) -> Blueprint:
    """Return a blueprint whose templates lie in the plugin's folder ``templates/<plugin>/``."""
    return Blueprint(name, import_name, template_folder="templates")


def page(template: str, **values: object) -> str:
    """Return a page of the plugin; ``template`` is its path below ``templates``."""
    return render_template(template, **values)
