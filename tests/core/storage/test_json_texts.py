"""JSON as the journal seals it and as columns keep it."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.workflow import StateCategory
from gongdan.storage.json_texts import canonical, column_text


def test_the_canonical_text_sorts_keys_and_keeps_characters() -> None:
    payload = {"内容": "漏水", "before": {"b": 1, "a": None}, "after": {}}
    assert canonical(payload) == '{"after":{},"before":{"a":null,"b":1},"内容":"漏水"}'


def test_times_ids_and_amounts_have_one_spelling() -> None:
    shanghai = timezone(timedelta(hours=8))
    payload = {"at": datetime(2026, 3, 5, 10, 0, tzinfo=shanghai), "id": UUID(int=10), "fee": Decimal("50.00")}
    assert canonical(payload) == (
        '{"at":"2026-03-05T02:00:00+00:00","fee":"50.00","id":"00000000-0000-0000-0000-00000000000a"}'
    )
    assert canonical({"at": datetime(2026, 3, 5, 2, 0, tzinfo=UTC)}) == '{"at":"2026-03-05T02:00:00+00:00"}'


@given(payload=st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none(), max_size=6))
def test_the_order_of_keys_does_not_matter(payload: dict[str, object]) -> None:
    assert canonical(payload) == canonical(dict(reversed(payload.items())))


def test_a_column_takes_whole_numbers_of_any_size_and_names_of_enumerations() -> None:
    assert column_text({"次数": 10**40, "state": StateCategory.NEW}) == f'{{"次数":{10**40},"state":"new"}}'
