"""Companies: made by operators, entered by their members."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.folding import fold_name, is_blank
from gongdan.domain.people import ADMINISTRATOR
from gongdan.domain.snapshots import CompanyView
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.language import LOCALES
from gongdan.services.actors import Actor
from gongdan.services.calendar_years import seed_calendar
from gongdan.services.roles import seed_roles
from gongdan.storage.companies import CompanyRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import Desk

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,30}")

#: Accent colours that a company may choose; the style sheet knows them by name.
ACCENTS = ("blue", "azure", "teal", "green", "orange", "red", "pink", "purple", "indigo", "slate")

DEFAULT_TIME_ZONE = "Asia/Shanghai"


class Companies:
    """Use cases around companies."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def create(
        self,
        actor: Actor,
        code: str,
        name: str,
        *,
        parent: str = "",
        time_zone: str = DEFAULT_TIME_ZONE,
        locale: str = "zh",
        accent: str = "blue",
    ) -> CompanyView:
        """Make a company with the core's roles; raises ``InvalidInput`` or ``Conflict``."""
        actor.require_operator()
        _check(code, name, time_zone, accent)
        _check_locale(locale)
        company_id = uuid7()
        with self._desk.working(actor, company_id) as work:
            if work.session.scalar(select(CompanyRow.id).where(CompanyRow.code == code)):
                raise Conflict("company", code)
            _require_own_name(work.session, name)
            parent_id = _by_code(work.session, parent).id if parent else None
            row = CompanyRow(
                id=company_id,
                code=code,
                name=name.strip(),
                parent_id=parent_id,
                time_zone=time_zone,
                locale=locale,
                accent=accent,
                created_at=work.now,
            )
            work.session.add(row)
            work.session.flush()
            seed_roles(work.session, self._desk.plugins.catalogue.roles.of(()))
            seed_calendar(work)
            work.record("company.created", "company", company_id, after={"code": code, "name": row.name})
            return _view(row)

    def change(self, actor: Actor, company_id: UUID, **values: str) -> CompanyView:
        """Change name, time zone, locale or accent; for its administrators and for operators."""
        self._require_administrator(actor, company_id)
        with self._desk.working(actor, company_id) as work:
            row = work.session.get_one(CompanyRow, company_id)
            merged = {
                "name": row.name,
                "time_zone": row.time_zone,
                "locale": row.locale,
                "accent": row.accent,
            } | values
            _check(row.code, merged["name"], merged["time_zone"], merged["accent"])
            _check_locale(merged["locale"])
            if _folded(merged["name"]) != _folded(row.name):
                _require_own_name(work.session, merged["name"])
            before = {name: getattr(row, name) for name in values}
            for name in ("name", "time_zone", "locale", "accent"):
                setattr(row, name, merged[name])
            work.record("company.changed", "company", company_id, before=before, after=values)
            return _view(row)

    def appoint(self, actor: Actor, company_id: UUID, account_id: UUID) -> None:
        """Make a person the administrator of a company, beside the roles he has there; operators only."""
        actor.require_operator()
        desk = self._desk.at(self.view(company_id), replace(actor, is_trusted=True))
        known = next((member for member in desk.members.all() if member.account_id == account_id), None)
        if known is None:
            desk.members.save(account_id, [ADMINISTRATOR])
            return
        roles = sorted({*known.roles, ADMINISTRATOR})
        desk.members.save(
            account_id,
            roles,
            department_id=known.department_id,
            position=known.position,
            supervisor_id=known.supervisor_id,
        )

    def all(self) -> Sequence[CompanyView]:
        """Return every company of the installation, by code."""
        with self._desk.reading() as session:
            return tuple(_view(row) for row in session.scalars(select(CompanyRow).order_by(CompanyRow.code)))

    def by_code(self, code: str) -> CompanyView:
        """Return the company; raises ``NotFound``."""
        with self._desk.reading() as session:
            return _view(_by_code(session, code))

    def view(self, company_id: UUID) -> CompanyView:
        """Return the company; raises ``NotFound``."""
        with self._desk.reading() as session:
            row = session.get(CompanyRow, company_id)
            if row is None:
                raise NotFound("company", str(company_id))
            return _view(row)

    def _require_administrator(self, actor: Actor, company_id: UUID) -> None:
        if actor.is_operator or actor.is_trusted or actor.account_id is None:
            actor.require_operator()
            return
        # What the actor may do is known for the company he is in; this may be another one.
        there = self._desk.accounts.actor(actor.account_id, company_id)
        (there or Actor(actor.account_id, actor.name)).require("company.admin")


def _by_code(session: Session, code: str) -> CompanyRow:
    row = session.scalars(select(CompanyRow).where(CompanyRow.code == code)).one_or_none()
    if row is None:
        raise NotFound("company", code)
    return row


def _view(row: CompanyRow) -> CompanyView:
    return CompanyView(row.id, row.code, row.name, row.time_zone, row.locale, row.accent, row.parent_id)


def _check(code: str, name: str, time_zone: str, accent: str) -> None:
    problems = []
    if not _CODE.fullmatch(code):
        problems.append(
            FieldProblem(
                "code",
                code,
                msg("只能用小写字母、数字和连字符，2 至 31 个字符"),
                msg("例如 xingfu"),
                label=msg("公司代码"),
            )
        )
    if is_blank(name):
        problems.append(FieldProblem("name", name, msg("必须填写"), label=msg("公司名称")))
    if accent not in ACCENTS:
        problems.append(FieldProblem("accent", accent, msg("不是可选的颜色"), label=msg("主题色")))
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # ``Asia`` is a folder, and a novel is no file name.
        problems.append(
            FieldProblem("time_zone", time_zone, msg("不是已知的时区"), msg("例如 Asia/Shanghai"), label=msg("时区"))
        )
    if problems:
        raise InvalidInput(tuple(problems))


def _require_own_name(session: Session, name: str) -> None:
    """Refuse the name of another company: nobody could tell the two apart when he switches between them."""
    if _folded(name) in map(_folded, session.scalars(select(CompanyRow.name))):
        rule, remedy = msg("已有同名的公司"), msg("请加上地区或项目，使人分得清")
        raise InvalidInput((FieldProblem("name", name, rule, remedy, label=msg("公司名称")),))


def _folded(name: str) -> str:
    return fold_name(name).casefold()


def _check_locale(locale: str) -> None:
    if locale not in LOCALES:
        raise InvalidInput((FieldProblem("locale", locale, msg("不是可选的值"), label=msg("语言")),))
