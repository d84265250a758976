"""The building grid (房态图): every unit of a building as a tile, coloured by the question one asks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from gongdan.errors import NotFound
from gongdan.services.grids import AssetView, Grid, Tile, natural
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.navigation import assets_label
from gongdan.web.record_words import reasons_in_words, role_labels, state_labels
from gongdan.web.words import say

pages = Blueprint("buildings", __name__)

#: Colours by the values that trades commonly give to states; others take the next free one.
_STATE_TONES: Mapping[str, str] = {
    "occupied": "done", "empty": "empty", "vacant": "empty", "renovating": "waiting", "decorating": "waiting",
    "let": "some", "rented": "some", "unsold": "quiet",
}  # fmt: skip
_FREE_TONES = ("done", "some", "waiting", "violet", "teal", "most", "quiet")

#: From how many open tickets on a tile is darker.
_SOME, _MORE, _MOST = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question: its colour, what it is called, and how many units give it."""

    key: str
    label: str
    tone: str
    count: int


@dataclass(frozen=True, slots=True)
class Question:
    """What the colours of the tiles say."""

    name: str
    label: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A tile as the page draws it; texts are in words."""

    code: str
    label: str
    address: str
    #: Question → key of the answer.
    answers: Mapping[str, str]
    #: Question → colour.
    tones: Mapping[str, str]
    open_tickets: int
    state: str
    people: tuple[str, ...]
    #: The first name, for the tile itself.
    person: str
    flags: str

    @property
    def spoken(self) -> str:
        """Return everything the tile says, for people who do not see it."""
        tickets = say(msg("{count} 件未结工单"), count=self.open_tickets) if self.open_tickets else ""
        return say(msg("，")).join(filter(None, (self.label, self.state, *self.people, tickets, self.flags)))


@dataclass(frozen=True, slots=True)
class Busy:
    """A place with open tickets."""

    label: str
    #: The list of its open tickets.
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A building as a table: floors from the top, sections side by side, units at their places."""

    sections: tuple[str, ...]
    #: Floor → for each section the units from left to right; None where a place is free.
    floors: tuple[tuple[str, tuple[tuple[Unit | None, ...], ...]], ...]
    questions: tuple[Question, ...]
    count: int
    open_tickets: int
    #: Units with open tickets, those with the most first.
    busy: tuple[Busy, ...]
    #: What is no unit and has open tickets: the hall, the lift, the building as a whole.
    elsewhere: tuple[Busy, ...]

    @property
    def open_elsewhere(self) -> int:
        """Return how many tickets are open about what is no unit."""
        return sum(one.count for one in self.elsewhere)


@pages.get("/assets/grid")
@needs("asset.view")
def index() -> str:
    roots = current_desk().assets.grid_roots()
    return _page(roots, roots[0] if roots else None)


@pages.get("/assets/<uuid:asset_id>/grid")
@needs("asset.view")
def show(asset_id: UUID) -> str:
    roots = current_desk().assets.grid_roots()
    root = next((root for root in roots if root.id == asset_id), None)
    if root is None:
        raise NotFound("asset", str(asset_id))
    return _page(roots, root)


def _page(roots: Sequence[AssetView], root: AssetView | None) -> str:
    desk = current_desk()
    with desk.reading():
        drawing = draw(desk.assets.grid(root.id)) if root else None
        busy = desk.assets.open_tickets(roots)
    names = [question.name for question in drawing.questions] if drawing else []
    chosen = request.args.get("by", "")
    return render_template(
        "assets/grid.html",
        roots=roots,
        root=root,
        drawing=drawing,
        busy=busy,
        chosen=chosen if chosen in names else "open",
        title=assets_label(),
    )


def draw(grid: Grid) -> Drawing:
    """Return a grid as the page draws it."""
    tiles = [tile for floors in grid.sections.values() for row in floors.values() for tile in row]
    questions, words = _questions(tiles), _Words(role_labels(), state_labels())
    units = {tile.asset.id: _unit(tile, questions, words) for tile in tiles}
    names = sorted({floor for floors in grid.sections.values() for floor in floors}, key=natural, reverse=True)
    places = {section: _places(floors) for section, floors in grid.sections.items()}
    rows = tuple(
        (
            _floor(name),
            tuple(_row(floors.get(name, ()), places[section], units) for section, floors in grid.sections.items()),
        )
        for name in names
    )
    return Drawing(
        tuple(grid.sections), rows, tuple(question.counted(tiles) for question in questions), len(tiles),
        sum(tile.open_tickets for tile in tiles), tuple(_busy(tiles)),
        tuple(Busy(asset.label, _tickets(asset), count) for asset, count in grid.elsewhere),
    )  # fmt: skip


def _busy(tiles: Sequence[Tile]) -> Iterator[Busy]:
    busy = [tile for tile in tiles if tile.open_tickets]
    for tile in sorted(busy, key=lambda tile: (-tile.open_tickets, natural(tile.asset.label))):
        yield Busy(tile.asset.label, _tickets(tile.asset), tile.open_tickets)


