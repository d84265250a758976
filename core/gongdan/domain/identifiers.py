"""Validators of the identifiers that Chinese companies write down: of phones, persons, devices, firms.

Each check folds its text first and answers with a `Finding`. A wrong structure is a REJECT, a wrong check
digit is SUSPECT; the caller decides what either means for a form or for an import.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from gongdan.domain.folding import fold_identifier, fold_text
from gongdan.domain.verdicts import Reason, Verdict

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY_CODE: Final = re.compile(r"(?:\+86|0086|86)(?=1[3-9][0-9]{9}$)|(?:\+86|0086)(?=0?[1-9][0-9]{8,})")
_SERVICE_NUMBER: Final = re.compile(r"[48]00[0-9]{7}")
_LANDLINE: Final = re.compile(r"0(?:10|2[0-57-9]|[3-9][0-9]{2})[1-9][0-9]{6,7}")
_EXTENSION: Final = re.compile(r"(?:转|EXT|分机|#|,)+([0-9]{1,6})$")

_IDENTITY_18: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_IDENTITY_15: Final = re.compile(r"[1-9][0-9]{14}")
_FOREIGN_15: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_IDENTITY_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS: Final = "10X98765432"
#: The first two digits of the area; 81 to 83 are residence permits of Hong Kong, Macau and Taiwan.
_PROVINCE: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")

_VIN: Final = re.compile(r"[0-9A-HJ-NPR-Z]{17}")
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_CHECK_PLACE: Final = 8

_IMEI: Final = re.compile(r"[0-9]{15}")
_IMEI_UNCHECKED: Final = re.compile(r"[0-9]{14}|[0-9]{16}")
_ICCID: Final = re.compile(r"8986[0-9A-F]{15,16}")
_SIM_THINGS: Final = re.compile(r"1064[0-9]{9}|14[0148]0[0-9]{9}")
_SIM_SHAPE: Final = re.compile(r"1[0-9]{12}")
_TERMINAL: Final = re.compile(r"[0-9]{1,12}")
_TERMINAL_WIDTH: Final = 12

_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE: Final = re.compile(f"[1-9ANY][{_CREDIT_ALPHABET}][0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_BANK_CARD: Final = re.compile(r"[1-9][0-9]{15,18}")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_EMAIL_LENGTH: Final = 254


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found out about one text."""

    #: Whether the text can stand, stands with a mark, or cannot.
    verdict: Verdict
    #: The text in its one spelling; None if it has no structure at all.
    value: str | None
    #: Reason class of a verdict other than OK.
    reason: Reason | None
    #: The text as it came.
    raw: str


def _ok(value: str, raw: str) -> Finding:
    return Finding(Verdict.OK, value, None, raw)


def _suspect(value: str, raw: str, reason: Reason = Reason.BAD_FORMAT) -> Finding:
    return Finding(Verdict.SUSPECT, value, reason, raw)


def _reject(raw: str, reason: Reason = Reason.BAD_FORMAT) -> Finding:
    return Finding(Verdict.REJECT, None, reason, raw)


# --- Phones ---------------------------------------------------------------------------------------


def check_mobile(raw: str) -> Finding:
    """Check a mobile number of the mainland; a leading +86, 0086 or 86 is dropped."""
    value = _COUNTRY_CODE.sub("", fold_identifier(raw), count=1)
    return _ok(value, raw) if _MOBILE.fullmatch(value) else _reject(raw)


def check_phone(raw: str) -> Finding:
    """Check a mobile, landline (area code, number, extension after ``-``) or 400/800 number."""
    mobile = check_mobile(raw)
    if mobile.verdict is Verdict.OK:
        return mobile
    value, extension = _split_extension(fold_text(raw))
    if _SERVICE_NUMBER.fullmatch(value):
        return _ok(f"{value[:3]}-{value[3:6]}-{value[6:]}", raw)
    if not _LANDLINE.fullmatch(value):
        return _reject(raw)
    area = 3 if value[1] in "12" else 4
    return _ok(f"{value[:area]}-{value[area:]}{extension}", raw)


def _split_extension(text: str) -> tuple[str, str]:
    digits = re.sub(r"[()]", "", text.upper())
    dashed = re.fullmatch(r"(0\d{2,3}-?\d{7,8})-(\d{1,6})", digits)
    found = _EXTENSION.search(fold_identifier(digits))
    if dashed:
        return fold_identifier(dashed[1]), f"-{dashed[2]}"
    folded = fold_identifier(digits)
    if found:
        return _without_country(folded[: found.start()]), f"-{found[1]}"
    return _without_country(folded), ""


def _without_country(digits: str) -> str:
    bare = _COUNTRY_CODE.sub("", digits, count=1)
    return bare if bare == digits or bare.startswith("0") else f"0{bare}"


# --- Persons --------------------------------------------------------------------------------------


