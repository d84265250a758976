"""A regulation's answers to many keys at once, as one file brings them."""

from dataclasses import dataclass
from hashlib import sha256
from json import dumps


@dataclass(frozen=True, slots=True)
class Wording:
    """What a pack says in words, in both languages of the house."""

    zh: str
    en: str

    def of(self, locale: str) -> str:
        """Return the wording for readers of a locale."""
        return self.zh if locale.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class PackLine:
    """What a pack says of one key."""

    key: str
    #: The value as it is written; None leaves the key to each company.
    text: str | None
    clause: str = ""
    note: Wording = Wording("", "")
    #: Where it stands in the file, counted from 1.
    row: int = 0


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """A regulation's answers to many keys, as one file."""

    #: ``<plugin>.<name>`` for those that plugins bring along.
    name: str
    label: Wording
    #: The regulation it comes from.
    source: str
    lines: tuple[PackLine, ...]

    @property
    def fingerprint(self) -> str:
        """Return a hash of what the lines say: the same for the same edition."""
        said = [[line.key, line.text, line.clause, line.note.zh, line.note.en] for line in self.lines]
        return sha256(dumps(sorted(said, key=str), ensure_ascii=False).encode()).hexdigest()
