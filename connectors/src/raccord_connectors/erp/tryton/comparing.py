"""Is a sale, to the cent and rate by rate, what the customer paid, and if not, what differs?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from raccord_connectors.canonical import Draft, DraftLine
from raccord_connectors.contract import Message, Text
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.amounts import CENT, cents
from raccord_connectors.erp.tryton.client import Row
from raccord_connectors.erp.tryton.sale_lines import SaleLine
from raccord_connectors.numerals import english, french

SHOWN = 5
"""Lines or rates named in one sentence."""
ZERO = Decimal(0)
Table = Mapping[Decimal, tuple[Decimal, Decimal]]
"""Rate above zero → (base, tax)."""


@dataclass(frozen=True)
class Amounts:
    net: Decimal
    tax: Decimal
    gross: Decimal

    @staticmethod
    def of(draft: Draft) -> "Amounts":
        return Amounts(draft.net, draft.tax, draft.gross)

    def told(self) -> Message:
        cents = [amount.quantize(CENT) for amount in (self.net, self.tax, self.gross)]
        return Message("amounts", " / ".join(map(french, cents)), " / ".join(map(english, cents)))


def explanation(draft: Draft, found: Amounts, lines: Sequence[SaleLine], rows: Sequence[Row]) -> Message:
    """The totals, then the lines whose net or rate is not the shop's, then what Tryton added. `rows` are the sale's lines of
    type "line", in the order in which `lines` were written."""
    told = list(_lines(lines, rows)) or [texts.ROUNDING_DIFFERS.fill()]
    values = {"reference": draft.reference, "found": found.told(), "wanted": Amounts.of(draft).told()}
    return _told(texts.DIFFERS, "lines", told, values)


def _lines(lines: Sequence[SaleLine], rows: Sequence[Row]) -> Iterator[Message]:
    written = [line for line in lines if line.values["type"] == "line"]
    for line, row in zip(written, rows, strict=False):
        theirs, ours = line.draft, row["amount"]
        if theirs is None or (theirs.net == ours and theirs.rate in (None, line.rate)):
            continue
        yield texts.LINE_DIFFERS.fill(
            title=theirs.title,
            wanted=theirs.net,
            wanted_rate="?" if theirs.rate is None else theirs.rate,
            found=ours,
            rate="?" if line.rate is None else line.rate,
        )
    for row in rows[len(written) :]:
        yield texts.LINE_ADDED.fill(title=row["description"], found=row["amount"])


# ------------------------------------------------------------------------------------------------- rate by rate


def differing_rates(
    draft: Draft, tax: Decimal, lines: Sequence[SaleLine], rows: Sequence[Row]
) -> list[Message]:
    """Rates whose base or tax is not the shop's though the totals are: one sentence each. `tax` is the whole sale's. Empty as
    well where the shop did not tell its rates, or where Tryton's cannot be told apart to the cent."""
    counted = [line for line in draft.lines if line.kind != "comment"]
    if any(line.rate is None and line.tax for line in counted):
        return []
    found = _found_table(tax, [line for line in lines if line.values["type"] == "line"], rows)
    if found is None:
        return []
    asked = _asked_table(counted)
    allowed = CENT * len(counted) if _untaxed_more(lines) else ZERO
    return [
        texts.RATE_DIFFERS.fill(
            rate=rate, found=cents(now[0]), found_tax=cents(now[1]), wanted=cents(was[0]), wanted_tax=cents(was[1])
        )
        for rate in sorted(asked.keys() | found.keys())
        for was, now in [(asked.get(rate, (ZERO, ZERO)), found.get(rate, (ZERO, ZERO)))]
        if was[1] != now[1] or abs(was[0] - now[0]) > allowed
    ]  # fmt: skip


def rates_explanation(draft: Draft, told: Sequence[Message]) -> Message:
    return _told(texts.RATES_DIFFER, "rates", told, {"reference": draft.reference, "gross": draft.gross})


def _asked_table(lines: Sequence[DraftLine]) -> Table:
    table: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.rate:
            base, tax = table.get(line.rate, (ZERO, ZERO))
            table[line.rate] = (base + line.net, tax + line.tax)
    return table


def _found_table(tax: Decimal, lines: Sequence[SaleLine], rows: Sequence[Row]) -> Table | None:
    """As `documents` tells it: a sale keeps no table, so it is worked out from the lines, where that gives the whole tax."""
    if len(rows) != len(lines):
        return None
    bases: dict[Decimal, Decimal] = {}
    for line, row in zip(lines, rows, strict=True):
        rate = line.rate if line.draft is not None else ZERO
        if rate is None:
            return None
        bases[rate] = bases.get(rate, ZERO) + row["amount"]
    taxes = {rate: cents(base * rate / 100) for rate, base in bases.items()}
    if len(taxes) == 1:
        taxes = dict.fromkeys(taxes, tax)
    if sum(taxes.values(), ZERO) != tax:
        return None
    return {rate: (bases[rate], taxes[rate]) for rate in bases if rate}


def _untaxed_more(lines: Sequence[SaleLine]) -> bool:
    """Has the sale an untaxed line that the shop did not ask for?"""
    return any(line.draft is None or (line.draft.tax and line.rate == 0) for line in lines)


def _told(text: Text, place: str, parts: Sequence[Message], values: dict[str, object]) -> Message:
    french, english = (" ".join(getattr(one, name) for one in parts[:SHOWN]) for name in ("fr", "en"))
    return Message(
        text.code, text.fr.format(**values, **{place: french}), text.en.format(**values, **{place: english})
    )
