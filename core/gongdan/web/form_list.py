"""The list of papers: by kind, state, number and day, and as a file."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from gongdan.domain.form_views import FormState
from gongdan.services.form_lists import FormFilter, FormLine
from gongdan.web.access import current_desk, is_fragment, needs
from gongdan.web.edges import asked_day
from gongdan.web.form_words import STATES
from gongdan.web.words import say

pages = Blueprint("form_list", __name__)

#: Names in the address that narrow the list.
_NAMES = ("kind", "state", "number", "from", "to")


@pages.get("/papers")
@needs("ticket.view")
def index() -> str:
    desk, given = current_desk(), asked()
    found = desk.form_lists.page(wanted(given), after=request.args.get("after", ""))
    return render_template(
        "forms/rows.html" if is_fragment() and request.args.get("after") else "forms/index.html",
        page=found,
        given=given,
        kinds=kinds(),
        states=[(state.value, say(text)) for state, text in STATES.items()],
        more=f"{url_for('form_list.index')}?{urlencode({**given, 'after': found.next_key})}" if found.next_key else "",
    )


def asked() -> Mapping[str, str]:
    """Return what the address narrows the list by."""
    return {name: value for name in _NAMES if (value := request.args.get(name, "").strip())}


def wanted(given: Mapping[str, str]) -> FormFilter:
    """Return the filter of an address; a state that there is none of shows all. Raises ``InvalidInput`` for a day."""
    states = {state.value for state in FormState}
    return FormFilter(
        kind=given.get("kind", ""),
        state=given["state"] if given.get("state") in states else "",
        number=given.get("number", ""),
        begun_from=asked_day(given.get("from", "")),
        begun_to=asked_day(given.get("to", "")),
    )


def kinds() -> Sequence[tuple[str, str]]:
    """Return the kinds of papers of the company, as name and words."""
    declared = current_desk().installation.plugins.catalogue.forms.of(current_desk().enabled)
    return [(kind.name, say(kind.label)) for kind in declared]


def lines() -> Iterator[FormLine]:
    """Yield every form that the address shows."""
    return current_desk().form_lists.all(wanted(asked()))
