from gongdan.errors import (
    FieldProblem,
    FileRefused,
    InvalidInput,
    LoginThrottled,
    MoveRefused,
    NotAllowed,
    Refusal,
    SettingsError,
)
from gongdan.language import RenderedProblem, RenderedRefusal, for_locale, render_error

CHINESE = for_locale("zh")
ENGLISH = for_locale("en")


def test_an_error_tells_what_is_wrong_and_what_to_do() -> None:
    rendered = render_error(LoginThrottled(5), CHINESE)
    assert (rendered.code, rendered.text, rendered.remedy) == (
        "login_throttled",
        "尝试次数过多，请在 5 分钟后再试",
        "如非本人操作，请联系管理员",
    )


def test_in_english_no_chinese_is_left() -> None:
    rendered = render_error(LoginThrottled(5), ENGLISH)
    assert rendered.text == "Too many tries. Try again in 5 minutes"
    assert rendered.remedy == "If this was not you, tell an administrator"


def test_a_reason_inside_an_error_is_translated_and_a_file_s_name_is_not() -> None:
    rendered = render_error(FileRefused("报修.xlsx", "必须填写"), ENGLISH)
    assert rendered.text == "The file “报修.xlsx” is not accepted: Required"


def test_what_somebody_typed_stays_as_typed() -> None:
    rendered = render_error(SettingsError("plugins", "扩展", "须为整数"), ENGLISH)
    assert rendered.text == "The setting “plugins” cannot be “扩展”: Must be a whole number"


def test_every_wrong_value_is_told_with_its_label() -> None:
    problem = FieldProblem(
        "password", "", "密码至少 {min_length} 个字符", "可以用一句容易记住的话", {"min_length": 10}, "密码"
    )
    rendered = render_error(InvalidInput((problem,)), CHINESE)
    assert rendered.problems == (
        RenderedProblem("password", "密码", "", "密码至少 10 个字符", "可以用一句容易记住的话"),
    )


def test_every_guard_s_no_is_told_with_its_clauses() -> None:
    refusal = Refusal("callback", "回访须由{who}进行", ("001-13-22",), "callback_by", {"who": "主管"})
    rendered = render_error(MoveRefused("关闭", (refusal,)), CHINESE)
    assert rendered.text == "现在不能执行“关闭”"
    assert rendered.refusals == (RenderedRefusal("callback", "回访须由主管进行", ("001-13-22",), "callback_by"),)


def test_a_missing_permission_is_called_by_its_label() -> None:
    assert render_error(NotAllowed("ticket.assign"), CHINESE).text == "您没有这项权限：指派工单"


def test_a_plugin_s_permission_is_called_by_the_label_that_the_caller_knows() -> None:
    rendered = render_error(NotAllowed("sample.quote"), CHINESE, {"sample.quote": "调整维修报价"})
    assert rendered.text == "您没有这项权限：调整维修报价"
