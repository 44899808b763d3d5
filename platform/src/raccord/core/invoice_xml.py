"""The same invoice as data: Cross Industry Invoice (UN/CEFACT D22B), profile EN 16931 of Factur-X 1.0. Pure.

The order of elements is the schema's. Amounts carry two decimals, prices four, quantities what they have. Comment lines are
no lines in EN 16931: they become notes.
"""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from raccord.core.invoice_flow import place_code
from raccord.core.invoice_model import InvoiceModel, ModelLine, Party, VatLine
from raccord_connectors.contract import Message

PROFILE = "urn:cen.eu:en16931:2017"
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
SIREN_SCHEME, ADDRESS_SCHEME, EMAIL_SCHEME = "0002", "0225", "EM"
"""ISO 6523: the SIRENE register; addresses of French electronic invoicing, which begin with the SIREN."""
TRANSFER, UNKNOWN_MEANS = "30", "1"
"""UNTDID 4461."""
FRAMES = {"goods": "B1", "services": "S1", "mixed": "M1"}
"""*Cadre de facturation*: what is sold, as the French platforms ask it."""

for _prefix, _name in (("rsm", RSM), ("ram", RAM), ("udt", UDT), ("qdt", QDT)):
    ElementTree.register_namespace(_prefix, _name)


class _Node:
    """An element that is easy to add to; what is empty is not added."""

    def __init__(self, element: ElementTree.Element) -> None:
        self.element = element

    def under(self, name: str) -> "_Node":
        return _Node(ElementTree.SubElement(self.element, f"{{{RAM}}}{name}"))

    def text(self, name: str, value: str, **attributes: str) -> None:
        if value:
            ElementTree.SubElement(self.element, f"{{{RAM}}}{name}", attributes).text = _clean(value)

    def amount(self, name: str, value: Decimal, **attributes: str) -> None:
        self.text(name, f"{value:.2f}", **attributes)

    def day(self, name: str, value: date) -> None:
        inner = ElementTree.SubElement(
            ElementTree.SubElement(self.element, f"{{{RAM}}}{name}"), f"{{{UDT}}}DateTimeString", format="102"
        )
        inner.text = f"{value:%Y%m%d}"


