"""Papers: looked at as sheets, printed by the browser, sent as PDF."""

from functools import partial
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for

from gongdan.domain.papers import Paper
from gongdan.printing.drawings import picture_address, qr_path
from gongdan.web.access import current_desk, needs
from gongdan.web.downloads import download
from gongdan.web.words import translator

pages = Blueprint("papers", __name__, url_prefix="/papers")


@pages.get("/tickets/<uuid:ticket_id>")
@needs("ticket.view")
def ticket(ticket_id: UUID) -> str:
    """Show the paper of a ticket."""
    own = partial(url_for, ticket_id=ticket_id)
    return paper_page(
        _ticket_paper(ticket_id),
        back=own("ticket.show"), pdf=own("papers.ticket_pdf"), printed=own("papers.ticket_printed"),
    )  # fmt: skip


@pages.get("/tickets/<uuid:ticket_id>.pdf")
@needs("ticket.view")
def ticket_pdf(ticket_id: UUID) -> Response:
    """Send the paper of a ticket as PDF."""
    paper = _ticket_paper(ticket_id)
    return download(current_desk().printing.pdf("ticket", ticket_id, paper), f"{paper.number} {paper.title}.pdf")


@pages.post("/tickets/<uuid:ticket_id>/printed")
@needs("ticket.view")
def ticket_printed(ticket_id: UUID) -> Response:
    """Note that the browser prints the paper of a ticket."""
    current_desk().printing.note("ticket", ticket_id, _ticket_paper(ticket_id), way="page")
    return Response(status=204)


def paper_page(paper: Paper, *, back: str, pdf: str, printed: str) -> str:
    """Return a page that shows a paper; ``printed`` is told when the browser prints it."""
    return render_template(
        "papers/page.html",
        title=f"{paper.title} {paper.number}".strip(),
        shown=[paper],
        pictures=lambda digest: picture_address(current_desk().printing.picture(digest)),
        qr=qr_path,
        back=back,
        pdf=pdf,
        printed=printed,
    )


def _ticket_paper(ticket_id: UUID) -> Paper:
    return current_desk().printing.paper("ticket", ticket_id, translator(), address())


def address() -> str:
    """Return the address under which the installation was asked for; its host is one of the trusted ones."""
    return request.url_root
