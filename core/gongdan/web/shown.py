"""Values as pages show them: in the company's zone, masked for those who may not see them whole."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, g
from markupsafe import Markup

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.masks import masked_phone, masked_text
from gongdan.domain.snapshots import TicketView
from gongdan.language.values import field_text
from gongdan.web.access import installation, may
from gongdan.web.words import say, translator

#: What people write into a number and no telephone takes.
_UNDIALLED = re.compile(r"[^0-9+]")


def zone() -> ZoneInfo:
    """Return the zone of the current company; China's when there is none."""
    return g.desk.zone if g.get("desk") else ZoneInfo("Asia/Shanghai")


def moment(value: datetime | None) -> str:
    """Return day and time in the company's zone."""
    return translator().moment(value, zone()) if value else ""


def short_moment(value: datetime | None) -> str:
    """Return only as much of day and time as today does not say already."""
    if value is None:
        return ""
    local, today = value.astimezone(zone()), now().astimezone(zone())
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def day(value: date | None) -> str:
    """Return a day as lists show it."""
    return translator().date(value) if value else ""


def ago(value: datetime | None) -> str:
    """Return how long ago something was."""
    return translator().ago(now() - value) if value else ""


def now() -> datetime:
    """Return the time of the installation's clock, aware, UTC."""
    return installation().clock().astimezone(UTC)


def phone(value: str, *, permission: str = "party.phone") -> str:
    """Return a phone number, its middle masked for those who may not see it whole."""
    if not value or may(permission):
        return value
    return masked_phone(value)


def phone_link(value: str, *, is_own: bool = False) -> Markup:
    """Return a phone number to be dialled, or masked; ``is_own`` is of a ticket that the person answers for."""
    dialled = "" if "*" in value else _UNDIALLED.sub("", value)
    if not dialled or not (is_own or may("party.phone")):
        return Markup.escape(phone(value))
    return Markup('<a class="phone" href="tel:{}">{}</a>').format(dialled, value)


def answers_for(ticket: TicketView) -> bool:
    """Tell whether the person is the ticket's owner or assignee, who always see whom to call."""
    return g.person.id in (ticket.owner_id, ticket.assignee_id)


def may_read(field: Field) -> bool:
    """Tell whether the person may read the values of a declared field."""
    return not field.personal or may("party.phone" if field.kind is FieldKind.PHONE else "party.unmask")


def stored(field: Field, value: object) -> str:
    """Return the stored value of a declared field in words."""
    if value is None or value == "":
        return ""
    if not may_read(field):
        return phone(str(value)) if field.kind is FieldKind.PHONE else masked_text(str(value))
    return field_text(field, value, translator(), zone())


def input_text(field: Field, value: object) -> str:
    """Return a stored value as the field's input takes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind is FieldKind.DATETIME and (at := _datetime(str(value))):
        return f"{at.astimezone(zone()):%Y-%m-%dT%H:%M}"
    return str(value)


def declared_choices(field: Field) -> Sequence[tuple[str, str]]:
    """Return the choices of a declared field in words, for a select."""
    return [(choice.value, say(choice.label)) for choice in field.choices]


def attributes(values: Mapping[str, object]) -> Markup:
    """Return further attributes of an element: ``_`` in a name stands for ``-``, False and None leave it out."""
    parts = [
        Markup(" {}").format(name.replace("_", "-")) if value is True
        else Markup(' {}="{}"').format(name.replace("_", "-"), value)
        for name, value in values.items()
        if value is not False and value is not None
    ]  # fmt: skip
    return Markup().join(parts)


def size(count: int) -> str:
    """Return a file's size in bytes as people say it."""
    return f"{count / 1048576:.1f} MB" if count >= 1048576 else f"{max(1, round(count / 1024))} KB"  # noqa: PLR2004


def install(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        moment=moment, short_moment=short_moment, day=day, ago=ago, phone=phone, size=size, attributes=attributes,
    )  # fmt: skip
    app.jinja_env.globals.update(stored=stored, input_text=input_text, declared_choices=declared_choices)
    app.jinja_env.globals.update(phone_link=phone_link, answers_for=answers_for)


def _datetime(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
