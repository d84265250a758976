"""Choosing a language from what a browser or a terminal asks for."""

from gongdan.language.translator import DEFAULT_LOCALE, LOCALES


def negotiate(accept_language: str) -> str:
    """Return the best locale for an ``Accept-Language`` header; every kind of Chinese is ``zh``.

    Asked for neither Chinese nor English, the answer is Chinese.
    """
    wishes = [_wish(part) for part in accept_language.split(",") if part.strip()]
    # The sort is stable: among equal weights, the one named first counts.
    for weight, language in sorted(wishes, key=lambda wish: -wish[0]):
        if weight > 0 and language in LOCALES:
            return language
    return DEFAULT_LOCALE


def _wish(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    language = tag.strip().lower().replace("_", "-").partition("-")[0]
    try:
        return float(parameter.strip().removeprefix("q=") or 1), language
    except ValueError:
        return 0.0, language
