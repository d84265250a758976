"""The language of the command line, on the standard library alone so that ``--help`` stays quick."""

import gettext
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from gongdan.text import CONTEXT_END

_CATALOGUES = Path(__file__).parent.parent / "locale"

#: Asked in this order; the first is gongdan's own, the others are those of every terminal.
_VARIABLES = ("GONGDAN_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG")


def choose_locale(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return ``zh`` or ``en``: what ``--lang`` says, else the environment; a machine without a language is Chinese."""
    wishes = [*_given(arguments), *(environment.get(variable, "") for variable in _VARIABLES)]
    language = next((wish.lower() for wish in wishes if wish), "zh")
    return "zh" if language.startswith(("zh", "c.", "posix")) or language == "c" else "en"


def _given(arguments: Sequence[str]) -> Sequence[str]:
    """Find ``--lang`` before anything is parsed, because errors of parsing are told in that language too."""
    following = [*arguments[1:], ""]
    spaced = [value for name, value in zip(arguments, following, strict=False) if name == "--lang"]
    return [*spaced, *(text.removeprefix("--lang=") for text in arguments if text.startswith("--lang="))]


def speak(locale: str) -> None:
    """Let click's own words come from the catalogue ``click.mo``."""
    os.environ["LANGUAGE"] = locale
    gettext.bindtextdomain("click", str(_CATALOGUES))
    gettext.textdomain("click")


def quick_text(source: str, locale: str) -> str:
    """Translate one of the core's texts without loading the language room."""
    if locale == "zh" or not source:
        return source.rpartition(CONTEXT_END)[2]
    found = gettext.translation("messages", str(_CATALOGUES), [locale], fallback=True).gettext(source)
    return found.rpartition(CONTEXT_END)[2]
