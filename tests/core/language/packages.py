"""Small packages with texts and translations of their own."""

from pathlib import Path

from gongdan.language.packages import Package

_HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {0}\\n"\n{1}\n\n'
_PLURALS = {"en": '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"', "zh": '"Plural-Forms: nplurals=1; plural=0;\\n"'}


def make_package(folder: Path, name: str, code: str = "", templates: str = "") -> Package:
    """Return a package with one file of code and one template."""
    root = folder / name
    (root / "templates").mkdir(parents=True)
    (root / "texts.py").write_text(code, encoding="utf-8")
    (root / "templates" / "page.html").write_text(templates, encoding="utf-8")
    return Package(name, root)


def write_catalogue(package: Package, locale: str, entries: str) -> None:
    """Give the package a catalogue; ``entries`` is the body of a ``.po`` file."""
    path = package.catalogue(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER.format(locale, _PLURALS[locale]) + entries, encoding="utf-8")
