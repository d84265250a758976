"""Lists that were uploaded to be imported: encrypted while they are needed, and no longer kept than that."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from gongdan.errors import NotFound
from gongdan.services.import_runs import OPEN_STATES
from gongdan.storage.files import UploadStore
from gongdan.storage.imports import ImportRunRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: A list that nobody imports is deleted after that.
KEPT_FOR = timedelta(days=7)


class Uploads:
    """Use cases around uploaded lists of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk
        self._store = UploadStore(desk.installation.uploads, desk.installation.vault)

    def keep(self, content: bytes) -> str:
        """Store a list and return its SHA-256, as 64 hex digits; older ones that nobody imported go away."""
        self._desk.require("import.run")
        self.sweep()
        return self._store.put(self._desk.company.id, content, self._desk.installation.clock())

    def read(self, digest: str, name: str) -> bytes:
        """Return a list; raises ``NotFound`` for one that is not, or no longer, there."""
        self._desk.require("import.run")
        try:
            return self._store.get(self._desk.company.id, digest)
        except FileNotFoundError as problem:
            raise NotFound("file", name) from problem

    def has(self, digest: str) -> bool:
        """Tell whether a list can still be read."""
        return self._store.has(self._desk.company.id, digest)

    def release(self, digest: str) -> None:
        """Delete a list whose import is finished or undone, unless another run of it can still go on."""
        if digest not in self._needed():
            self._store.remove(self._desk.company.id, digest)

    def sweep(self) -> None:
        """Delete the lists that nobody imported for a week; those of runs that can go on stay."""
        ages = self._store.ages(self._desk.company.id, self._desk.installation.clock())
        old = [digest for digest, age in ages.items() if age > KEPT_FOR]
        needed = self._needed() if old else frozenset()
        for digest in old:
            if digest not in needed:
                self._store.remove(self._desk.company.id, digest)

    def _needed(self) -> frozenset[str]:
        query = select(ImportRunRow.fingerprint).where(ImportRunRow.state.in_(OPEN_STATES))
        with self._desk.reading() as session:
            return frozenset(session.scalars(query))
