"""What the hooks that are asked may answer; anything else counts as a failure of the plugin."""

from collections.abc import Callable, Mapping, Sequence

from gongdan.domain.presenting import MenuEntry, Panel, Tile
from gongdan.errors import Refusal


def _is_text(answer: object) -> bool:
    return isinstance(answer, str)


def _is_texts_by_name(answer: object) -> bool:
    return isinstance(answer, Mapping) and all(map(_is_text, (*answer.keys(), *answer.values())))


def _each(kind: type) -> Callable[[object], bool]:
    def check(answer: object) -> bool:
        return isinstance(answer, Sequence) and all(isinstance(part, kind) for part in answer)

    return check


_FITS: Mapping[str, Callable[[object], bool]] = {
    "classify_draft": _is_texts_by_name,
    "choose_assignee": _is_text,
    "check_move": _each(Refusal),
    "ticket_panels": _each(Panel),
    "menu_entries": _each(MenuEntry),
    "dashboard_tiles": _each(Tile),
}


def checked(hook: str, answer: object) -> object:
    """Return ``answer``; raises ``TypeError`` when a caller of the hook could not read it."""
    if answer is not None and not _FITS[hook](answer):
        message = f"{hook} may not answer {answer!r}"
        raise TypeError(message)
    return answer
