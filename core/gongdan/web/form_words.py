"""Forms in words: states, ways to sign, and everything that stands on a paper, in the reader's language."""

from collections.abc import Iterable, Mapping

from flask import Flask

from gongdan.domain import form_cells
from gongdan.domain.form_cells import RESULTS, WAYS, ShownForm
from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import FormKind
from gongdan.services.paper_words import Wording
from gongdan.text import msg
from gongdan.web.access import current_desk
from gongdan.web.words import say, translator

STATES: Mapping[FormState, str] = {
    FormState.DRAFT: msg("填写中"),
    FormState.FILED: msg("已归档"),
    FormState.CORRECTED: msg("已更正"),
    FormState.VOID: msg("已作废"),
}
#: The tone and the icon of a state.
_LOOKS: Mapping[FormState, tuple[str, str]] = {
    FormState.DRAFT: ("ours", "pencil"),
    FormState.FILED: ("done", "archive"),
    FormState.CORRECTED: ("quiet", "history"),
    FormState.VOID: ("quiet", "ban"),
}


def reader() -> Wording:
    """Return for whom forms are put into words: the person who looks at the page."""
    return Wording(current_desk(), translator())


def paper(view: FormView) -> ShownForm:
    """Return everything that stands on a form, as the person may read it."""
    return form_cells.shown(view, reader())


def form_words(kinds: Iterable[FormKind]) -> dict[tuple[str, str], Mapping[str, str]]:
    """Return source texts of what the journal keeps about forms, by noun and name."""
    declared = tuple(kinds)
    names = {f"lines.{table.name}": table.label for kind in declared for table in kind.tables}
    names |= {f"answers.{item.name}": item.label for kind in declared for item in kind.items}
    return {
        ("form", "box"): {box.name: box.label for kind in declared for box in kind.signatures},
        ("form", "way"): {way.value: text for way, text in WAYS.items()},
        ("form", "result"): {result.value: text for result, text in RESULTS.items()},
        ("form", ""): names,
    }


def state_words(state: FormState) -> str:
    """Return what a state is called."""
    return say(STATES[state])


def state_look(state: FormState) -> tuple[str, str]:
    """Return the tone and the icon of a state."""
    return _LOOKS[state]


def install(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(form_state=state_words, form_look=state_look)
