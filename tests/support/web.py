"""The pages under test: the whole application over a furnished database, and people who look at it.

Litestar's `TestClient` runs the application on an event loop of its own; data is prepared before, on another.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Literal
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from raccord.front.links import quoted
from raccord.settings import Settings
from raccord.sync.ports import Lane
from raccord.web.app import create_app
from support.database import fresh_database, opened
from support.web_merchant import PASSWORD, STRANGE_KEY, Furnished, furnish

EMAILS = {
    "owner": "anne@duval.example", "reader": "lucie@duval.example", "seller": "marc@duval.example",
    "partner": "paul@integration.example", "stranger": "eve@autre.example", "other_owner": "jean@duval.example",
}  # fmt: skip
Who = Literal["owner", "reader", "seller", "partner", "stranger", "other_owner", "nobody"]


@dataclass
class FakeWake:
    """`sync.ports.Wake` that remembers what was woken."""

    woken: list[tuple[Any, ...]] = field(default_factory=list)

    async def project(self, tenant: UUID, channel: UUID, stream: str) -> None:
        self.woken.append(("project", channel, stream))

    async def push(self, tenant: UUID, shop: UUID, lane: Lane) -> None:
        self.woken.append(("push", shop, lane))

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None:
        self.woken.append(("collect", channel, key))

    async def hooks(self, tenant: UUID, channel: UUID) -> None:
        self.woken.append(("hooks", channel))

    async def plan(self, tenant: UUID, plan: UUID) -> None:
        self.woken.append(("plan", plan))

    async def enter(self, tenant: UUID, order: UUID) -> None:
        self.woken.append(("enter", order))

    async def drift(self, tenant: UUID, channel: UUID) -> None:
        self.woken.append(("drift", channel))

    async def rehearse(self, tenant: UUID, rehearsal: UUID) -> None:
        self.woken.append(("rehearse", rehearsal))

    async def media(self, tenant: UUID) -> None:
        self.woken.append(("media", tenant))

    async def document(self, tenant: UUID, paper: UUID) -> None:
        self.woken.append(("document", paper))

    async def notify(self, tenant: UUID) -> None:
        self.woken.append(("notify", tenant))

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None:
        self.woken.append(("answered", command, once))


class Visitor:
    """A browser without JavaScript: keeps its cookies, sends forms with their token, does not follow redirects."""

    def __init__(self, client: TestClient[Litestar], language: str = "fr") -> None:
        self._client = client
        self.cookies: dict[str, str] = {}
        self.language = language

    def get(self, path: str, *, htmx: bool = False, restoring: bool = False) -> httpx.Response:
        """`htmx`: as its script asks, for a part of the page; `restoring`: for a page of the history."""
        headers = {"HX-Request": "true"} if htmx else {}
        if restoring:
            headers["HX-History-Restore-Request"] = "true"
        return self._send("GET", path, headers)

    def post(self, path: str, **form: str | list[str]) -> httpx.Response:
        return self._post(path, {}, form)

    def change(self, path: str, **form: str | list[str]) -> httpx.Response:
        """As the page's script asks for a part of it while a form changes."""
        return self._post(path, {"HX-Request": "true"}, form)

    def _post(self, path: str, headers: dict[str, str], form: dict[str, Any]) -> httpx.Response:
        if "raccord_csrf" not in self.cookies:
            self.get("/sign-in")
        return self._send("POST", path, headers, {"_csrf_token": self.cookies["raccord_csrf"], **form})

    def post_bare(self, path: str) -> httpx.Response:
        """Without the token."""
        return self._send("POST", path, {}, {})

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return self.post("/sign-in", email=email, password=password, **more)

    def _send(
        self, method: str, path: str, headers: dict[str, str], form: dict[str, Any] | None = None
    ) -> httpx.Response:
        self._client.cookies.clear()
        told = {
            "accept": "*/*" if headers else "text/html,application/xhtml+xml",
            "accept-language": self.language,
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **headers,
        }
        answer = self._client.request(method, path, headers=told, data=form, follow_redirects=False)
        self.cookies.update({cookie.name: cookie.value or "" for cookie in answer.cookies.jar})
        return answer


@dataclass
class Site:
    """The application with the furnished merchant."""

    client: TestClient[Litestar]
    made: Furnished
    wake: FakeWake
    settings: Settings
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def as_(self, who: Who) -> Visitor:
        """Signed in once; `nobody` is not."""
        if who not in self.visitors:
            self.visitors[who] = Visitor(self.client)
            if who != "nobody":
                assert 303 == self.visitors[who].sign_in(EMAILS[who]).status_code
        return self.visitors[who]

    def at(self, place: str) -> str:
        return f"/t/{self.made.tenant}/{place}"


