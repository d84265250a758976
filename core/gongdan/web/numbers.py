"""Number patterns: one a ticket type, with the next number while one types."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import GongdanError, InvalidInput
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import go, told
from gongdan.web.problems import status_of
from gongdan.web.words import rendered

pages = Blueprint("numbers", __name__)


@pages.get("/settings/numbers")
@needs("company.admin")
def index() -> str:
    return _page({})


@pages.get("/settings/numbers/<ticket_type>/preview")
@needs("company.admin")
def preview(ticket_type: str) -> str:
    """Return the next number under the pattern as typed, or what is wrong with it."""
    pattern = request.args.get("pattern", "")
    try:
        number, problem = current_desk().numbers.preview(ticket_type, pattern), None
    except InvalidInput as refusal:
        number, problem = "", rendered(refusal).problems[0]
    return render_template("numbers/preview.html", number=number, problem=problem)


@pages.post("/settings/numbers/<ticket_type>")
@needs("company.admin")
def save(ticket_type: str) -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        current_desk().numbers.set_pattern(ticket_type, form.value("pattern").strip())
    except GongdanError as refusal:
        return _page({ticket_type: form.refused(refusal)}), status_of(refusal)
    told(msg("已保存，新登记的工单按此编号；已有编号不变"))
    return go("numbers.index")


@pages.post("/settings/numbers/<ticket_type>/default")
@needs("company.admin")
def drop(ticket_type: str) -> AnyResponse:
    current_desk().numbers.drop_pattern(ticket_type)
    told(msg("已恢复默认编号格式"))
    return go("numbers.index")


def _page(refused: dict[str, Form]) -> str:
    rows = [(row, refused.get(row.ticket_type.name, Form.of(pattern=row.pattern)))
            for row in current_desk().numbers.all()]  # fmt: skip
    return render_template("numbers/index.html", rows=rows)
