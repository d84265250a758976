"""``python -m gongdan.language.update``: write the catalogues anew from the texts in code and templates.

Translations are kept, new texts stay empty, texts that are gone are dropped. In the language of the source
texts a text is its own translation. A second run changes nothing.
"""

import sys
from collections import ChainMap
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gongdan.language.check import read_catalogue, words_of
from gongdan.language.extraction import texts_of
from gongdan.language.packages import Package, installed_packages
from gongdan.language.translator import DEFAULT_LOCALE, LOCALES

_HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {locale}\\n"
"Plural-Forms: {plural_forms}\\n"

"""

_Translation = str | tuple[str, ...] | list[str] | None
_Words = Mapping[tuple[object, str | None], _Translation]


def update(packages: Iterable[Package]) -> int:
    """Bring the catalogues of ``packages`` up to date; returns how many texts still lack a translation."""
    known = list(packages)
    lacking = 0
    for locale in LOCALES:
        stored = {package.name: read_catalogue(package, locale) for package in known}
        elsewhere = [_words(catalogue) for catalogue in stored.values()]
        for package in known:
            made = texts_of(package)
            words = ChainMap(_words(stored[package.name]), *elsewhere)
            made.locale = locale
            for message in made:
                if message.id:
                    message.string = _translation(message, locale, words)
                    lacking += not all(words_of(message))
            _write(package.catalogue(locale), made)
    return lacking


def _translation(message: Message, locale: str, words: _Words) -> _Translation:
    if locale == DEFAULT_LOCALE:
        return (message.id[-1],) if message.pluralizable else message.id
    return words.get((message.id, message.context), ("", "") if message.pluralizable else "")


def _words(catalogue: Catalog) -> dict[tuple[object, str | None], _Translation]:
    return {
        (message.id, message.context): message.string
        for message in catalogue
        if message.id and all(words_of(message)) and not message.fuzzy
    }


def _write(path: Path, catalogue: Catalog) -> None:
    """Write ``.po`` and ``.mo``; the header names what programs need and neither tools nor times."""
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_by_file=True, include_lineno=False)
    header = _HEADER.format(locale=catalogue.locale, plural_forms=catalogue.plural_forms)
    content = header.encode() + body.getvalue()
    if not body.getvalue() and not path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
    with path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(BytesIO(content), str(catalogue.locale)))


def main() -> int:
    """Update every installed package's catalogues and tell how many translations are missing."""
    lacking = update(installed_packages())
    print(f"{lacking} texts lack a translation." if lacking else "Every text is translated.")  # noqa: T201  # what it is for
    return 0


if __name__ == "__main__":
    sys.exit(main())
