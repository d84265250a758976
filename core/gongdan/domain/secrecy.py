"""Secrecy: classes, what a class asks of a reader, reasons for reading, and what others see instead."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gongdan.domain.fields import Choice
from gongdan.domain.folding import is_blank
from gongdan.domain.identifiers import mask_identity_number, mask_name, mask_phone
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.errors import FieldProblem
from gongdan.text import msg

#: Longest reason, in characters; the shortest one that says anything has as many letters or digits.
LONGEST_REASON: Final = 200
SHORTEST_REASON: Final = 2

#: What stands where a text is withheld; no language needs a word for it.
WITHHELD: Final = "••••••"


class SecrecyClass(StrEnum):
    """How secret a record is, the least first."""

    ORDINARY = "ordinary"
    SECRET = "secret"  # noqa: S105 -- a class, not a password
    TOP_SECRET = "top_secret"  # noqa: S105 -- a class, not a password

    @property
    def rank(self) -> int:
        """Return the place among the classes, 0 for the lowest."""
        return list(SecrecyClass).index(self)

    @property
    def is_classified(self) -> bool:
        """Tell whether reading needs a reason."""
        return self is not SecrecyClass.ORDINARY


CLASS_LABELS: Final[Mapping[SecrecyClass, str]] = {
    SecrecyClass.ORDINARY: msg("普通"),
    SecrecyClass.SECRET: msg("机密"),
    SecrecyClass.TOP_SECRET: msg("绝密"),
}

#: Nouns whose records have a class, with their shown names.
NOUNS: Final[Mapping[str, str]] = {
    "party": msg("客户"),
    "ticket": msg("工单"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecrecyRule:
    """Which class the records of a noun have unless somebody decides otherwise for one of them."""

    #: One of ``NOUNS``.
    noun: str
    level: SecrecyClass
    #: Kinds of the noun, such as ticket types or kinds of documents; empty for all of them.
    kinds: tuple[str, ...] = ()
    #: Nobody reads it on his own reason, not even who keeps it: every reading needs consent.
    is_sealed: bool = False
    clauses: tuple[str, ...] = ()

    def problems(self) -> tuple[str, ...]:
        """Name what cannot be, as plain English for the plugin's author."""
        found = [] if self.noun in NOUNS else [f"secrecy rule for {self.noun}, which has no classes"]
        if self.is_sealed and not self.level.is_classified:
            found.append(f"secrecy rule for {self.noun} seals what is ordinary")
        return tuple(found)

    def covers(self, noun: str, kind: str) -> bool:
        """Tell whether the rule speaks of a noun's records of a kind."""
        return noun == self.noun and (not self.kinds or kind in self.kinds)


def declared_class(rules: Iterable[SecrecyRule], noun: str, kind: str = "") -> SecrecyClass:
    """Return the highest class that rules give to the records of a noun, ordinary when none does."""
    levels = [rule.level for rule in rules if rule.covers(noun, kind)]
    return max(levels, key=lambda level: level.rank, default=SecrecyClass.ORDINARY)


def is_sealed(rules: Iterable[SecrecyRule], noun: str, kind: str = "") -> bool:
    """Tell whether reading such records always needs consent. Source: 001-02-06."""
    return any(rule.is_sealed for rule in rules if rule.covers(noun, kind))


def effective_class(stored: str, declared: SecrecyClass) -> SecrecyClass:
    """Return the class of one record: what somebody decided for it, else what is declared.

    A stored word that is no class counts as the highest one: what cannot be read is not given away.
    """
    if not stored:
        return declared
    return SecrecyClass(stored) if stored in set(SecrecyClass) else SecrecyClass.TOP_SECRET


def permission_to_classify(before: SecrecyClass, after: SecrecyClass) -> str:
    """Return what it takes to change a class: lowering it is the stronger right."""
    return "secrecy.declassify" if after.rank < before.rank else "secrecy.classify"


# --- Reasons and consent ------------------------------------------------------------------------------------------

#: Why somebody reads; the free text says more.
REASONS: Final[tuple[Choice, ...]] = (
    Choice("service", msg("办理业务")),
    Choice("complaint", msg("处理投诉")),
    Choice("identity", msg("核对身份")),
    Choice("audit", msg("检查与审计")),
    Choice("authority", msg("司法或监管要求")),
    Choice("other", msg("其他")),
)

_WORDY: Final = re.compile(r"\w")


def reason_problems(kind: str, text: str) -> tuple[FieldProblem, ...]:
    """Return what is wrong with a reason: a chosen one and a few words of one's own are both needed."""
    found = []
    if kind not in {reason.value for reason in REASONS}:
        found.append(FieldProblem("reason_kind", kind, msg("请选择一项"), label=msg("原因类别")))
    return (*found, *text_problems(text))


def text_problems(text: str) -> tuple[FieldProblem, ...]:
    """Return what is wrong with the words of a reason."""
    label = msg("原因")
    if is_blank(text) or len(_WORDY.findall(text)) < SHORTEST_REASON:
        return (FieldProblem("reason", text, msg("请写明查看原因"), msg("写一句别人看得懂的话"), label=label),)
    if len(text) > LONGEST_REASON:
        params = {"longest": LONGEST_REASON}
        return (FieldProblem("reason", text, msg("最多 {longest} 个字符"), params=params, label=label),)
    return ()


