"""What the ERP made of a document, against what it was asked: total by total, tax by tax, line by line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.rounding import CENT, ZERO, cents
from raccord_connectors.canonical import Document, DocumentLine, Draft, DraftLine, TaxAmount
from raccord_connectors.contract import Text

SHOWN = 5
"""Differences that a sentence tells; a page shows all of them."""
TOTALS = {
    "net": Text("order.gap_net", "total hors taxe", "total without tax"),
    "tax": Text("order.gap_tax", "total des taxes", "total of taxes"),
    "gross": Text("order.gap_gross", "total taxe comprise", "total with tax"),
}
CURRENCY = Text(
    "order.gap_currency",
    "devise : document en {found}, commande en {asked}",
    "currency: document in {found}, order in {asked}",
)
RATE = Text("order.gap_rate", "taxe à {rate} %", "tax at {rate}%")
BASE = Text("order.gap_base", "base taxée à {rate} %", "base taxed at {rate}%")
LINE = Text("order.gap_line", "ligne « {title} » hors taxe", "line “{title}” without tax")
MISSING = Text(
    "order.gap_missing", "ligne « {title} », absente du document", "line “{title}”, not in the document"
)
ADDED = Text(
    "order.gap_added",
    "ligne « {title} », ajoutée dans la gestion",
    "line “{title}”, added in the ERP",
)
SAID = Text("order.gap", "{what} : {found} au lieu de {asked}", "{what}: {found} instead of {asked}")


class Gap(Struct, frozen=True):
    """One figure that is not what was asked. `line` and `base` explain; the others hold the order."""

    what: Literal["currency", "net", "tax", "gross", "rate", "base", "line"]
    title: Text
    asked: Decimal
    found: Decimal
    rate: Decimal | None = None
    name: str = ""
    currencies: tuple[str, str] = ("", "")
    """Asked and found, where they differ: the amounts then say nothing."""


def credited_as(document: Document) -> Document:
    """A credit note, whose amounts the ERP tells below zero, as it is asked for: above."""
    lines = [
        replace(
            line, quantity=-line.quantity, net=-line.net, gross=None if line.gross is None else -line.gross
        )
        for line in document.lines
    ]
    taxes = [TaxAmount(one.rate, -one.base, -one.tax) for one in document.taxes]
    return replace(
        document, lines=lines, taxes=taxes, net=-document.net, tax=-document.tax, gross=-document.gross
    )


def gaps(draft: Draft, document: Document) -> list[Gap]:
    """Empty when the document is, to the cent, what was asked; differences of lines are told only beside one of totals."""
    if draft.currency != document.currency:
        return [
            Gap(
                "currency",
                CURRENCY,
                draft.gross,
                document.gross,
                currencies=(draft.currency, document.currency),
            )
        ]
    found = [*_totals(draft, document), *_taxes(draft, document)]
    return [*found, *_lines(draft, document)] if found else []


def _totals(draft: Draft, document: Document) -> Iterator[Gap]:
    pairs: tuple[tuple[Literal["net", "tax", "gross"], Decimal, Decimal], ...] = (
        ("net", draft.net, document.net),
        ("tax", draft.tax, document.tax),
        ("gross", draft.gross, document.gross),
    )
    for what, asked, found in pairs:
        if abs(asked - found) >= CENT:
            yield Gap(what, TOTALS[what], asked, found)


def _taxes(draft: Draft, document: Document) -> Iterator[Gap]:
    """Compared where the shop told every rate and the ERP tells its table. An untaxed rounding line of the ERP's own moves a base
    by its cents, never a tax."""
    lines = [line for line in draft.lines if line.kind != "comment"]
    if not document.taxes or any(line.rate is None and line.tax for line in lines):
        return
    asked, found = table_of(lines), _table(document)
    allowed = CENT * len(lines) if _added_untaxed(lines, document) else ZERO
    for rate in sorted(asked.keys() | found.keys()):
        was, now = asked.get(rate, (ZERO, ZERO)), found.get(rate, (ZERO, ZERO))
        if was[1] != now[1]:
            yield Gap("rate", RATE, was[1], now[1], rate)
        elif abs(was[0] - now[0]) > allowed:
            yield Gap("base", BASE, was[0], now[0], rate)


def table_of(lines: Sequence[DraftLine]) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Rate above zero → (base, tax) of the lines."""
    table: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.rate:
            base, tax = table.get(line.rate, (ZERO, ZERO))
            table[line.rate] = (base + line.net, tax + line.tax)
    return table


def _table(document: Document) -> dict[Decimal, tuple[Decimal, Decimal]]:
    table: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for one in document.taxes:
        if one.rate:
            base, tax = table.get(one.rate, (ZERO, ZERO))
            table[one.rate] = (base + cents(one.base), tax + cents(one.tax))
    return table


def _added_untaxed(lines: Sequence[DraftLine], document: Document) -> bool:
    """Has the document an untaxed line more than was asked?"""
    asked = Counter(line.item for line in lines if not line.tax)
    found = Counter(line.item for line in document.lines if _untaxed(line) and line.net)
    return any(found[item] > asked[item] for item in found)


def _untaxed(line: DocumentLine) -> bool:
    return not line.rate and (line.gross is None or line.gross == line.net)


def _lines(draft: Draft, document: Document) -> Iterator[Gap]:
    """By article, in the document's order: the same article twice is the first, then the second."""
    waiting = [line for line in document.lines if line.item is not None]
    for asked in draft.lines:
        if asked.kind == "comment":
            continue
        line = next((one for one in waiting if one.item == asked.item), None)
        if line is None:
            yield Gap("line", MISSING, asked.net, ZERO, name=asked.title)
            continue
        waiting.remove(line)
        if cents(line.net) != asked.net:
            yield Gap("line", LINE, asked.net, line.net, name=asked.title)
    for line in waiting:
        if line.net or line.gross:
            yield Gap("line", ADDED, ZERO, line.net, name=line.title or str(line.item))


def told(found: Sequence[Gap]) -> tuple[str, str]:
    """In French and in English: the totals and taxes first, then the lines."""
    sentences = [_said(one) for one in found[:SHOWN]]
    return "; ".join(one[0] for one in sentences), "; ".join(one[1] for one in sentences)


def _said(gap: Gap) -> tuple[str, str]:
    if gap.what == "currency":
        said = gap.title.fill(asked=gap.currencies[0], found=gap.currencies[1])
        return said.fr, said.en
    what = gap.title.fill(rate=gap.rate, title=gap.name)
    asked, found = cents(gap.asked), cents(gap.found)
    french = SAID.fill(what=what.fr, asked=asked, found=found).fr
    return french, SAID.fill(what=what.en, asked=asked, found=found).en
