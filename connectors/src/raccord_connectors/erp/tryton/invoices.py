"""Customer invoices and credit notes that are posted: one record per `account.invoice`, as it was numbered.

A credit note of Tryton is an invoice with negative quantities; on paper it says what is given back, above zero. Drafts have no
number and are not papers yet; an invoice that is cancelled is one no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from raccord_connectors.canonical import Address, Invoice, InvoiceLine, TaxAmount, plain
from raccord_connectors.erp.tryton import addresses
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.keys import item_key
from raccord_connectors.erp.tryton.lookups import TAX_FIELDS, effective
from raccord_connectors.erp.tryton.reading import Built, Source, digest, stamp_fields
from raccord_connectors.erp.tryton.settings import TrytonSettings

PATHS = ("", "lines", "taxes")
NUMBERED = ("posted", "paid")
ZERO = Decimal(0)


def source(client: Client, settings: TrytonSettings) -> Source:
    base = [["company", "=", client.company], ["type", "=", "out"], ["number", "!=", None]]
    base += [["state", "in", list(NUMBERED)]]
    if settings.documents_from is not None:
        base.append(["invoice_date", ">=", settings.documents_from])
    return Source(
        model="account.invoice",
        base=base,
        stamps=PATHS,
        # A payment in part changes no stamp of the invoice, which is written to once it is paid: a complete pass sees it.
        sketch=(*stamp_fields(*PATHS), "state", "amount_to_pay"),
        digests=lambda rows: {str(row["id"]): digest(row) for row in rows},
        fields=_fields,
        build=lambda rows: _built(client, rows),
    )


def _fields() -> list[str]:
    """Due dates are in the accounting, which is not for everybody to read: the payment term says them in words."""
    fields = [
        "number", "reference", "state", "invoice_date", "party.code", "currency.code", "untaxed_amount", "tax_amount",
        "total_amount", "amount_to_pay", "comment", "payment_term.name",
    ]  # fmt: skip
    fields += [f"invoice_address.{name}" for name in addresses.FIELDS]
    names = ("type", "description", "quantity", "amount", "unit_price", "origin", "note", "unit.symbol")
    fields += [f"lines.{name}" for name in names]
    fields += ["lines.product.template", "lines.product.template.products", "lines.product.type"]
    fields += [f"{path}.{name}" for path in ("lines.taxes", "lines.taxes.childs") for name in TAX_FIELDS]
    fields += [f"taxes.{name}" for name in ("base", "amount", "tax.type", "tax.rate")]
    return fields


def _built(client: Client, rows: list[Row]) -> Built:
    given_back = _origins(rows, "account.invoice.line")
    corrected = _rows(client, "account.invoice.line", given_back, ("origin", "invoice.number"))
    first = {line for one in corrected.values() if (line := _origin(one, "sale.line"))}
    sales = _rows(
        client, "sale.line", _origins(rows, "sale.line") | first, ("sale", "sale.number", "sale.reference")
    )
    return Built([_invoice(row, sales, corrected) for row in rows])


def _rows(client: Client, model: str, ids: set[int], fields: Sequence[str]) -> dict[int, Row]:
    found = client.search_read(model, [["id", "in", sorted(ids)]], fields) if ids else []
    return {one["id"]: one for one in found}


def _origins(rows: Iterable[Row], model: str) -> set[int]:
    return {number for row in rows for line in row["lines."] if (number := _origin(line, model))}


def _origin(line: Row, model: str) -> int | None:
    """What a line was made from, if it is of that model: of a credit note's lines, the lines that it gives back."""
    found, _, number = (line["origin"] or "").partition(",")
    return int(number) if found == model and number.isdigit() else None


def _sale_of(line: Row, sales: Mapping[int, Row], corrected: Mapping[int, Row]) -> Row | None:
    before = corrected.get(_origin(line, "account.invoice.line") or 0)
    return sales.get(_origin(before or line, "sale.line") or 0)


def _invoice(row: Row, sales: Mapping[int, Row], corrected: Mapping[int, Row]) -> Invoice:
    sign = -1 if row["total_amount"] < 0 else 1
    mine = [sale for one in row["lines."] if (sale := _sale_of(one, sales, corrected))]
    before = [corrected.get(_origin(one, "account.invoice.line") or 0) for one in row["lines."]]
    numbers = [(one.get("invoice.") or {}).get("number") for one in before if one]
    billing = row.get("invoice_address.")
    total: Decimal = row["total_amount"]
    return Invoice(
        key=str(row["id"]),
        number=row["number"],
        kind="credit" if sign < 0 else "invoice",
        dated=row["invoice_date"],
        customer=row["party."]["code"],
        billing=_billing(billing) if billing else None,
        documents=list(dict.fromkeys(str(sale["sale"]) for sale in mine)),
        orders=list(dict.fromkeys(sale["sale."]["number"] for sale in mine if sale["sale."]["number"])),
        references=list(
            dict.fromkeys(sale["sale."]["reference"] for sale in mine if sale["sale."]["reference"])
        ),
        buyer_reference=row["reference"] or "",
        corrects=list(dict.fromkeys(number for number in numbers if number)),
        lines=[
            _line(one, _sale_of(one, sales, corrected), sign, row["invoice_date"])
            for one in row["lines."]
            if one["type"] in ("line", "comment")
        ],
        currency=row["currency."]["code"],
        net=plain(sign * row["untaxed_amount"]),
        tax=plain(sign * row["tax_amount"]),
        gross=plain(sign * total),
        taxes=_tax_table(row["taxes."], sign),
        paid=plain(sign * (total - row["amount_to_pay"])),
        terms=(row.get("payment_term.") or {}).get("name") or "",
        remark=(row["comment"] or "").strip(),
    )


def _billing(row: Row) -> Address:
    return replace(addresses.from_row(row), key=None)


def _line(row: Row, sale: Row | None, sign: int, dated: date) -> InvoiceLine:
    comment = row["type"] == "comment"
    product = row.get("product.")
    title, _, more = (row["description"] or "").strip().partition("\n")
    return InvoiceLine(
        key=str(row["id"]),
        item=item_key(product["template"], product["id"], len(product["template."]["products"]))
        if product
        else None,
        title=title,
        note="\n".join(part for part in (more.strip(), (row["note"] or "").strip()) if part),
        quantity=ZERO if comment else plain(sign * Decimal(row["quantity"])),
        unit=(row.get("unit.") or {}).get("symbol") or "",
        unit_net=None if comment else plain(row["unit_price"]),
        net=ZERO if comment else plain(sign * row["amount"]),
        rate=None if comment else _rate(list(effective(row["taxes."], dated))),
        kind="comment" if comment else "item",
        order=sale["sale."]["number"] or "" if sale else "",
    )


def _rate(taxes: Sequence[Row]) -> Decimal | None:
    """None where a tax of another kind is among them (an eco-contribution by piece): the tax table says it all the same."""
    rates = [tax["rate"] for tax in taxes if tax["type"] == "percentage"]
    return plain(sum(rates, ZERO) * 100) if len(rates) == len(taxes) else None


def _tax_table(taxes: Iterable[Row], sign: int) -> list[TaxAmount]:
    sums: dict[Decimal, list[Decimal]] = {}
    for tax in taxes:
        if (tax.get("tax.") or {}).get("type") == "percentage":
            both = sums.setdefault(plain(tax["tax."]["rate"] * 100), [ZERO, ZERO])
            both[0] += sign * tax["base"]
            both[1] += sign * tax["amount"]
    return [TaxAmount(rate, plain(base), plain(tax)) for rate, (base, tax) in sorted(sums.items())]
