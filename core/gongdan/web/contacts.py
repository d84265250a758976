"""Phones of a party in a form: rows of a number and what its owner has agreed to.

A form sends the rows as ``phone`` (one a row) and ``consent-<row>``; inside they are one text, a line for each
number, so that two versions of a form can be compared. For people who may not see numbers whole, a row holds
``#`` and the key of the stored contact point in place of the number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gongdan.domain.folding import fold_identifier
from gongdan.domain.identifiers import check_phone
from gongdan.services.parties import ContactPointView
from gongdan.text import msg
from gongdan.web.access import may
from gongdan.web.forms import Form
from gongdan.web.shown import phone
from gongdan.web.words import say

#: What somebody can agree to, with its source text.
CONSENTS: Mapping[str, str] = {"service": msg("服务通知"), "marketing": msg("活动推广")}

_BEFORE_CONSENT = "|"
_HIDDEN = "#"


@dataclass(frozen=True, slots=True)
class Line:
    """One number as typed, with what was agreed to."""

    phone: str
    consent: tuple[str, ...]

    @property
    def normalised(self) -> str:
        """Return the number as it is stored."""
        return check_phone(self.phone).value or fold_identifier(self.phone)

    @property
    def is_hidden(self) -> bool:
        """Tell whether the line stands for a number that the person may not see whole."""
        return self.phone.startswith(_HIDDEN)

    def as_text(self) -> str:
        """Return the line as text."""
        return f"{self.phone}{_BEFORE_CONSENT}{','.join(self.consent)}"


def gathered(form: Form) -> Form:
    """Return the form with its rows as one value ``contacts``; unchanged when it has none."""
    if "phone" not in form.values:
        return form
    lines = [
        Line(typed.strip(), _known(form.all(f"consent-{row}")))
        for row, typed in enumerate(form.all("phone"))
        if typed.strip()
    ]
    return form.with_value("contacts", "\n".join(line.as_text() for line in lines))


def parse(text: str) -> Sequence[Line]:
    """Return the lines of a text made by ``gathered`` or ``spelled``."""
    parts = (line.partition(_BEFORE_CONSENT) for line in text.splitlines() if line.strip())
    return [Line(number.strip(), _known(consent.split(","))) for number, _, consent in parts]


def spelled(points: Sequence[ContactPointView]) -> str:
    """Return stored phones as text; as keys for people who may not see them whole."""
    is_whole = may("party.phone")
    lines = [
        Line(point.raw if is_whole else f"{_HIDDEN}{point.id}", _known(point.consent)) for point in _phones(points)
    ]
    return "\n".join(line.as_text() for line in lines)


def resolved(lines: Sequence[Line], points: Sequence[ContactPointView]) -> Sequence[Line]:
    """Return the lines with keys replaced by the numbers they stand for; unknown keys go."""
    known = {f"{_HIDDEN}{point.id}": point.raw for point in _phones(points)}
    return [
        replace(line, phone=known[line.phone]) if line.is_hidden else line
        for line in lines
        if not line.is_hidden or line.phone in known
    ]


def masked(line: Line, points: Sequence[ContactPointView]) -> str:
    """Return the number of a line as the person may see it."""
    found = resolved([line], points)
    return phone(found[0].phone) if found else ""


def in_words(lines: Sequence[Line], points: Sequence[ContactPointView]) -> str:
    """Return the lines as the person may read them."""
    said = [(masked(line, points), [say(CONSENTS[purpose]) for purpose in line.consent]) for line in lines]
    texts = [f"{number}（{'、'.join(agreed)}）" if agreed else number for number, agreed in said]
    return "；".join(texts)


def _phones(points: Sequence[ContactPointView]) -> Sequence[ContactPointView]:
    return [point for point in points if point.kind == "phone"]


def _known(purposes: Sequence[str]) -> tuple[str, ...]:
    return tuple(purpose for purpose in CONSENTS if purpose in purposes)
