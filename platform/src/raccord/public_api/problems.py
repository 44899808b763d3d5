"""Problem details (RFC 9457): what went wrong, to which field, and what to do, in the language that the program asks for."""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from raccord.agents.errors import AgentSettingError
from raccord.channels.errors import ChannelError
from raccord.log import trace
from raccord.mappings.errors import CHANGED_MEANWHILE, MappingsError
from raccord.mappings.errors import UNKNOWN_CHANNEL as NO_CHANNEL
from raccord.mappings.errors import UNKNOWN_PLAN as NO_PLAN
from raccord.mappings.errors import UNKNOWN_VERSION as NO_VERSION
from raccord.orders.deciding import Refused
from raccord.public_api import errors
from raccord.public_api.errors import ApiRefused
from raccord.pushes.errors import PushRefused
from raccord.rehearsals.errors import UNKNOWN as NO_REHEARSED
from raccord.rehearsals.errors import RehearsalError
from raccord.sync.records import place_of
from raccord_connectors.contract import ConnectorError, Message

MISSING = {NO_CHANNEL.code, NO_PLAN.code, NO_VERSION.code, NO_REHEARSED.code}
"""Sentences that say that something does not exist."""
LATE = {CHANGED_MEANWHILE.code}
TITLES = {
    400: ("Requête mal formée", "Malformed request"), 401: ("Clé nécessaire", "Key needed"), 403: ("Refusé", "Refused"),
    404: ("Introuvable", "Not found"), 405: ("Méthode inconnue", "Unknown method"), 409: ("Trop tard", "Too late"),
    413: ("Trop grand", "Too large"), 415: ("Format inconnu", "Unknown format"), 422: ("À corriger", "To be corrected"),
    429: ("Trop de requêtes", "Too many requests"), 500: ("Erreur de notre fait", "Our error"),
    503: ("Pas maintenant", "Not now"),
}  # fmt: skip

log = structlog.get_logger(__name__)


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field that does not fit."""

    field: str
    detail: str


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `code` never changes its meaning; `detail` is a sentence for a person."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[Wrong] = []


def language_asked(headers: Mapping[str, str]) -> str:
    """The first of ours among those that `Accept-Language` wants most; else French."""
    wanted: list[tuple[float, str]] = []
    for part in headers.get("accept-language", "").split(","):
        name, _, weight = part.strip().partition(";")
        try:
            worth = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            worth = 0.0
        if name[:2].lower() in ("fr", "en") and worth > 0:
            wanted.append((-worth, name[:2].lower()))
    return min(wanted, key=lambda one: one[0])[1] if wanted else "fr"


def answer(
    headers: Mapping[str, str],
    status: int,
    message: Message,
    *,
    field: str | None = None,
    wrong: list[Wrong] | None = None,
    more: Mapping[str, str] | None = None,
) -> Response[bytes]:
    language = language_asked(headers)
    title = TITLES.get(status, ("Refusé", "Refused"))[0 if language == "fr" else 1]
    body = ProblemDetails(
        f"urn:raccord:{message.code}", title, status, message.text(language), message.code, field, wrong or []
    )
    told = {"Content-Language": language, "Vary": "Accept-Language", **(more or {})}
    return Response(
        msgspec.json.encode(body), status_code=status, media_type="application/problem+json", headers=told
    )


def of_refused(request: Request[Any, Any, Any], error: ApiRefused) -> Response[bytes]:
    return answer(request.headers, error.status, error.message, field=error.field, more=error.headers)


def of_push(request: Request[Any, Any, Any], error: PushRefused) -> Response[bytes]:
    status = 429 if error.retry_after else 404 if error.missing else 409 if error.late else 422
    more = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return answer(request.headers, status, error.message, field=error.field, more=more)


def of_body(request: Request[Any, Any, Any], error: msgspec.DecodeError) -> Response[bytes]:
    """A body that is read by hand."""
    field, reason = place_of(error)
    message = errors.INVALID.fill(field=field or "body", reason=reason)
    return answer(request.headers, 400, message, field=field)


def of_feature(request: Request[Any, Any, Any], error: Any) -> Response[bytes]:
    """What a feature's service refuses: its own sentence."""
    message: Message = error.message
    status = 404 if message.code in MISSING else 409 if message.code in LATE else 422
    if isinstance(error, Refused) and error.late:
        status = 409
    return answer(request.headers, status, message, field=getattr(error, "field", None) or None)


def of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    if status >= 500:
        return of_bug(request, error)
    if isinstance(error, ValidationException):
        return _invalid(request, error)
    if isinstance(error, NotFoundException):
        message = errors.NOT_FOUND.fill()
    elif isinstance(error, MethodNotAllowedException):
        message = errors.NOT_ALLOWED.fill(method=request.method)
    else:
        message = errors.REFUSED.fill(status=status)
    return answer(request.headers, status, message, more=error.headers)


def of_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("request failed", path=request.url.path, method=request.method, trace=trace(error))
    return answer(request.headers, 500, errors.OUR_FAULT.fill())


def _invalid(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    language = language_asked(request.headers)
    told: list[Any] = error.extra if isinstance(error.extra, list) else []
    wrong = []
    for one in told:
        field = str(one.get("key") or one.get("source") or "") if isinstance(one, dict) else ""
        reason = str(one.get("message") or "") if isinstance(one, dict) else str(one)
        said = errors.INVALID.fill(field=field or "?", reason=reason).text(language)
        wrong.append(Wrong(field, said))
    first = wrong[0].field if wrong else None
    message = errors.INVALID.fill(field=first or "?", reason=_reason(error, told))
    return answer(request.headers, 400, message, field=first, wrong=wrong)


def _reason(error: ValidationException, told: list[Any]) -> str:
    if told and isinstance(told[0], dict):
        return str(told[0].get("message") or error.detail)
    return error.detail


HANDLERS: dict[Any, Any] = {
    PushRefused: of_push,
    msgspec.DecodeError: of_body,
    ApiRefused: of_refused,
    MappingsError: of_feature,
    ChannelError: of_feature,
    RehearsalError: of_feature,
    AgentSettingError: of_feature,
    ConnectorError: of_feature,
    Refused: of_feature,
    HTTPException: of_http,
    Exception: of_bug,
}
