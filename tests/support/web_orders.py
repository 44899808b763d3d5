"""Orders at every step of their way, for the pages that tell it."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from raccord.core import customer_match, order_entry
from raccord.core.reference import order_reference
from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Customer,
    Discount,
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    Order,
    OrderLine,
    OrderUpdate,
    Payment,
    PaymentEntry,
    Record,
    Refund,
    Shipment,
    TaxAmount,
    encode,
    fingerprint,
    payment_key,
)
from raccord_connectors.contract import Problem
from raccord_connectors.erp.sage100.texts import BRIDGE_REFUSALS

CITY = Address(
    first_name="Camille", last_name="Besnard", line1="12, rue de l’Atelier", line2="Bâtiment B", postal_code="69003",
    city="Lyon", country="FR", phone="06 12 34 56 78",
)  # fmt: skip
LYON_MAIL = "camille.besnard@example.org"


class Orders:
    def __init__(
        self, connection: asyncpg.Connection, tenant: UUID, erp: UUID, shop: UUID, channel: UUID
    ) -> None:
        self.connection = connection
        self.tenant, self.erp, self.shop, self.channel = tenant, erp, shop, channel
        self.made: dict[str, UUID] = {}
        """By state; the two held ones as `held` and `ambiguous`."""
        self.problems: dict[str, Problem] = {}
        """By name, of orders that have another than those told below."""
        self.shapes: dict[str, dict[str, Any]] = {}
        """By name: fields in which an order differs from the common one."""
        self.now = datetime.now(UTC)

    async def furnish(self) -> dict[str, UUID]:
        for number, name, state in (
            ("1037", "pending", "waiting"), ("1036", "entering", "entering"), ("1035", "held", "held"),
            ("1034", "ambiguous", "held"), ("1033", "integrated", "integrated"), ("1032", "ignored", "ignored"),
            ("1031", "cancelled", "cancelled"),
        ):  # fmt: skip
            await self.add(number, name, state)
        for key, title in (("CLBESNARD", "Camille BESNARD"), ("CLBESNA2", "BESNARD Camille (ancien compte)")):
            await self.snapshot(
                "customers", Customer(key=key, account_title=title, email=LYON_MAIL, billing=CITY)
            )
        await self.follow(self.made["integrated"])
        return self.made

    async def add(self, number: str, name: str, state: str) -> None:
        id_ = self.made[name] = uuid.uuid4()
        order = self.order(number, name)
        placed = order.placed_at
        draft = self.draft(order) if state in ("entering", "integrated") else None
        data = encode(order)
        await self.connection.execute(
            """
            INSERT INTO sales_order (tenant, id, channel, connection, key, number, reference, data, fingerprint, stage, state,
                   problem, customer, customer_reason, draft, document, document_number, gross, currency, placed_at,
                   received_at, integrated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'EUR', $19, $20, $21)
            """,
            self.tenant, id_, self.channel, self.shop, order.key, number, order_reference(self.shop, order.key), data.decode(),
            UUID(bytes=fingerprint(data)), order.stage, state, self.problem(number, name),
            "CLBESNARD" if draft else None, "email" if draft else None, encode(draft).decode() if draft else None,
            "BC00231" if state == "integrated" else None, "BC00231" if state == "integrated" else None, order.gross, placed,
            placed + timedelta(seconds=3), placed + timedelta(seconds=9) if state == "integrated" else None,
        )  # fmt: skip
        if state in ("waiting", "held", "entering", "integrated"):
            await self.reserve(id_, order, ended=state == "integrated")
        await self.tell(order, name, state)

    def order(self, number: str, name: str) -> Order:
        stage: Any = {"pending": "pending", "cancelled": "cancelled"}.get(name, "open")
        lines = [
            OrderLine(
                key="1", item="v0-CHAISE|1", sku="CHAISE-NAT", name="Chaise bistrot en hêtre, naturel", quantity=Decimal(4),
                net=Decimal("281.67"), tax=Decimal("56.33"), rate=Decimal(20), unit_gross=Decimal("89.00"),
                discounts=[Discount(title="Fidélité", net=Decimal("15.00"))],
            ),
            OrderLine(
                key="2", item="v7-VASE", sku="VASE", name="Vase soliflore en grès", quantity=Decimal(1),
                net=Decimal("28.75"), tax=Decimal("5.75"), rate=Decimal(20), unit_gross=Decimal("34.50"),
            ),
        ]  # fmt: skip
        if name == "held":
            lines[1] = msgspec.structs.replace(lines[1], item="999", sku="CADEAU", name="Carte cadeau")
        common = Order(
            key=f"wc-{number}", number=number, placed_at=self.now - timedelta(hours=1040 - int(number)), status="processing",
            stage=stage, currency="EUR", prices_include_tax=True,
            buyer=Buyer(key="77", email=LYON_MAIL, first_name="Camille", last_name="Besnard", phone="06 12 34 56 78"),
            billing=CITY, delivery=CITY, lines=lines,
            charges=[Charge(kind="shipping", title="Livraison à domicile", net=Decimal("7.50"), tax=Decimal("1.50"),
                            rate=Decimal(20), method="flat_rate")],
            discounts=[Discount(title="Bienvenue", net=Decimal("10.00"), code="BIENVENUE", kind="voucher")],
            payments=self.payments(name),
            refunds=[Refund(key="r1", amount=Decimal("34.50"), reason="Vase arrivé cassé")] if name == "integrated" else [],
            taxes=[TaxAmount(Decimal(20), Decimal("317.92"), Decimal("63.58"))],
            net=Decimal("317.92"), tax=Decimal("63.58"), gross=Decimal("381.50"),
            note="Merci de livrer après 18 h.",
        )  # fmt: skip
        return msgspec.structs.replace(common, **self.shapes.get(name, {}))

    def payments(self, name: str) -> list[Payment]:
        if name != "integrated":
            return [Payment(key="p1", method="stripe", title="Carte bancaire", amount=Decimal("381.50"), state="paid",
                            transaction="ch_3Qx")]  # fmt: skip
        return [
            Payment(key="p1", method="stripe", title="Carte bancaire", amount=Decimal("281.50"), state="paid",
                    transaction="ch_3Qx"),
            Payment(key="p2", method="cheque", title="Chèque", amount=Decimal("100.00"), state="paid"),
        ]  # fmt: skip

    async def enter_payments(self, id_: UUID, order: Order) -> None:
        """The first is in the ERP; the second was refused, and the refund waits for it."""
        first, second = (
            payment_key(order_reference(self.shop, order.key), one.key) for one in order.payments
        )
        entry = PaymentEntry(
            key=first,
            document="BC00231",
            kind="deposit",
            amount=Decimal("281.50"),
            method="4",
            dated=date(2026, 11, 23),
        )
        refused = BRIDGE_REFUSALS["month_closed"].fill(key=second, day="2026-10-31")
        for key, state, told, problem in (
            (first, "entered", entry, None), (second, "held", msgspec.structs.replace(entry, key=second), refused),
        ):  # fmt: skip
            await self.connection.execute(
                "INSERT INTO order_payment (tenant, sales_order, key, state, entry, problem, entered_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                self.tenant, id_, key, state, encode(told).decode(),
                json_of(Problem("rejected", problem)) if problem else None, self.now if problem is None else None,
            )  # fmt: skip

    def draft(self, order: Order) -> Draft:
        return Draft(
            key=order_reference(self.shop, order.key), dated=date(2026, 11, 23), reference=order.number, customer="CLBESNARD",
            lines=[
                DraftLine(item="CHAISE|1", title="Chaise bistrot en hêtre, naturel", quantity=Decimal(4),
                          unit_net=Decimal("70.4175"), net=Decimal("281.67"), tax=Decimal("56.33"), rate=Decimal(20)),
                DraftLine(item="VASE", title="Vase soliflore en grès", quantity=Decimal(1), unit_net=Decimal("28.75"),
                          net=Decimal("28.75"), tax=Decimal("5.75"), rate=Decimal(20)),
                DraftLine(item="PORT", title="Livraison à domicile", quantity=Decimal(1), unit_net=Decimal("7.50"),
                          net=Decimal("7.50"), tax=Decimal("1.50"), rate=Decimal(20), kind="shipping"),
            ],
            net=order.net, tax=order.tax, gross=order.gross,
        )  # fmt: skip

    def problem(self, number: str, name: str) -> str | None:
        if name in self.problems:
            return json_of(self.problems[name])
        if name == "held":
            said = order_entry.UNKNOWN_ITEM.fill(number=number, name="Carte cadeau", sku="CADEAU")
            return json_of(Problem("rejected", said, field="lines.2"))
        if name == "ambiguous":
            french, english = customer_match.SAME["email"]
            said = customer_match.AMBIGUOUS.fill(
                number=number, french=french, english=english, customers="CLBESNARD, CLBESNA2"
            )
            return json_of(Problem("rejected", said, field="customer"))
        return None

    async def reserve(self, id_: UUID, order: Order, *, ended: bool) -> None:
        for line, item in zip(order.lines, ("CHAISE|1", "VASE"), strict=True):
            await self.connection.execute(
                "INSERT INTO reservation (tenant, connection, sales_order, line, item, quantity, ended_at, ended_because) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                self.tenant, self.erp, id_, line.key, item, line.quantity, self.now if ended else None,
                "in the ERP stock" if ended else None,
            )  # fmt: skip

    async def tell(self, order: Order, name: str, state: str) -> None:
        """What the workers have written on the way."""
        told = ["order_received"]
        told += {
            "integrated": ["customer_matched", "order_integrated", "order_followed"],
            "held": ["order_held"],
            "entering": ["order_entering"],
            "ignored": ["order_ignored"],
            "cancelled": ["order_cancelled"],
        }.get(state, [])
        for step, event in enumerate(told):
            problem = self.problem(order.number, name) if event == "order_held" else None
            after = json_of({"document": "BC00231"}) if event == "order_integrated" else None
            await self.connection.execute(
                "INSERT INTO journal (tenant, connection, channel, stream, key, event, after, problem, at, took_ms) "
                "VALUES ($1, $2, $3, 'orders', $4, $5, $6, $7, $8, $9)",
                self.tenant, self.shop, self.channel, order.key, event, after, problem,
                order.placed_at + timedelta(seconds=3 * (step + 1)), 2100 if event == "order_integrated" else None,
            )  # fmt: skip

    async def follow(self, id_: UUID) -> None:
        """Delivered in the ERP, and told to the shop."""
        order = self.order("1033", "integrated")
        await self.enter_payments(id_, order)
        shipped = Shipment(
            key="BL00098", carrier="Colissimo", tracking="6A12345678901", url="https://suivi.example/6A12345678901",
            lines={"CHAISE|1": Decimal(4), "VASE": Decimal(1)}, shipped_at=self.now - timedelta(hours=1),
        )  # fmt: skip
        document = Document(
            key="BC00231", number="BC00231", kind="delivery", dated=date(2026, 11, 23), customer="CLBESNARD",
            reference=order_reference(self.shop, order.key), state="delivered", net=order.net, tax=order.tax,
            gross=order.gross, taxes=order.taxes, shipments=[shipped],
            lines=[DocumentLine(key="1", item="CHAISE|1", title="Chaise bistrot", quantity=Decimal(4), net=Decimal("281.67"),
                                rate=Decimal(20), stage="delivery", delivered=Decimal(4))],
        )  # fmt: skip
        await self.snapshot("documents", document)
        update = encode(
            OrderUpdate(key=order.key, state="shipped", erp_document="BC00231", shipments=[
                msgspec.structs.replace(shipped, lines={"1": Decimal(4), "2": Decimal(1)})])
        )  # fmt: skip
        print_ = UUID(bytes=fingerprint(update))
        await self.connection.execute(
            "INSERT INTO binding (tenant, channel, stream, key, target, desired, desired_print, desired_at, pushed, "
            "pushed_print, pushed_at) VALUES ($1, $2, 'order_updates', $3, $3, $4, $5, now(), $4, $5, now())",
            self.tenant, self.channel, order.key, update.decode(), print_,
        )  # fmt: skip

    async def snapshot(self, stream: str, record: Record) -> None:
        data = encode(record)
        await self.connection.execute(
            "INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data) VALUES ($1, $2, $3, $4, $5, $6)",
            self.tenant, self.erp, stream, record.key, UUID(bytes=fingerprint(data)), data.decode(),
        )  # fmt: skip


def json_of(value: Any) -> str:
    return msgspec.json.encode(value).decode()
