"""Papers of the furnished merchant: one given, one held, one that was altered since, and the page of a customer."""

from datetime import date
from decimal import Decimal as D
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from raccord.core import invoice_texts as texts
from raccord.core.invoice_model import Missing
from raccord.documents.errors import CHANGED
from raccord_connectors.canonical import Address, Invoice, InvoiceLine, TaxAmount, encode, fingerprint
from raccord_connectors.contract import Problem

PLACE = Address(
    first_name="Lucie",
    last_name="Petit",
    line1="8 rue des Carmes",
    postal_code="35000",
    city="Rennes",
    country="FR",
)


def invoice(number: str = "FA00042", **fields: object) -> Invoice:
    line = InvoiceLine(key="1", item="CHAISE", title="Chaise Lucie", quantity=D(2), net=D(100), rate=D(20))
    told = {
        "number": number, "dated": date(2026, 5, 4), "customer": "C00001", "billing": PLACE, "lines": [line], "net": D(100),
        "tax": D(20), "gross": D(120), "taxes": [TaxAmount(D(20), D(100), D(20))], **fields,
    }  # fmt: skip
    return Invoice(key=f"FA|{number}", **told)  # type: ignore[arg-type]


async def furnish(connection: asyncpg.Connection, tenant: UUID, channel: UUID, erp: UUID) -> UUID:
    """The id of the one that was given."""
    data = encode(invoice())
    await connection.execute(
        "INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data) VALUES ($1, $2, 'invoices', $3, $4, $5)",
        tenant, erp, invoice().key, UUID(bytes=fingerprint(data)), data.decode(),
    )  # fmt: skip
    missing = [Missing(field="customer.siret", message=texts.BUYER_SIREN.fill(key="C00002"))]
    held = Problem(
        "rejected",
        texts.TAXES_DIFFER.fill(number="FA00043", table="19,99 €", total="20,00 €", difference="0,01 €"),
    )
    altered = Problem("rejected", CHANGED.fill(number="AV00001", was="24,00 €", now="36,00 €"))
    rows: tuple[tuple[Any, ...], ...] = (
        ("FA00042", "invoice", "C00001", "Lucie Petit", D(120), "b2c", "ready", 1, [], None),
        (
            "FA00043",
            "invoice",
            "C00002",
            "Brasserie du Théâtre",
            D("1322.47"),
            "b2b",
            "held",
            0,
            missing,
            held,
        ),
        ("AV00001", "credit", "C00001", "Lucie Petit", D(24), "b2c", "changed", 1, [], altered),
    )
    first: UUID | None = None
    for number, kind, customer, name, gross, flow, state, version, lacking, problem in rows:
        paper = uuid4()
        first = first or paper
        await connection.execute(
            """
            INSERT INTO paper (tenant, id, channel, key, number, kind, dated, customer, customer_name, gross, currency, flow,
                               state, print, version, missing, problem, retry_at, given_at)
            VALUES ($1, $2, $3, 'FA|' || $4, $4, $5, '2026-05-04', $6, $7, $8, 'EUR', $9, $10, $2, $11, $12, $13, 'infinity',
                    CASE WHEN $11 > 0 THEN now() END)
            """,
            tenant, paper, channel, number, kind, customer, name, gross, flow, state, version,
            msgspec.json.encode(lacking).decode(), msgspec.json.encode(problem).decode() if problem else None,
        )  # fmt: skip
        if version:
            await connection.execute(
                "INSERT INTO paper_version (tenant, paper, number, print, object, sha256, size, source, keep_until) "
                "VALUES ($1, $2, 1, $2, $3, repeat('ab', 32), 90000, 'rendered', '2036-12-31')",
                tenant, paper, f"papers/{paper}/{paper}.pdf",
            )  # fmt: skip
    await connection.execute(
        "INSERT INTO customer_page (tenant, id, channel, customer, buyer, expires_at, visits) "
        "VALUES ($1, $2, $3, 'C00001', 'lucie@exemple.fr', now() + interval '1 year', 3)",
        tenant, uuid4(), channel,
    )  # fmt: skip
    assert first is not None
    return first
