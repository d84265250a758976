from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gongdan.language import Translator, for_locale, negotiate
from gongdan.language.translator import make_translator
from gongdan.text import msg, msg_in
from tests.core.language.packages import make_package, write_catalogue

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def english(tmp_path: Path) -> Translator:
    core = make_package(tmp_path, "core")
    write_catalogue(
        core,
        "en",
        'msgid "报修"\nmsgstr "Repair"\n\n'
        'msgid "第 {row} 行：{reason}"\nmsgstr "Row {row}: {reason}"\n\n'
        'msgid "、"\nmsgstr ", "\n\n'
        'msgid "{count} 张工单"\nmsgid_plural "{count} 张工单"\nmsgstr[0] "one ticket"\nmsgstr[1] "{count} tickets"\n\n'
        'msgctxt "按钮"\nmsgid "关闭"\nmsgstr "Close"\n\n'
        'msgid "关闭"\nmsgstr "Closed"\n',
    )
    plugin = make_package(tmp_path, "plugin")
    write_catalogue(plugin, "en", 'msgid "报修"\nmsgstr "Fix"\n\nmsgid "有人受伤"\nmsgstr "somebody is hurt"\n')
    return make_translator("en", [core, plugin])


def test_a_text_is_translated(english: Translator) -> None:
    assert english.gettext("有人受伤") == "somebody is hurt"


def test_where_two_packages_translate_one_text_the_core_counts(english: Translator) -> None:
    assert english.gettext("报修") == "Repair"


def test_a_text_without_a_translation_is_shown_as_it_is(english: Translator) -> None:
    assert english.gettext("没有译文") == "没有译文"


def test_the_empty_text_stays_empty(english: Translator) -> None:
    assert english.gettext("") == ""


def test_the_number_chooses_the_plural_form(english: Translator) -> None:
    forms = [english.ngettext("{count} 张工单", "{count} 张工单", count) for count in (0, 1, 2)]
    assert forms == ["{count} tickets", "one ticket", "{count} tickets"]


def test_the_place_chooses_the_meaning(english: Translator) -> None:
    assert (english.pgettext("按钮", "关闭"), english.gettext("关闭")) == ("Close", "Closed")


def test_a_declared_text_keeps_its_context_until_it_is_translated(english: Translator) -> None:
    assert (english.gettext(msg_in("按钮", "关闭")), english.gettext(msg("关闭"))) == ("Close", "Closed")
    assert english.fill("第 {row} 行：{reason}", {"row": 3, "reason": msg_in("按钮", "关闭")}) == "Row 3: Close"
    assert english.gettext(msg_in("按钮", "没有译文")) == "没有译文"


def test_placeholders_are_filled_and_texts_among_the_values_are_translated(english: Translator) -> None:
    assert english.fill("第 {row} 行：{reason}", {"row": 3, "reason": "有人受伤"}) == "Row 3: somebody is hurt"


def test_a_list_among_the_values_is_joined_in_the_reader_s_way(english: Translator) -> None:
    filled = english.fill("第 {row} 行：{reason}", {"row": 3, "reason": ("报修", "有人受伤")})
    assert filled == "Row 3: Repair, somebody is hurt"


def test_a_placeholder_without_a_value_stays_visible(english: Translator) -> None:
    assert english.fill("第 {row} 行：{reason}", {"row": 3}) == "Row 3: {reason}"


def test_values_cannot_reach_into_objects_through_placeholders(english: Translator) -> None:
    assert english.fill("{x.__class__}", {"x": 1}) == "{x.__class__}"


def test_a_doubled_brace_is_a_brace(english: Translator) -> None:
    assert english.fill("例如 BX{{yyyy}}-{{serial:4}}") == "例如 BX{yyyy}-{serial:4}"


def test_braces_in_a_value_are_left_alone(english: Translator) -> None:
    assert english.fill("第 {row} 行：{reason}", {"row": 3, "reason": "{row}"}) == "Row 3: {row}"


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "shown"),
    [
        ("zh", Decimal("1234.5"), "CNY", "¥1,234.50"),
        ("en", Decimal("1234.5"), "CNY", "¥1,234.50"),
        ("en", Decimal(-80), "CNY", "-¥80.00"),
        ("en", Decimal("0.005"), "CNY", "¥0.00"),
        ("zh", Decimal(3), "USD", "US$3.00"),
    ],
)
def test_money_has_its_sign_and_two_decimals(locale: str, amount: Decimal, currency: str, shown: str) -> None:
    assert for_locale(locale).money(amount, currency) == shown


def test_days_and_times_stand_in_the_zone_and_in_the_spelling_of_forms() -> None:
    late = datetime(2026, 3, 5, 16, 20, tzinfo=UTC)
    shown = for_locale("en")
    assert (shown.moment(late, SHANGHAI), shown.time(late, SHANGHAI)) == ("2026-03-06 00:20", "00:20")
    assert shown.date(date(2026, 3, 5)) == "2026-03-05"


def test_a_letter_s_date_is_in_the_reader_s_language() -> None:
    day = date(2026, 3, 5)
    assert (for_locale("zh").long_date(day), for_locale("en").long_date(day)) == ("2026年3月5日", "March 5, 2026")


def test_spans_are_told_from_now() -> None:
    chinese = for_locale("zh")
    assert chinese.ago(timedelta(hours=3)) == "3小时前"
    assert chinese.ago(-timedelta(minutes=6)) == "6分钟后"
    assert chinese.duration(timedelta(minutes=90)) == "2小时"


def test_numbers_have_their_thousands_apart() -> None:
    assert (for_locale("zh").number(Decimal("12345.5")), for_locale("zh").percent(0.125)) == ("12,345.5", "12.5%")


def test_an_unknown_locale_is_chinese() -> None:
    assert for_locale("fr").locale == "zh"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("de-DE, en;q=0.3", "en"),
        ("fr", "zh"),
        ("", "zh"),
        ("en;q=0", "zh"),
        ("en;q=viel", "zh"),
    ],
)
def test_the_browser_s_wish_is_weighed(header: str, locale: str) -> None:
    assert negotiate(header) == locale


def test_a_catalogue_that_was_edited_and_not_compiled_counts_all_the_same(tmp_path: Path) -> None:
    package = make_package(tmp_path, "core")
    write_catalogue(package, "en", 'msgid "报修"\nmsgstr "Repair"\n')
    package.catalogue("en", ".mo").write_bytes(b"")
    import os

    os.utime(package.catalogue("en", ".mo"), (0, 0))
    assert make_translator("en", [package]).gettext("报修") == "Repair"
