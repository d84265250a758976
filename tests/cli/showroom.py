"""A plugin like the sample one, with a demo."""

from collections.abc import Sequence
from types import ModuleType

from gongdan.domain.demo import Demo, DemoPerson, Progress
from gongdan.hooks.markers import hookimpl
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory

PEOPLE = (
    DemoPerson("zhangmin", "张敏", "客服部", "客服专员", ("agent",)),
    DemoPerson("lijianguo", "李建国", "工程部", "维修工程师", ("sample_engineer",)),
    DemoPerson("wangfang", "王芳", "客服部", "客服经理", ("supervisor",)),
)


def fill(desk: CompanyDesk, progress: Progress) -> None:
    """Open one ticket."""
    progress("登记一张报修单")
    factory = Factory(desk)
    factory.ticket(requester_id=factory.party().id)


def make_plugin() -> ModuleType:
    """Return the plugin's module."""
    module = ModuleType("showroom")
    module.register_rulebook = sample.register_rulebook  # type: ignore[attr-defined]  # a module made for the test
    module.register_demos = register_demos  # type: ignore[attr-defined]  # as above
    return module


@hookimpl
def register_demos() -> Sequence[Demo]:
    """Describe the company."""
    return (Demo(code="xingfu", company="幸福物业", people=PEOPLE, fill="tests.cli.showroom:fill"),)
