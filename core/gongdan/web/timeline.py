"""What happened to a ticket as one stream of sentences: acts of the journal, notes and files, oldest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongdan.domain.ticket_links import LinkKind
from gongdan.services.actors import SYSTEM
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.cases import Case
from gongdan.services.journal import JournalEntry
from gongdan.services.notes import NoteView
from gongdan.text import msg, msg_in
from gongdan.web.acts import act_icon, act_in_words
from gongdan.web.case_words import Change, Words
from gongdan.web.ticket_words import LINK_LABELS
from gongdan.web.words import say

#: What the stream can be narrowed to, with its source text.
KINDS: Mapping[str, str] = {
    "": msg("全部"),
    "note": msg_in("many", "记录"),
    "move": msg("办理"),
    "change": msg("修改"),
    "file": msg("附件"),
}

#: What a move says in its sentence already.
_SAID_BY_A_MOVE = frozenset({"state", "round", "move"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the stream."""

    at: datetime
    who: str
    #: One of ``KINDS``, or ``other``.
    kind: str
    icon: str
    #: What was done, in words, without the person's name.
    sentence: str
    #: What was written; empty for none.
    body: str = ""
    is_public: bool = False
    changes: tuple[Change, ...] = ()
    files: tuple[AttachmentView, ...] = ()
    #: Where a link to it leads on the page.
    anchor: str = ""


def happenings(case: Case) -> Sequence[Happening]:
    """Return the whole stream of a ticket; the remark of a move stands with the move."""
    words = Words(case)
    remarks = {(note.written_at, note.author_id): note for note in case.notes if not note.is_public}
    told: set[UUID] = set()
    stream: list[Happening] = []
    for act in case.acts:
        if act.act in _TOLD_OTHERWISE:
            continue
        remark = remarks.get((act.at, act.actor_id)) if act.act == "ticket.moved" else None
        if remark:
            told.add(remark.id)
        stream.append(_of_act(words, act, remark))
    stream += [_of_note(case, note) for note in case.notes if note.id not in told]
    stream += [_of_file(file) for file in case.attachments if file.note_id is None]
    return sorted(stream, key=lambda happening: happening.at)


def of_kind(stream: Sequence[Happening], kind: str) -> Sequence[Happening]:
    """Return what the reader wants to see of a stream."""
    if kind == "file":
        return [happening for happening in stream if happening.files]
    return [happening for happening in stream if kind in {"", happening.kind}]


#: Acts that notes and files in the stream stand for.
_TOLD_OTHERWISE = frozenset({"note.written", "attachment.added"})


def _of_act(words: Words, act: JournalEntry, remark: NoteView | None) -> Happening:
    sentence, kind, changes = _sentence(words, act)
    return Happening(
        at=act.at,
        who=say(act.actor_name),
        kind=kind,
        icon=_ICONS.get(act.act) or act_icon(act.act),
        sentence=sentence,
        body=remark.body if remark else "",
        changes=changes,
        anchor=f"a{act.sequence}",
    )


_ICONS: Mapping[str, str] = {
    "ticket.opened": "phone-incoming",
    "ticket.moved": "arrow-right",
    "ticket.changed": "pencil",
    "ticket.corrected": "history",
}

#: A sentence, its kind, and what else the act changed.
_Said = tuple[str, str, tuple[Change, ...]]


def _sentence(words: Words, act: JournalEntry) -> _Said:
    known = _SENTENCES.get(act.act)
    return known(words, act) if known else (act_in_words(act.act), "other", words.changes(act))


def _opened(words: Words, act: JournalEntry) -> _Said:
    channel = words.value("channel", act.after.get("channel", ""))
    return say(msg("登记了工单，来源：{channel}"), channel=channel), "other", ()


def _moved(words: Words, act: JournalEntry) -> _Said:
    return _move_sentence(words, act), "move", words.changes(act, without=_SAID_BY_A_MOVE)


def _linked(words: Words, act: JournalEntry) -> _Said:
    del words
    return say(msg("关联了 {ticket}（{kind}）"), ticket=act.after.get("to"), kind=_link_kind(act.after)), "change", ()


