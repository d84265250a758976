"""Images are drawn anew: nothing hides in what is stored, and of what a camera says the policy keeps its part."""

import struct
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from gongdan.domain.photos import Coordinates
from gongdan.domain.snapshots import TicketView
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import FileRefused, InvalidInput, QuotaExceeded
from gongdan.services.attachment_rows import AttachmentView, PictureView
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.testing.factories import Factory
from tests.core.services.pictures import PHOTO, PNG, moving, opened, photo, picture

Unchanged = Callable[[], AbstractContextManager[None]]

TAKEN = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
BUND = Coordinates(31_230_400, 121_473_700)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64


@pytest.fixture
def ticket(factory: Factory) -> TicketView:
    return factory.ticket()


Add = Callable[..., AttachmentView]


@pytest.fixture
def add(company_desk: CompanyDesk, ticket: TicketView) -> Add:
    """Attach one file to the ticket."""

    def attach(name: str, content: bytes) -> AttachmentView:
        (added,) = company_desk.attachments.add(SubjectKey("ticket", ticket.id), [Upload(name, content)])
        return added

    return attach


def facts(added: AttachmentView) -> tuple[datetime | None, Coordinates | None]:
    assert added.picture
    return added.picture.taken_at, added.picture.coordinates


@pytest.mark.parametrize(
    ("decided", "kept", "in_the_file"),
    [
        (None, (TAKEN, BUND), ("2026:03:05 09:30:00", 31.0)),
        ("time_and_place", (TAKEN, BUND), ("2026:03:05 09:30:00", 31.0)),
        ("time", (TAKEN, None), ("2026:03:05 09:30:00", None)),
        ("nothing", (None, None), (None, None)),
    ],
)
def test_the_policy_says_what_is_kept_of_when_and_where(
    company_desk: CompanyDesk, add: Add, decided: str | None, kept: object, in_the_file: object
) -> None:
    if decided:
        company_desk.policies.set("core.photo_facts", decided)
    added = add("现场.jpg", photo())
    assert facts(added) == kept
    exif = opened(company_desk.attachments.read(added.id)[1]).getexif()
    degrees = exif.get_ifd(0x8825).get(2)
    assert (exif.get_ifd(0x8769).get(0x9003), degrees[0] if degrees else None) == in_the_file
    # The maker of the phone is nobody's concern.
    assert 0x010F not in exif


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("现场.jpg", photo() + b"PK\x03\x04<script>alert(1)</script>"),
        ("现场.png", PNG + b"PK\x03\x04<script>alert(1)</script>"),
        ("现场.png", PNG[:-12] + struct.pack(">I", 8) + b"tEXt<script>" + struct.pack(">I", zlib.crc32(b"tEXt<script>"))
         + PNG[-12:]),
        ("现场.gif", moving()[:-1] + b"!\xfe\x08<script>\x00;"),
        ("现场.webp", picture("WEBP") + b"<script>alert(1)</script>"),
    ],
    ids=["jpeg and zip", "png and zip", "png comment", "gif comment", "webp and html"],
)  # fmt: skip
def test_what_hides_in_an_image_or_behind_it_is_not_stored(
    company_desk: CompanyDesk, add: Add, name: str, content: bytes
) -> None:
    stored = company_desk.attachments.read(add(name, content).id)[1]
    for hidden in (b"<script>", b"PK\x03\x04", b"hidden words", b"Made by a phone"):
        assert hidden not in stored
    assert opened(stored).size == (40, 30)


def test_a_photo_stands_as_it_was_held(company_desk: CompanyDesk, add: Add) -> None:
    added = add("现场.jpg", photo(orientation=6, size=(400, 300)))
    assert added.picture
    assert (added.picture.width_px, added.picture.height_px) == (300, 400)
    for content in (company_desk.attachments.read(added.id)[1], company_desk.attachments.thumbnail(added)):
        # Turned to the right, the corner at the top left is at the top right.
        red, green, blue = opened(content).getpixel((280, 20))  # type: ignore[misc]  # of an RGB image
        assert (red > 200, green < 80, blue < 80) == (True, True, True)


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("PNG", "I;16"), ("GIF", "P"),
                       ("WEBP", "RGBA"), ("JPEG", "CMYK"), ("JPEG", "L")]
)  # fmt: skip
def test_every_kind_of_image_is_drawn_and_has_a_small_picture(
    company_desk: CompanyDesk, add: Add, kind: str, mode: str
) -> None:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new(mode, (960, 480)).save(out, kind)
    added = add(f"现场.{kind.lower().replace('jpeg', 'jpg')}", out.getvalue())
    assert opened(company_desk.attachments.read(added.id)[1]).size == (960, 480)
    small = opened(company_desk.attachments.thumbnail(added))
    assert (small.format, small.size) == ("JPEG", (480, 240))


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_moves_still_moves(company_desk: CompanyDesk, add: Add, kind: str) -> None:
    image = opened(company_desk.attachments.read(add(f"现场.{kind.lower()}", moving(kind)).id)[1])
    assert getattr(image, "n_frames", 1) == 3


