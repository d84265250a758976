from __future__ import annotations

import ast
import importlib.util
import runpy
import sys
from pathlib import Path

import pytest

import dev


def imported_names(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let dev.py work on an empty checkout that has locks."""
    for name in ("pyproject.toml", "requirements/build.txt", "requirements/core.txt", "requirements/dev.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "python").touch()
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / ".gongdan-stamp")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / "python")
    return tmp_path


@pytest.fixture
def installed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what would be installed, in place of installing it."""
    kinds: list[str] = []
    monkeypatch.setattr(dev, "make_environment", lambda: None)
    monkeypatch.setattr(dev, "install", kinds.append)
    monkeypatch.setattr(dev, "run", lambda *_, **__: 0)
    return kinds


def test_dev_needs_nothing_but_python() -> None:
    assert imported_names(Path(dev.__file__).read_text(encoding="utf-8")) <= sys.stdlib_module_names


def test_an_old_python_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as refusal:
        runpy.run_path(str(dev.__file__))
    assert str(refusal.value) == "dev.py: Python 3.11 or newer is needed, this is 3.10."


def test_a_python_without_venv_is_told_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        dev.check_venv()


def test_a_second_set_up_installs_nothing(installed: list[str]) -> None:
    dev.set_up("core")
    dev.set_up("core")
    assert installed == ["core"]


def test_a_developers_environment_also_runs_the_demo(installed: list[str]) -> None:
    dev.set_up("dev")
    dev.set_up("core")
    assert installed == ["dev"]


def test_a_changed_lock_installs_again(installed: list[str], checkout: Path) -> None:
    dev.set_up("core")
    (checkout / "requirements" / "core.txt").write_text("newer", encoding="utf-8")
    dev.set_up("core")
    assert installed == ["core", "core"]


def test_a_broken_installation_leaves_no_stamp(
    installed: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.set_up("core")
    (checkout / "pyproject.toml").write_text("newer", encoding="utf-8")
    monkeypatch.setattr(dev, "install", lambda kind: dev.stop(f"no registry for {kind}"))
    with pytest.raises(SystemExit):
        dev.set_up("core")
    assert not dev.STAMP.exists()
    assert installed == ["core"]


def test_the_demo_gets_its_own_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGDAN_HOME", str(tmp_path / "variable"))
    given = ["demo", "--home", str(tmp_path / "option"), "--reset", "--port", "8123"]
    assert dev.demo_command(dev.arguments().parse_args(given))[1:] == [
        "--home", str(tmp_path / "option"), "demo", "--reset", "--port", "8123",
    ]  # fmt: skip


@pytest.mark.parametrize(("variable", "home"), [("", []), ("there", ["--home", str(Path.cwd() / "there")])])
def test_the_demo_lies_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, variable: str, home: list[str]) -> None:
    monkeypatch.setenv("GONGDAN_HOME", variable)
    assert dev.demo_command(dev.arguments().parse_args(["demo"]))[1:] == [*home, "demo"]


def test_every_step_runs_and_one_failure_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = iter([0, 3, 0])
    monkeypatch.setattr(dev, "run", lambda *_, **__: next(statuses))
    steps = dev.Steps()
    for title in ("ruff", "mypy", "pytest"):
        steps.run(title, [])
    assert steps.finish() == 1
    table = capsys.readouterr().out.partition("=== Summary\n")[2].splitlines()
    assert [line.split()[-1] for line in table] == ["ok", "failed", "ok"]


def test_what_quick_leaves_out_is_said_and_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    steps = dev.Steps()
    steps.note("tests in the browser", dev.NOT_ASKED)
    assert steps.finish() == 0
    assert "not run: --quick leaves it out" in capsys.readouterr().out


def test_a_missing_browser_is_named_and_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "BROWSERS", ())
    monkeypatch.setattr(dev, "APT_GET", Path("no-apt-get"))
    monkeypatch.delenv("GONGDAN_CHROMIUM", raising=False)
    steps = dev.Steps()
    dev.test_in_browser(steps)
    assert steps.rows == [
        ("tests in the browser", "could not run: install Chromium or Chrome, or name it in GONGDAN_CHROMIUM", 0.0)
    ]
    assert steps.finish() == 1


def test_every_test_is_run_either_in_the_browser_or_without_it() -> None:
    root = Path(dev.__file__).parent
    files = {path.relative_to(root).as_posix() for path in (root / "tests").rglob("test_*.py")}
    opening_pages = {
        path for path in files if "\npytestmark = pytest.mark.browser\n" in (root / path).read_text("utf-8")
    }
    assert opening_pages == {path for path in files if path.startswith(dev.IN_BROWSER)} != set()


def test_a_named_browser_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGDAN_CHROMIUM", __file__)
    assert dev.chromium() == __file__
    monkeypatch.setenv("GONGDAN_CHROMIUM", "nowhere")
    assert dev.chromium() == ""
