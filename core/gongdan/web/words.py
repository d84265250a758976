"""The reader's language: the account's, before log-in the one chosen in a cookie, else the browser's."""

from flask import Flask, g, request

from gongdan.errors import GongdanError
from gongdan.language import LOCALES, RenderedError, Translator, for_locale, negotiate, render_error
from gongdan.web.access import current_person, installation

#: Languages by the name they call themselves.
LANGUAGES = {"zh": "中文", "en": "English"}

LOCALE_COOKIE = "gongdan-locale"


def translator() -> Translator:
    """Return the translator of this request."""
    if "translator" not in g:
        g.translator = for_locale(locale())
    found: Translator = g.translator
    return found


def locale() -> str:
    """Return the language of this request, one of ``LOCALES``."""
    person = current_person()
    wanted = person.locale if person else request.cookies.get(LOCALE_COOKIE, "")
    return wanted if wanted in LOCALES else negotiate(request.headers.get("Accept-Language", ""))


def say(source: str, **params: object) -> str:
    """Return a source text in the reader's language, with its ``{name}`` placeholders filled."""
    return translator().fill(source, params)


def rendered(error: GongdanError) -> RenderedError:
    """Return an error in the reader's words."""
    permissions = installation().plugins.catalogue.permissions
    return render_error(error, translator(), {owned.value.name: owned.value.label for owned in permissions})


def install(app: Flask) -> None:
    """Give templates ``_``, ``pgettext`` and ``ngettext`` for their own texts, and ``tr`` for those of others."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda text: translator().gettext(text),
        lambda one, many, count: translator().ngettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, text: translator().pgettext(context, text),
    )
    app.jinja_env.globals.update(tr=say, locale=locale, LANGUAGES=LANGUAGES)
