"""What cameras write and people type about a photo, read as time and place."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.photos import (
    Coordinates,
    CoordinateSystem,
    PhotoFacts,
    PhotoFactsKept,
    read_camera_place,
    read_camera_time,
    read_coordinates,
)
from gongdan.errors import InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)
BUND = Coordinates(31_230_400, 121_473_700)


@pytest.mark.parametrize(
    ("text", "offset", "moment"),
    [
        # Without a zone the camera's clock runs as the company's.
        ("2026:03:05 09:30:00", "", datetime(2026, 3, 5, 1, 30, tzinfo=UTC)),
        ("2026:03:05 09:30:00", "+08:00", datetime(2026, 3, 5, 1, 30, tzinfo=UTC)),
        ("2026:03:04 20:30:00", "-05:00", datetime(2026, 3, 5, 1, 30, tzinfo=UTC)),
        ("2026:03:05 09:30:00\0", "\0", datetime(2026, 3, 5, 1, 30, tzinfo=UTC)),
        ("2026:03:06 09:59:59", "", datetime(2026, 3, 6, 1, 59, 59, tzinfo=UTC)),
        ("2026:03:06 10:00:01", "", None),
        ("2030:01:01 00:00:00", "", None),
        ("1980:01:01 00:00:00", "", None),
        ("0000:00:00 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("2026-03-05 09:30", "", None),
        ("", "", None),
    ],
)
def test_a_cameras_time_is_a_moment_or_nothing(text: str, offset: str, moment: datetime | None) -> None:
    assert read_camera_time(text, offset, SHANGHAI, NOW) == moment


@pytest.mark.parametrize(
    ("latitude", "north_or_south", "longitude", "east_or_west", "place"),
    [
        (("31", "13", "49.44"), "N", ("121", "28", "25.32"), "E", BUND),
        (("33", "51", "24.84"), "S", ("151", "12", "54.72"), "E", Coordinates(-33_856_900, 151_215_200)),
        (("40", "41", "21.12"), "N", ("74", "2", "40.2"), "W", Coordinates(40_689_200, -74_044_500)),
        (("0", "0", "0"), "N", ("0", "0", "0"), "E", None),
        (("91", "0", "0"), "N", ("121", "0", "0"), "E", None),
        (("31", "13", "49"), "N", ("181", "0", "0"), "E", None),
        (("31", "-13", "49"), "N", ("121", "0", "0"), "E", None),
        (("31", "13"), "N", ("121", "0", "0"), "E", None),
        (("31", "13", "49"), "", ("121", "0", "0"), "E", None),
        (("31", "13", "49"), "E", ("121", "0", "0"), "N", None),
    ],
)
def test_a_cameras_place_is_in_wgs_84_or_nothing(
    latitude: tuple[str, ...], north_or_south: str, longitude: tuple[str, ...], east_or_west: str,
    place: Coordinates | None,
) -> None:  # fmt: skip
    north, east = ([Fraction(part) for part in parts] for parts in (latitude, longitude))
    assert read_camera_place(north, north_or_south, east, east_or_west) == place


def test_typed_coordinates_keep_the_system_that_they_are_in() -> None:
    assert read_coordinates(" 31.2304 ", "121.4737", "WGS-84") == BUND
    typed = read_coordinates("31.228400", "121.478200", "GCJ-02")
    assert typed == Coordinates(31_228_400, 121_478_200, CoordinateSystem.GCJ02)
    assert str(typed) == "31.228400, 121.478200 (GCJ-02)"
    assert str(read_coordinates("-0.5", "-74.0445", "WGS-84")) == "-0.500000, -74.044500 (WGS-84)"
    assert read_coordinates("", " ", "WGS-84") is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "system", "fields"),
    [
        ("91", "121", "WGS-84", ["latitude"]),
        ("31", "", "WGS-84", ["longitude"]),
        ("北纬31度", "121", "WGS-84", ["latitude"]),
        ("NaN", "Infinity", "WGS-84", ["latitude", "longitude"]),
        ("１２", "121", "WGS-84", ["latitude"]),
        ("1e1", "121", "WGS-84", ["latitude"]),
        ("31", "180.000001", "WGS-84", ["longitude"]),
        ("31", "121", "BD-09", ["system"]),
    ],
)
def test_what_is_no_place_is_refused_beside_its_field(
    latitude: str, longitude: str, system: str, fields: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_coordinates(latitude, longitude, system)
    assert [problem.field for problem in refused.value.problems] == fields


@given(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
def test_coordinates_are_read_as_they_are_written(north: int, east: int) -> None:
    place = Coordinates(north, east, CoordinateSystem.GCJ02)
    assert read_coordinates(place.latitude, place.longitude, "GCJ-02") == place


def test_a_company_keeps_nothing_the_time_or_both() -> None:
    facts = PhotoFacts(NOW - timedelta(hours=1), BUND)
    assert facts.kept(PhotoFactsKept.NOTHING) == PhotoFacts()
    assert facts.kept(PhotoFactsKept.TIME) == PhotoFacts(NOW - timedelta(hours=1))
    assert facts.kept(PhotoFactsKept.TIME_AND_PLACE) == facts
