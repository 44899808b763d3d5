"""A merchant whose pages have something to show: articles in every state, orders at every step, an agent, a partner.

What the shop should have is made by the product's own projection, so that pages that explain a value find it explained.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from raccord.accounts import service as accounts
from raccord.core.channel import ChannelSettings, PriceRules, StockRule
from raccord.core.default_mapping import default_mapping
from raccord.core.order_rules import OrderRules
from raccord.core.projection import Projection
from raccord.core.texts import NO_PRICE, WRONG_EAN
from raccord.partners import service as partners
from raccord.storage.engine import tenant_transaction
from raccord.tenants import service as tenants
from raccord_connectors.canonical import (
    Availability,
    Axis,
    DepotStock,
    Listing,
    Price,
    PriceSet,
    Product,
    Record,
    StockLevels,
    Tax,
    Variant,
    encode,
    fingerprint,
)
from raccord_connectors.contract import Choice, Discovery, Message, Problem, RecordRejected
from raccord_connectors.kit.texts import UNREACHABLE
from support import web_papers, web_rehearsals
from support.web_drift import Drifts
from support.web_orders import Orders, json_of
from support.web_plans import Plans

PASSWORD = "une phrase facile à retenir"
STRANGE_KEY = "TAB|1/2 #é"
"""A key with everything that an address must not contain as it is."""

NAMES = (
    ("CHAISE", "Chaise bistrot en hêtre", "89.00"), ("TABLE", "Table de ferme 180 cm", "640.00"),
    ("BANC", "Banc d’entrée en chêne", "215.00"), ("LAMPE", "Lampe de bureau articulée", "74.90"),
    ("MIROIR", "Miroir rond laiton", "129.00"), ("TAPIS", "Tapis berbère écru 200 × 300", "389.00"),
    ("PLAID", "Plaid en laine des Pyrénées", "95.00"), ("VASE", "Vase soliflore en grès", "34.50"),
    ("BOUGIE", "Bougie à la cire d’abeille", "18.00"), ("COUSSIN", "Coussin en lin lavé", "42.00"),
    ("RIDEAU", "Rideau occultant bleu nuit", "78.00"), ("COMMODE", "Commode trois tiroirs", "520.00"),
    (STRANGE_KEY, "Tabouret 1/2 hauteur « atelier »", "61.00"), ("FAUTEUIL", "Fauteuil club en cuir patiné", "890.00"),
    ("PORTEMANTEAU", "Portemanteau sur pied", "115.00"), ("ETAGERE", "Étagère murale en noyer", "149.00"),
)  # fmt: skip


@dataclass
class Furnished:
    tenant: UUID = field(default_factory=uuid.uuid4)
    other: UUID = field(default_factory=uuid.uuid4)
    """Another merchant's."""
    erp: UUID = field(default_factory=uuid.uuid4)
    shop: UUID = field(default_factory=uuid.uuid4)
    channel: UUID = field(default_factory=uuid.uuid4)
    agent: UUID = field(default_factory=uuid.uuid4)
    brake: UUID = field(default_factory=uuid.uuid4)
    partner: UUID = field(default_factory=uuid.uuid4)
    grant: UUID = field(default_factory=uuid.uuid4)
    plan: UUID = field(default_factory=uuid.uuid4)
    paper: UUID = field(default_factory=uuid.uuid4)
    people: dict[str, UUID] = field(default_factory=dict)
    orders: dict[str, UUID] = field(default_factory=dict)
    """By state."""


SETTINGS = ChannelSettings(
    stock=StockRule(depots=["LYON", "PARIS"], margin=Decimal(1)),
    prices=PriceRules(category="WEB"),
    orders=OrderRules(items={"shipping": "PORT"}),
)
ERP_DISCOVERY = Discovery(
    company="Maison Duval SARL", version="Sage 100 11.00", currency="EUR", languages=("fr",),
    depots=(Choice("LYON", "Entrepôt de Lyon"), Choice("PARIS", "Boutique de Paris"), Choice("SAV", "Retours")),
    price_categories=(Choice("WEB", "Internet TTC"), Choice("PRO", "Professionnels HT")),
)  # fmt: skip
SHOP_DISCOVERY = Discovery(
    company="maisonduval.example", version="WooCommerce 10.3", currency="EUR", prices_include_tax=True,
    languages=("fr",), tax_classes=(Choice("", "Taux normal", {"rate": "20"}),),
    order_statuses=(Choice("processing", "En cours"), Choice("completed", "Terminée")),
)  # fmt: skip


