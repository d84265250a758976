from pathlib import Path

import pytest

from gongdan.errors import SettingsError
from gongdan.settings import read_settings
from gongdan.storage.database import Database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def _file(home: Path, text: str) -> None:
    (home / "gongdan.toml").write_text(text, encoding="utf-8")


def test_without_settings_the_database_lies_in_the_home_folder(home: Path) -> None:
    settings = read_settings({}, home=home)
    assert settings.database_url == f"sqlite:///{home}/gongdan.db"
    assert (settings.secure_cookies, settings.trusted_hosts, settings.max_request_mb) == (True, (), 25)


def test_variables_win_over_the_file_and_arguments_over_both(home: Path) -> None:
    _file(home, 'max_request_mb = 10\nproxies = 1\ntrusted_hosts = ["a.cn", "b.cn"]\nsafe_mode = true\n')
    variables = {"GONGDAN_MAX_REQUEST_MB": "20", "GONGDAN_TRUSTED_HOSTS": "c.cn, d.cn,", "PATH": "/bin"}
    settings = read_settings(variables, home=home, proxies=2)
    assert (settings.max_request_mb, settings.proxies, settings.safe_mode) == (20, 2, True)
    assert settings.trusted_hosts == ("c.cn", "d.cn")


def test_the_home_folder_is_named_by_a_variable(home: Path) -> None:
    assert read_settings({"GONGDAN_HOME": str(home)}).home == home


@pytest.mark.parametrize(
    ("text", "name", "value", "rule"),
    [
        ("max_request_mb = 'viel'", "max_request_mb", "viel", "须为整数"),
        ("secure_cookies = '也许'", "secure_cookies", "也许", "只能是 true 或 false"),
        ("trusted_hosts = 'a.cn'", "trusted_hosts", "a.cn", "须为一组文字，环境变量中用逗号分隔"),
        ("database_url = 5", "database_url", "5", "须为一段文字"),
        ("databse_url = 'sqlite://'", "databse_url", "sqlite://", "没有这项设置"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_rule(
    home: Path, text: str, name: str, value: str, rule: str
) -> None:
    _file(home, text)
    with pytest.raises(SettingsError) as refused:
        read_settings({}, home=home)
    assert (refused.value.name, refused.value.value, refused.value.rule) == (name, value, rule)


def test_a_misspelled_variable_is_refused_and_those_of_tests_are_not_settings(home: Path) -> None:
    read_settings({"GONGDAN_TEST_BACKEND": "sqlite", "GONGDAN_CHROMIUM": "/usr/bin/chromium"}, home=home)
    with pytest.raises(SettingsError) as refused:
        read_settings({"GONGDAN_DATABSE_URL": "sqlite://"}, home=home)
    assert refused.value.name == "databse_url"


@pytest.mark.parametrize("content", [b"proxies = ", b"\xff\xfe\x00", "名称 = ".encode()], ids=["cut", "binary", "key"])
def test_a_file_that_is_no_toml_is_refused(home: Path, content: bytes) -> None:
    (home / "gongdan.toml").write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        read_settings({}, home=home)
    assert (refused.value.name, refused.value.rule) == ("gongdan.toml", "不是有效的 TOML 文件")


@pytest.mark.parametrize(
    ("url", "rule"),
    [("nonsense", "不是数据库地址"), ("", "不是数据库地址"), ("mysql://localhost/x", "只支持 SQLite 与 PostgreSQL")],
)
def test_an_address_of_no_database_is_refused(url: str, rule: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Database(url)
    assert (refused.value.name, refused.value.rule) == ("GONGDAN_DATABASE_URL", rule)


def test_an_address_with_a_password_does_not_show_it() -> None:
    with pytest.raises(SettingsError) as refused:
        Database("mysql://root:geheim@localhost/x")
    assert "geheim" not in str(refused.value)
