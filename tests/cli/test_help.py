"""Help, version and completion: quick, and in the language of the terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from gongdan import __version__
from gongdan.cli.main import TABLE
from gongdan.cli.words import choose_locale
from tests.cli.conftest import Console

HEAVY = ("alembic", "argon2", "babel", "cryptography", "flask", "jinja2", "marshmallow", "sqlalchemy", "structlog",
         "gongdan.language", "gongdan.services", "gongdan.storage", "gongdan.web", "gongdan.sheets")  # fmt: skip

SCRIPT = """
import sys
from gongdan.cli.main import root
try:
    root({words!r}, prog_name="gongdan")
except SystemExit as end:
    assert not end.code, end.code
print(*(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""


def _loaded(words: list[str], **variables: str) -> tuple[str, list[str]]:
    """Return what a new process prints, and which heavy modules it has imported."""
    script = SCRIPT.format(words=words, heavy=HEAVY)
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        encoding="utf-8",
        env={"LANG": "C", **variables},
        check=True,
    )
    return ended.stdout, ended.stderr.split()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["company", "--help"], ["ticket", "list", "--help"]])
def test_help_and_version_import_no_room_of_the_desk(words: list[str]) -> None:
    assert _loaded(words)[1] == []


def test_completion_imports_no_room_of_the_desk() -> None:
    shown, loaded = _loaded([], _GONGDAN_COMPLETE="bash_complete", COMP_WORDS="gongdan comp", COMP_CWORD="1")
    assert (shown.split(), loaded) == (["plain,company"], [])


def test_help_lists_every_command_and_every_installed_plugin(at_home: Console) -> None:
    shown = at_home.done("--help")
    for name in [*TABLE, "property_mgmt", "decoration", "gps_install", "brokerage"]:
        assert f"\n  {name} " in shown


def test_the_version_is_the_packages(at_home: Console) -> None:
    assert at_home.done("--version") == f"gongdan {__version__}\n"


def test_help_is_chinese_down_to_the_words_of_the_frame(at_home: Console) -> None:
    shown = at_home.done("company", "create", "--help")
    assert "用法：" in shown
    assert "建立一家公司" in shown
    assert "Usage" not in shown
    assert "Show this message" not in shown


def test_help_is_english_when_asked(at_home: Console) -> None:
    shown = at_home.done("company", "create", "--lang", "en", "--help")
    assert shown.startswith("Usage: gongdan company create")
    assert "Create a company" in shown
    assert [character for character in shown if ord(character) >= 0x3000] == []


@pytest.mark.parametrize(
    ("arguments", "variables", "locale"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "C.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "GONGDAN_LOCALE": "en"}, "en"),
        (["company", "list", "--lang", "en"], {"GONGDAN_LOCALE": "zh"}, "en"),
        (["--lang=en", "company", "list"], {}, "en"),
        (["company", "list", "--lang"], {}, "zh"),
    ],
)
def test_the_language_is_what_is_asked_for_else_the_terminal_s(
    arguments: list[str], variables: dict[str, str], locale: str
) -> None:
    assert choose_locale(arguments, variables) == locale


def test_wrong_use_is_status_2_and_names_a_command_that_is_spelled_like_it(at_home: Console) -> None:
    result = at_home("compani", "list")
    assert result.exit_code == 2
    assert "没有命令 'compani'" in result.stderr
    assert "company" in result.stderr


def test_a_missing_option_is_status_2(at_home: Console) -> None:
    result = at_home("account", "create", "zhang")
    assert result.exit_code == 2
    assert "缺少选项" in result.stderr


@pytest.mark.parametrize("name", TABLE)
def test_every_command_of_the_table_exists_and_explains_itself(at_home: Console, name: str) -> None:
    assert "用法：" in at_home.done(name, "--help")


def test_what_is_translated_of_click_is_what_click_says() -> None:
    import click
    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import read_po

    import gongdan

    said = {text for _, _, text, _, _ in extract_from_dir(Path(click.__file__).parent)}
    path = Path(gongdan.__file__).parent / "locale" / "zh" / "LC_MESSAGES" / "click.po"
    with path.open("rb") as source:
        translated = {message.id for message in read_po(source) if message.id}
    assert translated - said == set()
