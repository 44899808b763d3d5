"""Orders in every state and held for everything that can hold one, for the pages that show them."""

import asyncio
import string
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from raccord.core import customer_match, order_entry, order_lines, payment_plan, totals
from raccord.orders import entering
from raccord_connectors import wire
from raccord_connectors.canonical import (
    Address,
    Buyer,
    Customer,
    Document,
    DocumentLine,
    OrderUpdate,
    Refund,
    TaxAmount,
    encode,
    fingerprint,
)
from raccord_connectors.contract import Problem, Text
from raccord_connectors.erp.sage100.texts import BRIDGE_REFUSALS, SAGE_REFUSES
from support.web import Site
from support.web_orders import CITY, LYON_MAIL, Orders, json_of

MODULES = (customer_match, order_entry, order_lines, payment_plan, totals, entering)
NOT_HOLDS = ("order.other_item", "order.rounding", "order.document_not_found")
"""Texts of those modules that hold nothing."""
PLACES = {
    "number": "2001",
    "key": "K3QZ-2001",
    "day": "2026-10-31",
    "customers": "CLBESNARD, CLBESNA2",
    "customer": "CLBESNARD",
}


def holds() -> dict[str, Problem]:
    """By code: every problem of ours and of the Sage bridge, filled in."""
    said = [text for module in MODULES for text in vars(module).values() if isinstance(text, Text)]
    said += [SAGE_REFUSES, *BRIDGE_REFUSALS.values()]
    told = {text.code: Problem("rejected", filled(text), field=FIELDS.get(text.code)) for text in said}
    found = {code: one for code, one in told.items() if code not in NOT_HOLDS}
    own = found["order.our_fault"].message
    return found | {
        "config": Problem("config", filled(BRIDGE_REFUSALS["login_refused"]), field="bridge"),
        "bug": Problem("bug", own),
    }


FIELDS = {
    "order.unknown_item": "lines.2",
    "order.totals_disagree": "gross",
    "order.document_differs": "gross",
    "order.no_charge_item": "items.shipping",
}


def filled(text: Text) -> Any:
    names = {name for _, name, _, _ in string.Formatter().parse(text.fr + text.en) if name}
    return text.fill(**{name: PLACES.get(name, "1") for name in names})


def furnish(site: Site) -> dict[str, UUID]:
    """The merchant's orders by name: those that every merchant of the tests has, and one for each further case."""

    async def inside() -> dict[str, UUID]:
        made = site.made
        connection = await asyncpg.connect(
            site.settings.database_url
        )  # the application's own pool is on another loop
        try:
            async with connection.transaction():
                await connection.execute("SELECT set_config('raccord.tenant', $1, true)", str(made.tenant))
                found = Orders(connection, made.tenant, made.erp, made.shop, made.channel)
                await _add_all(found)
        finally:
            await connection.close()
        return {**made.orders, **found.made}

    return asyncio.run(inside())


async def _add_all(found: Orders) -> None:
    number = 2001
    for code, problem in holds().items():
        found.problems[f"held for {code}"] = problem
        found.shapes[f"held for {code}"] = HELD_SHAPES.get(code, {})
        await found.add(str(number), f"held for {code}", "held")
        number += 1
    for state in ("waiting", "entering"):
        name = f"{state} for a lock"
        found.problems[name] = Problem("transient", filled(BRIDGE_REFUSALS["locked"]), retry_after=30)
        await found.add(str(number), name, state)
        await found.connection.execute(
            "UPDATE sales_order SET problem = $2, attempts = 3 WHERE id = $1", found.made[name], json_of(found.problems[name])
        )  # fmt: skip
        number += 1
    for command in ("waiting", "leased", "done", "failed"):
        name = f"entering, command {command}"
        await found.add(str(number), name, "entering")
        await _ask(found, name, command)
        number += 1
    for name, shape in SHAPES.items():
        found.shapes[name] = shape
        await found.add(str(number), name, "integrated" if name.startswith("integrated") else "waiting")
        number += 1
    await _read_back(found)
    await _documents(found)
    await _unmatched(found, number)


SHAPES: dict[str, dict[str, Any]] = {
    "waiting, nobody": {"buyer": Buyer(), "billing": Address(), "delivery": None, "note": "", "payments": []},
    "waiting, a company": {
        "buyer": Buyer(company="Duval & fils", siret="73282932000074"),
        "delivery": Address(city="Nice"),
    },
    "waiting, bare": {"charges": [], "discounts": [], "taxes": [], "gift_message": "Bon anniversaire !"},
    "integrated, not told": {},
    "integrated, invoiced": {
        "refunds": [
            Refund(key="r1", amount=Decimal(10), lines={"2": Decimal(1)}),
            Refund(key="r2", amount=Decimal(1)),
        ]
    },
    "integrated, cancelled": {"currency": "USD"},
}


HELD_SHAPES: dict[str, dict[str, Any]] = {"order.totals_disagree": {"gross": Decimal("381.80")}}
"""0.30 more than its lines, charges and taxes make."""


