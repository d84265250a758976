"""Reading compiled catalogues and laying them over each other."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from gongdan.language.packages import Package


def merged(packages: Iterable[Package], locale: str) -> Translations:
    """Return one catalogue for ``locale``; where two packages translate one text, the first one counts."""
    layers = [layer for package in packages if (layer := _read(package, locale))]
    if not layers:
        return Translations()
    bottom = layers.pop()
    while layers:
        bottom.merge(layers.pop())
    return bottom


def _read(package: Package, locale: str) -> Translations | None:
    source, compiled = package.catalogue(locale), package.catalogue(locale, ".mo")
    if _is_current(compiled, source):
        return Translations(BytesIO(compiled.read_bytes()))
    if not source.exists():
        return None
    # A checkout whose catalogue was edited and not compiled yet.
    made = BytesIO()
    write_mo(made, read_po(BytesIO(source.read_bytes()), locale))
    made.seek(0)
    return Translations(made)


def _is_current(compiled: Path, source: Path) -> bool:
    if not compiled.exists():
        return False
    return not source.exists() or compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns
