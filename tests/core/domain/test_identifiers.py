"""Vectors are public examples of the standards, or were computed by hand from their rules."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.folding import fold_identifier
from gongdan.domain.identifiers import (
    check_bank_card,
    check_email,
    check_iccid,
    check_identity_number,
    check_imei,
    check_mobile,
    check_phone,
    check_sim_number,
    check_social_credit_code,
    check_terminal_number,
    check_vin,
    identity_check_character,
    mask_identity_number,
    mask_name,
    mask_phone,
    passes_luhn,
)
from gongdan.domain.verdicts import Reason, Verdict

digits = st.text(alphabet=string.digits, min_size=1, max_size=19)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("13800138000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("８６１３８００１３８０００", "13800138000"),
        ("'138-0013-8000", "13800138000"),
        ("19216801000", "19216801000"),
    ],
)
def test_a_mobile_number_loses_its_country_code_and_separators(raw: str, value: str) -> None:
    finding = check_mobile(raw)
    assert (finding.verdict, finding.value, finding.raw) == (Verdict.OK, value, raw)


@pytest.mark.parametrize("raw", ["1380013800", "12800138000", "138001380001", "无", ""])
def test_a_mobile_number_of_the_wrong_shape_is_rejected(raw: str) -> None:
    finding = check_mobile(raw)
    assert (finding.verdict, finding.value, finding.reason) == (Verdict.REJECT, None, Reason.BAD_FORMAT)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("010-12345678", "010-12345678"),
        ("(0755) 2345 6789", "0755-23456789"),
        ("07552345678", "0755-2345678"),
        ("021-62345678-801", "021-62345678-801"),
        ("02162345678转12", "021-62345678-12"),
        ("+86 755 83765566", "0755-83765566"),
        ("4008208820", "400-820-8820"),
        ("13800138000", "13800138000"),
    ],
)
def test_a_phone_may_be_a_mobile_a_landline_or_a_service_number(raw: str, value: str) -> None:
    assert (check_phone(raw).verdict, check_phone(raw).value) == (Verdict.OK, value)


@pytest.mark.parametrize("raw", ["12345678", "0755-234", "95588-0", "电话"])
def test_a_number_without_area_code_is_no_phone(raw: str) -> None:
    assert check_phone(raw).verdict is Verdict.REJECT


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "500103197009256964", "810000199408230021"]
)
def test_an_identity_number_with_the_right_check_character_is_taken(number: str) -> None:
    assert check_identity_number(number.lower()).value == number
    assert check_identity_number(number).verdict is Verdict.OK


def test_a_foreigner_s_permanent_residence_number_follows_the_same_rule() -> None:
    body = "91112319900101001"
    assert check_identity_number(body + identity_check_character(body)).verdict is Verdict.OK


def test_a_wrong_check_character_is_suspect_and_the_number_is_kept() -> None:
    finding = check_identity_number("110105194912310021")
    assert (finding.verdict, finding.reason) == (Verdict.SUSPECT, Reason.BAD_CHECKSUM)
    assert finding.value == "110105194912310021"


def test_a_number_that_a_spreadsheet_cut_to_zeros_has_lost_its_precision() -> None:
    finding = check_identity_number("110105194912310000")
    assert (finding.verdict, finding.reason) == (Verdict.REJECT, Reason.PRECISION_LOST)


@pytest.mark.parametrize("number", ["110105491231002", "ABC110319780101"])
def test_an_identity_number_of_an_old_form_is_suspect(number: str) -> None:
    assert check_identity_number(number).verdict is Verdict.SUSPECT


@pytest.mark.parametrize("number", ["110105194913310021", "990000194912310021X", "00010519491231002X", "X", "1"])
def test_an_identity_number_with_an_impossible_date_or_area_is_rejected(number: str) -> None:
    assert check_identity_number(number).verdict is Verdict.REJECT


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_change_of_one_digit_of_an_identity_number_is_found(place: int, step: int) -> None:
    number = "11010519491231002X"
    changed = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert identity_check_character(changed[:17]) != changed[17]
    assert check_identity_number(changed).verdict is not Verdict.OK


@given(digits, st.data())
def test_every_change_of_one_digit_breaks_luhn(number: str, data: st.DataObject) -> None:
    check = next(digit for digit in string.digits if passes_luhn(number + digit))
    valid = number + check
    place = data.draw(st.integers(0, len(valid) - 1))
    step = data.draw(st.integers(1, 9))
    changed = valid[:place] + str((int(valid[place]) + step) % 10) + valid[place + 1 :]
    assert not passes_luhn(changed)


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "LB39FLPK0MK041386"])
def test_a_vehicle_number_with_its_check_digit_is_taken(vin: str) -> None:
    assert check_vin(vin).verdict is Verdict.OK


def test_a_vehicle_number_with_another_check_digit_is_suspect() -> None:
    assert check_vin("1M8GDM9A1KP042788").reason is Reason.BAD_CHECKSUM


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP04278", "1M8GDM9AXKP04278O", "IM8GDM9AXKP042788"])
def test_a_vehicle_number_with_a_forbidden_letter_is_rejected(vin: str) -> None:
    assert check_vin(vin).verdict is Verdict.REJECT


@pytest.mark.parametrize(
    ("imei", "verdict"),
    [
        ("490154203237518", Verdict.OK),
        ("490154203237519", Verdict.SUSPECT),
        ("49015420323751", Verdict.SUSPECT),
        ("4901542032375181", Verdict.SUSPECT),
        ("49015420323", Verdict.REJECT),
    ],
)
def test_a_device_number_is_checked_by_luhn_over_fifteen_digits(imei: str, verdict: Verdict) -> None:
    assert check_imei(imei).verdict is verdict


@pytest.mark.parametrize(
    ("iccid", "verdict"),
    [
        ("89860293899226500165", Verdict.OK),
        ("89860293899226500166", Verdict.SUSPECT),
        ("898606E7285546834227", Verdict.OK),
        ("89850293899226500165", Verdict.REJECT),
        ("8986029389", Verdict.REJECT),
    ],
)
def test_a_card_number_with_letters_has_no_check_digit(iccid: str, verdict: Verdict) -> None:
    assert check_iccid(iccid).verdict is verdict


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("1064900581564", Verdict.OK),
        ("1440741295783", Verdict.OK),
        ("13800138000", Verdict.OK),
        ("1720741295783", Verdict.SUSPECT),
        ("138001380", Verdict.REJECT),
    ],
)
def test_a_sim_of_a_device_has_a_number_of_its_own_ranges(number: str, verdict: Verdict) -> None:
    assert check_sim_number(number).verdict is verdict


def test_a_terminal_number_is_padded_to_twelve_digits() -> None:
    assert check_terminal_number("64155707250").value == "064155707250"
    assert check_terminal_number("1234567890123").verdict is Verdict.REJECT


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L"])
def test_a_credit_code_carries_two_check_characters(code: str) -> None:
    assert check_social_credit_code(code).verdict is Verdict.OK
    assert check_social_credit_code(code[:-1] + "0").verdict is Verdict.SUSPECT


@pytest.mark.parametrize("code", ["91350100M000100Y4", "I1350100M000100Y43", "9135010OM000100Y43"])
def test_a_credit_code_with_a_letter_that_is_no_part_of_it_is_rejected(code: str) -> None:
    assert check_social_credit_code(code).verdict is Verdict.REJECT


def test_a_bank_card_follows_luhn() -> None:
    assert check_bank_card("6222 0212 3456 7890 128").verdict in {Verdict.OK, Verdict.SUSPECT}
    assert check_bank_card("4111111111111111").verdict is Verdict.OK
    assert check_bank_card("4111111111111112").reason is Reason.BAD_CHECKSUM


@pytest.mark.parametrize(("raw", "value"), [(" Wang.Fang@Example.COM ", "Wang.Fang@example.com"), ("a@b.cn", "a@b.cn")])
def test_the_domain_of_an_address_is_folded_and_its_local_part_kept(raw: str, value: str) -> None:
    assert check_email(raw).value == value


@pytest.mark.parametrize("raw", ["a@b", "a b@c.cn", "@c.cn", "a@-c.cn", "a..b@c.cn", f"{'a' * 250}@c.cn"])
def test_an_address_of_the_wrong_shape_is_rejected(raw: str) -> None:
    assert check_email(raw).verdict is Verdict.REJECT


def test_masks_show_only_what_people_need_to_recognise() -> None:
    assert mask_phone("13800138000") == "138****8000"
    assert mask_phone("0755-23456789") == "*********6789"
    assert mask_identity_number("11010519491231002X") == "1101**********002X"
    assert mask_name("张小明") == "张**"
    assert mask_phone("12") == "**"


@given(st.text(max_size=30))
def test_folding_an_identifier_twice_changes_nothing_more(text: str) -> None:
    assert fold_identifier(fold_identifier(text)) == fold_identifier(text)


@given(st.text(max_size=40))
def test_no_text_makes_a_check_fail(text: str) -> None:
    for check in (check_phone, check_identity_number, check_vin, check_iccid, check_social_credit_code):
        assert check(text).raw == text
