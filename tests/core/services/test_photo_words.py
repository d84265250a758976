"""What people say of photos, and photos of before beside those of after."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gongdan.domain.photos import Coordinates, CoordinateSystem
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.services.photos import Pair, PhotoWords
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People
from tests.core.services.pictures import PNG, photo

Unchanged = Callable[[], AbstractContextManager[None]]

TAKEN = datetime(2026, 3, 4, 6, 20, tzinfo=UTC)
PARK = Coordinates(31_228_400, 121_478_200, CoordinateSystem.GCJ02)


@pytest.fixture
def subject(factory: Factory) -> SubjectKey:
    return SubjectKey("ticket", factory.ticket().id)


@pytest.fixture
def photos(company_desk: CompanyDesk, subject: SubjectKey) -> list[AttachmentView]:
    files = [Upload(f"{name}.png", PNG) for name in ("修前", "修后", "全景")]
    return list(company_desk.attachments.add(subject, files))


def test_a_caption_a_time_and_a_place_are_kept_found_and_journalled(
    company_desk: CompanyDesk, subject: SubjectKey, photos: list[AttachmentView]
) -> None:
    words = PhotoWords(caption="  厨房水管接口  ", taken_at=TAKEN, coordinates=PARK)
    picture = company_desk.photos.describe(photos[0].id, words).picture
    assert picture
    assert (picture.caption, picture.taken_at, picture.coordinates) == ("厨房水管接口", TAKEN, PARK)
    assert picture.is_typed
    entry = company_desk.journal.of(subject.id)[-1]
    assert (entry.act, entry.before) == ("attachment.described", {"caption": "", "taken_at": None, "coordinates": ""})
    assert entry.after == {
        "name": "修前.png", "caption": "厨房水管接口", "taken_at": "2026-03-04T06:20:00+00:00",
        "coordinates": "31.228400, 121.478200 (GCJ-02)",
    }  # fmt: skip
    assert [hit.id for hit in company_desk.searching.everywhere("水管接口").tickets] == [subject.id]
    company_desk.photos.describe(photos[0].id, PhotoWords())
    described = company_desk.attachments.find(photos[0].id).picture
    assert described
    assert (described.caption, described.taken_at, described.coordinates) == ("", None, None)


def test_what_a_camera_said_stays_its_word_until_somebody_changes_it(
    company_desk: CompanyDesk, subject: SubjectKey
) -> None:
    (added,) = company_desk.attachments.add(subject, [Upload("现场.jpg", photo(taken="2026:03:05 09:30:42"))])
    said = added.picture
    assert said
    assert said.taken_at
    # The dialog shows minutes, so it sends the time back without its seconds.
    same = PhotoWords(caption="水表", taken_at=said.taken_at.replace(second=0), coordinates=said.coordinates)
    kept = company_desk.photos.describe(added.id, same).picture
    assert kept
    assert (kept.taken_at, kept.is_typed) == (said.taken_at, False)
    other = PhotoWords(caption="水表", taken_at=TAKEN, coordinates=said.coordinates)
    changed = company_desk.photos.describe(added.id, other).picture
    assert changed
    assert (changed.taken_at, changed.is_typed) == (TAKEN, True)


def test_two_photos_of_a_ticket_stand_as_a_pair_until_it_is_taken_apart(
    company_desk: CompanyDesk, subject: SubjectKey, photos: list[AttachmentView]
) -> None:
    before, after, whole = photos
    assert [each.id for each in company_desk.photos.pairable(after)] == [before.id, whole.id]
    company_desk.photos.describe(after.id, PhotoWords(caption="已换新管"), Pair(before.id, after.id))
    paired = company_desk.attachments.find(after.id)
    assert paired.picture
    assert paired.picture.before_id == before.id
    for one, other in ((before, after), (after, before)):
        partner = company_desk.photos.partner(company_desk.attachments.find(one.id))
        assert partner
        assert partner.id == other.id
    assert company_desk.photos.pairable(whole) == ()
    assert company_desk.journal.of(subject.id)[-1].after == {"photo_before": "修前.png", "photo_after": "修后.png"}
    company_desk.photos.unpair(before.id)
    assert company_desk.photos.partner(company_desk.attachments.find(after.id)) is None
    assert company_desk.journal.of(subject.id)[-1].act == "attachment.unpaired"


def test_a_photo_is_in_one_pair_at_most(
    company_desk: CompanyDesk, photos: list[AttachmentView], unchanged: Unchanged
) -> None:
    before, after, whole = photos
    company_desk.photos.pair(Pair(before.id, after.id))
    for earlier, later in ((before, whole), (whole, after), (after, whole), (after, before)):
        with unchanged(), pytest.raises(Conflict):
            company_desk.photos.pair(Pair(earlier.id, later.id))
    # What is said of the photo does not stay either when the pair cannot be.
    with unchanged(), pytest.raises(Conflict):
        company_desk.photos.describe(whole.id, PhotoWords(caption="全景"), Pair(before.id, whole.id))
    with unchanged(), pytest.raises(NotFound):
        company_desk.photos.unpair(whole.id)


@pytest.mark.clause("FILE-10")
def test_a_photo_is_paired_only_with_one_of_the_same_thing(
    company_desk: CompanyDesk,
    other_desk: CompanyDesk,
    factory: Factory,
    other_factory: Factory,
    subject: SubjectKey,
    photos: list[AttachmentView],
    unchanged: Unchanged,
) -> None:
    picture = [Upload("别处.png", PNG)]
    (elsewhere,) = company_desk.attachments.add(SubjectKey("ticket", factory.ticket().id), picture)
    (foreign,) = other_desk.attachments.add(SubjectKey("ticket", other_factory.ticket().id), picture)
    (paper,) = company_desk.attachments.add(subject, [Upload("说明.txt", b"abc")])
    for other in (elsewhere.id, foreign.id, paper.id, photos[0].id, UUID(int=6)):
        for pair in (Pair(other, photos[0].id), Pair(photos[0].id, other)):
            with unchanged(), pytest.raises(NotFound):
                company_desk.photos.pair(pair)


def test_words_that_cannot_be_and_people_who_may_not_change_nothing(
    company_desk: CompanyDesk, person: People, photos: list[AttachmentView], clock: Clock, unchanged: Unchanged
) -> None:
    for words, field in (
        (PhotoWords(caption="字" * 201), "caption"),
        (PhotoWords(taken_at=clock() + timedelta(days=2)), "taken_at"),
    ):
        with unchanged(), pytest.raises(InvalidInput) as refused:
            company_desk.photos.describe(photos[0].id, words)
        assert [problem.field for problem in refused.value.problems] == [field]
    observer = person("observer")
    with unchanged(), pytest.raises(NotAllowed):
        observer.photos.describe(photos[0].id, PhotoWords(caption="水管"))
    with unchanged(), pytest.raises(NotAllowed):
        observer.photos.pair(Pair(photos[0].id, photos[1].id))
