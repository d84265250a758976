"""Number plates of the mainland: their forms, and the colour that belongs to each form."""

import re
from enum import StrEnum
from typing import Final

from gongdan.domain.folding import fold_identifier, fold_text
from gongdan.domain.identifiers import Finding
from gongdan.domain.verdicts import Reason, Verdict


class PlateForm(StrEnum):
    """What the characters of a plate say about the vehicle."""

    ORDINARY = "ordinary"
    NEW_ENERGY_SMALL = "new_energy_small"
    NEW_ENERGY_LARGE = "new_energy_large"
    TRAILER = "trailer"
    #: Learner, police, border, consulate: rare in a customer's list.
    SPECIAL = "special"


class PlateColour(StrEnum):
    """Colours as they stand on a vehicle licence; NONE is a vehicle without plate, known by its VIN."""

    BLUE = "蓝"
    YELLOW = "黄"
    GREEN_GRADED = "渐变绿"
    YELLOW_GREEN = "黄绿"
    BLACK = "黑"
    WHITE = "白"
    NONE = "无"


_PROVINCE: Final = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LETTER: Final = "[A-HJ-NP-Z]"
_SERIAL: Final = "[0-9A-HJ-NP-Z]"
_FORMS: Final = (
    (PlateForm.ORDINARY, re.compile(f"{_PROVINCE}{_LETTER}{_SERIAL}{{5}}")),
    (PlateForm.NEW_ENERGY_SMALL, re.compile(f"{_PROVINCE}{_LETTER}{_LETTER}{_SERIAL}[0-9]{{4}}")),
    (PlateForm.NEW_ENERGY_LARGE, re.compile(f"{_PROVINCE}{_LETTER}[0-9]{{5}}{_LETTER}")),
    (PlateForm.TRAILER, re.compile(f"{_PROVINCE}{_LETTER}{_SERIAL}{{4}}挂")),
    (PlateForm.SPECIAL, re.compile(f"{_PROVINCE}{_LETTER}{_SERIAL}{{4}}[学警领使]|粤Z{_SERIAL}{{4}}[港澳]")),
)
_TEMPORARY: Final = "临"
_NEW_ENERGY_MARK: Final = re.compile(r"\(?新能源\)?$")
_MOST_LETTERS: Final = 2

_COLOURS: Final = {
    PlateForm.ORDINARY: (PlateColour.BLUE, PlateColour.YELLOW, PlateColour.BLACK, PlateColour.WHITE),
    PlateForm.NEW_ENERGY_SMALL: (PlateColour.GREEN_GRADED,),
    PlateForm.NEW_ENERGY_LARGE: (PlateColour.YELLOW_GREEN,),
    PlateForm.TRAILER: (PlateColour.YELLOW,),
    PlateForm.SPECIAL: (PlateColour.YELLOW, PlateColour.BLACK, PlateColour.WHITE),
}
#: Other spellings, and the codes of the transport data standard (1 blue, 2 yellow, 3 black, 4 white).
_COLOUR_NAMES: Final = {
    "1": PlateColour.BLUE,
    "2": PlateColour.YELLOW,
    "3": PlateColour.BLACK,
    "4": PlateColour.WHITE,
    "渐变绿": PlateColour.GREEN_GRADED,
    "黄绿双拼": PlateColour.YELLOW_GREEN,
}
_GREEN: Final = "绿"


def plate_form(plate: str) -> PlateForm | None:
    """Return the form of a folded plate, or None if it has the form of no plate."""
    return next((form for form, pattern in _FORMS if pattern.fullmatch(plate)), None)


def check_plate(raw: str) -> Finding:
    """Check a plate; a mark (新能源) behind it is dropped.

    Temporary and special plates, and ordinary ones with more than two letters in the serial, are SUSPECT.
    """
    value = fold_identifier(_NEW_ENERGY_MARK.sub("", fold_text(raw)))
    form = plate_form(value)
    if form is None:
        if _TEMPORARY in value:
            return Finding(Verdict.SUSPECT, value, Reason.BAD_FORMAT, raw)
        return Finding(Verdict.REJECT, None, Reason.BAD_FORMAT, raw)
    if form is PlateForm.SPECIAL or (form is PlateForm.ORDINARY and _letters(value[2:]) > _MOST_LETTERS):
        return Finding(Verdict.SUSPECT, value, Reason.BAD_FORMAT, raw)
    return Finding(Verdict.OK, value, None, raw)


def _letters(serial: str) -> int:
    return sum(character.isalpha() for character in serial)


def check_plate_colour(raw: str, plate: str) -> Finding:
    """Check the colour of a folded plate; 绿 or nothing is completed where the form leaves one choice.

    A colour that the form does not have is SUSPECT with `Reason.CONFLICT`; an ordinary plate without a colour
    is SUSPECT with `Reason.MISSING_REQUIRED`.
    """
    text = fold_identifier(raw).removesuffix("色")
    form = plate_form(plate)
    possible = _COLOURS[form] if form else ()
    if text in {"", _GREEN} and len(possible) == 1 and _may_complete(text, possible[0]):
        return Finding(Verdict.OK, possible[0].value, None, raw)
    if not text:
        return Finding(Verdict.SUSPECT, None, Reason.MISSING_REQUIRED, raw)
    colour = _colour(text)
    if colour is None:
        return Finding(Verdict.REJECT, None, Reason.BAD_FORMAT, raw)
    if possible and colour not in possible:
        return Finding(Verdict.SUSPECT, colour.value, Reason.CONFLICT, raw)
    return Finding(Verdict.OK, colour.value, None, raw)


def _may_complete(text: str, colour: PlateColour) -> bool:
    return not text or colour is not PlateColour.YELLOW


def _colour(text: str) -> PlateColour | None:
    if text == _GREEN:
        return PlateColour.GREEN_GRADED
    known = _COLOUR_NAMES.get(text)
    if known is None and text in set(PlateColour):
        return PlateColour(text)
    return known
