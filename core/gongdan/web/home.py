"""The inbox: what waits for the person."""

from flask import Blueprint, render_template

from gongdan.web.access import member

pages = Blueprint("home", __name__)


@pages.get("/")
@member
def index() -> str:
    return render_template("home/index.html")
