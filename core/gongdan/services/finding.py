"""What somebody looks for, in the spellings in which the company's plugins store it."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from gongdan.domain.assets import AssetKind
from gongdan.domain.searching import fold, spellings, terms
from gongdan.hooks.catalogue import Owned
from gongdan.hooks.isolation import call_isolated
from gongdan.storage.search import Question

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: A plugin that takes longer to read one label is reported.
_SLOW_SECONDS = 0.5
#: Longest text that may be a label; anything longer is a sentence.
_LONGEST_LABEL = 40


def question(desk: "CompanyDesk", text: str, *, is_loose: bool = False) -> Question:
    """Return what to look for when a person of the company types ``text``."""
    others = (*readings(desk, text), *_word_by_word(desk, text), *spellings(text))
    return Question(
        text,
        tuple(dict.fromkeys(others)),
        finds_phones=desk.actor.may("party.phone"),
        is_loose=is_loose,
    )


def readings(desk: "CompanyDesk", text: str) -> tuple[str, ...]:
    """Return how the kinds of assets of the company would write a label that somebody typed his own way."""
    typed = text.strip()
    if not typed or len(typed) > _LONGEST_LABEL:
        return ()
    found = (spelling for owned in _kinds(desk) for spelling in _read(desk, owned, typed))
    return tuple(spelling for spelling in dict.fromkeys(found) if fold(spelling) != fold(typed))


def _word_by_word(desk: "CompanyDesk", text: str) -> Iterator[str]:
    """Yield a text of several words with each label among them as it would be stored."""
    words = terms(fold(text))
    if len(words) > 1:
        read = [next(iter(readings(desk, word)), word) for word in words]
        if read != words:
            yield " ".join(read)


def _kinds(desk: "CompanyDesk") -> Iterator[Owned[AssetKind]]:
    for owned in desk.installation.plugins.catalogue.asset_kinds:
        if owned.plugin == "core" or owned.plugin in desk.enabled:
            yield owned


def _read(desk: "CompanyDesk", owned: Owned[AssetKind], typed: str) -> tuple[str, ...]:
    read = owned.value.spellings
    if read is None:
        return ()
    outcome = call_isolated(owned.plugin, "spellings", partial(read, typed), slow_seconds=_SLOW_SECONDS)
    if outcome.failure:
        desk.report(outcome.failure)
    return tuple(outcome.value or ())
