"""How much room a company gives its files, and how much they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gongdan.errors import QuotaExceeded
from gongdan.storage.attachments import AttachmentRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

MEGABYTE: Final = 1024 * 1024
#: The company's answer, in megabytes; undecided is no limit.
QUOTA: Final = "core.files_mb"


@dataclass(frozen=True, slots=True)
class FileRoom:
    """What a company's files take, and what they may."""

    files: int
    used_bytes: int
    #: None while nobody has decided.
    quota_bytes: int | None

    @property
    def percent(self) -> int:
        """Return how much of the quota is used, from 0 to 100; 0 without one."""
        return min(100, self.used_bytes * 100 // self.quota_bytes) if self.quota_bytes else 0

    def require(self, sizes: Sequence[int]) -> None:
        """Raise ``QuotaExceeded`` unless files of these sizes, in bytes, still fit."""
        needed = sum(sizes)
        if self.quota_bytes is not None and self.used_bytes + needed > self.quota_bytes:
            raise QuotaExceeded(*map(_megabytes, (self.quota_bytes, self.used_bytes, needed)))


def room_of(desk: "CompanyDesk", session: Session) -> FileRoom:
    """Return the room of a company's files; each is counted as it is stored, without its small picture."""
    files, used = session.execute(
        select(func.count(AttachmentRow.id), func.coalesce(func.sum(AttachmentRow.size_bytes), 0))
    ).one()
    quota = desk.policies.values_at(session, desk.installation.clock())[QUOTA].value
    return FileRoom(files, int(used), quota * MEGABYTE if isinstance(quota, int) else None)


def _megabytes(size_bytes: int) -> str:
    """Return a size in megabytes with one decimal, none where it is whole."""
    return f"{size_bytes / MEGABYTE:.1f}".removesuffix(".0")