def identity_check_character(body: str) -> str:
    """Compute the last character of an identity number from its first 17 digits (GB 11643, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECKS[total % 11]


def check_identity_number(raw: str) -> Finding:
    """Check a resident identity number, residence permit or foreign permanent residence number.

    A number of 15 digits (issued until 1999) and a foreign number of the old form are SUSPECT, as they can no
    longer be checked. A number that ends in 000 and fails its check was cut by a spreadsheet: precision_lost.
    """
    value = fold_identifier(raw)
    if _IDENTITY_18.fullmatch(value):
        return _check_identity_18(value, raw)
    if _IDENTITY_15.fullmatch(value) and _PROVINCE.match(value) and _is_date(f"19{value[6:12]}"):
        return _suspect(value, raw)
    if _FOREIGN_15.fullmatch(value):
        return _suspect(value, raw)
    return _reject(raw)


def _check_identity_18(value: str, raw: str) -> Finding:
    if not _is_date(value[6:14]) or not (value[0] == "9" or _PROVINCE.match(value)):
        return _reject(raw)
    if identity_check_character(value[:17]) == value[17]:
        return _ok(value, raw)
    if value.endswith("000"):
        return _reject(raw, Reason.PRECISION_LOST)
    return _suspect(value, raw, Reason.BAD_CHECKSUM)


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


# --- Vehicles and devices -------------------------------------------------------------------------


def check_vin(raw: str) -> Finding:
    """Check a vehicle identification number; the check digit stands at place 9, imports may not carry one."""
    value = fold_identifier(raw)
    if not _VIN.fullmatch(value):
        return _reject(raw)
    total = sum(_VIN_VALUES[character] * weight for character, weight in zip(value, _VIN_WEIGHTS, strict=True))
    expected = "0123456789X"[total % 11]
    if value[_VIN_CHECK_PLACE] == expected:
        return _ok(value, raw)
    return _suspect(value, raw, Reason.BAD_CHECKSUM)


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of those before it."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        digit = int(character)
        if place % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2  # noqa: PLR2004 -- the Luhn rule doubles and casts out nines
        total += digit
    return total % 10 == 0


def check_imei(raw: str) -> Finding:
    """Check an IMEI: 15 digits with Luhn; 14 without check digit and 16 with software version are SUSPECT."""
    value = fold_identifier(raw)
    if _IMEI_UNCHECKED.fullmatch(value):
        return _suspect(value, raw)
    if not _IMEI.fullmatch(value):
        return _reject(raw)
    return _ok(value, raw) if passes_luhn(value) else _suspect(value, raw, Reason.BAD_CHECKSUM)


def check_iccid(raw: str) -> Finding:
    """Check the number of a SIM card: 8986…, 19 or 20 characters; Luhn only where all are digits."""
    value = fold_identifier(raw)
    if not _ICCID.fullmatch(value):
        return _reject(raw)
    if value.isdecimal() and not passes_luhn(value):
        return _suspect(value, raw, Reason.BAD_CHECKSUM)
    return _ok(value, raw)


def check_sim_number(raw: str) -> Finding:
    """Check the call number of a SIM: a mobile number, or 13 digits of the ranges for things."""
    value = fold_identifier(raw)
    if _SIM_THINGS.fullmatch(value) or _MOBILE.fullmatch(value):
        return _ok(value, raw)
    return _suspect(value, raw) if _SIM_SHAPE.fullmatch(value) else _reject(raw)


def check_terminal_number(raw: str) -> Finding:
    """Check a JT/T 808 terminal number: at most 12 digits, padded with zeros on the left to 12."""
    value = fold_identifier(raw)
    return _ok(value.zfill(_TERMINAL_WIDTH), raw) if _TERMINAL.fullmatch(value) else _reject(raw)


# --- Firms and accounts ---------------------------------------------------------------------------


def check_social_credit_code(raw: str) -> Finding:
    """Check a unified social credit code (GB 32100): 18 characters with two check characters inside."""
    value = fold_identifier(raw)
    if not _CREDIT_CODE.fullmatch(value):
        return _reject(raw)
    total = sum(_CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(value[:17]))
    expected = _CREDIT_ALPHABET[(31 - total % 31) % 31]
    if value[17] == expected and _organisation_check(value[8:16]) == value[16]:
        return _ok(value, raw)
    return _suspect(value, raw, Reason.BAD_CHECKSUM)


def _organisation_check(body: str) -> str:
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def check_bank_card(raw: str) -> Finding:
    """Check a personal bank card, 16 to 19 digits with Luhn; accounts of firms follow no such rule."""
    value = fold_identifier(raw)
    if not _BANK_CARD.fullmatch(value):
        return _reject(raw)
    return _ok(value, raw) if passes_luhn(value) else _suspect(value, raw, Reason.BAD_CHECKSUM)


def check_email(raw: str) -> Finding:
    """Check an address; the domain is compared without regard to case, the local part is kept."""
    value = fold_text(raw)
    if len(value) > _EMAIL_LENGTH or not _EMAIL.fullmatch(value):
        return _reject(raw)
    local, _, domain = value.rpartition("@")
    return _ok(f"{local}@{domain.lower()}", raw)


# --- Masks ----------------------------------------------------------------------------------------


def mask_phone(phone: str) -> str:
    """Show 138****8000; of any other number the last four characters."""
    if _MOBILE.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    return _mask(phone, keep_first=0, keep_last=4)


def mask_identity_number(number: str) -> str:
    """Show 1101**********002X: the province and city, and the last four."""
    return _mask(number, keep_first=4, keep_last=4)


def mask_name(name: str) -> str:
    """Show 张** for 张小明: the first character only."""
    return _mask(name, keep_first=1, keep_last=0)


def _mask(text: str, *, keep_first: int, keep_last: int) -> str:
    hidden = len(text) - keep_first - keep_last
    if hidden <= 0:
        return "*" * len(text)
    return text[:keep_first] + "*" * hidden + text[len(text) - keep_last :]
