"""Log lines: one JSON object each, with a constant event name, and with ids only of persons."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger, Processor

SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


# Below warnings, libraries log what only their own developers need.
QUIET = (
    "faust",
    "mode",
    "aiokafka",
    "kafka",
    "asyncio",
    "aiohttp",
    "alembic",
    "httpx2",
    "psycopg",
    "credstream.runtime",
)
OURS = "credstream"


def configure(service: str, worker: str, level: str) -> None:
    """Write our lines and those of libraries as JSON to standard output."""
    logging.config.dictConfig(config(level))
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=lambda *_: logging.getLogger(OURS),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, worker=worker)


def config(level: str) -> dict[str, Any]:
    """The configuration of `logging`; Faust applies it again when it starts."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": _formatter}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"handlers": ["out"], "level": _number(level)},
        "loggers": {
            **{name: {"level": max(_number(level), logging.WARNING)} for name in QUIET},
            # It logs a hundred lines a second while the broker is away; the data path logs one.
            "aiokafka": {"level": logging.CRITICAL},
        },
    }


def logger() -> FilteringBoundLogger:
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


def _number(level: str) -> int:
    return logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
