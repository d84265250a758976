"""The log: lines of JSON in the home folder, with ten files kept."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_LARGEST_BYTES = 5_000_000
_KEPT = 9


def log_path(home: Path) -> Path:
    """Return where the log of an installation lies."""
    return home / "logs" / "gongdan.log"


def write_logs(home: Path) -> None:
    """Send everything from level INFO on to the log; a second call for the same file changes nothing."""
    path = log_path(home)
    root = logging.getLogger("gongdan")
    if any(getattr(handler, "baseFilename", "") == str(path.absolute()) for handler in root.handlers):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LARGEST_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(_formatter())
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
