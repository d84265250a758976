"""What every answer carries and every request has to pass, whatever page it is about."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from gongdan.services.sessions import LONGEST
from gongdan.settings import Settings
from gongdan.web.access import routes

_MEGABYTE = 1024 * 1024
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=()",
}
_STATIC_SECONDS = int(timedelta(days=365).total_seconds())
#: How long a browser that once came over HTTPS comes by no other way.
_HTTPS_ONLY = f"max-age={int(timedelta(days=365).total_seconds())}"


def configure(app: Flask, settings: Settings, web_key: bytes) -> None:
    """Set up cookies, limits and trusted hosts."""
    app.config.update(
        SECRET_KEY=web_key,
        SESSION_COOKIE_NAME="__Host-gongdan" if settings.secure_cookies else "gongdan",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST,
        MAX_CONTENT_LENGTH=settings.max_request_mb * _MEGABYTE,
        MAX_FORM_MEMORY_SIZE=_MEGABYTE,
        TRUSTED_HOSTS=list(settings.trusted_hosts or _THIS_MACHINE),
        # The token lives as long as the session it is bound to; a form may stay open over lunch.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # as Flask documents it


def install(app: Flask) -> None:
    """Refuse forged hosts and forms; put the headers on every answer."""
    app.before_request(_refuse_forged_host)
    CSRFProtect(app)
    app.before_request(_refuse_nul)
    app.after_request(_protect)
    app.jinja_env.globals.update(asset=_asset_addresses(Path(app.static_folder or "")))


def safe_next(target: str) -> str:
    """Return ``target`` when it is the path of a page of ours, else the home page."""
    # Only what begins with a single slash is taken apart: anything else may name a host, or nothing at all.
    is_plain = target.isprintable() and "\\" not in target and target.startswith("/") and target[1:2] != "/"
    return target if is_plain and routes(urlsplit(target).path) else "/"


def _refuse_forged_host() -> None:
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception


def _refuse_nul() -> None:
    """Refuse what no field can hold and not every database takes."""
    texts = (text for values in (request.args, request.form) for pair in values.items(multi=True) for text in pair)
    if any("\0" in text for text in texts):
        raise BadRequest


def _protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = f"public, max-age={_STATIC_SECONDS}, immutable"
    else:
        # Files that people have brought may be kept for a person; pages are not.
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.vary.add("Cookie")
    return response


class _asset_addresses:  # noqa: N801 -- templates call it like a function
    """Addresses of shipped files; each changes with the file, so that browsers may keep what they have."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[int, str]] = {}

    def __call__(self, name: str) -> str:
        try:
            changed = (self._folder / name).stat().st_mtime_ns
        except FileNotFoundError:
            changed = 0
        return f"/static/{name}?v={changed:x}"
