"""Readers that turn a cell into a text, a number, an amount, a name or a phone number in one spelling."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from gongdan.domain.cells import (
    PRECISION_LIMIT,
    Cell,
    Reader,
    Reading,
    cell_text,
    is_number,
    reject,
    suspect,
)
from gongdan.domain.folding import fold_identifier, fold_name, fold_prose, fold_text, split_names
from gongdan.domain.identifiers import Finding, check_identity_number, check_phone
from gongdan.domain.verdicts import Reason, Verdict
from gongdan.text import msg

_PHONE_SPLIT: Final = re.compile(r"[/／、,，;；|\n]+|\s+(?=1[3-9]\d{9}(?:\s|$))")
_PLAIN_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[Ee]\+[0-9]+")

_PLAIN_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,9})?")
_GROUPED: Final = r"(?P<digits>[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3})+)(?P<fraction>\.[0-9]{0,18})?"
_AMOUNT: Final = re.compile(
    rf"(?P<before>[+-]?)(?:¥|RMB|CNY|人民币)?(?P<sign>[+-]?){_GROUPED}(?P<scale>[千万亿]?)(?:元|块|圆|RMB)?整?"
)
_NUMBER: Final = re.compile(r"[+-]?[0-9,]+(?:\.[0-9]*)?")
_IN_PARENTHESES: Final = re.compile(r"\((.+)\)")
_AREA_UNIT: Final = re.compile(r"(?:m2|M2|m\^2|平方米|平米|平方|平)$")
_SCALES: Final = {"": Decimal(1), "千": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_FREE: Final = frozenset({"免费", "免", "免收", "免单", "不收费", "无偿"})
_CENT: Final = Decimal("0.01")
#: Money is stored in ten-thousandths.
_FINEST_AMOUNT: Final = Decimal("0.0001")
_LARGEST_AMOUNT: Final = Decimal(10) ** 12
_LARGEST_NUMBER: Final = Decimal(10) ** 18
_LARGEST_AREA: Final = Decimal(1_000_000)

_CODE_RULE: Final = msg("长号码在表格里被存成了数字，末几位已经丢失")
_CODE_REMEDY: Final = msg("请按原件以文本格式重新填写这个号码")
_PHONE_RULE: Final = msg("电话须是 11 位手机号、带区号的座机或 400/800 号码")
_PHONE_REMEDY: Final = msg("已按原样保留，请与本人核对")
_IDENTITY_RULE: Final = msg("证件号码须是 18 位，出生日期真实，末位校验码正确")
_IDENTITY_REMEDY: Final = msg("请对照证件原件核对")
_AMOUNT_RULE: Final = msg("金额须是不超过两位小数的数字，可带 ¥、元、万或千分位逗号")
_AMOUNT_REMEDY: Final = msg("请改写成 1234.50 这样的数字")
_AREA_RULE: Final = msg("面积须是大于 0 的数字，可带 ㎡")
_AREA_REMEDY: Final = msg("请改写成 89.50 这样的数字")
_NUMBER_RULE: Final = msg("此处须是数字")
_NUMBER_REMEDY: Final = msg("请改写成 12 或 12.5 这样的数字")


# --- Text ------------------------------------------------------------------------------------


def read_text(cell: Cell) -> Reading:
    """Read free text; it is trimmed, its punctuation stays."""
    raw = cell_text(cell)
    value = fold_prose(raw)
    return Reading(value, changed=value != raw)


def read_name(cell: Cell) -> Reading:
    """Read the name of one person, firm or place."""
    raw = cell_text(cell)
    value = fold_name(raw)
    return Reading(value, changed=value != raw)


def read_names(cell: Cell) -> Reading:
    """Read several names in one cell as a tuple."""
    raw = cell_text(cell)
    names = split_names(raw)
    return Reading(names, changed=names != (raw,))


def read_code(cell: Cell) -> Reading:
    """Read a code; a number cell becomes text, one of more than 15 digits is REJECT precision_lost."""
    if is_number(cell):
        return _code_from_number(cell)
    raw = cell_text(cell)
    if _SCIENTIFIC.fullmatch(raw.strip()):
        return reject(Reason.PRECISION_LOST, _CODE_RULE, _CODE_REMEDY)
    value = fold_identifier(raw)
    return Reading(value, changed=value != raw)


def _code_from_number(number: float) -> Reading:
    if not float(number).is_integer() or abs(number) >= PRECISION_LIMIT:
        return reject(Reason.PRECISION_LOST, _CODE_RULE, _CODE_REMEDY)
    return Reading(str(int(number)), changed=True)


def checked_code(check: Callable[[str], Finding], rule: str, remedy: str) -> Reader:
    """Return a reader of codes that pass ``check``; ``rule`` and ``remedy`` are source texts."""

    def read(cell: Cell) -> Reading:
        code = read_code(cell)
        if code.verdict is not Verdict.OK:
            return code
        finding = check(cell_text(cell))
        return Reading(
            finding.value,
            finding.verdict,
            finding.reason,
            changed=code.changed or finding.value != code.value,
            rule=rule if finding.reason else "",
            remedy=remedy if finding.reason else "",
        )

    return read


read_identity_number: Final = checked_code(check_identity_number, _IDENTITY_RULE, _IDENTITY_REMEDY)


# --- Phones ----------------------------------------------------------------------------------


def split_phones(text: str) -> tuple[str, ...]:
    """Split a cell that holds several phone numbers; spaces inside one number do not separate."""
    parts = (part.strip() for part in _PHONE_SPLIT.split(fold_text(text)))
    return tuple(part for part in parts if part)


def read_phone(cell: Cell) -> Reading:
    """Read one phone number; a wrong one is kept as it came, SUSPECT bad_format."""
    if isinstance(cell, str) and _PLAIN_MOBILE.fullmatch(cell):
        return Reading(cell)
    phones = read_phones(cell)
    if phones.verdict is Verdict.REJECT:
        return phones
    numbers = phones.value
    if not isinstance(numbers, tuple) or len(numbers) != 1:
        return suspect(fold_text(cell_text(cell)), Reason.BAD_FORMAT, _PHONE_RULE, _PHONE_REMEDY)
    return replace(phones, value=numbers[0])


def read_phones(cell: Cell) -> Reading:
    """Read the phone numbers in one cell as a tuple; wrong ones are kept, SUSPECT bad_format."""
    code = read_code(cell)
    if code.reason is Reason.PRECISION_LOST:
        return code
    raw = cell_text(cell)
    findings = [(part, check_phone(part)) for part in split_phones(raw)]
    numbers = tuple(finding.value or part for part, finding in findings)
    if any(finding.verdict is not Verdict.OK for _, finding in findings):
        return suspect(numbers, Reason.BAD_FORMAT, _PHONE_RULE, _PHONE_REMEDY)
    return Reading(numbers, changed=is_number(cell) or numbers != (raw,))


# --- Numbers ---------------------------------------------------------------------------------


def read_amount(cell: Cell) -> Reading:
    """Read an amount in yuan, with two decimals; 免费 is nothing.

    One with three or four decimals is kept exactly, SUSPECT; finer ones, and 10^12 yuan and more, are REJECT.
    """
    if is_number(cell):
        return _amount(_from_number(cell), changed=False)
    raw = cell_text(cell)
    if _PLAIN_DECIMAL.fullmatch(raw):
        return _amount(Decimal(raw), changed=raw.startswith("-0") and not Decimal(raw))
    text = fold_text(raw).replace(" ", "").upper()
    if _SCIENTIFIC.fullmatch(text):
        return reject(Reason.PRECISION_LOST, _AMOUNT_RULE, _AMOUNT_REMEDY)
    return _amount(Decimal(0) if text in _FREE else _parse_amount(text), changed=True)


def _from_number(number: float) -> Decimal | None:
    """Read a float as the spreadsheet shows it: 80.56999999999999 was entered as 80.57."""
    value = Decimal(number) if isinstance(number, int) else Decimal(format(number, ".15g"))
    return value if value.is_finite() else None


def _parse_amount(text: str) -> Decimal | None:
    inner = _IN_PARENTHESES.fullmatch(text)
    found = _AMOUNT.fullmatch(inner[1] if inner else text)
    if not found or (found["before"] and found["sign"]):
        return None
    value = Decimal(found["digits"].replace(",", "") + (found["fraction"] or "")) * _SCALES[found["scale"]]
    negative = bool(inner) or "-" in (found["before"], found["sign"])
    return -value if negative else value


def _amount(value: Decimal | None, *, changed: bool) -> Reading:
    if value is None or abs(value) >= _LARGEST_AMOUNT or value != value.quantize(_FINEST_AMOUNT):
        return reject(Reason.BAD_FORMAT, _AMOUNT_RULE, _AMOUNT_REMEDY)
    cents = value.quantize(_CENT)
    if cents != value:
        return suspect(value.normalize(), Reason.BAD_FORMAT, _AMOUNT_RULE, _AMOUNT_REMEDY)
    return Reading(cents + 0, changed=changed)


def read_area(cell: Cell) -> Reading:
    """Read an area in square metres."""
    raw = cell_text(cell)
    text = _AREA_UNIT.sub("", fold_text(raw).replace(" ", ""))
    value = _from_number(cell) if is_number(cell) else _plain(text)
    if value is None or not 0 < value < _LARGEST_AREA:
        return reject(Reason.BAD_FORMAT, _AREA_RULE, _AREA_REMEDY)
    return Reading(_without_zeros(value), changed=not is_number(cell) and text != raw)


def read_number(cell: Cell) -> Reading:
    """Read a decimal number; thousands commas and full-width digits are normalised."""
    value = _from_number(cell) if is_number(cell) else _plain(fold_text(cell_text(cell)).replace(" ", ""))
    if value is None or abs(value) >= _LARGEST_NUMBER:
        return reject(Reason.BAD_FORMAT, _NUMBER_RULE, _NUMBER_REMEDY)
    value = _without_zeros(value)
    return Reading(value, changed=not is_number(cell) and not _PLAIN_DECIMAL.fullmatch(cell_text(cell)))


def _plain(text: str) -> Decimal | None:
    return _parse_amount(text) if _NUMBER.fullmatch(text) else None


def _without_zeros(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
