"""Every route of the web process: closed, or open with a reason that stands here."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from raccord.public_api.door import scoped
from raccord.public_api.models import SCOPES
from raccord.tenants.access import RANKS, member
from support.web import Site, Visitor, Who, site

__all__ = ["site"]

OPEN_TO_STRANGERS = {
    "/sign-in": "one signs in there",
    "/connectors": "what each connector can do, the same for everybody",
    "/language": "strangers read too; it only sets a cookie",
    "/api": "the reference of the public API, for whoever considers a program of their own",
    "/static/{file_path:path}": "style sheet, script and logo, the same for everybody",
}
FOR_MACHINES = {
    "/health": "says that the process lives, nothing else",
    "/ready": "says that the database answers, nothing else",
    "/metrics": "the operator's Prometheus shows its token; without one in the settings there is no such page",
    "/hooks/{tenant:uuid}/{connection:uuid}": "a shop signs its deliveries",
    "/stop/{token:str}": "a customer stops our messages: the sealed link proves who may, and a mailbox may press its own button",
    "/d/{token:str}": "a customer's own documents: the signed link proves who may, wrong ones are counted",
    "/d/{token:str}/{paper:uuid}": "one of them, by the same link",
    "/d/{token:str}/look.css": "the shop's colour, by the same link",
    "/d/{token:str}/logo": "the shop's logo, by the same link",
    "/agent/enrol": "an agent shows a one-time code",
    "/agent/token": "an agent signs with its key",
    "/agent/configuration": "an agent shows its token",
    "/agent/deltas": "an agent shows its token",
    "/agent/commands/lease": "an agent shows its token",
    "/agent/commands/result": "an agent shows its token",
    "/agent/heartbeat": "an agent shows its token",
    "/agent/reconcile": "an agent shows its token",
    "/agent/reconcile/keys": "an agent shows its token",
    "/agent/files": "an agent shows its token",
    "/agent/files/upload": "an agent shows its token",
    "/agent/files/uploaded": "an agent shows its token",
    "/files/{tenant:uuid}/{token:str}/{name:str}": "stands on a product's page; its token is found by nobody who tries",
    "/objects/{key:path}": "the address itself is signed, for one act on one key",
}
PUBLIC_API = "/api/v1/"
OPEN_API = {
    "/api/v1/oauth/token": "a partner's program signs in",
    "/api/v1/openapi.json": "describes the public API, the same for everybody",
}
"""All others below it ask for a key with a scope: `raccord.public_api.door`."""
READS_BY_POST = {
    "/t/{tenant:uuid}/channels/{channel:uuid}/mapping/problems": "what was counted so far is too long for an address",
}
"""A reader may ask for them: nothing is changed. Path → why it is no GET."""
ROLE_OF: dict[Who, str] = {"reader": "reader", "seller": "seller", "partner": "partner", "owner": "owner"}


class Place(NamedTuple):
    path: str
    method: str
    handler: HTTPRouteHandler

    def url(self, site: Site) -> str:
        """With ids of things that exist."""
        made = site.made
        known = {
            "tenant": made.tenant, "channel": made.channel, "connection": made.shop, "agent": made.agent, "brake": made.brake,
            "grant": made.grant, "order": made.orders["held"], "entry": 1, "stream": "listings", "key": "CHAISE", "path": "x",
            "plan": made.plan, "number": 1, "content": "00" * 32,
            "event": "shipped", "message": made.plan, "paper": made.paper, "token": "x", "api_key": made.plan,
            "endpoint": made.plan, "program": made.plan,
        }  # fmt: skip
        return re.sub(r"{(\w+):\w+}", lambda found: str(known[found[1]]), self.path)


def places(site: Site) -> Iterator[Place]:
    for route in site.client.app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                    yield Place(route.path, method, handler)


def of_tenants(site: Site) -> list[Place]:
    return [place for place in places(site) if place.path.startswith("/t/")]


def test_every_route_is_closed_or_stands_in_a_table_with_its_reason(site: Site) -> None:
    found = list(places(site))
    for place in [one for one in found if one.path.startswith(PUBLIC_API)]:
        assert (place.path in OPEN_API) != (scoped in place.handler.resolve_guards()), place
        assert place.path in OPEN_API or place.handler.opt["scope"] in SCOPES, place
    found = [one for one in found if not one.path.startswith(PUBLIC_API)]
    for place in found:
        without_session = bool(place.handler.opt.get("exclude_from_auth"))
        without_token = bool(place.handler.opt.get("exclude_from_csrf"))
        assert (place.path in FOR_MACHINES) == without_token, place
        assert (place.path in OPEN_TO_STRANGERS or place.path in FOR_MACHINES) == without_session, place
    assert set() == {*OPEN_TO_STRANGERS, *FOR_MACHINES, *READS_BY_POST} - {place.path for place in found}


def test_no_page_loads_a_script_of_strangers(site: Site) -> None:
    """The framework's own description of the routes would."""
    for path in ("/schema", "/schema/openapi.json", "/schema/swagger", "/schema/redoc"):
        assert 404 == site.as_("owner").get(path).status_code


