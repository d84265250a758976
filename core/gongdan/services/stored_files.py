"""From a file as it came to a file as it is stored: checked, images drawn anew, bytes under their hash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gongdan.domain.photos import PhotoFacts, PhotoFactsKept
from gongdan.errors import FieldProblem, FileRefused, InvalidInput
from gongdan.services.file_checks import Upload, clean_name, sniff
from gongdan.services.images import CLEANABLE, CleanImage, Cleaning, can_clean
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: So many files are taken at once.
MOST_FILES: Final = 20
#: The company's answer to what is kept of a photo's own facts.
PHOTO_FACTS: Final = "core.photo_facts"


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """What is known of an image that was drawn anew."""

    width_px: int
    height_px: int
    thumbnail_sha256: str
    thumbnail: bytes = field(repr=False)
    facts: PhotoFacts


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A checked file whose bytes are in the store, and that hangs on nothing yet."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    content: bytes = field(repr=False)
    #: None for what is no image, or could not be drawn anew.
    picture: StoredPicture | None = None


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be stored, as it will be."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    image: CleanImage | None = None


def check_files(desk: "CompanyDesk", files: Sequence[Upload]) -> Sequence[CheckedFile]:
    """Check every file before the first is stored; raises ``InvalidInput`` for too many and ``FileRefused``."""
    if len(files) > MOST_FILES:
        rule, remedy = msg("一次最多 {most} 个文件"), msg("请分几次上传")
        problem = FieldProblem("files", str(len(files)), rule, remedy, {"most": MOST_FILES}, msg("附件"))
        raise InvalidInput((problem,))
    named = [CheckedFile(clean_name(file.name), sniff(file), file.content) for file in files]
    if not any(file.media_type.startswith("image/") for file in named):
        return named
    wanted = facts_wanted(desk)
    # While nobody has decided, what a camera says is left alone.
    cleaning = Cleaning(wanted or PhotoFactsKept.TIME_AND_PLACE, desk.zone, desk.installation.clock())
    is_demanded = wanted is not None and wanted.demands_stripping
    return [_cleaned(cleaning, file, is_demanded=is_demanded) for file in named]


def store_files(desk: "CompanyDesk", files: Sequence[CheckedFile]) -> Sequence[StoredFile]:
    """Put the bytes of checked files into the store; raises ``FileStoreFailed``."""
    return [_stored(desk, file) for file in files]


def facts_wanted(desk: "CompanyDesk") -> PhotoFactsKept | None:
    """Return what the company keeps of a photo's own facts; None while it has not decided."""
    with desk.reading() as session:
        answer = desk.policies.values_at(session, desk.installation.clock())[PHOTO_FACTS]
    return PhotoFactsKept(str(answer.value)) if answer.value is not None else None


def _cleaned(cleaning: Cleaning, file: CheckedFile, *, is_demanded: bool) -> CheckedFile:
    name, media_type = file.name, file.media_type
    if media_type in CLEANABLE and can_clean():
        image = cleaning.clean(name, file.content, media_type)
        return CheckedFile(name, media_type, image.content, image)
    if media_type.startswith("image/") and is_demanded:
        # Better no photo than one that tells what the company does not want to know.
        if media_type in CLEANABLE:
            raise FileRefused(name, msg("公司规定要去掉照片里的拍摄信息，而服务器没有安装图片组件 gongdan[images]"))
        raise FileRefused(name, msg("公司规定要去掉照片里的拍摄信息，这种格式做不到，请换成 JPEG 再传"))
    return file


def _stored(desk: "CompanyDesk", file: CheckedFile) -> StoredFile:
    files, company_id = desk.installation.files, desk.company.id
    picture = None
    if file.image:
        image, digest = file.image, files.put(company_id, file.image.thumbnail)
        picture = StoredPicture(image.width_px, image.height_px, digest, image.thumbnail, image.facts)
    digest = files.put(company_id, file.content)
    return StoredFile(file.name, file.media_type, len(file.content), digest, file.content, picture)
