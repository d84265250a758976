"""The full-text index against a plain reading of all texts, on both databases."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gongdan.domain.searching import fold, query_tokens, terms
from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import Desk
from gongdan.storage import schema, search
from gongdan.storage.search import Document

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
#: Characters that make long and short runs of every kind, and everything that means something to an index.
TEXTS = st.text(alphabet="漏水王芳楼3八0abz .-,。%_\"'*:\\()&|!", max_size=10)


def _index(desk: Desk, company: CompanyView, texts: list[str]) -> dict[UUID, str]:
    """Index texts, each a minute older than the one before; returns them by id."""
    stored = {uuid4(): text for text in texts}
    documents = [
        Document("ticket", key, [text], NOON - timedelta(minutes=age)) for age, (key, text) in enumerate(stored.items())
    ]
    with desk.database.writing(company.id) as session:
        search.add(session, documents)
    return stored


def _find(desk: Desk, company: CompanyView, query: str, *, limit: int = 100) -> list[UUID]:
    with desk.reading(company.id) as session:
        return search.find(session, "ticket", query, limit=limit)


def _remove(desk: Desk, company: CompanyView, keys: list[UUID]) -> None:
    with desk.database.writing(company.id) as session:
        search.remove(session, "ticket", keys)


def _promised(text: str, query: str) -> bool:
    """Tell by a plain reading whether a text holds every word, Latin ones from where a word begins."""
    stored = fold(text)
    words = terms(fold(query))
    starts = [r"(?<![a-z0-9])" if re.match("[a-z0-9]", word) else "" for word in words]
    return all(re.search(start + re.escape(word), stored) for start, word in zip(starts, words, strict=True))


@given(texts=st.lists(TEXTS, max_size=5), query=TEXTS)
def test_every_hit_holds_the_words_and_a_plain_reading_finds_nothing_more(
    desk: Desk, company: CompanyView, texts: list[str], query: str
) -> None:
    stored = _index(desk, company, texts)
    hits = _find(desk, company, query)
    assert all(word in fold(stored[key]) for key in hits for word in terms(fold(query)))
    if query_tokens(fold(query)):
        assert {key for key, text in stored.items() if _promised(text, query)} <= set(hits)
    _remove(desk, company, list(stored))
    assert _find(desk, company, query) == []


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "'",
        '"漏水',
        "漏水*",
        "漏水 OR 王芳",
        "NEAR(漏水 王芳)",
        "tokens:漏水",
        "-漏水",
        "漏水'; DROP TABLE ticket; --",
        "漏水' & '王芳",
        "漏水:* | 王芳",
        "!漏水",
        "漏水 <-> 王芳",
        "\\",
        "%",
        "_",
        "漏\0水",
        "😀",
        "漏水" * 500,
    ],
    ids=lambda query: query[:12].encode("unicode_escape").decode(),
)
def test_what_means_something_to_the_database_is_only_a_word(desk: Desk, company: CompanyView, query: str) -> None:
    stored = _index(desk, company, ["漏水", "王芳", "停电", query])
    hits = _find(desk, company, query)
    assert all(all(word in fold(stored[key]) for word in terms(fold(query))) for key in hits)
    assert [key for key, text in stored.items() if text == "停电" and key in hits] == []


def test_endless_words_and_texts_are_indexed_and_found(desk: Desk, company: CompanyView) -> None:
    all_characters = "".join(map(chr, range(0x4E00, 0x9FA5)))
    long_word, long_text = _index(desk, company, ["x" * 5000 + "1", all_characters * 6 + all_characters[::-1]])
    assert _find(desk, company, "x" * 5000) == [long_word]
    assert _find(desk, company, "x" * 5000 + "2") == []
    assert _find(desk, company, "一丁") == [long_text]


def test_hits_come_newest_first_and_no_more_than_asked_for(desk: Desk, company: CompanyView) -> None:
    stored = list(_index(desk, company, ["漏水一", "漏水二", "漏水三"]))
    assert _find(desk, company, "漏水") == stored
    assert _find(desk, company, "漏水", limit=2) == stored[:2]


def test_the_other_companys_texts_and_other_nouns_are_not_found(
    desk: Desk, company: CompanyView, other_company: CompanyView
) -> None:
    _index(desk, other_company, ["漏水"])
    with desk.database.writing(company.id) as session:
        search.add(session, [Document("party", uuid4(), ["漏水"], NOON)])
    assert _find(desk, company, "漏水") == []


def test_a_replaced_text_is_found_under_its_new_words_only(desk: Desk, company: CompanyView) -> None:
    (key,) = _index(desk, company, ["漏水"])
    with desk.database.writing(company.id) as session:
        search.replace(session, Document("ticket", key, ["停电", "", "王芳"], NOON))
    assert (_find(desk, company, "漏水"), _find(desk, company, "停电 王芳")) == ([], [key])


def test_an_upgrade_indexes_the_tails_of_what_was_there_before(desk: Desk, company: CompanyView) -> None:
    (key,) = _index(desk, company, ["粤B31820F"])
    engine = desk.database.engine
    schema.downgrade(engine, schema.CORE, "0006")
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO search_token (search_token) VALUES ('delete-all')"))
            connection.execute(
                text("INSERT INTO search_token (rowid, tokens) SELECT id, '粤 b31820f' FROM search_document")
            )
        else:
            connection.execute(text("UPDATE search_document SET tokens = array_to_tsvector(ARRAY['粤', 'b31820f'])"))
    assert (_find(desk, company, "粤B31820F"), _find(desk, company, "820F")) == ([key], [])
    schema.upgrade(engine, schema.CORE)
    assert (_find(desk, company, "粤B31820F"), _find(desk, company, "820F")) == ([key], [key])
    _remove(desk, company, [key])
    assert _find(desk, company, "820F") == []
