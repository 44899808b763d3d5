"""What the channel's settings name, and the two sides' currencies: against what both sides have."""

from collections.abc import Iterator

from msgspec import Struct

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import World
from raccord_connectors.contract import Text

CURRENCY = Kind(
    code="currency.differs",
    severity="blocks",
    place="channel",
    stream="settings",
    title=Text("rehearsal.currency.differs", "Deux monnaies", "Two currencies"),
    remedy=Text(
        "rehearsal.currency.differs.remedy",
        "Choisissez dans les réglages du canal la monnaie de la boutique, ou changez celle de la boutique. Raccord ne convertit "
        "pas les monnaies.",
        "Choose the shop’s currency in the channel’s settings, or change that of the shop. Raccord does not convert currencies.",
    ),
    says=Text(
        "rehearsal.currency.differs.says",
        "La boutique vend en {shop}, le canal est réglé sur {channel}.",
        "The shop sells in {shop}, the channel is set to {channel}.",
    ),
)
DEPOT = Kind(
    code="depot.unknown",
    severity="blocks",
    place="channel",
    stream="depots",
    title=Text(
        "rehearsal.depot.unknown", "Dépôts inconnus de la gestion", "Depots that the ERP does not know"
    ),
    remedy=Text(
        "rehearsal.depot.unknown.remedy",
        "Choisissez dans les réglages du canal un dépôt qui existe.",
        "Choose a depot that exists in the channel’s settings.",
    ),
    says=Text(
        "rehearsal.depot.unknown.says",
        "Le canal nomme le dépôt « {key} », que la gestion n’a pas (elle a {known}).",
        "The channel names the depot “{key}”, which the ERP does not have (it has {known}).",
    ),
)
CATEGORY = Kind(
    code="price_category.unknown",
    severity="blocks",
    place="channel",
    stream="price_categories",
    title=Text("rehearsal.price_category.unknown", "Catégorie tarifaire inconnue", "Unknown price category"),
    remedy=Text(
        "rehearsal.price_category.unknown.remedy",
        "Choisissez dans les réglages du canal une catégorie tarifaire qui existe.",
        "Choose a price category that exists in the channel’s settings.",
    ),
    says=Text(
        "rehearsal.price_category.unknown.says",
        "Le canal nomme la catégorie tarifaire « {key} », que la gestion n’a pas (elle a {known}).",
        "The channel names the price category “{key}”, which the ERP does not have (it has {known}).",
    ),
)
TAX_CLASS = Kind(
    code="tax.no_such_class",
    severity="blocks",
    place="channel",
    stream="tax_classes",
    title=Text(
        "rehearsal.tax.no_such_class",
        "Classes de taxe inconnues de la boutique",
        "Tax classes that the shop does not know",
    ),
    remedy=Text(
        "rehearsal.tax.no_such_class.remedy",
        "Choisissez dans les réglages du canal une classe de taxe qui existe dans la boutique.",
        "Choose a tax class that exists in the shop in the channel’s settings.",
    ),
    says=Text(
        "rehearsal.tax.no_such_class.says",
        "Pour la TVA à {rate} % le canal nomme la classe « {key} », que la boutique n’a pas.",
        "For VAT at {rate}% the channel names the class “{key}”, which the shop does not have.",
    ),
)
NO_ITEM = Kind(
    code="charge.unknown_item",
    severity="held",
    place="channel",
    stream="settings",
    title=Text(
        "rehearsal.charge.unknown_item",
        "Article de port ou de frais inexistant",
        "Article for shipping or charges missing",
    ),
    remedy=Text(
        "rehearsal.charge.unknown_item.remedy",
        "Créez cet article dans la gestion, ou choisissez-en un autre dans les réglages du canal : les commandes avec des frais "
        "attendraient.",
        "Create this article in the ERP, or choose another in the channel’s settings: orders with charges would wait.",
    ),
    says=Text(
        "rehearsal.charge.unknown_item.says",
        "Le canal porte les frais sur l’article {key}, que la gestion n’a pas.",
        "The channel puts charges on the article {key}, which the ERP does not have.",
    ),
)


class Choices(Struct, frozen=True):
    """The channel's settings; `known_items`: those of the articles that they name which the ERP has."""

    known_items: frozenset[str]


def items_named(world: World) -> list[str]:
    """Articles that the settings name."""
    return world.settings.orders.articles()


def find(choices: Choices, world: World) -> Iterator[Finding]:
    settings, erp, shop = world.settings, world.erp, world.shop
    if shop.currency and shop.currency != settings.prices.currency:
        yield CURRENCY.of("currency", shop=shop.currency, channel=settings.prices.currency)
    depots = [depot.key for depot in erp.depots]
    named = [*settings.stock.depots, *([settings.orders.depot] if settings.orders.depot else [])]
    for depot in dict.fromkeys(named):
        if depots and depot not in depots:
            yield DEPOT.of(depot, known=", ".join(depots))
    categories = [category.key for category in erp.price_categories]
    for category in dict.fromkeys(
        (settings.prices.category, settings.orders.customers.template.price_category)
    ):
        if category and categories and category not in categories:
            yield CATEGORY.of(category, known=", ".join(categories))
    classes = {one.key for one in shop.tax_classes}
    for rate, key in settings.tax_classes.items():
        if classes and key not in classes:
            yield TAX_CLASS.of(rate, rate=rate)
    for item in items_named(world):
        if item not in choices.known_items:
            yield NO_ITEM.of(item)


CHECK = Check(Choices, (CURRENCY, DEPOT, CATEGORY, TAX_CLASS, NO_ITEM), find)
