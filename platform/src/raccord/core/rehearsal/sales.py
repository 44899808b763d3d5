"""The shop's last orders, entered on paper: what would have become of each."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from raccord.core import customer_match, order_entry, totals
from raccord.core.channel import ChannelSettings
from raccord.core.order_gap import explained
from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Sale, World
from raccord.core.rounding import ZERO
from raccord_connectors.canonical import Customer, Order
from raccord_connectors.contract import Text

TOTALS = Kind(
    code="order.totals",
    severity="held",
    place="shop",
    stream="orders",
    title=Text(
        "rehearsal.order.totals", "Commandes dont le compte n’est pas bon", "Orders that do not add up"
    ),
    remedy=Text(
        "rehearsal.order.totals.remedy",
        "Cherchez dans la boutique quel module ajoute ou retire ce montant sans ligne (remise, arrondi, frais) et faites-lui "
        "écrire une ligne. De telles commandes attendraient, plutôt que d’être fausses en comptabilité.",
        "Find out in the shop which plug-in adds or takes this amount without a line (discount, rounding, fee), and have it "
        "write one. Such orders would wait, rather than be wrong in the accounts.",
    ),
)
ROUNDING = Kind(
    code="order.rounding",
    severity="advice",
    place="shop",
    stream="orders",
    title=Text(
        "rehearsal.order.rounding", "Centimes d’arrondi de la boutique", "Cents of the shop’s rounding"
    ),
    remedy=Text(
        "rehearsal.order.rounding.remedy",
        "Rien à faire : ces centimes vont sur la plus grande ligne, et le total est celui que le client a payé.",
        "Nothing to do: these cents go to the largest line, and the total is what the customer paid.",
    ),
    says=Text(
        "rehearsal.order.rounding.says",
        "Commande {number} : ses lignes font {net} hors taxes et {tax} de taxe de plus ou de moins que ses totaux.",
        "Order {number}: its lines make {net} without tax and {tax} of tax more or less than its totals.",
    ),
)
ITEM = Kind(
    code="order.item_unknown",
    severity="held",
    place="erp",
    stream="listings",
    title=Text(
        "rehearsal.order.item_unknown",
        "Articles vendus que la gestion ne connaît pas",
        "Articles sold that the ERP does not know",
    ),
    remedy=Text(
        "rehearsal.order.item_unknown.remedy",
        "Créez l’article dans la gestion, ou donnez à la fiche de la boutique la référence du bon article : ses commandes "
        "attendraient.",
        "Create the article in the ERP, or give the shop’s listing the right article’s reference: its orders would wait.",
    ),
    says=Text(
        "rehearsal.order.item_unknown.says",
        "« {name} » (référence {sku}), vendu dans la commande {number} : aucun article que ce canal vend ne lui correspond.",
        "“{name}” (SKU {sku}), sold in order {number}: no article that this channel sells corresponds to it.",
    ),
)
CHARGE = Kind(
    code="order.no_charge_item",
    severity="held",
    place="channel",
    stream="orders",
    title=Text(
        "rehearsal.order.no_charge_item", "Frais qu’aucun article ne porte", "Charges that no article carries"
    ),
    remedy=Text(
        "rehearsal.order.no_charge_item.remedy",
        "Choisissez dans les réglages du canal l’article de la gestion qui porte le port, les frais ou les remises.",
        "Choose in the channel’s settings the ERP’s article that carries shipping, charges or discounts.",
    ),
)
CUSTOMER = Kind(
    code="order.customer",
    severity="held",
    place="erp",
    stream="orders",
    title=Text(
        "rehearsal.order.customer",
        "Commandes dont le client est incertain",
        "Orders whose customer is not certain",
    ),
    remedy=Text(
        "rehearsal.order.customer.remedy",
        "Mettez la gestion au net (comptes en double, bloqués ou en sommeil) : à défaut vous choisirez commande par commande.",
        "Put the ERP in order (duplicate, blocked or sleeping accounts): failing that you choose order by order.",
    ),
)
CURRENCY = Kind(
    code="currency.order",
    severity="held",
    place="channel",
    stream="currencies",
    title=Text("rehearsal.currency.order", "Commandes dans une autre monnaie", "Orders in another currency"),
    remedy=Text(
        "rehearsal.currency.order.remedy",
        "Créez un canal pour cette monnaie, ou ne vendez que dans celle du canal.",
        "Create a channel for this currency, or sell in that of the channel only.",
    ),
    says=Text(
        "rehearsal.currency.order.says",
        "La commande {number} est en {currency}, le canal en {channel}.",
        "Order {number} is in {currency}, the channel in {channel}.",
    ),
)
RATE = Kind(
    code="tax.order_rate",
    severity="held",
    place="erp",
    stream="tax_rates",
    title=Text(
        "rehearsal.tax.order_rate",
        "Taux de TVA vendus que la gestion n’a pas",
        "VAT rates sold that the ERP does not have",
    ),
    remedy=Text(
        "rehearsal.tax.order_rate.remedy",
        "Créez la taxe dans la gestion, ou corrigez le taux dans la boutique : la commande ne s’écrirait pas au centime près.",
        "Create the tax in the ERP, or correct the rate in the shop: the order could not be written to the cent.",
    ),
    says=Text(
        "rehearsal.tax.order_rate.says",
        "La commande {number} est taxée à {rate} %, un taux que la gestion n’a pas.",
        "Order {number} is taxed at {rate}%, a rate that the ERP does not have.",
    ),
)
ALL_KNOWN = "?"
"""Stands for the ERP's item where it is not known, so that the totals can be tried all the same."""


