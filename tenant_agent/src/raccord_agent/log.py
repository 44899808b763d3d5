"""Logging: a rotating file in the agent's folder, the console too when asked, and nothing secret in either."""

import logging
import logging.handlers
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

FILE_BYTES = 5 * 1024 * 1024
FILES = 5
FORM = "%(asctime)s %(levelname)-7s %(threadName)s %(message)s"
MASK = "•••"
SHORTEST_SECRET = 4
"""Shorter values ("sa", "1") would blank half of every line; they protect nothing either."""

_PATTERNS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(?i)(bearer\s+)\S+"), rf"\1{MASK}"),
    (re.compile(r"(://[^/\s:@]+:)[^@\s]+(@)"), rf"\1{MASK}\2"),
    (
        re.compile(r"(?i)((?:password|passwd|pwd|secret|token|api_?key|mot de passe)\W{1,3})[^\s,;&'\"]+"),
        rf"\1{MASK}",
    ),
)


class Redaction(logging.Formatter):
    """Works on the finished line, stack traces included: a secret may hide in an exception's text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(FORM)
        self._secrets = sorted({s for s in secrets if len(s) >= SHORTEST_SECRET}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))

    def redact(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, MASK)
        for pattern, replacement in _PATTERNS:
            line = pattern.sub(replacement, line)
        return line


def set_up(path: Path, *, level: str, secrets: Iterable[str], console: bool) -> None:
    """Replaces what was set up before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    formatter = Redaction(secrets)
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    ]
    if console:
        handlers.append(logging.StreamHandler())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(level.upper())
    for talkative in ("httpx", "httpcore"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def is_set_up() -> bool:
    handlers = logging.getLogger().handlers
    return any(isinstance(handler, logging.handlers.RotatingFileHandler) for handler in handlers)
