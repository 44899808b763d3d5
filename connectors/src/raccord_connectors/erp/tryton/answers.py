"""What Tryton's answers mean: its refusals, its accidents, its clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.settings import TrytonSettings
from raccord_connectors.kit.http import HttpFailure


class Refused(Exception):
    """Tryton's own refusal (a rule, a right, a warning), in the user's language. Callers decide what it means."""

    def __init__(self, sentence: str, *, warning: bool = False) -> None:
        super().__init__("Tryton refused")  # the sentence may hold personal data: it goes to the person only
        self.sentence = sentence
        self.warning = warning


def failure_of(method: str, error: Any, settings: TrytonSettings, host: str) -> Exception:
    """`[kind, [sentence, description, …]]` of Tryton's own errors; `[text, traceback]` of its accidents."""
    kind, *rest = error if isinstance(error, list) and error else [str(error)]
    known = rest[0] if rest and isinstance(rest[0], list) else None
    if kind == "UserError" and known:
        return Refused(_sentence(known[:2]))
    if kind == "UserWarning" and known:
        return Refused(_sentence(known[1:3]), warning=True)
    if kind == "LoginException":
        return ConfigError(texts.SECOND_FACTOR.fill(user=settings.user), field="user")
    if kind == "ConcurrencyException":
        return TransientError(texts.CONCURRENCY.fill(), detail=method)
    return TransientError(texts.SERVER_FAILED.fill(host=host), detail=f"{method}: {str(kind)[:200]}")


def server_clock(response: httpx.Response, took: timedelta) -> datetime | None:
    """The server's clock when the request left us: the answer's date, cut to the second, less what it took. None behind
    a proxy that hides it: then our own clock has to do, and the overlap covers the difference."""
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC) - took
    except (KeyError, ValueError):
        return None


def explained(failure: HttpFailure, settings: TrytonSettings) -> ConfigError:
    if failure.status == 401:
        message = texts.BAD_LOGIN.fill(user=settings.user, database=settings.database)
        return ConfigError(message, detail=failure.detail, field="password")
    if failure.status == 404:
        message = texts.NO_DATABASE.fill(database=settings.database)
        return ConfigError(message, detail=failure.detail, field="database")
    if failure.status == 413:
        return ConfigError(texts.TOO_LARGE.fill(), detail=failure.detail)
    return failure


def _sentence(parts: Sequence[Any]) -> str:
    return " ".join(str(part).replace("\xa0", " ").strip() for part in parts if part)
