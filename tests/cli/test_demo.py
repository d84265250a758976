import json
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest

from tests.cli.conftest import Console
from tests.cli.showroom import make_plugin


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": make_plugin()}


@pytest.fixture
def showcase(at_home: Console) -> Console:
    """Return a command line whose home folder holds a demo."""
    at_home.done_with_progress("--home", str(at_home.home), "demo", "--check")
    return at_home


def test_the_demo_is_built_served_and_walked_through_by_everybody(at_home: Console) -> None:
    result = at_home("--home", str(at_home.home), "demo", "--check")
    assert result.exit_code == 0
    for login in ("admin", "zhangmin", "lijianguo", "wangfang"):
        assert f"/ ({login})" in result.stdout
    assert result.stderr.splitlines() == ["… 幸福物业", "… 幸福物业 登记一张报修单"]


def test_the_company_has_its_plugin_its_people_and_its_departments(showcase: Console) -> None:
    assert [row["code"] for row in showcase.json("company", "list")] == ["xingfu"]
    assert [row["is_enabled"] for row in showcase.json("plugin", "list", "--company", "xingfu")] == [True]
    members = {row["login"]: row for row in showcase.json("account", "list", "--company", "xingfu")}
    assert members["admin"]["roles"] == ["administrator"]
    assert (members["wangfang"]["name"], members["wangfang"]["position"]) == ("王芳", "客服经理")
    assert [row["name"] for row in showcase.json("department", "list")] == ["客服部", "工程部"]


def test_a_second_start_keeps_what_was_done_in_the_demo(showcase: Console) -> None:
    showcase.done("company", "create", "meijia", "美家装饰")
    showcase.done("--home", str(showcase.home), "demo", "--check")
    assert [row["code"] for row in showcase.json("company", "list")] == ["meijia", "xingfu"]


def test_reset_begins_anew(showcase: Console) -> None:
    showcase.done("company", "create", "meijia", "美家装饰")
    showcase.done_with_progress("--home", str(showcase.home), "demo", "--check", "--reset")
    assert [row["code"] for row in showcase.json("company", "list")] == ["xingfu"]


@pytest.mark.parametrize("options", [[], ["--reset"]])
def test_a_folder_that_no_demo_has_made_is_left_alone(at_home: Console, options: list[str]) -> None:
    at_home.home.mkdir()
    (at_home.home / "gongdan.db").write_text("真实数据", encoding="utf-8")
    result = at_home("--home", str(at_home.home), "demo", "--check", *options)
    assert (result.exit_code, "演示以外的数据" in result.stderr) == (1, True)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in at_home.home.iterdir()] == [
        ("gongdan.db", "真实数据")
    ]


def test_a_demo_that_could_not_be_filled_leaves_nothing_half_done(
    at_home: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        message = "停电"
        raise OSError(message)

    monkeypatch.setattr("tests.cli.showroom.fill", break_down)
    assert at_home("--home", str(at_home.home), "demo", "--check").exit_code == 1
    assert not at_home.home.exists()
    monkeypatch.undo()


def test_the_passwords_of_the_demo_are_written_down_in_its_folder(showcase: Console) -> None:
    stored = json.loads((showcase.home / "demo.json").read_text(encoding="utf-8"))
    assert [person["login"] for person in stored["people"]] == ["admin", "zhangmin", "lijianguo", "wangfang"]


def _marker(console: Console) -> dict[str, Any]:
    marker: dict[str, Any] = json.loads((console.home / "demo.json").read_text(encoding="utf-8"))
    return marker


def _write_marker(console: Console, marker: dict[str, Any]) -> None:
    (console.home / "demo.json").write_text(json.dumps(marker), encoding="utf-8")


def _other_text(marker: dict[str, Any]) -> None:
    marker["migrations"]["core"]["0001_first_tables"] = "0" * 64


def _no_word(marker: dict[str, Any]) -> None:
    del marker["migrations"]


@pytest.mark.parametrize("age", [_other_text, _no_word])
def test_a_demo_of_another_version_says_how_to_make_it_anew(
    showcase: Console, age: Callable[[dict[str, Any]], None]
) -> None:
    marker = _marker(showcase)
    age(marker)
    _write_marker(showcase, marker)
    before = {path: path.read_bytes() for path in showcase.home.glob("*.db")}

    result = showcase("--home", str(showcase.home), "demo", "--check")

    assert (result.exit_code, "这份演示由另一个版本建立" in result.stderr) == (1, True)
    assert "gongdan demo --reset" in result.stderr
    assert {path: path.read_bytes() for path in showcase.home.glob("*.db")} == before
    showcase.done_with_progress("--home", str(showcase.home), "demo", "--check", "--reset")
    showcase.done("--home", str(showcase.home), "demo", "--check")


def test_a_demo_whose_tables_can_be_upgraded_goes_on_and_remembers_what_it_is_made_of_now(showcase: Console) -> None:
    made = _marker(showcase)
    older = {**made, "migrations": {"core": {}, "gone": {"0001": "1"}}}
    _write_marker(showcase, older)
    showcase.done("--home", str(showcase.home), "demo", "--check")
    assert _marker(showcase)["migrations"] == {"gone": {"0001": "1"}, **made["migrations"]}
