"""What a provider of text messages is to us, and the two that we speak with."""

from collections.abc import Callable
from typing import Protocol

import httpx
from msgspec import Struct

from raccord.notifications.brevo import Brevo, BrevoSettings
from raccord.notifications.ovh import Ovh, OvhSettings
from raccord.notifications.receipts import Receipt as Receipt
from raccord_connectors.kit.settings import Settings


class SmsProvider(Protocol):
    """Blocking; raises the contract's errors. A call that broke in the middle raises `smtp.Uncertain`."""

    def check(self) -> None:
        """Nothing, or an error that the merchant can act on. Sends nothing."""

    def send(self, number: str, text: str, mark: str) -> str:
        """`number` as +33612345678; `mark`: 20 letters and digits, ours, under which the provider keeps it. Returns its id."""

    def find(self, number: str, mark: str) -> str | None:
        """The id of the message with this mark, if the provider has taken one: asked after a crash."""

    def receipt(self, number: str, mark: str) -> Receipt:
        """What became of the message with this mark."""

    def close(self) -> None: ...


class Provider(Struct, frozen=True):
    name: str
    title: str
    settings: type[Settings]
    make: Callable[..., SmsProvider]


PROVIDERS: dict[str, Provider] = {
    "ovh": Provider("ovh", "OVHcloud SMS", OvhSettings, Ovh),
    "brevo": Provider("brevo", "Brevo", BrevoSettings, Brevo),
}


def provider(name: str, settings: Settings, transport: httpx.BaseTransport | None = None) -> SmsProvider:
    return PROVIDERS[name].make(settings, transport)
