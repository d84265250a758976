"""Names that lead somewhere: customers and assets as links where there is a page and the person may open it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Flask, current_app, url_for
from markupsafe import Markup

from gongdan.domain.assets import AssetKind
from gongdan.services.grids import AssetView
from gongdan.services.members import MemberView
from gongdan.services.parties import PartyView
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk, may
from gongdan.web.words import say

#: The page of a thing by the word that the journal has for it, and the name of its id in the address.
_SUBJECT_PAGES: Mapping[str, tuple[str, str]] = {
    "ticket": ("ticket.show", "ticket_id"),
    "party": ("parties.show", "party_id"),
    "asset": ("assets.show", "asset_id"),
    "plan_run": ("plans.run", "run_id"),
    "import_run": ("import_runs.show", "run_id"),
    "handover": ("handovers.show", "handover_id"),
}


def subject_address(kind: str, subject_id: UUID) -> str:
    """Return the page of a thing that the journal or a file is about; empty when it has none."""
    endpoint, argument = _SUBJECT_PAGES.get(kind, ("", ""))
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, _external=False, **{argument: str(subject_id)})


def party_address(party_id: UUID) -> str:
    """Return the page of a customer; empty when there is none for this person."""
    return _address("parties.show", "party.view", party_id=party_id)


def asset_address(asset_id: UUID) -> str:
    """Return the page of an asset; empty when there is none for this person."""
    return _address("assets.show", "asset.view", asset_id=asset_id)


def target_address(kind: str, thing_id: UUID) -> str:
    """Return where a thing that a plan deals with is shown; empty when it is nowhere for this person."""
    if kind == "asset":
        return asset_address(thing_id)
    if kind == "ticket":
        return _address("ticket.show", "ticket.view", ticket_id=thing_id)
    if kind == "duty_log_entry":
        return _address("duty_log.show", "roster.view", entry_id=thing_id)
    return ""


def party_link(party: PartyView) -> Markup:
    """Return a customer's name, as a link when it leads somewhere."""
    return _link(party_address(party.id), party.name)


def asset_link(asset_id: UUID, label: str) -> Markup:
    """Return an asset's name, as a link when it leads somewhere."""
    return _link(asset_address(asset_id), label)


def role_label(role: str) -> str:
    """Return what the link between a party and an asset is called; the bare name when nobody declares it."""
    rule = current_desk().installation.plugins.catalogue.link_rules.get(role)
    return say(rule.label) if rule else role


def kind_label(asset: AssetView) -> str:
    """Return what the asset's kind is called."""
    kind = _kind(asset)
    return say(kind.label) if kind else asset.kind


def asset_facts(asset: AssetView | None) -> Sequence[tuple[str, str]]:
    """Return the state and the filled fields of an asset in words."""
    kind = _kind(asset) if asset else None
    if asset is None or kind is None:
        return ()
    facts = [(say(field.label), shown.stored(field, asset.fields.get(field.name))) for field in kind.fields]
    if asset.state:
        facts.insert(0, (say(msg("状态")), say(dict(kind.states).get(asset.state, asset.state))))
    return [(label, value) for label, value in facts if value]


def mentions(text: str, members: Sequence[MemberView]) -> Markup:
    """Return a note with the people it names made bold."""
    marked = Markup.escape(text)
    for name in sorted({member.name for member in members}, key=len, reverse=True):
        tag = Markup.escape(f"@{name}")
        marked = Markup(str(marked).replace(str(tag), str(Markup('<b class="mention">{}</b>').format(f"@{name}"))))  # noqa: S704 -- both parts are escaped
    return marked


def install(app: Flask) -> None:
    """Give templates the links."""
    app.jinja_env.filters.update(mentions=mentions)
    app.jinja_env.globals.update(
        party_address=party_address,
        asset_address=asset_address,
        target_address=target_address,
        party_link=party_link,
        asset_link=asset_link,
        role_label=role_label,
        kind_label=kind_label,
        asset_facts=asset_facts,
    )


def _kind(asset: AssetView) -> AssetKind | None:
    return current_desk().installation.plugins.catalogue.asset_kinds.get(asset.kind)


def _address(endpoint: str, permission: str, **values: UUID) -> str:
    if endpoint not in current_app.view_functions or not may(permission):
        return ""
    return url_for(endpoint, **values)  # type: ignore[arg-type]  # values of the address


def _link(address: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, text) if address else Markup.escape(text)
