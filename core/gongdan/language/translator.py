"""One language: its texts, and how it writes dates, numbers and money."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from babel.support import Translations

from gongdan.language.catalogues import merged
from gongdan.language.packages import Package, installed_packages
from gongdan.text import CONTEXT_END, msg

#: The languages that every text exists in; the first one is that of the source texts.
LOCALES = ("zh", "en")
DEFAULT_LOCALE = LOCALES[0]

# Lists and forms show days and times the way they are typed, in both languages.
_DATE = "yyyy-MM-dd"
_TIME = "HH:mm"
_MOMENT = f"{_DATE} {_TIME}"

#: Babel writes CN¥ in English; people in China read ¥ in either language.
_YUAN = "¥#,##0.00;-¥#,##0.00"

# A doubled brace is a brace, as in str.format.
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\w+)\}")

_Params = Mapping[str, object]


class Translator:
    """Puts source texts and values into one language; immutable, safe to share between threads.

    A text without a translation is shown as it is.
    """

    def __init__(self, locale: str, catalogue: Translations) -> None:
        #: ``zh`` or ``en``.
        self.locale = locale
        self._catalogue = catalogue
        self._babel = Locale.parse(locale)

    def gettext(self, source: str) -> str:
        """Translate a source text, one of ``msg`` or of ``msg_in``."""
        return self._catalogue.gettext(source).rpartition(CONTEXT_END)[2] if source else ""

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Translate a text that depends on a number."""
        return self._catalogue.ngettext(singular, plural, count)

    def pgettext(self, context: str, source: str) -> str:
        """Translate a text that means different things in different places."""
        return str(self._catalogue.pgettext(context, source))

    def npgettext(self, context: str, singular: str, plural: str, count: int) -> str:
        """Translate a text that depends on a number and on its place."""
        return str(self._catalogue.npgettext(context, singular, plural, count))

    def fill(self, source: str, params: _Params | None = None) -> str:
        """Translate a declared text and fill its ``{name}`` placeholders.

        Texts among the values are translated too when the catalogue has them. A placeholder without a value stays
        visible. Only plain names are filled, so that no text can reach into an object.
        """
        return _PLACEHOLDER.sub(lambda found: self._value(found, params or {}), self.gettext(source))

    def _value(self, found: re.Match[str], params: _Params) -> str:
        if not found[1]:
            return found[0][0]
        return str(self.say(params[found[1]])) if found[1] in params else found[0]

    def say(self, value: object) -> object:
        """Return a value as a sentence shows it; what needs no words is returned unchanged."""
        if isinstance(value, str):
            return self.gettext(value)
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return self.date(value)
        if isinstance(value, tuple | list | set | frozenset):
            return self.join(value)
        return value

    def join(self, values: Iterable[object]) -> str:
        """Return an enumeration, each text translated."""
        return self.gettext(msg("、")).join(str(self.say(value)) for value in values)

    def date(self, value: dt.date) -> str:
        """Return a day as lists and forms show it: 2026-03-05."""
        return format_date(value, _DATE, self._babel)

    def long_date(self, value: dt.date) -> str:
        """Return a day as a letter shows it: 2026年3月5日."""
        return format_date(value, "long", self._babel)

    def time(self, value: dt.datetime, zone: dt.tzinfo) -> str:
        """Return the time of day of an aware moment in ``zone``: 15:20."""
        return format_time(value.astimezone(zone), _TIME, locale=self._babel)

    def moment(self, value: dt.datetime, zone: dt.tzinfo) -> str:
        """Return day and time of an aware moment in ``zone``: 2026-03-05 15:20."""
        return format_datetime(value.astimezone(zone), _MOMENT, locale=self._babel)

    def ago(self, past: dt.timedelta) -> str:
        """Return how long ago something was, or how soon it will be when negative: 3小时前."""
        return format_timedelta(-past, add_direction=True, locale=self._babel)

    def duration(self, span: dt.timedelta) -> str:
        """Return a length of time in its largest unit: 3小时."""
        return format_timedelta(span, locale=self._babel)

    def number(self, value: Decimal | float) -> str:
        """Return a number with its thousands apart."""
        return format_decimal(value, locale=self._babel)

    def percent(self, value: Decimal | float) -> str:
        """Return a fraction as a percentage with at most one decimal: 0.125 is 12.5%."""
        return format_percent(value, "#,##0.#%", self._babel)

    def money(self, amount: Decimal, currency: str = "CNY") -> str:
        """Return an amount with its currency: ¥1,234.50."""
        pattern = _YUAN if currency == "CNY" else None
        return format_currency(amount, currency, pattern, self._babel)


def make_translator(locale: str, packages: Iterable[Package]) -> Translator:
    """Return a translator over the catalogues of ``packages``."""
    return Translator(locale, merged(packages, locale))


@lru_cache(maxsize=len(LOCALES))
def _cached(locale: str) -> Translator:
    return make_translator(locale, installed_packages())


def for_locale(locale: str) -> Translator:
    """Return the translator of ``locale``, kept for the life of the process; Chinese for an unknown one."""
    return _cached(locale if locale in LOCALES else DEFAULT_LOCALE)
