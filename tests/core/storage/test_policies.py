"""Policy in the database: companies that were there before get the permissions for it."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from gongdan.storage import schema
from gongdan.storage.accounts import RoleRow
from gongdan.storage.companies import CompanyRow
from gongdan.storage.database import Database
from gongdan.testing.clocks import START
from gongdan.testing.databases import Databases


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    opened = Database(databases.empty())
    yield opened
    opened.close()


def test_the_roles_of_companies_that_were_there_get_the_new_permissions(database: Database) -> None:
    schema.upgrade(database.engine, schema.CORE)
    schema.downgrade(database.engine, schema.CORE, "0003")
    company = {"id": uuid4(), "code": "xingfu", "name": "幸福物业", "parent_id": None, "time_zone": "Asia/Shanghai",
               "locale": "zh", "accent": "blue", "created_at": START}  # fmt: skip
    before = {"administrator": ["account.admin"], "supervisor": ["ticket.view"], "night": ["ticket.view"]}
    with database.engine.execution_options(gongdan_write=True).begin() as connection:
        connection.execute(sa.insert(CompanyRow.__table__), company)  # type: ignore[arg-type]  # a table it is
        for name, permissions in before.items():
            row = {"id": uuid4(), "company_id": company["id"], "name": name, "label": name, "permissions": permissions}
            connection.execute(sa.insert(RoleRow.__table__), row)  # type: ignore[arg-type]  # as above
    schema.upgrade(database.engine, schema.CORE)
    with database.engine.connect() as connection:
        found = dict(connection.execute(sa.select(RoleRow.name, RoleRow.permissions)).all())
    assert {"account.admin", "policy.admin", "policy.view"} <= set(found["administrator"])
    assert {"ticket.view", "policy.view"} <= set(found["supervisor"])
    assert "policy.admin" not in found["supervisor"]
    assert found["night"] == ["ticket.view"]
