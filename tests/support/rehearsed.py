"""Records for the tests of the rehearsal's checks: sound ones, of which each test spoils one thing."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any

from msgspec import Struct

from raccord.core.channel import ChannelSettings, PriceRules
from raccord.core.order_rules import OrderRules
from raccord.core.projection import Projected
from raccord.core.rehearsal import checks, sales
from raccord.core.rehearsal.subjects import Article, Sale, World
from raccord_connectors.canonical import (
    Address,
    Axis,
    Buyer,
    Category,
    Charge,
    Customer,
    DepotStock,
    Listing,
    MediaRef,
    Offer,
    Order,
    OrderLine,
    Payment,
    Price,
    PriceSet,
    Product,
    StockLevels,
    Tax,
    Variant,
)
from raccord_connectors.contract import Choice, Discovery

ERP = Discovery(
    company="Maison Duval",
    depots=(Choice("1", "Lyon"),),
    price_categories=(Choice("1", "Public TTC", {"tax_included": "true"}), Choice("2", "Pro HT")),
    tax_classes=(Choice("C20", "TVA 20 %", {"rate": "20"}), Choice("C05", "TVA 5,5 %", {"rate": "5.5"})),
    payment_methods=(Choice("1", "Carte bancaire"), Choice("2", "Chèque"), Choice("3", "Virement")),
    carriers=(Choice("1", "Colissimo"),),
)
SHOP = Discovery(
    company="Boutique",
    currency="EUR",
    tax_classes=(Choice("standard", "Standard", {"rate": "20"}),),
    payment_methods=(Choice("cb", "Carte bancaire"),),
    carriers=(Choice("flat_rate:1", "COLISSIMO"),),
)
SETTINGS = ChannelSettings(prices=PriceRules(category="1"), orders=OrderRules(items={"shipping": "PORT"}))


def world(**changes: Any) -> World:
    sound: dict[str, Any] = {
        "settings": SETTINGS,
        "erp": ERP,
        "shop": SHOP,
        "erp_connector": "sage100",
        "shop_connector": "woocommerce",
        "categories": {"FA|CHAISES": Category(key="FA|CHAISES", name="Chaises")},
    }
    return World(**{**sound, **changes})


def product(key: str = "CHAISE", **changes: Any) -> Product:
    sound: dict[str, Any] = {
        "sku": key,
        "name": "Chaise en hêtre",
        "family": "FA|CHAISES",
        "tax": Tax(code="C20", rate=D(20)),
        "media": [MediaRef(name="chaise.jpg")],
    }
    return Product(key=key, **{**sound, **changes})


def with_variants(*values: str) -> Product:
    variants = [
        Variant(key=f"CHAISE|{number}", sku=f"CH-{number}", options={"1": value})
        for number, value in enumerate(values, start=1)
    ]
    return product(axes=[Axis("1", "Couleur")], variants=variants)


def article(made: Product | None = None, **changes: Any) -> Article:
    made = made or product()
    price = Price(amount=D("89"), tax_included=True, category="1")
    offers = [Offer(key=item.key, sku=item.sku) for item in made.variants or (made,)]
    sound: dict[str, Any] = {
        "prices": {item: PriceSet(key=item, product=made.key, prices=[price]) for item in made.items()},
        "stock": {
            item: StockLevels(key=item, product=made.key, depots=[DepotStock(depot="1", real=D(5))])
            for item in made.items()
        },
        "projected": Projected(Listing(key=made.key, published=True, name=made.name, offers=offers)),
    }
    return Article(product=made, **{**sound, **changes})


def order(**changes: Any) -> Order:
    sound: dict[str, Any] = {
        "key": "1042",
        "number": "1042",
        "placed_at": datetime(2026, 11, 24, 9, tzinfo=UTC),
        "status": "processing",
        "stage": "open",
        "currency": "EUR",
        "prices_include_tax": True,
        "buyer": Buyer(email="a@b.example", last_name="Durand", phone="0612345678"),
        "billing": Address(last_name="Durand", line1="1 rue Haute", postal_code="44000", city="Nantes", country="FR"),
        "lines": [
            OrderLine(
                key="1", item="s-chaise", sku="CHAISE", name="Chaise", quantity=D(2), net=D("100"), tax=D("20"), rate=D(20)
            )
        ],
        "charges": [
            Charge(
                kind="shipping", title="Colissimo", net=D("5"), tax=D("1"), rate=D(20), method="flat_rate:1"
            )
        ],
        "payments": [Payment(key="p", method="cb", title="Carte bancaire", amount=D(126), state="paid")],
        "net": D("105"),
        "tax": D("21"),
        "gross": D("126"),
    }  # fmt: skip
    return Order(**{**sound, **changes})


def sale(
    placed: Order | None = None,
    *,
    items: dict[str, str] | None = None,
    candidates: Iterable[Customer] = (),
    settings: ChannelSettings = SETTINGS,
) -> Sale:
    return sales.enter(
        placed or order(),
        items={"s-chaise": "CHAISE"} if items is None else items,
        linked=None,
        candidates=list(candidates),
        settings=settings,
    )


def kinds(subject: Struct, known: World | None = None) -> list[tuple[str, str]]:
    """(kind, key) of what all checks find in it."""
    return [(one.kind, one.key) for one in checks.run(subject, known or world())]


def told(subject: Struct, known: World | None = None) -> list[str]:
    """The English sentences."""
    return [one.message.en for one in checks.run(subject, known or world())]
