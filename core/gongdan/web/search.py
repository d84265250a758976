"""The one search box, its page, and the fields that find a customer, a place or a ticket while one types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound as NoSuchPage

from gongdan.services.grids import AssetView
from gongdan.services.parties import PartyView
from gongdan.services.searching import Hits
from gongdan.web import shown
from gongdan.web.access import current_desk, member
from gongdan.web.record_words import kind_labels

pages = Blueprint("search", __name__, url_prefix="/search")

#: Longest text that is searched for, in characters.
_LONGEST = 100
#: How many hits of each group the page shows.
_ON_PAGE = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a field can name."""

    id: UUID
    label: str
    note: str
    #: Further fields that the choice fills, by name.
    fills: dict[str, str]


@pages.get("")
@member
def results() -> str:
    return render_template(
        "search/results.html", text=_text(), hits=_hits(_ON_PAGE), place=partial(_place, kinds=kind_labels())
    )


@pages.get("/live")
@member
def live() -> str:
    """Answer while one types: a few hits of each group."""
    return render_template("search/live.html", text=_text(), hits=_hits(6), place=partial(_place, kinds=kind_labels()))


@pages.get("/pick/<noun>/<name>/<typed>")
@member
def pick(noun: str, name: str, typed: str) -> str:
    """Offer what a field can name; ``name`` takes the id, ``typed`` the words."""
    find = {"requester": _requesters, "asset": _assets, "ticket": _tickets}.get(noun)
    if find is None:
        raise NoSuchPage
    text = request.args.get(typed, "").strip()[:_LONGEST]
    return render_template("search/pick.html", offers=find(text) if text else (), name=name, typed=typed, text=text)


def _text() -> str:
    return request.args.get("q", "").strip()[:_LONGEST]


def _hits(limit: int) -> Hits:
    text = _text()
    return current_desk().searching.everywhere(text, limit=limit) if text else Hits((), (), ())


def _requesters(text: str) -> Sequence[Offer]:
    parties = current_desk().searching.everywhere(text).parties
    return [Offer(one.id, one.name, _phones(one), {"contact_name": one.name}) for one in parties]


def _assets(text: str) -> Sequence[Offer]:
    assets: Sequence[AssetView] = current_desk().searching.everywhere(text).assets
    kinds = kind_labels()
    return [Offer(one.id, one.label, _place(one, kinds), {}) for one in assets]


def _tickets(text: str) -> Sequence[Offer]:
    tickets = current_desk().searching.everywhere(text).tickets
    return [Offer(one.id, f"{one.number} {one.subject}", one.place, {}) for one in tickets]


def _place(asset: AssetView, kinds: Mapping[str, str]) -> str:
    """Return what kind of thing an asset is, and where it stands unless its name says so."""
    kind, way = kinds.get(asset.kind, asset.kind), asset.path.strip("/").replace("/", "-")
    return kind if way in {asset.label, asset.code} else f"{kind} · {way}"


def _phones(party: PartyView) -> str:
    return " ".join(map(shown.phone, party.phones[:1]))