async def furnish() -> Furnished:
    """Inside `opened(...)`."""
    made = Furnished()
    for name, email, person in (
        ("owner", "anne@duval.example", "Anne Duval"),
        ("reader", "lucie@duval.example", "Lucie Petit"),
        ("seller", "marc@duval.example", "Marc Leroy"),
        ("other_owner", "jean@duval.example", "Jean Duval"),
        ("partner", "paul@integration.example", "Paul Integrator"),
        ("stranger", "eve@autre.example", "Eve Autre"),
    ):
        made.people[name] = (await accounts.create(email, PASSWORD, person)).id
    made.tenant = await tenants.create("Maison Duval", made.people["owner"])
    made.other = await tenants.create("Autre maison", made.people["stranger"])
    await tenants.add_member(made.tenant, made.people["reader"], "reader", made.people["owner"])
    await tenants.add_member(made.tenant, made.people["other_owner"], "owner", made.people["owner"])
    await tenants.add_member(made.tenant, made.people["seller"], "seller", made.people["owner"])
    made.partner = await partners.create("Intégration & Cie", made.people["partner"])
    made.grant = await partners.grant(made.tenant, made.partner, made.people["owner"])
    async with tenant_transaction(made.tenant) as connection:
        merchant = Merchant(made, connection)
        await merchant.systems()
        await merchant.catalogue()
        await merchant.happenings()
        made.plan = await Plans(connection, made.tenant, made.channel, made.people["owner"]).furnish(SETTINGS)
        made.orders = await Orders(connection, made.tenant, made.erp, made.shop, made.channel).furnish()
        await Drifts(connection, made.tenant, made.channel, made.people["owner"]).furnish()
        await web_rehearsals.furnish(made.tenant, made.channel)
        made.paper = await web_papers.furnish(connection, made.tenant, made.channel, made.erp)
    return made


