"""Something to try a template on: an order of the merchant's own, dressed as if the event had happened; and the test message."""

import asyncio
import uuid
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from raccord.channels.models import Channel
from raccord.core import customer_fields
from raccord.core.notification_mail import Written
from raccord.core.notification_rules import EventName
from raccord.notifications import composing
from raccord.notifications import template_repository as texts
from raccord.notifications.errors import NO_SERVER, NOT_A_MOBILE
from raccord.notifications.senders import Senders
from raccord.notifications.smtp import SmtpConversation
from raccord.orders import repository as orders
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Buyer, Document, Order, OrderLine, Refund, Shipment
from raccord_connectors.canonical.customer import Address
from raccord_connectors.contract import ConfigError, RecordRejected


class Sample(Struct, frozen=True):
    order: Order
    document: Document
    subject: str
    items: dict[str, str]
    papers: dict[str, str] = {}


async def sample(tenant: UUID, channel: Channel, event: EventName, asked: str) -> Sample:
    """The order with this id, else the latest one of the channel, else an invented one."""
    async with tenant_transaction(tenant):
        known = await texts.sample_orders(channel.id)
        wanted = next((id_ for id_, _ in known if str(id_) == asked), known[0][0] if known else None)
        found = await texts.order_and_document(wanted) if wanted else None
        order, document = found or (INVENTED, None)
        items = await orders.items_of(channel.id, (line.item for line in order.lines))
    return _dressed(order, document, event, {**{line.item: line.item for line in order.lines}, **items})


def _dressed(order: Order, document: Document | None, event: EventName, items: dict[str, str]) -> Sample:
    """With a parcel, an invoice or a refund, where the order has none yet."""
    known = document or Document(
        key="1", number="BC00042", kind="order", dated=date.today(), state="delivered", net=order.net, tax=order.tax,  # noqa: DTZ011
        gross=order.gross,
    )  # fmt: skip
    if event == "shipped":
        parcels = known.shipments or [
            Shipment(
                key="BL00042", carrier="Colissimo", tracking="6A01234567890",
                url="https://www.laposte.fr/outils/suivre-vos-envois?code=6A01234567890",
                lines={items[line.item]: line.quantity for line in order.lines},
            )
        ]  # fmt: skip
        return Sample(order, replace(known, shipments=parcels, state="delivered"), parcels[-1].key, items)
    if event == "invoiced":
        number = known.invoices[-1] if known.invoices else "FA00042"
        return Sample(order, known, number, items, {number: "https://example.com/facture"})
    if event == "refunded":
        refunds = order.refunds or [Refund(key="1", amount=order.gross)]
        return Sample(replace(order, refunds=refunds), known, refunds[-1].key, items)
    return Sample(order, known, "", items)


async def send_test(
    senders: Senders, tenant: UUID, recipient: str, text: Written | str, language: str, shop_name: str
) -> None:
    """Raises the contract's errors, and `smtp.Uncertain`."""
    if isinstance(text, Written):
        mail = await senders.mail(tenant)
        if mail is None:
            raise ConfigError(NO_SERVER.fill())
        conversation, settings = mail
        mark = f"test.{uuid.uuid4().hex}"
        content = composing.as_mail(text, recipient, settings, shop_name, mark, language)
        await asyncio.to_thread(_converse, conversation, recipient, content)
        return
    provider = await senders.sms(tenant)
    if provider is None:
        raise ConfigError(NO_SERVER.fill())
    number = customer_fields.phone(recipient)
    with closing(provider):
        if not number:
            raise RecordRejected(NOT_A_MOBILE.fill(recipient=recipient or "–", provider="Raccord"))
        await asyncio.to_thread(provider.send, number, text, uuid.uuid4().hex[:20])


def _converse(conversation: SmtpConversation, recipient: str, content: bytes) -> None:
    try:
        conversation.open()
        conversation.offer(recipient)
        conversation.hand_over(content)
    finally:
        conversation.close()


HOME = Address(
    first_name="Camille", last_name="Bernard", line1="8 rue des Acacias", postal_code="44000", city="Nantes", country="FR",
    phone="0612345678", email="camille.bernard@example.com",
)  # fmt: skip
INVENTED = Order(
    key="1042", number="1042", placed_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC), status="processing", stage="open",
    currency="EUR", prices_include_tax=True,
    buyer=Buyer(email="camille.bernard@example.com", first_name="Camille", last_name="Bernard"), billing=HOME, delivery=HOME,
    lines=[
        OrderLine(key="1", item="1", name="Chaise bistrot en hêtre", quantity=Decimal(2), net=Decimal("148.33"),
                  tax=Decimal("29.67"), rate=Decimal(20)),
        OrderLine(key="2", item="2", name="Vase soliflore en grès", quantity=Decimal(1), net=Decimal("28.75"),
                  tax=Decimal("5.75"), rate=Decimal(20)),
    ],
    net=Decimal("177.08"), tax=Decimal("35.42"), gross=Decimal("212.50"),
)  # fmt: skip
