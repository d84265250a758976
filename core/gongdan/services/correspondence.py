"""Correspondence: letters of the company's own, from the draft over review and number to sending."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from gongdan.domain.circulation import Direction, LetterState, PlannedStep, StepKind
from gongdan.errors import FieldProblem, InvalidInput, NotAllowed, Refusal, StaleVersion
from gongdan.services.circulation import MAX_CATEGORY, MAX_TITLE, MAX_WORDS, new_letter
from gongdan.services.circulation_keeper import LetterKeeper
from gongdan.services.circulation_people import manager_problems
from gongdan.services.circulation_rows import LetterView
from gongdan.services.roster_rows import refuse, text_problems
from gongdan.services.work import Work
from gongdan.storage.circulation import LetterRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest body, in characters.
MAX_BODY = 50_000
#: Who reviews: the general manager what goes out, the head what stays in the company (001-02-28, 001-02-32).
REVIEWS = {Direction.OUTGOING: "circulation.instruct", Direction.INTERNAL: "circulation.sign"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is written into a letter of one's own."""

    title: str
    body: str
    #: To whom it goes.
    recipient: str
    category: str
    direction: Direction = Direction.OUTGOING
    department_id: UUID | None = None
    #: Who reviews it.
    manager_id: UUID | None = None


class Correspondence:
    """Use cases around letters of the company's own."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def draft(self, given: Draft) -> LetterView:
        """Write a letter and lay it before whoever reviews it; raises ``InvalidInput``."""
        self._desk.require("circulation.draft")
        with self._desk.working() as work:
            manager_id = self._check(work, given)
            keeper = LetterKeeper(self._desk, work)
            row = new_letter(work, given.direction, manager_id, given.department_id)
            row.party, row.category, row.title = given.recipient.strip(), given.category.strip(), given.title.strip()
            work.session.add(row)
            work.session.flush()
            self._submit(keeper, row, given)
            return self._desk.circulation.views(work.session, [row])[0]

    def revise(self, letter_id: UUID, version: int, given: Draft) -> LetterView:
        """Write a letter anew that was sent back, and lay it before the reviewer again.

        Raises ``NotAllowed`` for anybody but the author, ``StaleVersion``, ``InvalidInput``, and ``MoveRefused`` for
        one that is under review or signed: nobody alters it (001-02-14).
        """
        self._desk.require("circulation.draft")
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            if row.begun_by != work.actor.account_id:
                raise NotAllowed("circulation.draft")
            _require_draft(row)
            if row.version != version:
                raise StaleVersion("letter", str(letter_id), version, row.version)
            row.manager_id = self._check(work, given)
            row.party, row.category = given.recipient.strip(), given.category.strip()
            self._submit(keeper, row, given)
            return self._desk.circulation.views(work.session, [row])[0]

    def endorse(self, letter_id: UUID, remark: str = "") -> LetterView:
        """Let a letter go as it is written: it is signed, gets its number, and nobody alters it any more.

        Raises ``NotAllowed`` for anybody whose turn it is not. Source: 001-02-14, 001-02-28, 001-02-30, 001-02-33.
        """
        with self._desk.working() as work:
            keeper, row, signed = self._review(work, letter_id, remark)
            keeper.number(row)
            row.signed_text, row.signed_at, row.state = signed, work.now, LetterState.SIGNED.value
            keeper.trace(row, "endorsed", remark.strip(), details={"text": signed})
            return self._desk.circulation.views(work.session, [row])[0]

    def send_back(self, letter_id: UUID, reason: str) -> LetterView:
        """Send a draft back to its author, with the reason; raises ``NotAllowed`` or ``InvalidInput``."""
        if problems := text_problems("remark", reason, msg("退回原因"), longest=MAX_WORDS, required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            keeper, row, _ = self._review(work, letter_id, reason)
            row.state = LetterState.DRAFT.value
            keeper.trace(row, "sent_back", reason.strip())
            return self._desk.circulation.views(work.session, [row])[0]

    def send(self, letter_id: UUID, way: str) -> LetterView:
        """Write down how a signed letter left; raises ``MoveRefused`` before it is signed. Source: 001-02-31."""
        self._desk.require("circulation.office")
        if problems := text_problems("way", way, msg("寄发方式"), required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            if row.state != LetterState.SIGNED:
                reason = msg("还没有签发，不能发出") if row.signed_at is None else msg("已经发出")
                refuse(msg("发出"), (Refusal("signed_first", reason, ("001-02-28",)),))
            row.state, row.sent_at = LetterState.SENT.value, work.now
            keeper.trace(row, "sent", way.strip(), person=row.party)
            return self._desk.circulation.views(work.session, [row])[0]

    # --- Shared ------------------------------------------------------------------------------

    def _submit(self, keeper: LetterKeeper, row: LetterRow, given: Draft) -> None:
        text = keeper.write(row, given.title.strip(), given.body.strip())
        row.state = LetterState.CIRCULATING.value
        (step,) = keeper.plan(row, [PlannedStep(StepKind.REVIEW, row.manager_id)])
        keeper.begin(row, step, "submitted")
        keeper.trace(row, "submitted", details={"text": text.number})

    def _review(self, work: Work, letter_id: UUID, result: str) -> tuple[LetterKeeper, LetterRow, int]:
        if problems := text_problems("remark", result, msg("审阅意见"), longest=MAX_WORDS):
            raise InvalidInput(problems)
        keeper = LetterKeeper(self._desk, work)
        row = keeper.letter(letter_id)
        step = keeper.turn(row, kind=StepKind.REVIEW)
        keeper.end(row, step, result.strip())
        return keeper, row, keeper.latest_text(row).number

    def _check(self, work: Work, given: Draft) -> UUID:
        problems = [*text_problems("title", given.title, msg("标题"), longest=MAX_TITLE, required=True)]
        problems += text_problems("body", given.body, msg("正文"), longest=MAX_BODY, required=True)
        problems += text_problems("recipient", given.recipient, msg("主送"), longest=MAX_TITLE, required=True)
        problems += text_problems("category", given.category, msg("分类"), longest=MAX_CATEGORY, required=True)
        if given.direction not in REVIEWS:
            problems.append(FieldProblem("direction", given.direction, msg("不是可选的值"), label=msg("类别")))
        else:
            wanted = REVIEWS[given.direction]
            problems += manager_problems(work.session, work.company_id, given.manager_id, wanted)
        if problems or given.manager_id is None:
            raise InvalidInput(tuple(problems))
        return given.manager_id


def _require_draft(row: LetterRow) -> None:
    if row.state == LetterState.DRAFT:
        return
    signed, waits = msg("已经签发，任何人不得改动"), msg("正在审阅，退回后才能改")
    reason = waits if row.signed_at is None else signed
    refuse(msg("修改"), (Refusal("not_signed", reason, ("001-02-14",)),))
