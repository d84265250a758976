"""Forms in words: states, ways to sign, and everything that stands on a paper, in the reader's language."""

from collections.abc import Iterable, Mapping

from flask import Flask

from gongdan.domain import form_cells
from gongdan.domain.form_cells import RESULTS, WAYS, ShownForm
from gongdan.domain.form_completeness import ANSWERS, LINES, lacking
from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import Block, FormKind, Lines, Section
from gongdan.services.paper_words import Wording
from gongdan.text import msg
from gongdan.web.access import current_desk, installation
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


def roles_in_words(names: Iterable[str]) -> str:
    """Return roles as one enumeration."""
    declared = installation().plugins.catalogue.roles
    return translator().join(role.label if role else name for name, role in ((one, declared.get(one)) for one in names))


def next_step(view: FormView) -> str:
    """Return what has to be done next on a draft, and by whom."""
    # What is wrong with one line is wrong with the table.
    missing = {".".join(problem.field.split(".")[:2]) for problem in lacking(view)}
    open_blocks = [block for block in view.kind.blocks if missing.intersection(_names(block))]
    if open_blocks:
        roles = dict.fromkeys(role for block in open_blocks for role in block.filled_by)
        told = say(msg("待填写：{parts}"), parts=tuple(block.label or view.kind.label for block in open_blocks))
        return f"{told}（{roles_in_words(roles)}）" if roles else told
    if view.unsigned:
        return say(msg("待签名：{boxes}"), boxes=tuple(box.label for box in view.unsigned))
    return say(msg("齐全，可以归档"))


def _names(block: Block) -> set[str]:
    """Return under which names a part of a form lacks something."""
    if isinstance(block, Section):
        return {part.name for part in block.parts}
    if isinstance(block, Lines):
        return {f"{LINES}.{block.name}"}
    return {f"{ANSWERS}.{item.name}" for item in block.items}


def install(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(form_state=state_words, form_look=state_look, roles_in_words=roles_in_words)
