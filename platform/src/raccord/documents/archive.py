"""From a drawn page and its data to the document that is kept: PDF/A-3 with `factur-x.xml` inside, checked against the schema."""

import logging

import facturx
from msgspec import Struct

from raccord.core.invoice_model import InvoiceModel
from raccord_connectors.contract import RecordRejected, Text

logging.getLogger("facturx").setLevel(logging.WARNING)  # it tells each of its steps

NOT_VALID = Text(
    "invoice.not_valid",
    "{number} : ses données ne forment pas un Factur-X valide ({reason}). Le document n’est pas remis au client. "
    "Signalez-le-nous : c’est à nous de corriger.",
    "{number}: its data do not make a valid Factur-X ({reason}). The document is not given to the customer. "
    "Report it to us: it is ours to correct.",
)


class Described(Struct, frozen=True):
    title: str
    author: str
    subject: str


def archive(pdf: bytes, xml: bytes, model: InvoiceModel, language: str, described: Described) -> bytes:
    """Raises `RecordRejected` when the data are not what the schema wants: better none than one that machines refuse."""
    try:
        facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    except Exception as error:  # the library raises bare ones
        reason = str(error).strip().splitlines()[-1][:200]
        raise RecordRejected(NOT_VALID.fill(number=model.number, reason=reason), field="xml") from error
    made: bytes = facturx.generate_from_binary(
        pdf,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,
        check_schematron=False,
        pdf_metadata={
            "title": described.title,
            "author": described.author,
            "subject": described.subject,
            "keywords": "Factur-X",
        },
        lang="fr-FR" if language == "fr" else "en-GB",
        afrelationship="data",
        xmp_compression=False,
    )
    return made
