"""Photos: when and where they were taken, and what of that a company keeps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from fractions import Fraction
from typing import Final

from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

_MICRO: Final = 1_000_000
_DEGREES: Final = re.compile(r"[+-]?\d{1,3}(\.\d{1,9})?", re.ASCII)
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
#: Cameras with an empty clock say 1980, and some say nothing that is a year at all.
_FIRST_YEAR: Final = 1990
#: A camera's clock may be ahead by a day; what is further ahead says nothing.
_AHEAD: Final = timedelta(days=1)
_BOUNDS: Final = {"latitude": 90, "longitude": 180}


class PhotoFactsKept(StrEnum):
    """What a company keeps of what a camera writes into a photo."""

    NOTHING = "nothing"
    TIME = "time"
    TIME_AND_PLACE = "time_and_place"

    @property
    def demands_stripping(self) -> bool:
        """Tell whether something has to go: then no photo is stored as it came."""
        return self is not PhotoFactsKept.TIME_AND_PLACE


class CoordinateSystem(StrEnum):
    """In which system coordinates are; at one place in China the two are some hundred metres apart."""

    #: What satellites and cameras say.
    WGS84 = "WGS-84"
    #: What Chinese maps say.
    GCJ02 = "GCJ-02"


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A place on earth, in millionths of a degree; north and east are positive."""

    latitude_microdegrees: int
    longitude_microdegrees: int
    system: CoordinateSystem = CoordinateSystem.WGS84

    @property
    def latitude(self) -> str:
        """Return the latitude in degrees, with six decimals."""
        return _written(self.latitude_microdegrees)

    @property
    def longitude(self) -> str:
        """Return the longitude in degrees, with six decimals."""
        return _written(self.longitude_microdegrees)

    def __str__(self) -> str:
        return f"{self.latitude}, {self.longitude} ({self.system})"


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a photo says of itself."""

    #: Aware, UTC.
    taken_at: datetime | None = None
    coordinates: Coordinates | None = None

    def kept(self, policy: PhotoFactsKept) -> "PhotoFacts":
        """Return what a company keeps of it."""
        if policy is PhotoFactsKept.NOTHING:
            return PhotoFacts()
        return PhotoFacts(self.taken_at) if policy is PhotoFactsKept.TIME else self


def read_camera_time(text: str, offset: str, zone: tzinfo, now: datetime) -> datetime | None:
    """Return the moment that a camera has written, aware, UTC; None for what can be none.

    ``2026:03:05 10:00:00`` is in ``offset``, such as ``+08:00``; without one in the company's ``zone``.
    """
    try:
        local = datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 -- the zone comes next
    except ValueError:
        return None
    found = _OFFSET.fullmatch(offset.strip("\0 "))
    if found:
        shift = timedelta(hours=int(found[2]), minutes=int(found[3])) * (-1 if found[1] == "-" else 1)
        moment = (local - shift).replace(tzinfo=UTC)
    else:
        moment = local.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.year >= _FIRST_YEAR and moment <= now + _AHEAD else None


def read_camera_place(
    latitude: Sequence[Fraction], north_or_south: str, longitude: Sequence[Fraction], east_or_west: str
) -> Coordinates | None:
    """Return the place that a camera has written as degrees, minutes and seconds; None for what can be none."""
    north = _microdegrees(latitude, north_or_south, "NS", 90)
    east = _microdegrees(longitude, east_or_west, "EW", 180)
    # Cameras that do not know where they are often say 0, 0.
    return None if north is None or east is None or not (north or east) else Coordinates(north, east)


def read_coordinates(latitude: str, longitude: str, system: str) -> Coordinates | None:
    """Return the place that somebody has typed in degrees; None for empty fields. Raises ``InvalidInput``."""
    if not latitude.strip() and not longitude.strip():
        return None
    given = {"latitude": latitude.strip(), "longitude": longitude.strip()}
    problems = [_bad_degrees(name, text) for name, text in given.items() if not _is_degrees(name, text)]
    if system not in set(CoordinateSystem):
        problems.append(FieldProblem("system", system, msg("不是可选的值"), label=msg("坐标系")))
    if problems:
        raise InvalidInput(tuple(problems))
    north, east = (round(Fraction(text) * _MICRO) for text in given.values())
    return Coordinates(north, east, CoordinateSystem(system))


def _microdegrees(parts: Sequence[Fraction], reference: str, signs: str, highest: int) -> int | None:
    if len(parts) != 3 or reference not in signs or not reference:  # noqa: PLR2004 -- degrees, minutes, seconds
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if min(parts) < 0 or degrees > highest:
        return None
    return round(degrees * _MICRO) * (1 if reference == signs[0] else -1)


def _is_degrees(name: str, text: str) -> bool:
    return bool(_DEGREES.fullmatch(text)) and abs(Fraction(text)) <= _BOUNDS[name]


def _bad_degrees(name: str, text: str) -> FieldProblem:
    label = msg("纬度") if name == "latitude" else msg("经度")
    rule, remedy = msg("应为 -{bound} 到 {bound} 之间的度数"), msg("例如纬度 31.230400、经度 121.473700")
    return FieldProblem(name, text[:40], rule, remedy, {"bound": _BOUNDS[name]}, label)


def _written(microdegrees: int) -> str:
    sign = "-" if microdegrees < 0 else ""
    return f"{sign}{abs(microdegrees) // _MICRO}.{abs(microdegrees) % _MICRO:06d}"
