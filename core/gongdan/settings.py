"""Settings: a TOML file in the home folder, overridden by ``GONGDAN_…`` variables; unknown keys are errors."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, validate
from marshmallow import fields as schema_fields
from platformdirs import user_data_path

from gongdan.errors import SettingsError
from gongdan.text import msg

_PREFIX = "GONGDAN_"
#: Variables of the project that are no settings: tests, development and the terminal's language read them.
_NOT_SETTINGS = ("GONGDAN_TEST_", "GONGDAN_CHROMIUM", "GONGDAN_LOCALE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator decides about an installation."""

    #: Folder with the database (on SQLite), the secret, and the attachments.
    home: Path
    #: SQLAlchemy address; SQLite in the home folder by default.
    database_url: str
    #: Where attachments lie: ``s3://bucket/prefix?endpoint=…&region=…``; empty for the folder ``files`` at home.
    files_url: str = ""
    #: Message broker of ``gongdan worker --celery``; nothing else needs one.
    broker_url: str = ""
    #: Host names under which the web pages may be asked for; empty accepts the ones of this machine only.
    trusted_hosts: tuple[str, ...] = ()
    #: Cookies only over HTTPS; switch it off for a demo on this machine.
    secure_cookies: bool = True
    #: Largest request, in megabytes.
    max_request_mb: int = 25
    #: Start without any plugin.
    safe_mode: bool = False
    #: Plugins that may be loaded; empty allows all that are installed.
    plugins: tuple[str, ...] = ()
    #: Log every hook call with its duration.
    trace_hooks: bool = False
    #: Number of proxies in front whose ``X-Forwarded-…`` headers are believed.
    proxies: int = 0
    #: For how many days timers that are done or cancelled stay to be looked at.
    timer_days: int = 90


_TEXT: dict[str, Any] = {"invalid": msg("须为一段文字")}
_TEXTS: dict[str, Any] = {"invalid": msg("须为一组文字，环境变量中用逗号分隔")}
_SWITCH: dict[str, Any] = {"invalid": msg("只能是 true 或 false")}
_NUMBER: dict[str, Any] = {"invalid": msg("须为整数")}


class _SettingsSchema(Schema):
    error_messages = {"unknown": msg("没有这项设置")}  # noqa: RUF012  # marshmallow declares it like this

    database_url = schema_fields.String(error_messages=_TEXT)
    files_url = schema_fields.String(error_messages=_TEXT)
    broker_url = schema_fields.String(error_messages=_TEXT)
    trusted_hosts = schema_fields.List(schema_fields.String(), error_messages=_TEXTS)
    secure_cookies = schema_fields.Boolean(error_messages=_SWITCH)
    max_request_mb = schema_fields.Integer(error_messages=_NUMBER)
    safe_mode = schema_fields.Boolean(error_messages=_SWITCH)
    plugins = schema_fields.List(schema_fields.String(), error_messages=_TEXTS)
    trace_hooks = schema_fields.Boolean(error_messages=_SWITCH)
    proxies = schema_fields.Integer(error_messages=_NUMBER)
    timer_days = schema_fields.Integer(
        error_messages=_NUMBER, validate=validate.Range(1, 36_500, error=msg("须在 1 到 36500 之间"))
    )


def read_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Return the settings of this process; raises ``SettingsError`` naming the setting, value and rule."""
    variables = os.environ if environment is None else environment
    home = Path(overrides.pop("home", None) or variables.get("GONGDAN_HOME") or user_data_path("gongdan"))
    given = {**_from_file(home / "gongdan.toml"), **_from_environment(variables), **overrides}
    try:
        loaded = _SettingsSchema().load(given)
    except ValidationError as problem:
        name, texts = next(iter(problem.messages_dict.items()))
        raise SettingsError(str(name), str(given.get(name, "")), "; ".join(map(str, texts))) from problem
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in loaded.items()
    }
    values.setdefault("database_url", f"sqlite:///{home / 'gongdan.db'}")
    return Settings(home=home, **values)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsError("gongdan.toml", str(path), msg("不是有效的 TOML 文件")) from problem


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    lists = {field.name for field in fields(Settings) if str(field.type).startswith("tuple")}
    found: dict[str, Any] = {}
    for variable, value in variables.items():
        if not variable.startswith(_PREFIX) or variable == "GONGDAN_HOME" or variable.startswith(_NOT_SETTINGS):
            continue
        name = variable.removeprefix(_PREFIX).lower()
        found[name] = [part.strip() for part in value.split(",") if part.strip()] if name in lists else value
    return found
