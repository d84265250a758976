"""Clauses of regulations: every rule that refuses something can be read in full."""

from flask import Blueprint

from gongdan.errors import NotFound
from gongdan.web.access import installation, member
from gongdan.web.pages import dialog
from gongdan.web.words import locale

pages = Blueprint("clauses", __name__, url_prefix="/clauses")


@pages.get("/<clause_id>")
@member
def show(clause_id: str) -> str:
    clause = installation().plugins.catalogue.clauses.get(clause_id)
    if clause is None:
        raise NotFound("clause", clause_id)
    text, other = (clause.zh, clause.en) if locale() == "zh" else (clause.en, clause.zh)
    return dialog("clauses/show.html", clause=clause, text=text, other=other)
