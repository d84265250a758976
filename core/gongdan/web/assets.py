"""Assets: the tree of what tickets are about, and one asset's page."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gongdan.services.grids import AssetView
from gongdan.services.tickets import TicketFilter
from gongdan.web import acts, shown
from gongdan.web.access import current_desk, may, needs
from gongdan.web.navigation import assets_label
from gongdan.web.record_words import kind_labels, kinds_under, role_labels, state_labels, today
from gongdan.web.words import say

pages = Blueprint("assets", __name__)

#: How many closed tickets the page of an asset shows; the list has them all.
_PAST_TICKETS = 8
#: How many roots or hits the tree shows at once.
_HITS = 200


@pages.get("/assets")
@needs("asset.view")
def index() -> Response:
    """Lead to the grid where the trade has one, else to the tree."""
    return redirect(url_for("buildings.index" if current_desk().assets.grid_roots() else "assets.tree"))


@pages.get("/assets/tree")
@needs("asset.view")
def tree() -> str:
    desk, text, kind = current_desk(), request.args.get("q", "").strip(), request.args.get("kind", "")
    with desk.reading():
        is_list = bool(text or kind)
        found = desk.assets.list(text, kind=kind, limit=_HITS) if is_list else desk.assets.children(None, limit=_HITS)
        return render_template(
            "assets/tree.html",
            assets=found,
            sizes=desk.assets.sizes([one.id for one in found]),
            text=text,
            kind=kind,
            kinds=kind_labels(),
            all_kinds=desk.assets.kinds(),
            states=state_labels(),
            roots=kinds_under(None),
            title=assets_label(),
            has_grid=bool(desk.assets.grid_roots()),
            is_full=len(found) == _HITS,
        )


@pages.get("/assets/<uuid:asset_id>/branch")
@needs("asset.view")
def branch(asset_id: UUID) -> str:
    """Return what stands under an asset, for the tree that opens step by step."""
    desk = current_desk()
    found = desk.assets.children(asset_id)
    sizes = desk.assets.sizes([one.id for one in found])
    return render_template("assets/branch.html", assets=found, sizes=sizes, kinds=kind_labels(), states=state_labels())


@pages.get("/assets/<uuid:asset_id>")
@needs("asset.view")
def show(asset_id: UUID) -> str:
    desk = current_desk()
    with desk.reading():
        asset = desk.assets.find(asset_id)
        children, links = desk.assets.children(asset_id), desk.assets.links(asset_id)
        sees_tickets = may("ticket.view")
        return render_template(
            "assets/show.html",
            thing=asset,
            lineage=desk.assets.lineage(asset),
            children=children,
            sizes=desk.assets.sizes([one.id for one in children]),
            kinds=kind_labels(),
            states=state_labels(),
            facts=_facts(asset),
            links=links,
            names={link.party_id: link.party_name for link in links if link.party_id},
            role_labels=role_labels(),
            aliases=desk.assets.aliases(asset_id),
            serials=desk.assets.serials(asset_id),
            open_tickets=desk.tickets.list(TicketFilter(asset=asset_id, is_open=True)) if sees_tickets else None,
            past_tickets=desk.tickets.list(TicketFilter(asset=asset_id, is_open=False), limit=_PAST_TICKETS)
            if sees_tickets
            else None,
            history=tuple(reversed(desk.journal.of(asset_id))),
            acts=acts,
            today=today(),
            addable=kinds_under(asset),
            is_declared=any(kind.name == asset.kind for kind in desk.assets.kinds()),
            has_grid=any(root.id == asset_id for root in desk.assets.grid_roots()),
        )


def _facts(asset: AssetView) -> Sequence[tuple[str, str]]:
    """Return the filled fields as label and value, in words; those of a kind that is gone under their names."""
    kind = current_desk().installation.plugins.catalogue.asset_kinds.get(asset.kind)
    if kind is None:
        return [(name, str(value)) for name, value in asset.fields.items()]
    lines = [(say(field.label), shown.stored(field, asset.fields.get(field.name))) for field in kind.fields]
    return [(label, value) for label, value in lines if value]
