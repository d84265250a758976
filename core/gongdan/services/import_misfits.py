"""Rows that are read well and still cannot be stored: each is refused by itself, and the others go on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import String, inspect

from gongdan.domain.facts import AssetFact, Fact, PartyFact, TicketFact
from gongdan.domain.importing import CheckedRow, Issue, RowVerdict
from gongdan.domain.verdicts import Reason
from gongdan.storage.assets import AssetRow
from gongdan.storage.base import Base
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

#: Row of the file → why it cannot be stored.
Misfits = Mapping[int, Issue]

_LENGTH_RULE = msg("最多 {max_length} 个字符")
_LENGTH_REMEDY = msg("请在原表中缩短后重新导入")
_SLASH_RULE = msg("编号不能含“/”")
_SLASH_REMEDY = msg("请在原表中改写后重新导入")
#: Beyond this a text in place of an identity number is no number, and too long to be encrypted into its column.
_LONGEST_IDENTITY = 32


def conflict(column: str, raw: str, rule: str, remedy: str) -> Issue:
    """Return the refusal of a row that contradicts what is stored."""
    return Issue(column, raw, Reason.CONFLICT, RowVerdict.REFUSED, rule, remedy)


def refused(row: CheckedRow, issue: Issue) -> CheckedRow:
    """Return a row as one that is not taken."""
    return replace(row, verdict=RowVerdict.REFUSED, reasons=(issue.reason,), changes={}, issues=(*row.issues, issue))


def text_misfits(facts: Iterable[tuple[CheckedRow, Fact]]) -> Misfits:
    """Return the rows with a text that is too long for its column, or that would break the tree of assets."""
    found: dict[int, Issue] = {}
    for row, fact in facts:
        issue = next(_bad_texts(row, fact), None)
        if issue:
            found[row.row] = issue
    return found


def _bad_texts(row: CheckedRow, fact: Fact) -> Iterator[Issue]:
    def bad(text: str, rule: str, remedy: str, **params: object) -> Issue:
        return Issue(_column(row, text), text, Reason.BAD_FORMAT, RowVerdict.REFUSED, rule, remedy, params)

    for place in fact.way if isinstance(fact, AssetFact) else ():
        if "/" in place.code:
            yield bad(place.code, _SLASH_RULE, _SLASH_REMEDY)
    for text, limit in _texts(fact):
        if len(text) > limit:
            yield bad(text, _LENGTH_RULE, _LENGTH_REMEDY, max_length=limit)


def _column(row: CheckedRow, text: str) -> str:
    """Return the column whose value holds the text; empty when it is put together from several."""
    return next((name for name, value in row.values.items() if value == text or _holds(value, text)), "")


def _holds(value: object, text: str) -> bool:
    return isinstance(value, tuple) and text in value


def _texts(fact: Fact) -> Iterator[tuple[str, int]]:
    """Yield the texts of a fact with the lengths of the columns that keep them."""
    if isinstance(fact, TicketFact):
        lengths = _lengths(TicketRow)
        for name in ("contact_name", "contact_phone", "place", "category"):
            yield getattr(fact, name), lengths[name]
        return
    lengths = _lengths(AssetRow)
    for place in fact.way:
        yield from (
            (place.code, lengths["code"]),
            (place.label, lengths["label"]),
            (place.position, lengths["position"]),
        )
    yield "".join(f"/{place.code}" for place in fact.way), lengths["path"]
    for link in fact.links:
        yield from _party_texts(link.party)


def _party_texts(party: PartyFact) -> Sequence[tuple[str, int]]:
    phones = [(phone, _lengths(ContactPointRow)["normalised"]) for phone in party.phones]
    return [(party.name, _lengths(PartyRow)["name"]), *phones, (party.identity, _LONGEST_IDENTITY)]


@cache
def _lengths(model: type[Base]) -> Mapping[str, int]:
    """Return the text columns of a table that have a greatest length."""
    columns = inspect(model).columns.items()
    return {
        name: column.type.length for name, column in columns if isinstance(column.type, String) and column.type.length
    }
