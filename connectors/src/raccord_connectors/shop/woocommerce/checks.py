"""*Test the connection*, right by right."""

import re
from collections.abc import Callable
from typing import Any

from raccord_connectors.contract import ConfigError, Message, TransientError
from raccord_connectors.kit.http import HttpFailure
from raccord_connectors.shop.woocommerce import texts
from raccord_connectors.shop.woocommerce.client import ShopClient
from raccord_connectors.shop.woocommerce.facts import Facts


def check(client: ShopClient, facts: Facts) -> None:
    """Nothing, or everything that is missing at once: `findings` of the `ConfigError`."""
    _check_rest(client)
    findings = [finding for finding in _rights(client, facts) if finding is not None]
    if findings:
        raise ConfigError(findings[0], findings=findings, field=_field_of(findings[0]))


def _check_rest(client: ShopClient) -> None:
    """Without an API nothing else can be looked at."""
    host = client.host
    try:
        index = client.get("wp-json")
    except HttpFailure as failure:
        if failure.status == 404 and _answers_plainly(client):
            raise ConfigError(texts.PLAIN_PERMALINKS.fill(host=host), field="url") from None
        if failure.status in (404, 405) or (failure.status in (401, 403) and failure.body is not None):
            raise ConfigError(texts.NO_REST.fill(host=host), detail=failure.detail, field="url") from None
        raise
    if not isinstance(index, dict) or "wc/v3" not in index.get("namespaces", []):
        raise ConfigError(texts.NO_WOOCOMMERCE.fill(host=host), field="url")


def _answers_plainly(client: ShopClient) -> bool:
    """WordPress answers under this address whatever its permalinks are."""
    try:
        return isinstance(client.http.json("GET", "", params={"rest_route": "/"}), dict)
    except (ConfigError, TransientError):
        return False


def _rights(client: ShopClient, facts: Facts) -> list[Message | None]:
    refused = _refusal(lambda: client.get("products", per_page=1, _fields="id"))
    if refused is not None:
        return [_of_key(client, refused)]
    # An empty batch demands the right to write, and writes nothing.
    may_write = _refusal(lambda: client.post("products/batch", {}, repeat=True)) is None
    may_read_orders = _refusal(lambda: client.get("orders", per_page=1, _fields="id")) is None
    may_read_settings = _refusal(lambda: client.get("settings/tax")) is None
    return [
        None if may_write else texts.MAY_NOT_WRITE.fill(),
        None if may_read_orders else texts.MAY_NOT_READ_ORDERS.fill(),
        None if may_read_settings else texts.MAY_NOT_READ_SETTINGS.fill(),
        None if not may_read_settings or facts.manages_stock else texts.STOCK_OFF.fill(),
    ]


def _of_key(client: ShopClient, refused: HttpFailure) -> Message:
    body = refused.body if isinstance(refused.body, dict) else {}
    said = str(body.get("message") or "").casefold()
    if re.search(r"timestamp|horodatage", said):
        return texts.CLOCK.fill(host=client.host)
    if re.search(r"permission|droits", said) or refused.status == 403:
        return texts.MAY_NOT_READ.fill()
    return texts.KEY_REFUSED.fill(host=client.host)


def _refusal(call: Callable[[], Any]) -> HttpFailure | None:
    try:
        call()
    except HttpFailure as failure:
        if failure.status not in (401, 403) or failure.body is None:
            raise
        return failure
    return None


def _field_of(finding: Message) -> str | None:
    return "consumer_key" if finding.code == texts.KEY_REFUSED.code else None