def test_what_belongs_to_a_tenant_lies_below_t_and_asks_for_membership(site: Site) -> None:
    found = list(places(site))
    assert len(of_tenants(site)) > 25
    for place in found:
        below_t = place.path.startswith("/t/{tenant:uuid}/")
        assert below_t == (member in place.handler.resolve_guards()), place
        assert below_t == ("{tenant:uuid}" in place.path and place.path not in FOR_MACHINES), place
        assert str(place.handler.opt.get("role", "reader")) in RANKS, place


def test_what_changes_something_asks_for_more_than_reading(site: Site) -> None:
    for place in of_tenants(site):
        if place.method != "GET" and place.path not in READS_BY_POST:
            assert RANKS[place.handler.opt.get("role", "reader")] > RANKS["reader"], place


def asked(visitor: Visitor, place: Place, url: str) -> int:
    answer = visitor.get(url) if place.method == "GET" else visitor.post(url)
    return answer.status_code


def test_a_stranger_is_sent_to_the_sign_in_from_every_page(site: Site) -> None:
    for place in places(site):
        if not place.handler.opt.get("exclude_from_auth"):
            assert 302 == asked(Visitor(site.client), place, place.url(site)), place


def test_a_page_that_outlived_its_session_is_told_to_load_itself_anew(site: Site) -> None:
    for place in of_tenants(site):
        if place.method == "GET":
            answer = Visitor(site.client).get(place.url(site), htmx=True)
            assert (401, "true") == (answer.status_code, answer.headers["hx-refresh"]), place


def test_another_merchants_company_does_not_exist(site: Site) -> None:
    """Whatever the method and whatever the role: an id tells nothing."""
    for place in of_tenants(site):
        assert 404 == asked(site.as_("stranger"), place, place.url(site)), place


def test_another_merchants_things_do_not_exist_in_ones_own_company(site: Site) -> None:
    """The ids are real, the tenant is one's own: row-level security lets nothing through."""
    visitor = site.as_("stranger")
    for place in of_tenants(site):
        if place.path.count("{") > 1 and place.method == "GET":
            url = place.url(site).replace(str(site.made.tenant), str(site.made.other))
            assert 404 == visitor.get(url).status_code, place


@pytest.mark.parametrize("who", ["reader", "seller", "partner"])
def test_a_role_that_is_too_low_is_refused(site: Site, who: Who) -> None:
    refused = 0
    for place in of_tenants(site):
        if RANKS[ROLE_OF[who]] < RANKS[place.handler.opt.get("role", "reader")]:
            assert 403 == asked(site.as_(who), place, place.url(site)), place
            refused += 1
    assert refused > 0


def test_reading_is_refused_to_nobody_of_the_company(site: Site) -> None:
    for place in of_tenants(site):
        if place.method == "GET" and "role" not in place.handler.opt and place.path.count("{") == 1:
            url = place.url(site) + ("?after=1" if place.path.endswith("/newer") else "")
            assert 200 == asked(site.as_("reader"), place, url), place


def test_every_answer_carries_the_headers_that_keep_a_browser_safe(site: Site) -> None:
    headers = site.as_("owner").get(site.at("overview")).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "nosniff" == headers["x-content-type-options"]
