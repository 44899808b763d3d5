"""Are the amounts of a sale those that the customer paid, and if not, which line differs?"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from raccord_connectors.canonical import Draft
from raccord_connectors.contract import Message
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.amounts import CENT
from raccord_connectors.erp.tryton.client import Row
from raccord_connectors.erp.tryton.sale_lines import SaleLine

SHOWN = 5
"""Lines named in one sentence."""


@dataclass(frozen=True)
class Amounts:
    net: Decimal
    tax: Decimal
    gross: Decimal

    @staticmethod
    def of(draft: Draft) -> "Amounts":
        return Amounts(draft.net, draft.tax, draft.gross)

    def __str__(self) -> str:
        return " / ".join(str(amount.quantize(CENT)) for amount in (self.net, self.tax, self.gross))


def explanation(draft: Draft, found: Amounts, lines: Sequence[SaleLine], rows: Sequence[Row]) -> Message:
    """The totals, then the lines whose net or rate is not the shop's, then what Tryton added. `rows` are the sale's lines of
    type "line", in the order in which `lines` were written."""
    french: list[str] = []
    english: list[str] = []
    written = [line for line in lines if line.values["type"] == "line"]
    for line, row in zip(written, rows, strict=False):
        theirs, ours = line.draft, row["amount"]
        if theirs is None or (theirs.net == ours and theirs.rate in (None, line.rate)):
            continue
        rate = "?" if line.rate is None else line.rate
        values = {"title": theirs.title, "wanted": theirs.net, "found": ours, "rate": rate}
        values["wanted_rate"] = "?" if theirs.rate is None else theirs.rate
        french.append(texts.LINE_DIFFERS.fr.format(**values))
        english.append(texts.LINE_DIFFERS.en.format(**values))
    for row in rows[len(written) :]:
        values = {"title": row["description"], "found": row["amount"]}
        french.append(texts.LINE_ADDED.fr.format(**values))
        english.append(texts.LINE_ADDED.en.format(**values))
    if not french:
        french.append(texts.ROUNDING_DIFFERS.fr)
        english.append(texts.ROUNDING_DIFFERS.en)
    text = texts.DIFFERS
    values = {"reference": draft.reference, "found": found, "wanted": Amounts.of(draft)}
    return Message(
        text.code,
        text.fr.format(**values, lines=" ".join(french[:SHOWN])),
        text.en.format(**values, lines=" ".join(english[:SHOWN])),
    )
