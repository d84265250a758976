"""Collecting the texts of a package out of its code and its templates."""

from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from gongdan.language.packages import Package

#: ``msg`` and ``msg_in`` mark a declared text; the others translate on the spot, ``tr`` in templates.
_KEYWORDS = {**DEFAULT_KEYWORDS, "msg": None, "msg_in": ((1, "c"), 2), "tr": None}

_METHODS = [("**.py", "python"), ("**/templates/**.*", "jinja2.ext:babel_extract")]

# A template that does not parse must fail here, instead of losing its texts in silence.
_OPTIONS = {"**/templates/**.*": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}}

#: Folders with nothing that anybody wrote for a reader.
_PASSED_OVER = {"frontend", "static", "migrations", "locale", "__pycache__"}


def texts_of(package: Package) -> Catalog:
    """Return every marked text of ``package``, without translations, in the order of files and lines."""
    found = Catalog()
    for path, line, text, comments, context in extract_from_dir(
        package.folder, _METHODS, _OPTIONS, _KEYWORDS, directory_filter=_is_read
    ):
        found.add(text, locations=[(path, line)], auto_comments=comments, context=context)
    return found


def _is_read(folder: str) -> bool:
    return Path(folder).name not in _PASSED_OVER
