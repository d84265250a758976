"""Words that the pages of parties, assets and imports share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Flask, url_for

from gongdan.domain.assets import AssetKind
from gongdan.services.grids import AssetView
from gongdan.services.import_files import REASON_WORDS
from gongdan.web.access import current_desk
from gongdan.web.words import say, translator


def reason(value: str) -> str:
    """Return a reason class in words."""
    return say(REASON_WORDS.get(value, value))


def reasons_in_words(values: Iterable[str]) -> str:
    """Return several reason classes as one enumeration."""
    return translator().join(reason(value) for value in values)


def new_ticket(*, requester: UUID | None = None, asset: UUID | None = None) -> str:
    """Return the address at which a ticket about a party or an asset is opened."""
    return url_for("intake.choose", requester=requester, asset=asset)


def role_labels() -> Mapping[str, str]:
    """Return what plugins call the roles of links, in words."""
    rules = current_desk().installation.plugins.catalogue.link_rules
    return {owned.value.role: say(owned.value.label) for owned in rules}


def kind_labels() -> Mapping[str, str]:
    """Return what plugins call the kinds of assets, in words."""
    kinds = current_desk().installation.plugins.catalogue.asset_kinds
    return {owned.value.name: say(owned.value.label) for owned in kinds}


def state_labels() -> Mapping[tuple[str, str], str]:
    """Return what plugins call the states of assets, in words, by kind and state."""
    kinds = current_desk().installation.plugins.catalogue.asset_kinds
    return {(owned.value.name, value): say(label) for owned in kinds for value, label in owned.value.states}


def kinds_under(asset: AssetView | None) -> Sequence[AssetKind]:
    """Return the kinds that may stand under an asset; under nothing, those that are roots."""
    above = asset.kind if asset else ""
    return [kind for kind in current_desk().assets.kinds() if above in (kind.parents or ("",))]


def today() -> date:
    """Return the day of the company."""
    desk = current_desk()
    return desk.installation.clock().astimezone(desk.zone).date()


def install(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(reason=reason, reasons_in_words=reasons_in_words, new_ticket=new_ticket)
