"""Where the catalogues lie: the core's own package and that of every installed plugin."""

import importlib.util
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

#: The entry-point group of the plugins; their packages are located, never imported.
_PLUGINS = "gongdan.plugins"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that owns texts and their translations."""

    #: ``core`` or the plugin's name.
    name: str
    #: Folder of the import package.
    folder: Path

    def catalogue(self, locale: str, suffix: str = ".po") -> Path:
        """Return the path of the catalogue for ``locale``, whether or not it exists."""
        return self.folder / "locale" / locale / "LC_MESSAGES" / f"messages{suffix}"


CORE = Package("core", Path(__file__).parent.parent)


def installed_packages() -> tuple[Package, ...]:
    """Return the core, then the installed plugins by name; one whose package is gone is left out."""
    points = sorted(entry_points(group=_PLUGINS), key=lambda point: point.name)
    found = [(point.name, _folder(point.module.partition(".")[0])) for point in points]
    return (CORE, *(Package(name, folder) for name, folder in found if folder))


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None
