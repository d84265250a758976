"""The first lock of company isolation: every ORM statement and every flush is bound to one company.

The second lock is row-level security on PostgreSQL, see ``database``. A session carries its company in
``session.info``; without one, company rows can be neither read nor written.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from gongdan.errors import TenancyViolation
from gongdan.storage.base import CompanyScoped

#: The company under which acts of the installation itself are journalled.
INSTALLATION = UUID(int=0)

_KEY = "gongdan.company"


def bind(session: Session, company_id: UUID) -> None:
    """Bind ``session`` to a company for its whole life."""
    session.info[_KEY] = company_id


def company_of(session: Session) -> UUID:
    """Return the company that ``session`` is bound to."""
    company_id = session.info.get(_KEY)
    if not isinstance(company_id, UUID):
        raise TenancyViolation("session without a company")
    return company_id


def guard(session_class: type[Session]) -> None:
    """Install the checks on a session class of our own; call it once per class."""
    event.listen(session_class, "do_orm_execute", _scope_statement)
    event.listen(session_class, "before_flush", _check_flush)


def _scope_statement(state: ORMExecuteState) -> None:
    if state.is_insert:
        _check_inserted(state)
        return
    if not (state.is_select or state.is_update or state.is_delete) or state.is_column_load:
        return
    if not _touches_company_rows(state):
        return
    company_id = company_of(state.session)
    state.statement = state.statement.options(
        with_loader_criteria(
            CompanyScoped,
            lambda model: model.company_id == company_id,
            include_aliases=True,
            track_closure_variables=True,
        )
    )


def _touches_company_rows(state: ORMExecuteState) -> bool:
    return any(issubclass(mapper.class_, CompanyScoped) for mapper in state.all_mappers) or (
        state.session.info.get(_KEY) is not None
    )


def _check_inserted(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, CompanyScoped):
        return
    company_id = company_of(state.session)
    given: Any = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    for row in given:
        _refuse_other(company_id, row.get("company_id", company_id), mapper.class_.__name__)


def _check_flush(session: Session, context: UOWTransaction, instances: object) -> None:
    del context, instances
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, CompanyScoped):
            continue
        company_id = company_of(session)
        if row.company_id is None:
            row.company_id = company_id
        _refuse_other(company_id, row.company_id, type(row).__name__)
        history = inspect(row).attrs.company_id.history
        for before in history.deleted or ():
            _refuse_other(company_id, before, type(row).__name__)


def _refuse_other(own: UUID, given: object, noun: str) -> None:
    if given != own:
        raise TenancyViolation(f"{noun} of company {given} in a session of company {own}")
