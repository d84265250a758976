"""Is it alive, is it ready: for whoever watches the installation."""

from flask import Blueprint, Response, jsonify

from gongdan.bootstrap import require_ready
from gongdan.web.access import installation, public

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def alive() -> Response:
    return jsonify(status="ok")


@pages.get("/readyz")
@public
def ready() -> Response:
    """Answer 503 unless the database can be asked and its tables are of this version."""
    require_ready(installation())
    return jsonify(status="ok")
