"""The first lock of company isolation: every ORM statement and every flush is bound to one company.

The second lock is row-level security on PostgreSQL, see ``database``. A session carries its company in
``session.info``; without one, company rows can be neither read nor written.
"""

from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.orm import (
    InstanceState,
    LoaderCriteriaOption,
    ORMExecuteState,
    Session,
    UOWTransaction,
    with_loader_criteria,
)

from gongdan.errors import TenancyViolation
from gongdan.storage.base import CompanyScoped

#: The company under which acts of the installation itself are journalled.
INSTALLATION = UUID(int=0)

_KEY = "gongdan.company"
_CRITERIA = "gongdan.company.criteria"


class CompanySession(Session):
    """A session that is bound to one company."""

    def _closed(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse the old bulk methods, which pass by every check."""
        del args, kwargs
        raise TenancyViolation("bulk methods of the session")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _closed


def bind(session: Session, company_id: UUID) -> None:
    """Bind ``session`` to a company for its whole life."""
    session.info[_KEY] = company_id
    # Made once for all statements of the session.
    session.info[_CRITERIA] = with_loader_criteria(
        CompanyScoped,
        lambda model: model.company_id == company_id,
        include_aliases=True,
        track_closure_variables=True,
    )


def company_of(session: Session) -> UUID:
    """Return the company that ``session`` is bound to."""
    company_id = session.info.get(_KEY)
    if not isinstance(company_id, UUID):
        raise TenancyViolation("session without a company")
    return company_id


def _criteria_of(session: Session) -> LoaderCriteriaOption:
    company_of(session)
    criteria: LoaderCriteriaOption = session.info[_CRITERIA]
    return criteria


@event.listens_for(CompanySession, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    if state.is_insert:
        _check_inserted(state)
    elif (state.is_select or state.is_update or state.is_delete) and _touches_company_rows(state):
        if state.is_update:
            _check_updated(state)
        state.statement = state.statement.options(_criteria_of(state.session))


def _touches_company_rows(state: ORMExecuteState) -> bool:
    if state.is_column_load:
        # An object is completed; whose it is, is checked when it has been loaded.
        return False
    return state.session.info.get(_KEY) is not None or any(map(_is_scoped, state.all_mappers))


def _check_inserted(state: ORMExecuteState) -> None:
    """Refuse an INSERT of which not every row plainly belongs to the session's company."""
    if not _is_scoped(state.bind_mapper):
        return
    own = company_of(state.session)
    given: Any = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    companies = [row["company_id"] for row in given if "company_id" in row] or _companies_in(state.statement)
    if not companies:
        raise TenancyViolation("INSERT without a plain company")
    for company_id in companies:
        _refuse_other(own, company_id, "INSERT")


def _check_updated(state: ORMExecuteState) -> None:
    """Refuse an UPDATE that gives rows away, and one by keys alone, to which no condition can be added."""
    if _is_scoped(state.bind_mapper) and (isinstance(state.parameters, list) or _companies_in(state.statement)):
        raise TenancyViolation("UPDATE by keys or of the company")


def _companies_in(statement: Any) -> list[object]:
    """Return the companies that are written in an INSERT or UPDATE itself, not in its parameters."""
    names = statement.compile().params.items()
    return [value for name, value in names if name == "company_id" or name.startswith("company_id_m")]


@event.listens_for(CompanyScoped, "load", propagate=True)
@event.listens_for(CompanyScoped, "refresh", propagate=True)
def _check_loaded(row: CompanyScoped, *context: object) -> None:
    """Refuse a row that came by a statement without criteria, such as one written by hand."""
    del context
    state: InstanceState[CompanyScoped] = inspect(row)
    if state.session is not None:
        _refuse_other(company_of(state.session), state.dict.get("company_id"), type(row).__name__)


@event.listens_for(CompanySession, "before_flush")
def _check_flush(session: Session, context: UOWTransaction, instances: object) -> None:
    del context, instances
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, CompanyScoped):
            continue
        own = company_of(session)
        if row.company_id is None:
            row.company_id = own
        _refuse_other(own, row.company_id, type(row).__name__)
        for before in inspect(row).attrs.company_id.history.deleted or ():
            _refuse_other(own, before, type(row).__name__)


def _is_scoped(mapper: Any) -> bool:
    return mapper is not None and issubclass(mapper.class_, CompanyScoped)


def _refuse_other(own: UUID, given: object, noun: str) -> None:
    if given != own:
        raise TenancyViolation(f"{noun} of company {given} in a session of company {own}")
