import json

import pytest
import time_machine

from tests.cli.conftest import Console


def test_an_unexpected_error_is_one_line_with_the_number_under_which_the_log_holds_it(
    ready: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        message = "电线断了"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("gongdan.services.companies.Companies.all", break_down)
    result = ready("company", "list")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert str(ready.home / "logs" / "gongdan.log") in line
    incident = line.split("，")[0].split()[-1]
    log = (ready.home / "logs" / "gongdan.log").read_text(encoding="utf-8")
    (entry,) = [json.loads(line) for line in log.splitlines() if incident in line]
    assert "电线断了" in entry["exception"]


def test_an_unexpected_error_before_there_is_a_log_still_is_one_line(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        message = "disk on fire"
        raise RuntimeError(message)

    monkeypatch.setattr("gongdan.settings.read_settings", break_down)
    result = console("company", "list")
    assert (result.exit_code, result.stderr) == (1, "意外错误：RuntimeError: disk on fire\n")


def test_a_wrong_setting_is_told_with_name_value_and_rule(console: Console) -> None:
    console.variables["GONGDAN_PROXIES"] = "many"
    result = console("company", "list")
    assert result.exit_code == 1
    assert "“proxies”" in result.stderr
    assert "须为整数" in result.stderr


def test_errors_are_told_in_the_asked_language(console: Console) -> None:
    result = console("company", "list", "--lang", "en")
    assert result.stderr.splitlines()[0] == (
        "Error: The database is not ready: The tables do not exist or are of another version"
    )


def test_a_pipe_that_closes_early_is_no_error(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("gongdan.cli.terminal.Terminal.show_rows", closed)
    result = console("plugin", "list")
    assert (result.exit_code, result.stderr) == (1, "")


@time_machine.travel("2026-03-05T10:00+08:00")
def test_the_doctor_finds_nothing_wrong_after_init(ready: Console) -> None:
    checks = ready.json("doctor", "--port", "59123")
    assert {check["health"] for check in checks} == {"ok"}
    assert [check["subject"] for check in checks] == [
        "设置", "磁盘", "数据库", "密钥文件", "PDF 字体", "图片", "文件存储", "表结构", "扩展", "定时", "端口",
    ]  # fmt: skip


def test_the_doctor_names_a_store_of_files_that_does_not_answer(
    ready: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "tester")
    monkeypatch.setenv("GONGDAN_FILES_URL", "s3://gongdan?endpoint=http://127.0.0.1:9")
    result = ready("doctor", "--port", "59123")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("文件存储")]
    assert "fail" in line
    assert "文件存储“s3://gongdan (http://127.0.0.1:9)”不可用：没有应答" in line


def test_the_doctor_names_what_to_do_when_the_tables_are_missing(console: Console) -> None:
    result = console("doctor", "--port", "59123")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("表结构")]
    assert "fail" in line
    assert "gongdan init" in line


def test_the_doctor_finds_a_secret_that_others_can_read(ready: Console) -> None:
    (ready.home / "secret.key").chmod(0o644)
    result = ready("doctor", "--port", "59123")
    assert (result.exit_code, "chmod 600" in result.stdout) == (1, True)


def test_the_doctor_warns_of_a_port_in_use(ready: Console) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (check,) = [check for check in ready.json("doctor", "--port", str(port)) if check["subject"] == "端口"]
    assert check["health"] == "warn"
    assert "--port" in check["remedy"]
