"""``python -m gongdan.language.check``: every text has its translations, and every translation its text.

Names each text that is missing, empty, doubtful or obsolete in a catalogue, each translation whose
placeholders are not those of its text, and each text that two packages translate differently.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from gongdan.language.extraction import texts_of
from gongdan.language.packages import Package, installed_packages
from gongdan.language.translator import DEFAULT_LOCALE, LOCALES

#: ``{name}`` of declared texts; ``%(name)s`` of templates, where a lone per cent sign is doubled.
_PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)\w|%%|%")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong with a catalogue."""

    package: str
    locale: str
    #: ``missing``, ``empty``, ``fuzzy``, ``obsolete``, ``placeholders`` or ``conflict``.
    kind: str
    text: str
    place: str = ""

    def __str__(self) -> str:
        place = f"  ({self.place})" if self.place else ""
        return f"{self.package} {self.locale} {self.kind}: {self.text}{place}"


def findings(packages: Iterable[Package]) -> Sequence[Finding]:
    """Return everything wrong with the catalogues of ``packages``, sorted."""
    found: list[Finding] = []
    catalogues: list[tuple[Package, Catalog]] = []
    for package in packages:
        texts = texts_of(package)
        for locale in LOCALES:
            catalogue = read_catalogue(package, locale)
            found += _compare(package, locale, texts, catalogue)
            if locale != DEFAULT_LOCALE:
                catalogues.append((package, catalogue))
    return sorted([*found, *_conflicts(catalogues)])


def read_catalogue(package: Package, locale: str) -> Catalog:
    """Return the stored catalogue; an empty one where there is none yet."""
    path = package.catalogue(locale)
    if not path.exists():
        return Catalog(locale)
    with path.open("rb") as source:
        return read_po(source, locale)


def words_of(message: Message) -> tuple[str, ...]:
    """Return the translation of a message, one text for each plural form; empty ones count."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)


def source_of(message: Message) -> str:
    """Return the source text, in its plural form where it has one."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def _compare(package: Package, locale: str, texts: Catalog, catalogue: Catalog) -> Iterator[Finding]:
    for message in _messages(texts):
        text, place = source_of(message), _place(message)
        kind = _kind(message, catalogue.get(message.id, message.context))
        if kind:
            yield Finding(package.name, locale, kind, text, place)
    for message in [*_messages(catalogue), *catalogue.obsolete.values()]:
        if texts.get(message.id, message.context) is None:
            yield Finding(package.name, locale, "obsolete", source_of(message))


def _kind(wanted: Message, stored: Message | None) -> str:
    if stored is None or wanted.pluralizable != stored.pluralizable:
        return "missing"
    if not all(words_of(stored)):
        return "empty"
    if stored.fuzzy:
        return "fuzzy"
    *others, last = [_placeholders(words) for words in words_of(stored)]
    wanted_ones = _placeholders(source_of(wanted))
    # The singular may leave the number out: "one ticket".
    fits = last == wanted_ones and all(other <= wanted_ones for other in others)
    return "" if fits else "placeholders"


def _conflicts(catalogues: Iterable[tuple[Package, Catalog]]) -> Iterator[Finding]:
    """Name texts whose translation depends on which package is asked: the merged catalogue holds only one."""
    seen: dict[tuple[str, str, str | None], dict[tuple[str, ...], str]] = defaultdict(dict)
    for package, catalogue in catalogues:
        for message in _messages(catalogue):
            if all(words_of(message)):
                key = (str(catalogue.locale), source_of(message), message.context)
                seen[key].setdefault(words_of(message), package.name)
    for (locale, text, _), versions in seen.items():
        if len(versions) > 1:
            told = "; ".join(f"{owner}: {words[-1]}" for words, owner in versions.items())
            yield Finding(", ".join(versions.values()), locale, "conflict", text, told)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _place(message: Message) -> str:
    return f"{message.locations[0][0]}:{message.locations[0][1]}" if message.locations else ""


def main() -> int:
    """Print the findings; the status is 1 if there are any."""
    packages = installed_packages()
    found = findings(packages)
    for finding in found:
        print(finding)  # noqa: T201  # this is what the command is for
    names = ", ".join(package.name for package in packages)
    print(f"{len(found)} findings in {names}" if found else f"The catalogues of {names} are complete.")  # noqa: T201  # as above
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
