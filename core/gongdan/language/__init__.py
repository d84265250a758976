"""Words: catalogues, formats, and errors put into sentences."""

from gongdan.language.negotiation import negotiate
from gongdan.language.rendering import RenderedError, RenderedProblem, RenderedRefusal, render_error
from gongdan.language.translator import DEFAULT_LOCALE, LOCALES, Translator, for_locale

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "RenderedError",
    "RenderedProblem",
    "RenderedRefusal",
    "Translator",
    "for_locale",
    "negotiate",
    "render_error",
]
