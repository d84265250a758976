"""Pictures as cameras and scanners make them, and with what people hide in them."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from gongdan.services.file_checks import Upload


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal", **options: Any) -> bytes:
    """Return an image of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def moving(kind: str = "GIF", frames: int = 3) -> bytes:
    """Return an image that moves, half a second a frame."""
    drawn, out = [Image.new("RGB", (40, 30), (80 * number, 40, 40)) for number in range(frames)], BytesIO()
    drawn[0].save(out, kind, save_all=True, append_images=drawn[1:], duration=500)
    return out.getvalue()


def photo(
    taken: str = "2026:03:05 09:30:00",
    offset: str = "",
    gps: Mapping[int, Any] | None = None,
    *,
    orientation: int = 1,
    size: tuple[int, int] = (40, 30),
) -> bytes:
    """Return a JPEG as a phone makes it: with its maker, when and where; by default in Shanghai, 31°13′49.44″ N."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Made by a phone", orientation
    exif.get_ifd(0x8769).update({0x9003: taken, **({0x9011: offset} if offset else {})})
    place = {1: "N", 2: (31.0, 13.0, 49.44), 3: "E", 4: (121.0, 28.0, 25.32)} if gps is None else gps
    exif.get_ifd(0x8825).update(place)
    out = BytesIO()
    drawn = Image.new("RGB", size, "white")
    # A red corner tells afterwards which way the picture was turned.
    drawn.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    drawn.save(out, "JPEG", exif=exif.tobytes(), comment=b"hidden words", quality=95)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return an image with its pixels."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


PNG = picture()
JPEG = picture("JPEG")
PHOTO = Upload("现场.jpg", photo())
