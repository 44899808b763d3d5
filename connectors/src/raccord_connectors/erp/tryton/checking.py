"""Is everything there that this connector needs? Each missing thing is one finding that a person can act on."""

from collections.abc import Iterator

from raccord_connectors.contract import ConfigError, Message
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.answers import Refused
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.extras import extra_fields
from raccord_connectors.erp.tryton.lookups import price_lists, warehouses
from raccord_connectors.erp.tryton.settings import TrytonSettings

MODULES = {
    "product": ("les articles", "the articles"),
    "stock": ("le stock et les livraisons", "stock and deliveries"),
    "sale": ("les commandes", "orders"),
    "account_invoice": ("les factures et la TVA", "invoices and VAT"),
}
READ = (
    "product.template", "product.product", "product.category", "product.uom", "account.tax", "stock.location", "stock.move",
    "stock.shipment.out", "party.party", "party.address", "party.contact_mechanism", "party.identifier", "sale.sale",
    "sale.line", "account.invoice", "country.country", "currency.currency", "company.company",
)  # fmt: skip
WRITTEN = {
    "party.party": ("create", "write"),
    "party.address": ("create", "write"),
    "party.contact_mechanism": ("create", "write"),
    "party.identifier": ("create", "write"),
    "sale.sale": ("create", "write", "delete"),
    "sale.line": ("create", "write", "delete"),
}
OF_PAYMENTS = {
    "account.invoice": ("create", "write", "delete"),
    "account.move": ("read", "create", "write"),
    "account.account": ("read",),
}
"""Asked for only where this connection enters payments."""
BUTTONS = ("draft", "quote", "confirm", "process")
RIGHTS = {
    "read": ("lire", "read"),
    "create": ("créer", "create"),
    "write": ("modifier", "change"),
    "delete": ("supprimer", "delete"),
}


def check(client: Client, settings: TrytonSettings) -> None:
    """Raises `ConfigError` with all findings; `TransientError` when Tryton does not answer."""
    client.version()
    findings: list[Message] = []
    company = list(_company(client, settings))
    modules = list(_missing_modules(client))
    findings += [*company, *modules]
    if not modules and settings.payment_method and not client.has("sale_advance_payment"):
        findings.append(
            texts.NO_MODULE.fill(module="sale_advance_payment", use_fr="les acomptes", use_en="deposits")
        )
    if not modules:  # a right on a model that is not there would be nonsense
        findings += _missing_rights(client, settings)
        findings += _forbidden_buttons(client, settings)
    if not company and not modules:
        findings += _wrong_names(client, settings)
    if findings:
        raise ConfigError(_summary(client, findings), findings=findings)


def _summary(client: Client, findings: list[Message]) -> Message:
    text, first = texts.FINDINGS, findings[0]
    filled = {"host": client.host, "count": len(findings)}
    french, english = text.fr.format(**filled, first=first.fr), text.en.format(**filled, first=first.en)
    return Message(text.code, french, english)


def _missing_modules(client: Client) -> Iterator[Message]:
    for module, (french, english) in MODULES.items():
        if not client.has(module):
            yield texts.NO_MODULE.fill(module=module, use_fr=french, use_en=english)


def _company(client: Client, settings: TrytonSettings) -> Iterator[Message]:
    if not client.company:
        yield texts.NO_COMPANY.fill(user=settings.user)
        return
    found, wanted = client.account.company_name, settings.company.strip()
    if wanted and wanted.casefold() != found.casefold():
        yield texts.OTHER_COMPANY.fill(user=settings.user, found=found, wanted=wanted)


def _missing_rights(client: Client, settings: TrytonSettings) -> Iterator[Message]:
    wanted = {
        model: (*(("read",) if model in READ else ()), *WRITTEN.get(model, ())) for model in (*READ, *WRITTEN)
    }
    if settings.payment_method:
        wanted |= {model: (*wanted.get(model, ()), *rights) for model, rights in OF_PAYMENTS.items()}
    access: Row = client.call("ir.model.access", "get_access", sorted(wanted), repeat=True)
    for model in sorted(wanted):
        for right in wanted[model]:
            if not access[model][right]:
                french, english = RIGHTS[right]
                message = texts.NO_RIGHT
                values = {"user": settings.user, "model": model}
                yield Message(
                    message.code,
                    message.fr.format(**values, right=french),
                    message.en.format(**values, right=english),
                )


def _forbidden_buttons(client: Client, settings: TrytonSettings) -> Iterator[Message]:
    """A button without groups is everybody's. Without `process`, a confirmed sale that Tryton could not process would
    stay so without a word: Tryton files the reason where only administrators look (`ir.error`)."""
    domain = [["model", "=", "sale.sale"], ["name", "in", list(BUTTONS)]]
    mine = client.account.groups
    for button in client.search_read("ir.model.button", domain, ("name", "string", "groups")):
        groups = set(button["groups"])
        if groups and not groups & mine:
            rows = client.search_read("res.group", [["id", "in", sorted(groups)]], ("name",))
            names = ", ".join(f"« {row['name']} »" for row in rows) or "?"
            title = button["string"] or button["name"]
            yield texts.NO_BUTTON.fill(user=settings.user, button=title, groups=names)


def _wrong_names(client: Client, settings: TrytonSettings) -> Iterator[Message]:
    for check_names in (
        lambda: warehouses(client, settings.warehouses),
        lambda: price_lists(client, settings.price_lists),
        lambda: extra_fields(client, "product.template", settings.article_fields),
    ):
        try:
            check_names()
        except ConfigError as error:
            yield error.message
    wanted, known = settings.payment_method, _payment_methods(client)
    if wanted and not any(wanted.casefold() in (row["name"].casefold(), str(row["id"])) for row in known):
        names = ", ".join(row["name"] for row in known) or "—"
        yield texts.NO_USUAL_METHOD.fill(name=wanted, known=names)
    articles = {
        settings.shipping_article: ("port", "shipping"),
        settings.fee_article: ("frais", "charges"),
        settings.discount_article: ("remises", "discounts"),
        settings.rounding_article: ("arrondis", "rounding"),
    }
    for code, (french, english) in articles.items():
        if code and not client.search_read("product.product", [["code", "=", code]], ("id",), limit=1):
            yield texts.NO_ARTICLE.fill(code=code, use_fr=french, use_en=english)


def _payment_methods(client: Client) -> list[Row]:
    domain = [["company", "=", client.company]]
    return client.search_read("account.invoice.payment.method", domain, ("name",))


def refusal_as_config(refused: Refused) -> ConfigError:
    """Outside of writing, a refusal is a missing right or broken data: someone has to act."""
    return ConfigError(texts.NOT_ALLOWED.fill(sentence=refused.sentence))
