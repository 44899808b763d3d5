"""From a model to the file that is kept. Blocks for some tenths of a second: call it in a thread."""

from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_model import InvoiceModel
from raccord.core.invoice_xml import to_xml
from raccord.documents.archive import Described, archive
from raccord.documents.drawing import Look, draw
from raccord.documents.paper_words import Words
from raccord_connectors.canonical import Customer, Invoice


def render(model: InvoiceModel, rules: DocumentRules, language: str, logo: bytes | None) -> bytes:
    """Raises `RecordRejected` where its data are not valid."""
    look = Look(logo=logo, colour=rules.colour)
    pdf = draw(model, language, look)
    if not rules.structured:
        return pdf
    title = f"{Words(language, model.currency).say(model.kind)} {model.number}"
    described = Described(title=title, author=model.seller.name, subject=title)
    return archive(pdf, to_xml(model, language, rules.operation), model, language, described)


def language_of(rules: DocumentRules, customer: Customer | None, invoice: Invoice) -> str:
    """French where nothing says otherwise: the merchant's own."""
    if rules.language != "customer":
        return rules.language
    told = (customer.language if customer is not None else "").lower()
    if told:
        return "fr" if told.startswith("fr") else "en"
    billing = invoice.billing or (customer.billing if customer is not None else None)
    country = billing.country if billing is not None else ""
    return "fr" if country in ("", "FR", "MC", "BE", "LU", "CH", "GP", "MQ", "RE", "GF", "YT") else "en"
