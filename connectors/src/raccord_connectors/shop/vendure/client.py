"""Calls of Vendure's Admin API: signing in, errors, lists of any length.

Vendure says what went wrong in three ways: an HTTP status (its own proxy, a body that is too large, a query that its
schema does not know), `errors` beside a 200 (all refusals of what was asked), and ErrorResult objects inside `data`
(expected outcomes, such as not enough stock): the last are read by whoever asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec

from raccord_connectors.contract import ConfigError, Text, TransientError
from raccord_connectors.kit import texts as kit_texts
from raccord_connectors.kit.http import HttpClient, HttpFailure, decode_json
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.settings import VendureSettings

Json = dict[str, Any]

LOGIN = """mutation Login($user: String!, $password: String!) {
  login(username: $user, password: $password, rememberMe: true) {
    __typename ... on ErrorResult { errorCode message } } }"""


class Refused(Exception):
    """Vendure refused what was asked, in its own words. `code` is its error code, INTERNAL_SERVER_ERROR when it gave
    none (a database that refuses a value). Whoever asked turns it into an outcome."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words[:300]


class Graph:
    """One signed-in session. `ask` for what may be repeated, `change` for the rest."""

    def __init__(
        self,
        settings: VendureSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        origin, self._path = _split(settings.url)
        self._settings = settings
        self._headers: dict[str, str] = {}
        self._signed_in = False
        if settings.channel_token:
            self._headers["vendure-token"] = _header(
                settings.channel_token, texts.WRONG_CHANNEL, "channel_token"
            )
        if settings.api_key:
            self._headers["vendure-api-key"] = _header(settings.api_key, texts.KEY_REFUSED, "api_key")
            self._signed_in = True
        elif not (settings.user and settings.password):
            raise ConfigError(texts.NO_CREDENTIALS.fill(), field="user" if settings.password else "password")
        options: Json = {} if sleep is None else {"sleep": sleep}
        self._http = HttpClient(
            origin, transport=transport, allow_private=settings.allow_private_address, **options
        )
        self.body_limit = settings.body_limit_kb * 1024 - 2048
        """Bytes of a request that the server surely takes. Above its limit Vendure answers 500, not 413."""
        self.server_time = datetime.now(UTC)
        """The server's clock at its latest answer: cursors never trust ours."""
        self.language = ""
        """In which translated fields are answered; empty: the channel's own."""

    @property
    def host(self) -> str:
        return self._http.host

    @property
    def by_key(self) -> bool:
        return bool(self._settings.api_key)

    def ask(self, document: str, /, **variables: Any) -> Json:
        """`data` of a query. What Vendure refuses here is nobody's record: it stops the connection or passes."""
        try:
            return self._call(document, variables, repeat=True)
        except Refused as refusal:
            if refusal.code in ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"):
                raise ConfigError(texts.OTHER_SCHEMA.fill(words=refusal.words)) from refusal
            raise TransientError(texts.FAULT.fill(words=refusal.words), detail=refusal.code) from refusal

    def now(self) -> datetime:
        """The server's clock, asked for: the watermark of a reading that begins."""
        self.ask("{ activeChannel { id } }")
        return self.server_time

    def change(self, document: str, /, *, repeat: bool = False, **variables: Any) -> Json:
        """`data` of a mutation. `repeat` only where doing it twice changes nothing. Raises `Refused`."""
        return self._call(document, variables, repeat=repeat)

    def upload(self, document: str, variables: Json, name: str, content: bytes, type_: str) -> Json:
        """A mutation with one file at `variables.input.0.file` (GraphQL multipart request). Raises `Refused`."""
        operations = msgspec.json.encode({"query": document, "variables": variables}).decode()
        return self._answered(
            repeat=False,
            data={"operations": operations, "map": '{"0": ["variables.input.0.file"]}'},
            files={"0": (name, content, type_)},
        )

    def everything(self, document: str, field: str, *, size: int, **variables: Any) -> Iterator[list[Json]]:
        """All rows of a list, each once, in pages. `document` takes `$take` and `$skip`, sorts by id, and asks for `id`.

        Counting alone loses rows: when one that was read already is deleted meanwhile, all later ones move up. So each
        page begins with a row that we know; if it does not, we step back until it does. Ids are opaque (numbers,
        UUIDs, or what the integrator made of them), so they are compared for equality only.
        """
        seen: set[str] = set()
        skip = 0
        while True:
            rows: list[Json] = self.ask(document, take=size, skip=skip, **variables)[field]["items"]
            if skip and not (rows and rows[0]["id"] in seen):
                skip = max(0, skip - size + 1)
                continue
            fresh = [row for row in rows if row["id"] not in seen]
            seen.update(row["id"] for row in fresh)
            if fresh:
                yield fresh
            if len(rows) < size:
                return
            skip += size - 1

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------------------------------------ one exchange

    def _call(self, document: str, variables: Mapping[str, Any], *, repeat: bool) -> Json:
        return self._answered(repeat=repeat, json={"query": document, "variables": variables})

    def _answered(self, *, repeat: bool, **body: Any) -> Json:
        if not self._signed_in:
            self._sign_in()
        answer = self._post(repeat, body)
        if _code(answer) in ("FORBIDDEN", "UNAUTHORIZED") and not self.by_key:
            # Either the session has ended or a right is missing: a fresh session tells which. Nothing was done yet.
            self._sign_in()
            answer = self._post(repeat, body)
        code = _code(answer)
        if code in ("FORBIDDEN", "UNAUTHORIZED"):
            path = answer["errors"][0].get("path") or ["?"]
            raise Forbidden(str(path[0]).rstrip("0123456789"))  # aliases are the field and a number
        if code is not None:
            raise Refused(code, str(answer["errors"][0].get("message", "")))
        data: Json = answer["data"]
        return data

    def _post(self, repeat: bool, body: Json) -> Json:
        path = f"{self._path}?languageCode={self.language}" if self.language else self._path
        try:
            response = self._http.send("POST", path, repeat=repeat, headers=dict(self._headers), **body)
        except HttpFailure as failure:
            # A query that the schema does not know is answered with 400 and the usual `errors`.
            if isinstance(failure.body, dict) and failure.body.get("errors"):
                return failure.body
            raise
        self._note(response)
        try:
            answer = decode_json(response.content)
        except msgspec.DecodeError as error:
            raise TransientError(kit_texts.NOT_AN_API.fill(host=self.host)) from error
        if not isinstance(answer, dict) or not (answer.get("errors") or isinstance(answer.get("data"), dict)):
            raise ConfigError(kit_texts.UNKNOWN_ADDRESS.fill(host=self.host), field="url")
        return answer

    def _note(self, response: httpx.Response) -> None:
        token = response.headers.get("vendure-auth-token")
        if token and not self.by_key:
            self._headers["Authorization"] = f"Bearer {token}"
        try:
            self.server_time = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            self.server_time = datetime.now(UTC)

    def _sign_in(self) -> None:
        """Servers that only know cookies hand out one instead of a token; the HTTP client keeps it."""
        self._headers.pop("Authorization", None)
        variables = {"user": self._settings.user, "password": self._settings.password}
        answer = self._post(True, {"json": {"query": LOGIN, "variables": variables}})
        login = (answer.get("data") or {}).get("login") or {}
        if _code(answer) is not None or "errorCode" in login:
            raise ConfigError(
                texts.LOGIN_REFUSED.fill(user=self._settings.user),
                field="password",
                detail=str(login.get("errorCode") or _code(answer)),
            )
        self._signed_in = True


class Forbidden(ConfigError):
    """A right is missing. `operation` is the field of the API that we may not use."""

    def __init__(self, operation: str) -> None:
        super().__init__(texts.FORBIDDEN.fill(operation=operation), detail=operation)
        self.operation = operation


def in_parts(keys: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(keys), size):
        yield list(keys[start : start + size])


def _header(value: str, refusal: Text, field: str) -> str:
    """What was pasted, without the spaces around it. A letter that no header can carry never was in a key, and the HTTP
    client would print the whole key in its complaint."""
    value = value.strip()
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(refusal.fill(), field=field)
    return value


def _code(answer: Json) -> str | None:
    """The code of the first error; None when there is none."""
    errors = answer.get("errors")
    if not errors:
        return None
    return str((errors[0].get("extensions") or {}).get("code") or "INTERNAL_SERVER_ERROR")


def _split(url: str) -> tuple[str, str]:
    """Origin and path of the Admin API: `https://shop.example` means its usual path."""
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")), parts.path.rstrip("/") or "/admin-api"
