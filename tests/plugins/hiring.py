"""Taking the people of a demo company in, as ``gongdan demo`` does."""

from gongdan.api import CompanyDesk, Demo
from gongdan.services.actors import SYSTEM
from gongdan.testing.factories import PASSWORD


def hire(desk: CompanyDesk, demo: Demo) -> None:
    for person in demo.people:
        account = desk.installation.accounts.create(
            SYSTEM, person.login, person.name, PASSWORD, must_change_password=False
        )
        known = {view.name: view.id for view in desk.departments.all()}
        place = known.get(person.department) or desk.departments.create(f"{len(known) + 1:02}", person.department).id
        desk.members.save(account.id, person.roles, department_id=place, position=person.position)
