"""When two people save one form: what both changed stands side by side, the rest needs no decision.

A form holds under ``was-<name>`` what each field was filled with, so that a change can be told from what merely
stood there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongdan.web.forms import Form
from gongdan.web.words import say

WAS = "was-"


@dataclass(frozen=True, slots=True)
class Side:
    """One field with the value of each of the two people."""

    name: str
    #: In words.
    label: str
    mine: str
    theirs: str

    @property
    def is_clash(self) -> bool:
        """Tell whether the two differ, so that somebody has to choose."""
        return self.mine != self.theirs


@dataclass(frozen=True, slots=True)
class Merge:
    """A form that came too late, compared with what is stored now."""

    #: Changed by both.
    clashes: tuple[Side, ...]
    #: Changed at the form alone: saved without a question.
    own: tuple[Side, ...]
    #: Values that stay as the other person stored them.
    kept: Mapping[str, str]
    #: Every stored value, for the hidden inputs that remember what the form begins with.
    stored: Mapping[str, str]


def remembered(values: Mapping[str, str]) -> Form:
    """Return a form filled with ``values`` that remembers what it began with."""
    return Form.of(**values, **{WAS + name: value for name, value in values.items()})


def merge(form: Form, stored: Mapping[str, str], labels: Mapping[str, str]) -> Merge:
    """Compare a form with what is stored now; ``labels`` are source texts by field, in the order of the page."""
    clashes: list[Side] = []
    own: list[Side] = []
    kept: dict[str, str] = {}
    for name, label in labels.items():
        mine, was, theirs = _plain(form.value(name)), _plain(form.value(WAS + name)), _plain(stored.get(name, ""))
        side = Side(name, say(label), mine, theirs)
        if mine in {was, theirs}:
            kept[name] = theirs
        elif was == theirs:
            own.append(side)
        else:
            clashes.append(side)
    return Merge(tuple(clashes), tuple(own), kept, {name: stored.get(name, "") for name in labels})


def hidden(form: Form) -> Sequence[tuple[str, str]]:
    """Return the hidden inputs that remember what the form began with."""
    return [(name, form.value(name)) for name in form.values if name.startswith(WAS)]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