@pytest.fixture(scope="module")
def site(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for a whole module: its tests do not undo each other's work."""
    with fresh_database(postgres, tmp_path_factory.mktemp("site")) as settings:
        yield from serve(settings)


def serve(settings: Settings) -> Iterator[Site]:
    async def prepare() -> Furnished:
        async with opened(settings):
            return await furnish()

    made, wake = asyncio.run(prepare()), FakeWake()
    with TestClient(create_app(settings, wake)) as client:
        yield Site(client, made, wake, settings)


def pages(made: Furnished) -> dict[str, str]:
    """Every page that an owner can look at, by a name for people."""

    def article(key: str) -> str:
        return f"catalogue/{made.channel}/listings/{quoted(key)}"

    places = {
        "overview": "overview",
        "customers": "customers",
        "waiting": "waiting",
        "journal": "journal",
        "journal paused": "journal?live=off&problems=1",
        "journal filtered to nothing": "journal?q=no+such+key",
        "journal entry": "journal/40",
        "journal entry with a problem": "journal/26",
        "passes": "journal/passes",
        "catalogue": "catalogue",
        "catalogue filtered": "catalogue?state=held",
        "catalogue filtered to nothing": "catalogue?q=no+such+article",
        "article with variants": article("CHAISE"),
        "article on its way": article("TABLE"),
        "article refused": article("FAUTEUIL"),
        "article without price": article("MIROIR"),
        "article with a strange key": article(STRANGE_KEY),
        "article never read": article("ARMOIRE"),
        "article braked": article("BANC"),
        "orders": "orders",
        "orders held": "orders?tab=held",
        **{f"order {name}": f"orders/{order}" for name, order in made.orders.items()},
        "documents": "documents",
        "documents that need somebody": "documents?tab=attention",
        "documents filtered to nothing": "documents?q=no+such+number",
        "document": f"documents/{made.paper}",
        "channel documents": f"channels/{made.channel}/documents",
        "connections": "connections",
        "new connection": "connections/new",
        "new WooCommerce": "connections/new?connector=woocommerce",
        "new Vendure": "connections/new?connector=vendure",
        "new Sage": "connections/new?connector=sage100",
        "ERP": f"connections/{made.erp}",
        "shop": f"connections/{made.shop}",
        "shop settings": f"connections/{made.shop}/settings",
        "agents": "agents",
        "channels": "channels",
        "new channel": "channels/new",
        "channel": f"channels/{made.channel}",
        "channel settings": f"channels/{made.channel}/settings",
        "channel mapping": f"channels/{made.channel}/mapping?article=CHAISE",
        "channel mapping of a held article": f"channels/{made.channel}/mapping?article=MIROIR&only=problems",
        "rule of a field": f"channels/{made.channel}/mapping/rule?target=offer.price&article=CHAISE",
        "channel stock": f"channels/{made.channel}/stock",
        "channel prices": f"channels/{made.channel}/prices",
        "channel publication": f"channels/{made.channel}/publication",
        "channel publication counted": f"channels/{made.channel}/publication?count=1",
        "plan": f"channels/{made.channel}/plans/{made.plan}",
        "plan filtered": f"channels/{made.channel}/plans/{made.plan}?action=hold",
        "channel versions": f"channels/{made.channel}/versions",
        "correspondence tables": f"channels/{made.channel}/tables",
        "drift": f"channels/{made.channel}/drift",
        "drift, cleaned": f"channels/{made.channel}/drift?cause=cleaned",
        "rehearsal": f"channels/{made.channel}/rehearsal",
        "rehearsal on paper": f"channels/{made.channel}/rehearsal?print=1",
        "follow-up and messages": f"channels/{made.channel}/messages",
        "text of a mail": f"channels/{made.channel}/messages/shipped",
        "text of a text message": f"channels/{made.channel}/messages/shipped?medium=sms&language=en",
        "messages": "messages",
        "messages not told": "messages?tab=silent",
        "mail server": "messages/email",
        "provider of text messages": "messages/sms",
        "addresses without messages": "messages/addresses",
        "returned messages": "messages/returns",
        "alerts": "alerts",
        "partner access": "partners",
        "audit log": "audit",
    }
    return {
        **{name: f"/t/{made.tenant}/{place}" for name, place in places.items()},
        "companies": "/tenants",
        "portal": "/partner",
    }


def text_of(answer: httpx.Response) -> str:
    """What a reader of the page sees, more or less: without tags, spaces (also unbreakable ones) as one."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).replace("\u202f", " ")