#: Answer of a company that asks nobody for consent.
NO_CONSENT: Final = "never"


def needs_consent(level: SecrecyClass, consent_from: str | None) -> bool:
    """Tell whether somebody else has to agree before a record of the class is read. Source: 001-02-05.

    A company that has not decided where consent begins asks for it from top secret on.
    """
    if consent_from == NO_CONSENT:
        return False
    first = SecrecyClass.SECRET if consent_from == SecrecyClass.SECRET else SecrecyClass.TOP_SECRET
    return level.rank >= first.rank


class AccessState(StrEnum):
    """Where a request to read stands."""

    ASKED = "asked"
    OPEN = "open"
    REFUSED = "refused"
    #: Closed by the reader before its time.
    ENDED = "ended"


POLICY_KEYS: Final[tuple[PolicyKey, ...]] = (
    PolicyKey(
        "core.secrecy_minutes",
        msg("说明原因后，涉密内容可查看多少分钟"),
        PolicyKind.INTEGER,
        clauses=("003-09-15",),
        proposed="15",
        lowest="1",
        highest="480",
        unit_label=msg("分钟"),
    ),
    PolicyKey(
        "core.secrecy_consent",
        msg("从哪一级起，查看须先经批准"),
        PolicyKind.CHOICE,
        clauses=("001-02-05",),
        proposed=SecrecyClass.TOP_SECRET.value,
        choices=(
            *(Choice(level.value, CLASS_LABELS[level]) for level in SecrecyClass if level.is_classified),
            Choice(NO_CONSENT, msg("不须批准")),
        ),
    ),
)


# --- Readings -----------------------------------------------------------------------------------------------------


class Way(StrEnum):
    """How plain values left the house's memory."""

    SERVICE = "service"
    PAGE = "page"
    SEARCH = "search"
    EXPORT = "export"
    PRINT = "print"
    ATTACHMENT = "attachment"


WAY_LABELS: Final[Mapping[Way, str]] = {
    Way.SERVICE: msg("程序接口"),
    Way.PAGE: msg("页面"),
    Way.SEARCH: msg("搜索"),
    Way.EXPORT: msg("导出"),
    Way.PRINT: msg("打印"),
    Way.ATTACHMENT: msg("附件下载"),
}

#: Ways by which something leaves the building.
LEAVING: Final = frozenset({Way.EXPORT, Way.PRINT, Way.ATTACHMENT})

#: Parts of records that a reading can have shown, with their shown names; fields of plugins stand beside them.
PARTS: Final[Mapping[str, str]] = {
    "name": msg("姓名"),
    "phones": msg("电话"),
    "identity": msg("证件号码"),
    "remark": msg("备注"),
    "contact_name": msg("来电人"),
    "contact_phone": msg("来电号码"),
    "subject": msg("标题"),
    "description": msg("内容"),
    "place": msg("地点"),
    "fields": msg("填写项"),
    "notes": msg("记录"),
    "attachments": msg("附件"),
    "forms": msg("单据"),
    "history": msg("变更记录"),
}


# --- Masks --------------------------------------------------------------------------------------------------------

_PHONE_LIKE: Final = re.compile(
    r"(?<![0-9])(?:1[3-9][0-9]{9}|0[0-9]{2,3}-?[1-9][0-9]{6,7}|[48]00-?[0-9]{3}-?[0-9]{4})(?![0-9])"
)
_IDENTITY_LIKE: Final = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")


def masked_name(name: str) -> str:
    """Return a name of which others may read the beginning: 张** for 张小明."""
    return mask_name(name)


def masked_phone(phone: str) -> str:
    """Return a phone number without its middle: 138****8000."""
    return mask_phone(phone)


def withheld(text: str) -> str:
    """Return what stands for a text that is not shown; an empty one stays empty."""
    return WITHHELD if text else ""


def scrubbed(text: str, names: Collection[str] = ()) -> str:
    """Return a text without full phone and identity numbers, and with ``names`` masked wherever they stand in it."""
    found = _IDENTITY_LIKE.sub(lambda match: mask_identity_number(match[0]), text)
    found = _PHONE_LIKE.sub(lambda match: masked_phone(match[0]), found)
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        found = found.replace(name, masked_name(name))
    return found


def scrubbed_value(value: object, names: Collection[str] = ()) -> object:
    """Return a JSON value with every text in it scrubbed."""
    if isinstance(value, str):
        return scrubbed(value, names)
    if isinstance(value, Mapping):
        return {key: scrubbed_value(each, names) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [scrubbed_value(each, names) for each in value]
    return value


def withheld_value(value: object) -> object:
    """Return a JSON value in which every text and number is withheld; what is empty or yes or no stays."""
    if isinstance(value, Mapping):
        return {key: withheld_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [withheld_value(each) for each in value]
    return value if value is None or isinstance(value, bool) or value == "" else WITHHELD


def watermark_text(person: str, company: str, at: datetime) -> str:
    """Return what stands across classified pages and papers; ``at`` is the company's local time."""
    return f"{company} · {person} · {at:%Y-%m-%d %H:%M}"