def to_xml(model: InvoiceModel, language: str, operation: str = "goods") -> bytes:
    """UTF-8, with its declaration. The same model gives the same bytes."""
    root = ElementTree.Element(f"{{{RSM}}}CrossIndustryInvoice")
    context = _Node(ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext"))
    context.under("BusinessProcessSpecifiedDocumentContextParameter").text("ID", FRAMES[operation])
    context.under("GuidelineSpecifiedDocumentContextParameter").text("ID", PROFILE)
    _document(_Node(ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocument")), model, language)
    sale = _Node(ElementTree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction"))
    for number, line in enumerate((one for one in model.lines if not one.comment), start=1):
        _line(sale.under("IncludedSupplyChainTradeLineItem"), number, line)
    _agreement(sale.under("ApplicableHeaderTradeAgreement"), model)
    _delivery(sale.under("ApplicableHeaderTradeDelivery"), model)
    _settlement(sale.under("ApplicableHeaderTradeSettlement"), model, language)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _document(node: _Node, model: InvoiceModel, language: str) -> None:
    node.text("ID", model.number)
    node.text("TypeCode", model.type_code)
    node.day("IssueDateTime", model.dated)
    notes: list[tuple[str, str]] = [(_say(one.text, language), one.subject) for one in model.mentions]
    notes.append((_say(model.legal, language), "ABL"))
    comments = [" ".join(filter(None, (one.title, one.note))) for one in model.lines if one.comment]
    notes += [(text, "") for text in (*comments, model.remark, model.footer) if text.strip()]
    for content, subject in notes:
        note = node.under("IncludedNote")
        note.text("Content", content)
        note.text("SubjectCode", subject)


def _line(node: _Node, number: int, line: ModelLine) -> None:
    head = node.under("AssociatedDocumentLineDocument")
    head.text("LineID", str(number))
    product = node.under("SpecifiedTradeProduct")
    product.text("SellerAssignedID", line.item)
    product.text("Name", line.title)
    product.text("Description", line.note)
    agreement = node.under("SpecifiedLineTradeAgreement")
    if line.list_price is not None:
        before = agreement.under("GrossPriceProductTradePrice")
        before.text("ChargeAmount", _price(line.list_price))
        allowance = before.under("AppliedTradeAllowanceCharge")
        indicator = ElementTree.SubElement(allowance.element, f"{{{RAM}}}ChargeIndicator")
        ElementTree.SubElement(indicator, f"{{{UDT}}}Indicator").text = "false"
        allowance.text("ActualAmount", _price(line.list_price - line.price))
    agreement.under("NetPriceProductTradePrice").text("ChargeAmount", _price(line.price))
    node.under("SpecifiedLineTradeDelivery").text(
        "BilledQuantity", format(line.quantity, "f"), unitCode=line.unit_code
    )
    settlement = node.under("SpecifiedLineTradeSettlement")
    tax = settlement.under("ApplicableTradeTax")
    tax.text("TypeCode", "VAT")
    tax.text("CategoryCode", line.category)
    tax.text("RateApplicablePercent", f"{line.rate:.2f}")
    settlement.under("SpecifiedTradeSettlementLineMonetarySummation").amount("LineTotalAmount", line.net)


def _agreement(node: _Node, model: InvoiceModel) -> None:
    node.text("BuyerReference", model.buyer_reference)
    _party(node.under("SellerTradeParty"), model.seller, seller=True)
    _party(node.under("BuyerTradeParty"), model.buyer)
    if model.orders:
        node.under("SellerOrderReferencedDocument").text("IssuerAssignedID", ", ".join(model.orders))
    if model.buyer_reference:
        node.under("BuyerOrderReferencedDocument").text("IssuerAssignedID", model.buyer_reference)


def _party(node: _Node, party: Party, *, seller: bool = False) -> None:
    node.text("ID", party.key)
    node.text("Name", party.name)
    if party.siren:
        node.under("SpecifiedLegalOrganization").text("ID", party.siren, schemeID=SIREN_SCHEME)
    if party.person or (seller and (party.phone or party.email)):
        contact = node.under("DefinedTradeContact")
        contact.text("PersonName", party.person or party.name)
        if party.phone:
            contact.under("TelephoneUniversalCommunication").text("CompleteNumber", party.phone)
        if party.email:
            contact.under("EmailURIUniversalCommunication").text("URIID", party.email)
    _address(node.under("PostalTradeAddress"), party)
    if party.siren:
        node.under("URIUniversalCommunication").text("URIID", party.siren, schemeID=ADDRESS_SCHEME)
    elif party.email:
        node.under("URIUniversalCommunication").text("URIID", party.email, schemeID=EMAIL_SCHEME)
    if party.vat_number:
        node.under("SpecifiedTaxRegistration").text("ID", party.vat_number, schemeID="VA")
    elif seller and party.siren:
        node.under("SpecifiedTaxRegistration").text("ID", party.siren, schemeID="FC")


def _address(node: _Node, party: Party) -> None:
    node.text("PostcodeCode", party.postal_code)
    node.text("LineOne", party.line1)
    node.text("LineTwo", party.line2)
    node.text("CityName", party.city)
    node.text("CountryID", place_code(party.country))


def _delivery(node: _Node, model: InvoiceModel) -> None:
    """Where and when. An intra-community supply has to say both."""
    place = model.delivery or (model.buyer if any(one.category == "K" for one in model.vat) else None)
    if place is not None:
        there = node.under("ShipToTradeParty")
        there.text("Name", place.name)
        _address(there.under("PostalTradeAddress"), place)
    day = model.delivered or (model.dated if place is not None else None)
    if day is not None:
        node.under("ActualDeliverySupplyChainEvent").day("OccurrenceDateTime", day)


def _settlement(node: _Node, model: InvoiceModel, language: str) -> None:
    node.text("PaymentReference", model.number)
    node.text("InvoiceCurrencyCode", model.currency)
    if model.kind != "credit":
        means = node.under("SpecifiedTradeSettlementPaymentMeans")
        means.text("TypeCode", TRANSFER if model.iban else UNKNOWN_MEANS)
        means.text("Information", ", ".join(dict.fromkeys(one.method for one in model.due if one.method)))
        if model.iban:
            means.under("PayeePartyCreditorFinancialAccount").text("IBANID", model.iban)
            if model.bic:
                means.under("PayeeSpecifiedCreditorFinancialInstitution").text("BICID", model.bic)
    for line in model.vat:
        _vat(node.under("ApplicableTradeTax"), line, language)
    if model.terms is not None:
        terms = node.under("SpecifiedTradePaymentTerms")
        terms.text("Description", _say(model.terms, language))
        if len(model.due) == 1:
            terms.day("DueDateDateTime", model.due[0].on)
    _sums(node.under("SpecifiedTradeSettlementHeaderMonetarySummation"), model)
    for earlier in model.corrects:
        reference = node.under("InvoiceReferencedDocument")
        reference.text("IssuerAssignedID", earlier.number)
        if earlier.dated is not None:
            formatted = reference.under("FormattedIssueDateTime").element
            day = ElementTree.SubElement(formatted, f"{{{QDT}}}DateTimeString", format="102")
            day.text = f"{earlier.dated:%Y%m%d}"


def _vat(node: _Node, line: VatLine, language: str) -> None:
    node.amount("CalculatedAmount", line.tax)
    node.text("TypeCode", "VAT")
    exempt = line.category != "S"
    node.text("ExemptionReason", _say(line.reason, language) if line.reason is not None and exempt else "")
    node.amount("BasisAmount", line.base)
    node.text("CategoryCode", line.category)
    node.text("ExemptionReasonCode", line.reason_code if exempt else "")
    node.text("RateApplicablePercent", f"{line.rate:.2f}")


def _sums(node: _Node, model: InvoiceModel) -> None:
    node.amount("LineTotalAmount", model.net)
    node.amount("TaxBasisTotalAmount", model.net)
    node.amount("TaxTotalAmount", model.tax, currencyID=model.currency)
    node.amount("GrandTotalAmount", model.gross)
    if model.prepaid:
        node.amount("TotalPrepaidAmount", model.prepaid_total)
    node.amount("DuePayableAmount", model.payable)


def _say(message: Message, language: str) -> str:
    return message.text(language)


def _price(value: Decimal) -> str:
    return f"{value:.4f}"


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
