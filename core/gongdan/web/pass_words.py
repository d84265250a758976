"""Passes in words: what one is worth, when it holds, and what a company has decided about its kind."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from flask import Flask

from gongdan.domain.permits import STANDING_WORDS, Standing
from gongdan.domain.policy import describe_value
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.ticket_types import TicketType
from gongdan.services.pass_rows import PassView
from gongdan.web import shown
from gongdan.web.access import current_desk, installation
from gongdan.web.words import say

#: The tone and the icon of what a pass is worth.
_LOOKS: Mapping[Standing, tuple[str, str]] = {
    Standing.VALID: ("done", "circle-check"),
    Standing.NOT_YET: ("waiting", "clock"),
    Standing.EXPIRED: ("late", "clock-exclamation"),
    Standing.RETURNED: ("late", "arrow-back-up"),
    Standing.USED: ("late", "ban"),
    Standing.REFUSED: ("late", "ban"),
    Standing.REVOKED: ("late", "ban"),
    Standing.LOST: ("late", "alert-octagon"),
    Standing.UNKNOWN: ("late", "help-circle"),
}
#: What a pass is worth: words, tone and icon.
STANDINGS: Mapping[Standing, tuple[str, str, str]] = {one: (STANDING_WORDS[one], *_LOOKS[one]) for one in Standing}


def period(found: PassView) -> str:
    """Return when a pass holds: whole days, or day and time."""
    if not found.is_by_day:
        return f"{shown.moment(found.begins_at)} – {shown.moment(found.ends_at)}"
    zone = current_desk().zone
    first = found.begins_at.astimezone(zone).date()
    last = (found.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return shown.day(first) if first == last else f"{shown.day(first)} – {shown.day(last)}"


def decided(value: PolicyValue) -> str:
    """Return what a company has decided in words; 未定 while it has not."""
    key = installation().plugins.catalogue.policy_keys.get(value.key)
    if key is None:
        return value.text or ""
    text, params = describe_value(key, value.text)
    return say(text, **params)


def plain(number: Decimal) -> str:
    """Return a number of things without zeros that say nothing."""
    return f"{number.normalize():f}"


def word_options(words: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Return stored choices with their texts, for a select."""
    return [(value, say(label)) for value, label in words.items()]


def permit_types() -> Sequence[TicketType]:
    """Return the ticket types of the company's permits, each once."""
    desk = current_desk()
    names = dict.fromkeys(kind.ticket_type for kind in desk.permits.kinds())
    return [desk.intake.type(name) for name in names]


def install(app: Flask) -> None:
    """Give templates the words of passes."""
    app.jinja_env.globals.update(pass_standing=STANDINGS.__getitem__, pass_period=period, policy_decided=decided)
    app.jinja_env.globals.update(word_options=word_options, permit_types=permit_types)
    app.jinja_env.filters["plain"] = plain