class Merchant:
    """Writes rows as the workers would have."""

    def __init__(self, made: Furnished, connection: asyncpg.Connection) -> None:
        self.made = made
        self.connection = connection
        self.now = datetime.now(UTC)
        self.projection = Projection(default_mapping("sage100", "woocommerce"), SETTINGS, SHOP_DISCOVERY)

    async def systems(self) -> None:
        made = self.made
        for id_, name, connector, side, discovery, settings in (
            (made.erp, "Gestion du bureau", "sage100", "erp", ERP_DISCOVERY, {}),
            (made.shop, "maisonduval.example", "woocommerce", "shop", SHOP_DISCOVERY,
             {"url": "https://maisonduval.example", "consumer_key": "ck_123"}),
        ):  # fmt: skip
            await self.connection.execute(
                "INSERT INTO connection (tenant, id, name, connector, side, state, discovery, settings, checked_at) "
                "VALUES ($1, $2, $3, $4, $5, 'ready', $6, $7, now() - interval '2 hours')",
                made.tenant, id_, name, connector, side, json_of(discovery), json_of(settings),
            )  # fmt: skip
        await self.connection.execute(
            "INSERT INTO channel (tenant, id, name, erp, shop, state, settings, orders_from) "
            "VALUES ($1, $2, 'Boutique en ligne', $3, $4, 'live', $5, 'epoch')",
            made.tenant, made.channel, made.erp, made.shop, json_of(SETTINGS),
        )  # fmt: skip
        health = {
            "version": "0.1.0", "connector": "sage100", "clock": self.now.timestamp(), "clock_skew": 4.2, "waiting": 3,
            "streams": [{"stream": "products", "last_scan_at": self.now.timestamp() - 8, "records": 60}],
        }  # fmt: skip
        await self.connection.execute(
            "INSERT INTO agent (tenant, id, connection, public_key, host, system, version, last_seen_at, health) "
            "VALUES ($1, $2, $3, $4, 'SRV-GESTION', 'Windows Server 2022', '0.1.0', now(), $5)",
            made.tenant, made.agent, made.erp, b"k" * 32, json_of(health),
        )  # fmt: skip
        await self.connection.execute(
            "INSERT INTO brake (tenant, id, channel, stream, kind, concerned, known) "
            "VALUES ($1, $2, $3, 'listings', 'withdrawals', 14, 60)",
            made.tenant, made.brake, made.channel,
        )  # fmt: skip
        problem = Problem("transient", UNREACHABLE.fill(host="srv-sql"))
        for stream, records, trouble in (
            ("products", 60, None),
            ("stock", 60, None),
            ("prices", 60, problem),
        ):
            await self.connection.execute(
                "INSERT INTO stream_state (tenant, connection, stream, records, last_scan_at, last_change_at, problem) "
                "VALUES ($1, $2, $3, $4, now() - interval '9 seconds', now() - interval '4 minutes', $5)",
                made.tenant, made.erp, stream, records, json_of(trouble) if trouble else None,
            )  # fmt: skip

    # ------------------------------------------------------------------------------------------- catalogue

    async def catalogue(self) -> None:
        for number, (key, name, price) in enumerate(NAMES):
            await self.article(number, key, name, Decimal(price))
        for number in range(len(NAMES), 60):
            await self.article(number, f"REF{number:04}", f"Article d’assortiment {number}", Decimal(number))
        await self.snapshot(
            "products", Product(key="PORT", sku="PORT", name="Frais de port", published=False)
        )
        await self.source_held()

    async def article(self, number: int, key: str, name: str, price: Decimal) -> None:
        colours = ("Naturel", "Noir") if key in ("CHAISE", "COUSSIN") else ()
        product = Product(
            key=key, sku=key.split("|")[0], name=name, family="MEUBLES", brand="Duval",
            description=f"{name}. Fabriqué en France.", tax=Tax(code="V20", rate=Decimal(20)),
            ean="3017620422003" if number == 0 else None,
            axes=[Axis("1", "Teinte")] if colours else [],
            variants=[
                Variant(key=f"{key}|{place}", sku=f"{key}-{colour[:3].upper()}", options={"1": colour})
                for place, colour in enumerate(colours, 1)
            ],
        )  # fmt: skip
        await self.snapshot("products", product)
        prices: dict[str, PriceSet] = {}
        for item in product.items():
            if key != "MIROIR":
                prices[item] = PriceSet(
                    key=item, product=key, purchase=price / 2,
                    prices=[Price(amount=price, tax_included=True, category="WEB"),
                            Price(amount=price * Decimal("0.7"), tax_included=False, category="PRO")],
                )  # fmt: skip
                await self.snapshot("prices", prices[item])
            await self.stock(item, key, number)
        await self.bind(number, product, prices)

    async def stock(self, item: str, product: str, number: int) -> None:
        depots = [
            DepotStock(depot="LYON", real=Decimal(12 + number), reserved=Decimal(2)),
            DepotStock(depot="PARIS", real=Decimal(3)),
            DepotStock(depot="SAV", real=Decimal(1)),
        ]
        await self.snapshot("stock", StockLevels(key=item, product=product, depots=depots))
        shown = Availability(key=item, quantity=Decimal(12 + number), product=product)
        await self.binding("availability", item, f"v{number}-{item}", shown, shown)

    async def bind(self, number: int, product: Product, prices: dict[str, PriceSet]) -> None:
        projected = self.projection.listing(product, prices, {"MEUBLES": ["Mobilier"]}, date(2026, 11, 24))
        desired, problem = projected.listing, projected.problem
        match product.key:
            case "RIDEAU":  # not projected yet
                return
            case "COMMODE":  # put to sleep in the ERP
                assert desired
                gone = msgspec.structs.replace(desired, published=False)
                await self.binding("listings", product.key, "1012", gone, gone)
            case "TABLE":  # a new price on its way
                assert desired
                (offer,) = desired.offers
                old_price = msgspec.structs.replace(offer.price, amount=Decimal("590.00"))  # type: ignore[type-var]
                old = msgspec.structs.replace(
                    desired, offers=[msgspec.structs.replace(offer, price=old_price)]
                )
                await self.binding("listings", product.key, "1002", desired, old)
            case "FAUTEUIL":  # refused by the shop
                said = Message(
                    "woocommerce.refused",
                    "Article FAUTEUIL : WooCommerce refuse la référence, déjà prise par « Fauteuil d’exposition ». "
                    "Changez-la dans la gestion ou dans la boutique, puis réessayez.",
                    "Article FAUTEUIL: WooCommerce refuses the reference, taken by “Display armchair”. "
                    "Change it in the ERP or in the shop, then retry.",
                )
                refused = Problem("rejected", said, field="offers[FAUTEUIL].sku")
                await self.binding("listings", product.key, None, desired, None, problem=refused, held=True)
            case "BANC":
                await self.binding("listings", product.key, "1003", desired, desired, brake=self.made.brake)
            case "MIROIR":
                assert problem
                assert problem.message.code == NO_PRICE.code
                await self.binding("listings", product.key, None, None, None, problem=problem, held=True)
            case _:
                await self.binding("listings", product.key, str(1001 + number), desired, desired)

    async def source_held(self) -> None:
        problem = RecordRejected(
            Message(
                "sage100.bad_date",
                "Article ARMOIRE : la date de modification 1753-01-01 n’en est pas une. Enregistrez l’article à nouveau.",
                "Article ARMOIRE: the modification date 1753-01-01 is none. Save the article again.",
            ),
            field="changed",
        ).problem()
        await self.connection.execute(
            "INSERT INTO held_record (tenant, connection, stream, key, problem) VALUES ($1, $2, 'products', 'ARMOIRE', $3)",
            self.made.tenant, self.made.erp, json_of(problem),
        )  # fmt: skip

    async def snapshot(self, stream: str, record: Record) -> None:
        data = encode(record)
        await self.connection.execute(
            "INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data, changed_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, now() - interval '3 days')",
            self.made.tenant, self.made.erp, stream, record.key, UUID(bytes=fingerprint(data)), data.decode(),
        )  # fmt: skip

    async def binding(
        self, stream: str, key: str, target: str | None, desired: Record | None, pushed: Record | None, **more: Any
    ) -> None:  # fmt: skip
        problem = more.get("problem")
        parts = (
            {offer.key: f"{target}-{n}" for n, offer in enumerate(desired.offers)}
            if isinstance(desired, Listing)
            else {}
        )
        await self.connection.execute(
            """
            INSERT INTO binding (tenant, channel, stream, key, target, targets, desired, desired_print, desired_at, pushed,
                                 pushed_print, pushed_at, problem, held, brake)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() - interval '5 minutes', $9, $10, $11, $12, $13, $14)
            """,
            self.made.tenant, self.made.channel, stream, key, target, json_of(parts), *_printed(desired), *_printed(pushed),
            self.now - timedelta(minutes=5) if pushed else None,
            json_of(problem) if problem else None, more.get("held", False), more.get("brake"),
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------ happenings

    async def happenings(self) -> None:
        """One of each, newest last."""
        made = self.made
        shop = {"connection": made.shop, "channel": made.channel}
        erp = {"connection": made.erp}
        price = ({"offers[TABLE].price.amount": "590"}, {"offers[TABLE].price.amount": "640"})
        warning = Problem(
            "rejected", WRONG_EAN.fill(key="LAMPE", item="LAMPE", ean="3017620422004"), field="offer.ean"
        )
        quiet = Problem("transient", UNREACHABLE.fill(host="maisonduval.example"))
        entries: Sequence[tuple[str, str, str, dict[str, Any]]] = [
            *[("products", f"REF{n:04}", "appeared", erp | {"after": {"name": f"Article {n}"}}) for n in range(16, 40)],
            ("categories", "MEUBLES", "changed", erp | {"before": {"name": "Mobilier"}, "after": {"name": "Meubles"}}),
            ("products", "ARMOIRE", "held", erp | {"problem": quiet}),
            ("products", "VASE", "released", erp),
            ("products", "COMMODE", "changed", erp | {"before": {"active": True}, "after": {"active": False}}),
            ("listings", "COMMODE", "withdrawn", shop | {"took_ms": 1900}),
            ("products", "", "emptied", erp | {"after": {"known": 60}}),
            ("products", "", "refilled", erp),
            ("stock", "", "drifted", erp | {"after": {"missing": 2, "different": 1}}),
            ("products", "GUERIDON", "disappeared", erp | {"before": {"name": "Guéridon"}}),
            ("products", "GUERIDON", "reappeared", erp | {"after": {"name": "Guéridon"}}),
            ("listings", "VASE", "matched", shop),
            ("listings", "VASE", "created", shop | {"after": {"name": "Vase soliflore en grès"}, "took_ms": 2400}),
            ("listings", "BANC", "braked", shop),
            ("listings", "FAUTEUIL", "refused", shop | {"problem": warning}),
            ("listings", "LAMPE", "retried", shop | {"account": made.people["owner"]}),
            ("listings", "LAMPE", "ignored", shop | {"account": made.people["owner"]}),
            ("listings", "", "decided", shop | {"after": {"decision": "go"}, "account": made.people["owner"]}),
            ("prices", "TABLE", "changed", erp | {"before": {"prices": [{"key": "WEB", "amount": "590"}]},
                                                  "after": {"prices": [{"key": "WEB", "amount": "640"}]}}),
            ("listings", "TABLE", "updated", shop | {"before": price[0], "after": price[1], "took_ms": 1320}),
            ("availability", "CHAISE|1", "updated", shop | {"before": {"quantity": "13"}, "after": {"quantity": "12"},
                                                            "took_ms": 840}),
        ]  # fmt: skip
        for age, (stream, key, event, more) in zip(range(len(entries), 0, -1), entries, strict=True):
            await self.entry(stream, key, event, self.now - timedelta(minutes=7 * age), **more)

    async def entry(self, stream: str, key: str, event: str, at: datetime, **more: Any) -> None:
        await self.connection.execute(
            """
            INSERT INTO journal (tenant, connection, channel, stream, key, event, before, after, problem, account, took_ms, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            self.made.tenant, more.get("connection"), more.get("channel"), stream, key, event,
            *(json_of(more[side]) if more.get(side) is not None else None for side in ("before", "after", "problem")),
            more.get("account"), more.get("took_ms"), at,
        )  # fmt: skip


def _printed(record: Record | None) -> tuple[str | None, UUID | None]:
    if record is None:
        return None, None
    data = encode(record)
    return data.decode(), UUID(bytes=fingerprint(data))
