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
    """Answer 503 unless the database can be asked and its tables are of this version.

    ``timer_lag_seconds`` says for how long something has been due that no executor has taken.
    """
    desk = installation()
    require_ready(desk)
    since = desk.timers.late_since()
    lag = max((desk.clock() - since).total_seconds(), 0) if since else 0
    return jsonify(status="ok", timer_lag_seconds=round(lag, 1))
