"""What this Tryton has to choose from: warehouses, price lists, taxes, carriers, payment terms, attributes."""

from collections.abc import Sequence

from raccord_connectors.contract import Choice, CustomField, Discovery, Identity
from raccord_connectors.erp.tryton import parties
from raccord_connectors.erp.tryton.client import Client
from raccord_connectors.erp.tryton.extras import extra_fields, field_of, field_of_attribute
from raccord_connectors.erp.tryton.lookups import attributes, taxes_by_category, warehouses
from raccord_connectors.erp.tryton.settings import TrytonSettings


def discover(client: Client, settings: TrytonSettings) -> Discovery:
    languages = client.search_read("ir.lang", [["translatable", "=", True]], ("code",))
    return Discovery(
        company=client.account.company_name,
        version=client.version(),
        currency=client.account.currency,
        prices_include_tax=False,
        languages=tuple(row["code"] for row in languages),
        custom_fields=_custom_fields(client, settings),
        depots=tuple(
            Choice(str(one.id), one.name, {"code": one.code} if one.code else {})
            for one in warehouses(client, settings.warehouses)
        ),
        price_categories=_price_categories(client),
        order_statuses=_statuses(client),
        tax_classes=_tax_classes(client),
        payment_methods=_named(client, "account.invoice.payment.method"),
        carriers=_carriers(client),
        units=_named(client, "product.uom", "symbol"),
        identity=_identity(client),
    )


def _identity(client: Client) -> Identity:
    """The company is a party like others. Tryton keeps neither legal form, capital nor register: the merchant tells those."""
    rows = client.search_read("party.party", [["id", "=", client.account.party]], parties.fields(client))
    if not rows:
        return Identity(name=client.account.company_name)
    party = parties.customer_of(rows[0])
    place, siret = party.billing, party.siret or ""
    return Identity(
        name=party.account_title,
        siren=siret[:9] or parties.siren_of(rows[0]),
        siret=siret,
        vat_number=party.vat_number or "",
        line1=place.line1 if place else "",
        line2=place.line2 if place else "",
        postal_code=place.postal_code if place else "",
        city=place.city if place else "",
        country=place.country if place else "",
        email=party.email,
        phone=party.phone,
    )


def _named(client: Client, model: str, title: str = "name") -> tuple[Choice, ...]:
    """By id: names are translated."""
    rows = client.search_read(model, [], (title, "rec_name"))
    return tuple(Choice(str(row["id"]), row[title] or row["rec_name"] or str(row["id"])) for row in rows)


def _price_categories(client: Client) -> tuple[Choice, ...]:
    if not client.has("sale_price_list"):
        return ()
    domain = [["company", "=", client.company]]
    rows = client.search_read("product.price_list", domain, ("name", "tax_included"))
    return tuple(
        Choice(str(row["id"]), row["name"], {"tax_included": "yes" if row["tax_included"] else "no"})
        for row in rows
    )


def _statuses(client: Client) -> tuple[Choice, ...]:
    states: Sequence[tuple[str, str]] = client.fields_of("sale.sale", ["state"])["state"]["selection"]
    return tuple(Choice(key, title) for key, title in states if key)


def _tax_classes(client: Client) -> tuple[Choice, ...]:
    """By the code that `Product.tax` carries; titled by the accounting category that brings it."""
    names = client.search_read("product.category", [["accounting", "=", True]], ("name",))
    titles: dict[int, str] = {row["id"]: row["name"] for row in names}
    found: dict[str, Choice] = {}
    for category, taxes in taxes_by_category(client).items():
        tax = taxes.tax
        found.setdefault(tax.code, Choice(tax.code, titles.get(category, tax.code), {"rate": str(tax.rate)}))
    return tuple(found.values())


def _carriers(client: Client) -> tuple[Choice, ...]:
    if not client.has("carrier"):
        return ()
    rows = client.search_read("carrier", [], ("party.name", "rec_name"))
    return tuple(Choice(str(row["id"]), row["party."]["name"] or row["rec_name"]) for row in rows)


def _custom_fields(client: Client, settings: TrytonSettings) -> tuple[CustomField, ...]:
    """Attributes always come with the articles; fields of the article's table when they are chosen in the settings."""
    found = [field_of_attribute(one) for one in attributes(client, settings.language).values()]
    chosen = extra_fields(client, "product.template", settings.article_fields)
    return tuple(found + [field_of(name, definition) for name, definition in chosen.items()])