def _tickets(asset: AssetView) -> str:
    return url_for("tickets.index", open=1, asset=asset.id)


#: Answers as (key, label as source text, colour).
_Answers = Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with what decides the answer of a tile."""

    name: str
    #: A source text.
    label: str
    answer: Callable[[Tile], str]
    answers: _Answers

    def tone(self, key: str) -> str:
        """Return the colour of an answer."""
        return next((tone for known, _, tone in self.answers if known == key), "quiet")

    def counted(self, tiles: Sequence[Tile]) -> Question:
        """Return the question with how many tiles give each answer."""
        given = [self.answer(tile) for tile in tiles]
        answers = tuple(Answer(key, say(text), tone, given.count(key)) for key, text, tone in self.answers)
        return Question(self.name, say(self.label), answers)


def _questions(tiles: Sequence[Tile]) -> Sequence[_Asked]:
    asked = (
        _Asked("open", msg("未结工单"), _open_answer, _OPEN),
        _Asked("state", msg("状态"), _state_answer, _states(tiles)),
        _Asked("people", msg("登记情况"), _people_answer, _PEOPLE),
        _Asked("flags", msg("待核对资料"), _flags_answer, _FLAGS),
    )
    return [one for one in asked if one.name != "state" or len(one.answers) > 1]


_OPEN: _Answers = (
    ("none", msg("没有"), "quiet"), ("some", msg("1 件"), "some"), ("more", msg("2–3 件"), "more"),
    ("most", msg("4 件以上"), "most"),
)  # fmt: skip
_PEOPLE: _Answers = (("known", msg("已登记"), "done"), ("unknown", msg("无人登记"), "waiting"))
_FLAGS: _Answers = (("yes", msg("待核对"), "waiting"), ("no", msg("没有标记"), "quiet"))


def _open_answer(tile: Tile) -> str:
    count = tile.open_tickets
    if count >= _MOST:
        return "most"
    return "more" if count >= _MORE else "some" if count >= _SOME else "none"


def _state_answer(tile: Tile) -> str:
    return tile.asset.state or "unknown"


def _flags_answer(tile: Tile) -> str:
    return "yes" if tile.asset.flags else "no"


def _people_answer(tile: Tile) -> str:
    return "known" if tile.people else "unknown"


def _states(tiles: Sequence[Tile]) -> _Answers:
    """Return the states that the kinds at hand declare, in their order, and the one of tiles without a state."""
    kinds = {tile.asset.kind for tile in tiles}
    declared = {value: label for kind in current_desk().assets.kinds() if kind.name in kinds
                for value, label in kind.states}  # fmt: skip
    stored = {tile.asset.state for tile in tiles} - {""}
    tones = dict(_STATE_TONES)
    free = [tone for tone in _FREE_TONES if tone not in {tones[value] for value in declared if value in tones}]
    for value in (*declared, *sorted(stored - declared.keys())):
        tones.setdefault(value, free.pop(0) if free else "quiet")
    names = [
        (value, declared.get(value, value), tones[value]) for value in (*declared, *sorted(stored - declared.keys()))
    ]
    unknown = [("unknown", msg("未登记"), "quiet")] if any(not tile.asset.state for tile in tiles) else []
    return [*names, *unknown]


@dataclass(frozen=True, slots=True)
class _Words:
    """What plugins call the roles of people and the states of units."""

    roles: Mapping[str, str]
    states: Mapping[tuple[str, str], str]


def _unit(tile: Tile, questions: Sequence[_Asked], words: _Words) -> Unit:
    asset = tile.asset
    answers = {one.name: one.answer(tile) for one in questions}
    return Unit(
        code=asset.code,
        label=asset.label,
        address=url_for("assets.show", asset_id=asset.id),
        answers=answers,
        tones={one.name: one.tone(answers[one.name]) for one in questions},
        open_tickets=tile.open_tickets,
        state=words.states.get((asset.kind, asset.state), asset.state),
        people=tuple(f"{words.roles.get(person.role, person.role)} {person.name}" for person in tile.people),
        person=tile.people[0].name if tile.people else "",
        flags=reasons_in_words(asset.flags) if asset.flags else "",
    )


def _floor(name: str) -> str:
    return say(msg("{floor} 层"), floor=name) if name.lstrip("-").isdecimal() else name


def _places(floors: Mapping[str, Sequence[Tile]]) -> Sequence[str]:
    """Return the places on a floor of one section, such as 01 and 02; none when codes do not begin with the floor."""
    tiles = [(floor, tile.asset.code) for floor, row in floors.items() for tile in row]
    if not tiles or not all(floor and code.startswith(floor) and code != floor for floor, code in tiles):
        return ()
    return sorted({code.removeprefix(floor) for floor, code in tiles}, key=natural)


def _row(tiles: Sequence[Tile], places: Sequence[str], units: Mapping[UUID, Unit]) -> tuple[Unit | None, ...]:
    if not places:
        return tuple(units[tile.asset.id] for tile in tiles)
    found = {tile.asset.code.removeprefix(tile.asset.position): units[tile.asset.id] for tile in tiles}
    return tuple(found.get(place) for place in places)
