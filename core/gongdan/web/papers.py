"""Papers: looked at as sheets, printed by the browser, sent as PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for

from gongdan.domain.papers import Paper
from gongdan.errors import NotFound
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
        _paper("ticket", ticket_id),
        back=own("ticket.show"), pdf=own("papers.ticket_pdf"), printed=own("papers.ticket_printed"),
    )  # fmt: skip


@pages.get("/tickets/<uuid:ticket_id>.pdf")
@needs("ticket.view")
def ticket_pdf(ticket_id: UUID) -> Response:
    """Send the paper of a ticket as PDF."""
    return _pdf("ticket", ticket_id)


@pages.post("/tickets/<uuid:ticket_id>/printed")
@needs("ticket.view")
def ticket_printed(ticket_id: UUID) -> Response:
    """Note that the browser prints the paper of a ticket."""
    return _printed("ticket", ticket_id)


@pages.get("/forms/<uuid:form_id>")
@needs("ticket.view")
def form(form_id: UUID) -> str:
    """Show the paper of a form, with all its copies or the one that is asked for."""
    templates = current_desk().word_templates.of(current_desk().forms.find(form_id).kind.name)
    own = partial(url_for, form_id=form_id, copy=request.args.get("copy"))
    return paper_page(
        _paper("form", form_id),
        back=url_for("forms.show", form_id=form_id),
        pdf=own("papers.form_pdf"),
        printed=own("papers.form_printed"),
        words=[(one.name, url_for("papers.form_word", form_id=form_id, template_id=one.id)) for one in templates],
    )


@pages.get("/forms/<uuid:form_id>.pdf")
@needs("ticket.view")
def form_pdf(form_id: UUID) -> Response:
    """Send the paper of a form as PDF."""
    return _pdf("form", form_id)


@pages.post("/forms/<uuid:form_id>/printed")
@needs("ticket.view")
def form_printed(form_id: UUID) -> Response:
    """Note that the browser prints the paper of a form."""
    return _printed("form", form_id)


@pages.get("/forms/<uuid:form_id>/word/<uuid:template_id>")
@needs("ticket.view")
def form_word(form_id: UUID, template_id: UUID) -> Response:
    """Send a form in a Word template."""
    name, content = current_desk().word_templates.fill(template_id, form_id, translator())
    return download(content, name)


def paper_page(paper: Paper, *, back: str, pdf: str, printed: str, words: Sequence[tuple[str, str]] = ()) -> str:
    """Return a page that shows a paper; ``printed`` is told when the browser prints it.

    ``words`` are Word files that hold the same, as names and addresses.
    """
    return render_template(
        "papers/page.html",
        title=f"{paper.title} {paper.number}".strip(),
        shown=[paper],
        back=back,
        pdf=pdf,
        printed=printed,
        words=words,
        **drawing(),
    )


def drawing() -> Mapping[str, object]:
    """Return what the template of a paper draws with: pictures by their hash, and codes."""
    return {"pictures": lambda digest: picture_address(current_desk().printing.picture(digest)), "qr": qr_path}


def address() -> str:
    """Return the address under which the installation was asked for; its host is one of the trusted ones."""
    return request.url_root


def _paper(noun: str, record_id: UUID) -> Paper:
    """Return the paper of a record, with the copy that the address asks for alone."""
    paper = current_desk().printing.paper(noun, record_id, translator(), address())
    place = request.args.get("copy", 0, type=int)
    if not 0 <= place <= len(paper.copies):
        raise NotFound("copy", str(place)[:20])
    return replace(paper, copies=(paper.copies[place - 1],)) if place else paper


def _pdf(noun: str, record_id: UUID) -> Response:
    paper = _paper(noun, record_id)
    return download(current_desk().printing.pdf(noun, record_id, paper), f"{paper.number} {paper.title}.pdf".strip())


def _printed(noun: str, record_id: UUID) -> Response:
    current_desk().printing.note(noun, record_id, _paper(noun, record_id), way="page")
    return Response(status=204)