def enter(
    order: Order,
    *,
    items: Mapping[str, str],
    linked: str | None,
    candidates: Sequence[Customer],
    settings: ChannelSettings,
) -> Sale:
    """As `orders.entering` does it, without its commands."""
    customer = customer_match.match(order, linked or None, candidates, settings.orders.customers)
    on_paper = {line.item: items.get(line.item, ALL_KNOWN) for line in order.lines}
    entry = order_entry.enter(
        order,
        reference=order.number,
        customer=customer.customer or "",
        items=on_paper,
        settings=settings,
    )
    return Sale(order=order, items=items, totals=totals.check(order), customer=customer, entry=entry)


def find(sale: Sale, world: World) -> Iterator[Finding]:
    order = sale.order
    yield from _amounts(sale)
    for line in order.lines:
        if line.item not in sale.items:
            key = line.item or line.sku or line.name
            yield ITEM.of(key, name=line.name, sku=line.sku or "—", number=order.number)
    if sale.entry.problem is not None:
        yield CHARGE.telling(order.number, sale.entry.problem.message)
    if sale.customer.problem is not None:
        yield CUSTOMER.telling(order.number, sale.customer.problem.message)
    if order.currency != world.settings.prices.currency:
        yield CURRENCY.of(
            order.currency,
            number=order.number,
            currency=order.currency,
            channel=world.settings.prices.currency,
        )
    yield from _rates(sale, world)


def _amounts(sale: Sale) -> Iterator[Finding]:
    order = sale.order
    if sale.totals is not None:
        yield TOTALS.telling(order.number, explained(order, sale.totals.message))
        return
    left = totals.residue(order)
    if left.net or left.tax:
        yield ROUNDING.of(order.number, number=order.number, net=f"{left.net:+f}", tax=f"{left.tax:+f}")
    draft = sale.entry.draft
    if draft is not None:
        net = sum((line.net for line in draft.lines), ZERO)
        tax = sum((line.tax for line in draft.lines), ZERO)
        assert (draft.net, draft.tax) == (net, tax), "order entry keeps the totals"


def _rates(sale: Sale, world: World) -> Iterator[Finding]:
    told = [one.details["rate"] for one in world.erp.tax_classes if "rate" in one.details]
    known = {Decimal(rate) for rate in told}
    if not known:
        return
    met = [*(line.rate for line in sale.order.lines), *(charge.rate for charge in sale.order.charges)]
    for rate in dict.fromkeys(met):
        if rate is not None and rate not in known:
            shown = f"{rate.normalize():f}"
            yield RATE.of(shown, number=sale.order.number, rate=shown)


CHECK = Check(Sale, (TOTALS, ROUNDING, ITEM, CHARGE, CUSTOMER, CURRENCY, RATE), find)
