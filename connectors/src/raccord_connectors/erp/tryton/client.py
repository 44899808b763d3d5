"""Tryton's JSON-RPC: its special types, its session, its refusals.

A call is `POST /<database>/rpc/` with a method and parameters, the last one the context. Errors come with HTTP 200 as
`{"error": [kind, [sentence, …]]}`; only the session (401), the database (404) and limits use HTTP statuses.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.answers import explained, failure_of, server_clock
from raccord_connectors.erp.tryton.encoding import from_json, to_json
from raccord_connectors.erp.tryton.settings import TrytonSettings
from raccord_connectors.kit import texts as kit_texts
from raccord_connectors.kit.http import HttpClient, HttpFailure, decode_json

Row = dict[str, Any]
Domain = list[Any]


@dataclass(frozen=True)
class Account:
    """The user's place in Tryton. `company` is 0 without one."""

    company: int
    company_name: str
    party: int
    """The party that is the company itself."""
    currency: str
    groups: frozenset[int]


class Client:
    """One user's session. Signs in at the first call, and again when the session has run out."""

    def __init__(
        self,
        settings: TrytonSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._http = HttpClient(
            settings.url.rstrip("/"),
            transport=transport,
            sleep=sleep,
            allow_private=settings.allow_private_address,
        )
        self._authorization: str | None = None
        self._account: Account | None = None
        self._asked_at = datetime.now(UTC)
        self._today: tuple[date, float] | None = None
        self._modules: frozenset[str] | None = None

    @property
    def host(self) -> str:
        return self._http.host

    @property
    def requests(self) -> int:
        return self._http.requests

    @property
    def account(self) -> Account:
        """Who we are, as it was at sign-in."""
        self._sign_in_once()
        assert self._account is not None
        return self._account

    @property
    def company(self) -> int:
        return self.account.company

    @property
    def modules(self) -> frozenset[str]:
        """Names of the activated modules, as they were at the first question."""
        if self._modules is None:
            rows = self.search_read("ir.module", [["state", "=", "activated"]], ("name",))
            self._modules = frozenset(row["name"] for row in rows)
        return self._modules

    def has(self, module: str) -> bool:
        return module in self.modules

    def today(self) -> date:
        """Of the company's calendar; asked once a minute at most."""
        now = time.monotonic()
        if self._today is None or now - self._today[1] > 60:
            self._today = (self.call("ir.date", "today", repeat=True), now)
        return self._today[0]

    @property
    def asked_at(self) -> datetime:
        """Tryton's clock when the latest call was sent, or a little before, in UTC. `trytond` sets its own and
        PostgreSQL's time zone to UTC, and stamps records (`create_date`, `write_date`) in it, without saying so."""
        return self._asked_at

    def close(self) -> None:
        self._http.close()

    # ------------------------------------------------------------------------------------------------- calls

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """Rows in the order of their ids. A field `a.b` comes as `{"a.": {"b": …}}` (a list for many)."""
        order = [["id", "ASC"]]
        found = self.call(
            model, "search_read", domain, 0, limit, order, list(fields), context=context, repeat=True
        )
        return list(found)

    def rows(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        size: int,
        after: int = 0,
        context: Mapping[str, Any] | None = None,
    ) -> Iterator[list[Row]]:
        """All rows, `size` at a time, by growing id: pages neither repeat nor lose rows while others write."""
        while True:
            here: Domain = [["id", ">", after], *([domain] if domain else [])]
            page = self.search_read(model, here, fields, limit=size, context=context)
            if page:
                yield page
                after = page[-1]["id"]
            if len(page) < size:
                return

    def read(
        self,
        model: str,
        ids: Sequence[int],
        fields: Sequence[str],
        *,
        context: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """Rows of these ids, in any order. Refused as a whole when one of them is gone: search first."""
        if not ids:
            return []
        return list(self.call(model, "read", list(ids), list(fields), context=context, repeat=True))

    def create(self, model: str, values: Row) -> int:
        (created,) = self.call(model, "create", [values])
        return int(created)

    def write(self, model: str, ids: Sequence[int], values: Row) -> None:
        self.call(model, "write", list(ids), values)

    def fields_of(self, model: str, names: Sequence[str] | None = None) -> Row:
        """Definitions by name. A field that no activated module brings is absent when `names` is None."""
        found: Row = self.call(model, "fields_get", names, repeat=True)
        return found

    def call(
        self,
        model: str,
        method: str,
        *params: Any,
        context: Mapping[str, Any] | None = None,
        repeat: bool = False,
    ) -> Any:
        """`repeat` says that the call only reads, and may be sent again after a broken line."""
        return self._ask(f"model.{model}.{method}", params, context, repeat)

    def wizard(
        self,
        name: str,
        record: tuple[str, int],
        state: str,
        form: Row,
        *,
        then: tuple[str, Row] | None = None,
    ) -> None:
        """Goes through a wizard on one record as a person does: fills its form and presses `state`. Where that leads to another
        form, `then` has its button and what to fill in beside its own proposals; without it, the wizard is left."""
        model, number = record
        context = {"active_model": model, "active_id": number, "active_ids": [number]}
        session, start, _ = self._ask(f"wizard.{name}.create", (), context, False)
        try:
            known = {start: form}
            answer = self._ask(f"wizard.{name}.execute", (session, known, state), context, False)
            view = answer.get("view")
            if view and then is not None:
                button, filled = then
                proposed = {**view.get("defaults", {}), **view.get("values", {})}
                # "company." tells the name of "company"; it is no field to send back
                proposed = {name: value for name, value in proposed.items() if not name.endswith(".")}
                known[view["state"]] = {**proposed, **filled}
                self._ask(f"wizard.{name}.execute", (session, known, button), context, False)
        finally:
            self._ask(f"wizard.{name}.delete", (session,), None, False)

    def _ask(
        self, method: str, params: Sequence[Any], context: Mapping[str, Any] | None, repeat: bool
    ) -> Any:
        self._sign_in_once()
        whole = {**self._context(), **(context or {})}
        try:
            return self._exchange(method, [*params, whole], repeat)
        except HttpFailure as failure:
            if failure.status != 401:
                raise explained(failure, self._settings) from failure
        # The session ran out, or is too old for what wants a fresh one (money): nothing was done, it may be sent again.
        self._authorization = None
        self._sign_in_once()
        return self._exchange(method, [*params, whole], repeat)

    def version(self) -> str:
        """The series, e.g. "8.2"; needs no user."""
        try:
            return str(self._post("/rpc/", "common.server.version", [], repeat=True))
        except HttpFailure as failure:
            message = texts.NOT_TRYTON.fill(host=self.host)
            raise ConfigError(message, detail=failure.detail, field="url") from failure

    # ----------------------------------------------------------------------------------------------- session

    def _sign_in_once(self) -> None:
        if self._authorization is not None:
            return
        settings = self._settings
        params: list[Any] = [settings.user, {"password": settings.password}, settings.language]
        try:
            user_id, session, _ = self._exchange("common.db.login", params, True)
        except HttpFailure as failure:
            raise explained(failure, settings) from failure
        token = base64.b64encode(f"{settings.user}:{user_id}:{session}".encode()).decode()
        self._authorization = f"Session {token}"
        if self._account is None:
            self._account = self._find_account(user_id)

    def _find_account(self, user_id: int) -> Account:
        fields = ["groups", "company", "company.party", "company.party.name", "company.currency.code"]
        params = [[["id", "=", user_id]], 0, 1, None, fields, {}]
        (row,) = self._exchange("model.res.user.search_read", params, True)
        company = row.get("company.") or {}
        return Account(
            company=row["company"] or 0,
            company_name=company["party."]["name"] if company else "",
            party=company["party"] if company else 0,
            currency=company["currency."]["code"] if company else "",
            groups=frozenset(row["groups"]),
        )

    def _context(self) -> Row:
        """Of every call. Tryton takes neither from the user by itself; without a company, articles have no prices."""
        company = {"company": self._account.company} if self._account and self._account.company else {}
        return {**company, "language": self._settings.language}

    # ---------------------------------------------------------------------------------------------- transport

    def _exchange(self, method: str, params: list[Any], repeat: bool) -> Any:
        return self._post(f"/{self._settings.database}/rpc/", method, params, repeat=repeat)

    def _post(self, path: str, method: str, params: list[Any], *, repeat: bool) -> Any:
        body = to_json({"id": 1, "method": method, "params": params})
        headers = {"Content-Type": "application/json"}
        if self._authorization is not None and path != "/rpc/":
            headers["Authorization"] = self._authorization
        sent, sent_at = time.monotonic(), datetime.now(UTC)
        response = self._http.send("POST", path, repeat=repeat, content=body, headers=headers)
        self._asked_at = server_clock(response, timedelta(seconds=time.monotonic() - sent)) or sent_at
        try:
            answer = decode_json(response.content)
        except msgspec.DecodeError as error:
            raise TransientError(kit_texts.NOT_AN_API.fill(host=self.host), detail=method) from error
        if not isinstance(answer, dict) or not {"result", "error"} & answer.keys():
            raise ConfigError(texts.NOT_TRYTON.fill(host=self.host), field="url")
        if "error" in answer:
            raise failure_of(method, answer["error"], self._settings, self.host)
        return from_json(answer["result"])
