"""Customers of the furnished merchant who are known on both sides: one at rest, one that the ERP refuses, one more person."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection, tenant_transaction
from raccord_connectors.canonical import Address, Customer, encode, fingerprint
from raccord_connectors.contract import Problem, Text
from support.web_merchant import Furnished

REFUSED = Text(
    "sage100.too_long",
    "« anne.de.la.tour@example.org » est trop long pour Sage. Raccourcissez-le, puis réessayez.",
    "“anne.de.la.tour@example.org” is too long for Sage. Shorten it, then retry.",
)
HOME = Address(line1="3 rue Haute", postal_code="69002", city="Lyon", country="FR")
IN_ERP = (
    Customer(
        key="CARAT", account_title="Carat SARL", company="Carat SARL", email="compta@carat.example", siret="73282932000074",
        price_category="2", discount_percent=Decimal("7.5"), credit_limit=Decimal(2000), billing=HOME,
    ),
    Customer(key="LATOUR", account_title="DE LA TOUR Anne", first_name="Anne", last_name="de La Tour", email="anne@example.org"),
    Customer(key="SEULE", account_title="Sans compte SA", email="sans@compte.example"),
)  # fmt: skip
IN_SHOP = (
    Customer(key="21", email="compta@carat.example", first_name="Luc", phone="04 78 00 00 00", billing=HOME,
             fields=["email", "first_name", "phone", "billing", "price_category"]),
    Customer(key="22", email="anne.de.la.tour@example.org", first_name="Anne", last_name="de La Tour", birthday=date(1980, 5, 1)),
)  # fmt: skip


async def furnish_customers(made: Furnished) -> None:
    async with tenant_transaction(made.tenant):
        for connection, records in ((made.erp, IN_ERP), (made.shop, IN_SHOP)):
            for record in records:
                await _snapshot(made.tenant, connection, record)
        problem = msgspec.json.encode(Problem("rejected", REFUSED.fill(), field="customer.email")).decode()
        for account, customer, reason, further, state, said in (
            ("21", "CARAT", "email", False, "settled", None),
            ("22", "LATOUR", "link", False, "held", problem),
            ("email:zoe@carat.example", "CARAT", "siret", True, "settled", None),
        ):
            await current_connection().execute(
                "INSERT INTO customer_account (tenant, channel, account, customer, reason, further, state, problem, record, "
                "changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() - interval '3 hours')",
                made.tenant, made.channel, account, customer, reason, further, state, said,
                encode(Customer(key=account, email="zoe@carat.example")).decode() if further else None,
            )  # fmt: skip


async def _snapshot(tenant: UUID, connection: UUID, record: Customer) -> None:
    data = encode(record)
    await current_connection().execute(
        "INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data) VALUES ($1, $2, 'customers', $3, $4, $5) "
        "ON CONFLICT (tenant, connection, stream, key) DO UPDATE SET data = excluded.data",
        tenant, connection, record.key, UUID(bytes=fingerprint(data)), data.decode(),
    )  # fmt: skip