def _unlinked(words: Words, act: JournalEntry) -> _Said:
    del words
    return say(msg("取消了一个关联（{kind}）"), kind=_link_kind(act.before)), "change", ()


def _merged(words: Words, act: JournalEntry) -> _Said:
    del words
    return say(msg("并入了 {ticket}"), ticket=act.after.get("into")), "move", ()


def _took_in(words: Words, act: JournalEntry) -> _Said:
    del words
    return say(msg("{ticket} 并入了本单"), ticket=act.after.get("merged")), "change", ()


def _merge_undone(words: Words, act: JournalEntry) -> _Said:
    return say(msg("撤销合并，回到“{state}”"), state=words.value("state", act.after.get("state"))), "move", ()


def _move_sentence(words: Words, act: JournalEntry) -> str:
    move = words.type.workflow.move(str(act.after.get("move", ""))) if words.type else None
    label = say(move.label) if move else str(act.after.get("move", ""))
    state = words.value("state", act.after.get("state"))
    if not state:
        return say(msg("办理了“{move}”"), move=label)
    if "round" in act.after:
        return say(
            msg("{move}，进入第 {round} 轮，状态变为“{state}”"), move=label, round=act.after["round"], state=state
        )
    return say(msg("{move}，状态变为“{state}”"), move=label, state=state)


def _changed(words: Words, act: JournalEntry) -> _Said:
    changes = words.changes(act)
    people = {"assignee_id": msg("指派给 {name}"), "owner_id": msg("把首接人改为 {name}")}
    names = [name for name in act.after if name in people]
    if len(changes) == 1 and names:
        if not changes[0].after:
            return say(msg("取消了指派")), "change", ()
        return say(people[names[0]], name=changes[0].after), "change", ()
    return say(msg("修改了内容")), "change", changes


def _corrected(words: Words, act: JournalEntry) -> _Said:
    changes = words.changes(act, without=frozenset({"correction_reason"}))
    return say(msg("更正了内容，原因：{reason}"), reason=act.after.get("correction_reason", "")), "change", changes


def _link_kind(values: Mapping[str, object]) -> str:
    try:
        return say(LINK_LABELS[LinkKind(str(values.get("kind", "")))][0])
    except ValueError:
        return str(values.get("kind", ""))


def _of_note(case: Case, note: NoteView) -> Happening:
    return Happening(
        at=note.written_at,
        who=note.author_name,
        kind="note",
        icon="message" if note.is_public else "note",
        sentence=say(msg("已告知客户（记录）")) if note.is_public else say(msg("内部记录")),
        body=note.body,
        is_public=note.is_public,
        files=tuple(file for file in case.attachments if file.note_id == note.id),
        anchor=f"n{note.id.hex}",
    )


def _of_file(file: AttachmentView) -> Happening:
    return Happening(
        at=file.added_at,
        who=file.added_by or say(SYSTEM.name),
        kind="file",
        icon="paperclip",
        sentence=say(msg("添加了附件")),
        files=(file,),
    )


def _described(words: Words, act: JournalEntry) -> _Said:
    del words
    return say(msg("写了照片“{name}”的说明"), name=act.after.get("name", "")), "change", ()


def _paired(words: Words, act: JournalEntry) -> _Said:
    del words
    names = {name: act.after.get(f"photo_{name}", "") for name in ("before", "after")}
    return say(msg("把照片“{before}”与“{after}”配成处理前后"), **names), "change", ()


def _unpaired(words: Words, act: JournalEntry) -> _Said:
    del words
    names = {name: act.before.get(f"photo_{name}", "") for name in ("before", "after")}
    return say(msg("拆开了照片“{before}”与“{after}”"), **names), "change", ()


_SENTENCES: Mapping[str, Callable[[Words, JournalEntry], _Said]] = {
    "attachment.described": _described,
    "attachment.paired": _paired,
    "attachment.unpaired": _unpaired,
    "ticket.opened": _opened,
    "ticket.moved": _moved,
    "ticket.changed": _changed,
    "ticket.corrected": _corrected,
    "ticket.linked": _linked,
    "ticket.unlinked": _unlinked,
    "ticket.merged": _merged,
    "ticket.took_in": _took_in,
    "ticket.merge_undone": _merge_undone,
}