async def _read_back(found: Orders) -> None:
    """The one that is held because the ERP's document has another price for the vase and a bow that nobody ordered."""
    order = found.made["held for order.document_differs"]
    reference = await found.connection.fetchval("SELECT reference FROM sales_order WHERE id = $1", order)
    shop = found.order(await number_of(found, order), "held for order.document_differs")
    document = Document(
        key="BC00300", number="BC00300", kind="order", dated=date(2026, 11, 23), state="confirmed", reference=reference,
        net=Decimal("319.92"), tax=Decimal("63.98"), gross=Decimal("383.90"),
        taxes=[TaxAmount(Decimal(20), Decimal("319.92"), Decimal("63.98"))],
        lines=[
            DocumentLine(key="1", item="CHAISE|1", title="Chaise", quantity=Decimal(4), net=Decimal("281.67"),
                         gross=Decimal("338.00"), rate=Decimal(20)),
            DocumentLine(key="2", item="VASE", title="Vase", quantity=Decimal(1), net=Decimal("29.75"), gross=Decimal("35.70"),
                         rate=Decimal(20)),
            DocumentLine(key="3", item="NOEUD", title="Nœud cadeau", quantity=Decimal(1), net=Decimal("1.00"),
                         gross=Decimal("1.20"), rate=Decimal(20)),
        ],
    )  # fmt: skip
    data = encode(document)
    result = wire.CommandResult("c", pages=[wire.WirePage([wire.Upsert("BC00300", fingerprint(data), data)])])
    await found.connection.execute(
        "INSERT INTO command (tenant, id, connection, verb, body, once, state, result) "
        "VALUES ($1, gen_random_uuid(), $2, 'read', $3, $4, 'done', $5)",
        found.tenant, found.erp, b"", f"readback:{reference}:0", wire.pack(result),
    )  # fmt: skip
    await found.connection.execute(
        "UPDATE sales_order SET draft = $2, customer = 'CLBESNARD', customer_reason = 'email' WHERE id = $1",
        order, encode(found.draft(shop)).decode(),
    )  # fmt: skip


async def _ask(found: Orders, name: str, state: str) -> None:
    reference = await found.connection.fetchval(
        "SELECT reference FROM sales_order WHERE id = $1", found.made[name]
    )
    await found.connection.execute(
        "INSERT INTO command (tenant, id, connection, verb, body, once, state) "
        "VALUES ($1, gen_random_uuid(), $2, 'write', $3, $4, $5)",
        found.tenant, found.erp, b"", f"draft:{reference}:0", state,
    )  # fmt: skip


async def _documents(found: Orders) -> None:
    base = await found.connection.fetchval(
        "SELECT data FROM snapshot WHERE stream = 'documents' AND key = 'BC00231'"
    )
    document = msgspec.json.decode(base, type=Document)
    for name, state, invoices in (
        ("integrated, invoiced", "invoiced", ["FA00077", "FA00078"]), ("integrated, cancelled", "cancelled", []),
    ):  # fmt: skip
        key = f"BC-{state}"
        told = msgspec.structs.replace(
            document, key=key, number=key, state=state, invoices=invoices, gross=Decimal("400.00")
        )
        await found.snapshot("documents", told)
        order = found.made[name]
        await found.connection.execute(
            "UPDATE sales_order SET document = $2, document_number = $2 WHERE id = $1", order, key
        )
        update = OrderUpdate(key=f"wc-{await number_of(found, order)}", state="invoiced")
        refused = Problem("rejected", filled(SAGE_REFUSES)) if state == "cancelled" else None
        await found.connection.execute(
            "INSERT INTO binding (tenant, channel, stream, key, target, desired, desired_print, desired_at, held, problem) "
            "VALUES ($1, $2, 'order_updates', $3, $3, $4, gen_random_uuid(), now(), $5, $6)",
            found.tenant, found.channel, update.key, encode(update).decode(), refused is not None,
            json_of(refused) if refused else None,
        )  # fmt: skip
    order = found.made["integrated, not told"]
    bare = f"BC-{await number_of(found, order)}"
    await found.connection.execute(
        "UPDATE sales_order SET document = $2, document_number = $2 WHERE id = $1", order, bare
    )


async def number_of(found: Orders, order: UUID) -> str:
    return str(await found.connection.fetchval("SELECT number FROM sales_order WHERE id = $1", order))


async def _unmatched(found: Orders, number: int) -> None:
    """Ambiguous, with nobody who fits; and with customers of every kind to choose from."""
    name = "ambiguous, nobody fits"
    found.problems[name] = Problem("rejected", filled(customer_match.NO_IDENTITY), field="customer")
    found.shapes[name] = {"buyer": Buyer(email="personne@nulle.part")}
    await found.add(str(number), name, "held")
    for customer in (
        Customer(key="SANSADRESSE", account_title="Besnard sans adresse", email=LYON_MAIL),
        Customer(
            key="DORMANT",
            account_title="Besnard dormant",
            email=LYON_MAIL,
            active=False,
            siret="73282932000074",
        ),
        Customer(key="BLOQUE", account_title="Besnard bloqué", email=LYON_MAIL, blocked=True, billing=CITY),
    ):
        await found.snapshot("customers", customer)


def let_pass(site: Site, tolerance: str) -> None:
    """The channel's accepted difference."""

    async def inside() -> None:
        connection = await asyncpg.connect(site.settings.database_url)
        try:
            async with connection.transaction():
                await connection.execute(
                    "SELECT set_config('raccord.tenant', $1, true)", str(site.made.tenant)
                )
                await connection.execute(
                    "UPDATE channel SET settings = jsonb_set(settings::jsonb, '{orders,tolerance}', to_jsonb($2::text)) "
                    "WHERE id = $1",
                    site.made.channel,
                    tolerance,
                )
        finally:
            await connection.close()

    asyncio.run(inside())


def arrive(site: Site) -> str:
    """A new order is placed; its number."""

    async def inside() -> str:
        made = site.made
        connection = await asyncpg.connect(site.settings.database_url)
        try:
            async with connection.transaction():
                await connection.execute("SELECT set_config('raccord.tenant', $1, true)", str(made.tenant))
                found = Orders(connection, made.tenant, made.erp, made.shop, made.channel)
                number = str(int(await connection.fetchval("SELECT max(number::int) FROM sales_order")) + 1)
                await found.add(number, "pending", "waiting")
        finally:
            await connection.close()
        return number

    return asyncio.run(inside())
