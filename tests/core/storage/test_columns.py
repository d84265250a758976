"""Times and amounts come back exactly as they were given."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from gongdan.services.desk import Desk
from gongdan.storage.accounts import LoginFailureRow
from gongdan.storage.base import MoneyColumn
from gongdan.storage.tenancy import INSTALLATION

MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001 -- the zone is drawn beside it
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001 -- as above
    timezones=st.timezones(),
)
AMOUNTS = st.decimals(min_value=-(10**14), max_value=10**14, places=4)


def _stored(desk: Desk, moment: datetime) -> datetime:
    row = LoginFailureRow(login="zhangmin", address="", failed_at=moment)
    with desk.database.writing(INSTALLATION) as session:
        session.add(row)
    with desk.reading() as session:
        return session.scalars(select(LoginFailureRow.failed_at).where(LoginFailureRow.id == row.id)).one()


@given(moment=MOMENTS)
def test_a_time_of_any_zone_comes_back_as_the_same_moment_in_utc(desk: Desk, moment: datetime) -> None:
    assert _stored(desk, moment) == moment.astimezone(UTC)


def test_a_time_of_shanghai_is_stored_eight_hours_earlier(desk: Desk) -> None:
    noon = datetime(2026, 3, 5, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    assert _stored(desk, noon).isoformat() == "2026-03-05T04:00:00.000005+00:00"


def test_a_time_without_a_zone_is_refused(desk: Desk) -> None:
    with pytest.raises((StatementError, ValueError), match="without a zone"):
        _stored(desk, datetime(2026, 3, 5, 12, 0))  # noqa: DTZ001 -- this is what is refused


@given(amount=AMOUNTS)
def test_an_amount_comes_back_exactly(amount: Decimal) -> None:
    column, dialect = MoneyColumn(), sqlite.dialect()
    stored = column.process_bind_param(amount, dialect)
    assert isinstance(stored, int)
    assert column.process_result_value(stored, dialect) == amount


def test_an_amount_with_more_than_four_decimals_is_refused() -> None:
    with pytest.raises(ValueError, match="more than four decimals"):
        MoneyColumn().process_bind_param(Decimal("0.00001"), sqlite.dialect())