def flood(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header promises many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.clause("FILE-14")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (flood(30_000, 30_000), "图片太大，最多 5000 万像素"),
        (flood(10_000, 10_000), "图片太大，最多 5000 万像素"),
        (flood(5_001, 10_000), "图片太大，最多 5000 万像素"),
        (flood(400, 300), "图片打不开，可能已经损坏"),
        (PNG[:40], "图片打不开，可能已经损坏"),
        (PNG[:8] + b"\0" * 64, "图片打不开，可能已经损坏"),
    ],
    ids=["900 million", "100 million", "a little too many", "no pixels", "cut off", "zeros"],
)
def test_a_flood_of_pixels_or_a_broken_image_is_refused(
    add: Add, unchanged: Unchanged, content: bytes, reason: str
) -> None:
    with unchanged(), pytest.raises(FileRefused) as refused:
        add("现场.png", content)
    assert (refused.value.name, refused.value.reason) == ("现场.png", reason)


def test_a_flood_of_frames_is_refused(add: Add, unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongdan.services.images.MOST_PIXELS", 40 * 30 * 3)
    add("现场.gif", moving(frames=3))
    with unchanged(), pytest.raises(FileRefused):
        add("现场.gif", moving(frames=4))


def test_a_heic_photo_is_kept_for_download_unless_something_has_to_go(
    company_desk: CompanyDesk, add: Add, unchanged: Unchanged
) -> None:
    added = add("现场.heic", HEIC)
    assert (added.media_type, added.picture) == ("image/heic", None)
    assert company_desk.attachments.read(added.id)[1] == HEIC
    company_desk.policies.set("core.photo_facts", "time")
    with unchanged(), pytest.raises(FileRefused) as refused:
        add("现场.heic", HEIC)
    assert "换成 JPEG" in refused.value.reason


def test_without_the_extra_images_stay_as_they_came_and_are_only_downloaded(
    company_desk: CompanyDesk, add: Add, unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongdan.services.stored_files.can_clean", lambda: False)
    company_desk.policies.set("core.photo_facts", "time_and_place")
    added = add(PHOTO.name, PHOTO.content)
    assert (added.picture, company_desk.attachments.read(added.id)[1]) == (None, PHOTO.content)


@pytest.mark.parametrize("decided", ["nothing", "time"])
def test_without_the_extra_nothing_that_has_to_go_is_stored(
    company_desk: CompanyDesk, add: Add, unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch, decided: str
) -> None:
    monkeypatch.setattr("gongdan.services.stored_files.can_clean", lambda: False)
    company_desk.policies.set("core.photo_facts", decided)
    with unchanged(), pytest.raises(FileRefused) as refused:
        add(PHOTO.name, PHOTO.content)
    assert "gongdan[images]" in refused.value.reason
    assert add("说明.txt", b"abc").picture is None


# --- How much --------------------------------------------------------------------------------


@pytest.mark.clause("FILE-16")
def test_a_quota_names_what_there_is_what_is_used_and_what_is_needed(
    company_desk: CompanyDesk, other_desk: CompanyDesk, add: Add, other_factory: Factory, unchanged: Unchanged
) -> None:
    half = b"0123456789abcdef" * 32768
    add("一.txt", half)
    assert company_desk.attachments.room().quota_bytes is None
    company_desk.policies.set("core.files_mb", "1")
    room = company_desk.attachments.room()
    assert (room.files, room.used_bytes, room.quota_bytes, room.percent) == (1, 524_288, 1_048_576, 50)
    with unchanged(), pytest.raises(QuotaExceeded) as refused:
        add("二.txt", half + b"!")
    assert (refused.value.quota_mb, refused.value.used_mb, refused.value.needed_mb) == ("1", "0.5", "0.5")
    # What just fits is taken, and then nothing more; the other company does not notice.
    add("二.txt", half)
    with unchanged(), pytest.raises(QuotaExceeded):
        add("三.txt", b"!")
    other_desk.attachments.add(SubjectKey("ticket", other_factory.ticket().id), [Upload("四.txt", half)])
    assert company_desk.attachments.room().percent == 100


def test_files_that_fit_one_by_one_but_not_together_are_refused_together(
    company_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged
) -> None:
    company_desk.policies.set("core.files_mb", "1")
    files = [Upload(f"{number}.txt", b"0" * 600_000) for number in (1, 2)]
    with unchanged(), pytest.raises(QuotaExceeded):
        company_desk.notes.write(ticket.id, "两份", files=files)
    company_desk.notes.write(ticket.id, "一份", files=files[:1])


def test_who_is_quicker_gets_the_room(company_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged) -> None:
    company_desk.policies.set("core.files_mb", "1")
    place = SubjectKey("ticket", ticket.id)
    stored = company_desk.attachments.store(place, [Upload("一.txt", b"0" * 600_000)])
    company_desk.attachments.add(place, [Upload("二.txt", b"1" * 600_000)])
    with unchanged(), pytest.raises(QuotaExceeded), company_desk.working() as work:
        company_desk.attachments.attach(work, place, stored)


@pytest.mark.clause("FILE-16")
def test_so_many_files_are_taken_at_once_and_no_more(
    company_desk: CompanyDesk, ticket: TicketView, unchanged: Unchanged
) -> None:
    place, paper = SubjectKey("ticket", ticket.id), Upload("说明.txt", b"abc")
    assert len(company_desk.attachments.add(place, [paper] * 20)) == 20
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.attachments.add(place, [paper] * 21)
    assert [(problem.field, problem.value) for problem in refused.value.problems] == [("files", "21")]


def test_small_pictures_stay_when_the_store_is_swept(company_desk: CompanyDesk, add: Add) -> None:
    from datetime import timedelta

    added = add(PHOTO.name, PHOTO.content)
    assert isinstance(added.picture, PictureView)
    assert company_desk.file_keeping.sweep(older_than=timedelta()).files == 0
    assert company_desk.attachments.thumbnail(added)
