"""The log: lines of JSON in the home folder, with ten files kept."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_LARGEST_BYTES = 5_000_000
_KEPT = 9
_LOGGERS = ("gongdan", "waitress")


def log_path(home: Path) -> Path:
    """Return where the log of an installation lies."""
    return home / "logs" / "gongdan.log"


def write_logs(home: Path) -> None:
    """Send everything from level INFO on to the log of ``home``, and to no other any more."""
    stop_logs()
    path = log_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LARGEST_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(_formatter())
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)


def stop_logs() -> None:
    """Close the log, so that its folder can be moved or removed."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for handler in [found for found in logger.handlers if isinstance(found, RotatingFileHandler)]:
            logger.removeHandler(handler)
            handler.close()


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
