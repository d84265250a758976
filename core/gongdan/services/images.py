"""Cleaning images: what is stored was drawn anew, so nothing hides in it; a small one is made for lists.

Pillow comes with the extra ``images``; it is imported when the first image comes.
"""

import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from fractions import Fraction
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from gongdan.domain.photos import Coordinates, PhotoFacts, PhotoFactsKept, read_camera_place, read_camera_time
from gongdan.errors import FileRefused
from gongdan.text import msg

if TYPE_CHECKING:
    from PIL import Image

#: Largest picture, in pixels; of a moving one, all its frames together.
MOST_PIXELS: Final = 50_000_000
#: Longest side of the small picture, in pixels.
THUMBNAIL_PX: Final = 480
_QUALITY: Final = 88
_THUMBNAIL_QUALITY: Final = 80

#: What can be drawn anew, and what Pillow calls it.
CLEANABLE: Mapping[str, str] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}

#: Modes that each format keeps; others become RGB or RGBA.
_MODES: Mapping[str, frozenset[str]] = {
    "JPEG": frozenset({"RGB", "L"}),
    "PNG": frozenset({"RGB", "RGBA", "L", "1"}),
    "GIF": frozenset({"RGB", "RGBA", "L"}),
    "WEBP": frozenset({"RGB", "RGBA"}),
}

# Tags of EXIF.
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4

#: A picture of fifty million pixels takes some hundred megabytes while it is drawn.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image as it is stored."""

    content: bytes
    #: JPEG, at most ``THUMBNAIL_PX`` wide and high.
    thumbnail: bytes
    width_px: int
    height_px: int
    facts: PhotoFacts


def can_clean() -> bool:
    """Tell whether Pillow is installed."""
    return find_spec("PIL") is not None


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How a company has its images cleaned."""

    kept: PhotoFactsKept
    #: In which the clock of a camera runs that does not say it.
    zone: tzinfo
    #: The moment, aware.
    now: datetime

    def clean(self, name: str, content: bytes, media_type: str) -> CleanImage:
        """Draw an image anew: turned as it was held, without whatever else its file contained.

        ``name`` is the file's, for the refusal: raises ``FileRefused`` for what cannot be read or is too large.
        """
        kind = CLEANABLE[media_type]
        with _opened(name, content, kind) as image:
            facts = self._facts(image).kept(self.kept)
            frames = _frames(image, kind)
            return CleanImage(_encode(frames, kind, self._exif(facts)), _thumbnail(frames[0]), *frames[0].size, facts)

    def _facts(self, image: "Image.Image") -> PhotoFacts:
        exif = image.getexif()
        taken, place = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
        taken_at = read_camera_time(str(taken.get(_TAKEN, "")), str(taken.get(_OFFSET, "")), self.zone, self.now)
        return PhotoFacts(taken_at, _place(place))

    def _exif(self, facts: PhotoFacts) -> bytes:
        """Return what the new file says of when and where; empty for nothing."""
        from PIL import Image  # noqa: PLC0415 -- twenty megabytes that not everybody has

        exif = Image.Exif()
        if facts.taken_at:
            # Most programs show the time as it stands, so it is the company's.
            local = facts.taken_at.astimezone(self.zone)
            offset = local.strftime("%z")
            exif.get_ifd(_EXIF).update({_TAKEN: f"{local:%Y:%m:%d %H:%M:%S}", _OFFSET: f"{offset[:3]}:{offset[3:5]}"})
        if facts.coordinates:
            exif.get_ifd(_GPS).update(_gps(facts.coordinates))
        return exif.tobytes() if facts.taken_at or facts.coordinates else b""


@contextmanager
def _opened(name: str, content: bytes, kind: str) -> "Iterator[Image.Image]":
    """Open an image whose header says that it is not too large; whatever its decoder raises is a refusal."""
    from PIL import Image  # noqa: PLC0415 -- as above

    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(content), formats=(kind,)) as image:
                _refuse_flood(name, image)
                yield image
        except FileRefused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
            raise _too_large(name) from problem
        except Exception as problem:  # a decoder that is fed with hostile bytes may raise anything
            raise FileRefused(name, msg("图片打不开，可能已经损坏")) from problem


def _refuse_flood(name: str, image: "Image.Image") -> None:
    if image.width * image.height * getattr(image, "n_frames", 1) > MOST_PIXELS:
        raise _too_large(name)


def _too_large(name: str) -> FileRefused:
    return FileRefused(name, msg("图片太大，最多 5000 万像素"))


def _frames(image: "Image.Image", kind: str) -> "Sequence[Image.Image]":
    """Return the frames without anything beside their pixels; of what does not move, one."""
    from PIL import ImageOps, ImageSequence  # noqa: PLC0415 -- as above

    if kind in {"GIF", "WEBP"} and getattr(image, "n_frames", 1) > 1:
        return [_plain(frame.copy(), kind) for frame in ImageSequence.Iterator(image)]
    return [_plain(ImageOps.exif_transpose(image), kind)]


def _plain(image: "Image.Image", kind: str) -> "Image.Image":
    duration = image.info.get("duration")
    if image.mode not in _MODES[kind]:
        is_seen_through = kind != "JPEG" and (image.has_transparency_data or "A" in image.mode)
        image = image.convert("RGBA" if is_seen_through else "RGB")
    # Comments, profiles and previews would be written into the new file from here.
    image.info = {} if duration is None else {"duration": duration}
    return image


def _encode(frames: "Sequence[Image.Image]", kind: str, exif: bytes) -> bytes:
    out = BytesIO()
    options: dict[str, Any] = {"quality": _QUALITY} if kind in {"JPEG", "WEBP"} else {}
    if len(frames) > 1:
        durations = [int(frame.info.get("duration", 100)) for frame in frames]
        options |= {"save_all": True, "append_images": frames[1:], "loop": 0, "duration": durations}
    elif kind != "GIF" and exif:
        options["exif"] = exif
    frames[0].save(out, kind, **options)
    return out.getvalue()


def _thumbnail(image: "Image.Image") -> bytes:
    from PIL import Image  # noqa: PLC0415 -- as above

    small = image.copy()
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    small = small.convert("RGBA")
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small, mask=small.getchannel("A"))
    out = BytesIO()
    paper.save(out, "JPEG", quality=_THUMBNAIL_QUALITY)
    return out.getvalue()


def _gps(place: Coordinates) -> Mapping[int, object]:
    north, east = place.latitude_microdegrees, place.longitude_microdegrees
    return {
        _LATITUDE_REF: "N" if north >= 0 else "S",
        _LATITUDE: _degrees(abs(north)),
        _LONGITUDE_REF: "E" if east >= 0 else "W",
        _LONGITUDE: _degrees(abs(east)),
    }


def _degrees(microdegrees: int) -> tuple[Fraction, Fraction, Fraction]:
    degrees, rest = divmod(microdegrees, 1_000_000)
    minutes, rest = divmod(rest * 60, 1_000_000)
    return Fraction(degrees), Fraction(minutes), Fraction(rest * 60, 1_000_000)


def _place(gps: Mapping[int, Any]) -> Coordinates | None:
    try:
        latitude, longitude = ([Fraction(str(part)) for part in gps[tag]] for tag in (_LATITUDE, _LONGITUDE))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return read_camera_place(latitude, str(gps.get(_LATITUDE_REF, "")), longitude, str(gps.get(_LONGITUDE_REF, "")))
