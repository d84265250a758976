"""Answering with a page or with the part of it that htmx asked for."""

import re

from flask import Response, flash, make_response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from gongdan.web.access import is_fragment
from gongdan.web.words import say

#: What a dialog is called; ``macros/dialogs.html`` writes it.
_HEADING = re.compile(r'<h2 class="modal-title">(.*?)</h2>', re.DOTALL)


def go(endpoint: str, /, **values: object) -> AnyResponse:
    """Lead the browser on after a change; htmx loads the page as a whole."""
    return go_to(url_for(endpoint, **values))  # type: ignore[arg-type]  # values of the address


def go_to(address: str) -> AnyResponse:
    """Lead the browser to an address of our own."""
    if is_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def dialog(template: str, **values: object) -> str:
    """Return a dialog: for htmx its content alone, else a page around it."""
    if is_fragment():
        return render_template(template, **values)
    content = Markup(render_template(template, **values))  # noqa: S704 -- a template has escaped what is in it
    heading = _HEADING.search(content)
    return render_template("dialog_page.html", content=content, heading=heading[1] if heading else "")


def told(text: str, **params: object) -> None:
    """Show a sentence at the top of the next page; ``text`` is a source text."""
    flash(say(text, **params), "done")


def done_with(key: str) -> None:
    """Let the browser forget what it kept of a form (``data-keep``) once the next page is there."""
    flash(key, "keep")


def fragment(html: str, status: int = 200, **headers: str) -> Response:
    """Answer htmx with a part of a page; header names with ``_`` for ``-``."""
    response = make_response(html, status)
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response
