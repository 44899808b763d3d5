"""What a refund of the shop gives back, part by part, to the cent: articles, charges, or a free amount, each at its rate of VAT.

A shop that tells amounts is believed. One that tells only quantities, or only an amount, is worked out from what the order's
document says; several refunds of one order never give back more of a line than it cost.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.rates import Table, gross_of, less, part_of, spread, table_of
from raccord.core.rounding import CENT, ZERO, Amounts, cents, rate_of
from raccord_connectors.canonical import Draft, DraftLine, Order, Refund, RefundPart
from raccord_connectors.contract import Problem, Text

MORE_THAN_ALL = Text(
    "order.refunds_exceed_order",
    "Commande {number} : ses remboursements font {refunded}, et la commande {gross}. Aucun avoir n’est saisi pour celui de "
    "{amount}. Vérifiez les remboursements dans la boutique.",
    "Order {number}: its refunds make {refunded}, and the order {gross}. No credit note is entered for the one of {amount}. "
    "Check the refunds in the shop.",
)
PARTS_DIFFER = Text(
    "order.refund_parts_differ",
    "Commande {number} : le remboursement de {amount} est détaillé pour {parts} par la boutique. Il n’est pas saisi. "
    "Corrigez-le dans la boutique, ou saisissez l’avoir dans la gestion.",
    "Order {number}: the shop details the refund of {amount} as {parts}. It is not entered. Correct it in the shop, or enter "
    "the credit note in the ERP.",
)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Given(Struct, frozen=True, kw_only=True):
    """A part of a refund. `line` is the line of the order's document that it gives back; None: a free amount."""

    line: DraftLine | None = None
    title: str = ""
    quantity: Decimal = ZERO
    """0: a part of the price only."""
    net: Decimal
    tax: Decimal
    rate: Decimal | None
    restocked: bool = False


class Broken(Struct, frozen=True, kw_only=True):
    """A refund with its parts, or why they cannot be told."""

    refund: Refund
    parts: list[Given] = []
    problem: Problem | None = None


def in_order(refunds: Sequence[Refund]) -> list[Refund]:
    """As they happened, each once, those of money only."""
    first: dict[str, Refund] = {}
    for refund in refunds:
        if refund.amount > 0:
            first.setdefault(refund.key, refund)
    return sorted(first.values(), key=lambda one: (one.at or EARLIEST, one.key))


def broken_down(order: Order, draft: Draft) -> list[Broken]:
    """Every refund of the order with its parts. `draft`: the order's document as the ERP was asked to write it."""
    return list(_Breaking(order, draft).all())


class _Breaking:
    def __init__(self, order: Order, draft: Draft) -> None:
        self._order = order
        self._draft = draft
        self._left: Table = table_of(draft.lines)
        self._given: dict[str, Decimal] = {}
        """Line key → pieces given back by earlier refunds."""
        self._charged: set[int] = set()
        """Lines of charges that were given back."""
        self._sum = ZERO

    def all(self) -> Iterator[Broken]:
        for refund in in_order(self._order.refunds):
            amount = cents(refund.amount)
            if self._sum + amount > self._draft.gross:
                yield self._held(refund, MORE_THAN_ALL, refunded=self._sum + amount, gross=self._draft.gross)
                continue
            parts = list(self._told(refund) if refund.parts else self._worked_out(refund))
            lacking = amount - sum((one.net + one.tax for one in parts), ZERO)
            if lacking and abs(lacking) <= CENT * len(parts):
                parts = _with_cents(parts, lacking)
            elif lacking < 0 and refund.parts:
                told = amount - lacking
                yield self._held(refund, PARTS_DIFFER, parts=told)
                continue
            elif lacking:
                parts += self._free(lacking, parts, refund)
            self._take(refund, parts)
            yield Broken(refund=refund, parts=parts)

    # --------------------------------------------------------------------------------------- told by the shop

    def _told(self, refund: Refund) -> Iterator[Given]:
        for part in refund.parts:
            lines = self._lines_of(part)
            shares = _shared(part, lines)
            for line, (quantity, net, tax) in zip(lines, shares, strict=True):
                yield Given(
                    line=line, title=line.title, quantity=quantity, net=net, tax=tax,
                    rate=line.rate if line.rate is not None else rate_of(part.rate, tax),
                    restocked=bool(part.restocked) and quantity > 0,
                )  # fmt: skip
            if not lines:
                yield Given(
                    title=part.title,
                    net=cents(part.net),
                    tax=cents(part.tax),
                    rate=rate_of(part.rate, part.tax),
                )

    def _lines_of(self, part: RefundPart) -> list[DraftLine]:
        if part.line is not None:
            return self._document_lines(part.line)
        if part.charge is None:
            return []
        found = [line for line in self._charges() if _is(line, part)]
        same = [line for line in found if part.rate is None or line.rate == part.rate]
        return (same or found)[:1]

    # ---------------------------------------------------------------------------------------------- worked out

    def _worked_out(self, refund: Refund) -> Iterator[Given]:
        """From quantities; an amount that is all that is left gives back all that is left."""
        if cents(refund.amount) == self._draft.gross - self._sum and not refund.lines:
            yield from self._everything(bool(refund.restocked))
            return
        for key, quantity in refund.lines.items():
            ordered = next((line.quantity for line in self._order.lines if line.key == key), ZERO)
            before = self._given.get(key, ZERO)
            if not ordered or quantity <= 0:
                continue
            for line in self._document_lines(key):
                done, worth = _worth(line, before, ordered), _worth(line, before + quantity, ordered)
                yield Given(
                    line=line, title=line.title, quantity=line.quantity * quantity / ordered, net=worth.net - done.net,
                    tax=worth.tax - done.tax, rate=rate_of(line.rate, line.tax), restocked=bool(refund.restocked),
                )  # fmt: skip
        if refund.lines:
            yield from self._shipping_too(refund)

    def _everything(self, restocked: bool) -> Iterator[Given]:
        """Only for an order of which nothing was given back yet: else what is left belongs to no line for certain."""
        if self._sum:
            for rate, amounts in self._left.items():
                if amounts.net or amounts.tax:
                    yield Given(net=amounts.net, tax=amounts.tax, rate=rate)
            return
        for line in self._draft.lines:
            if line.kind != "comment" and (line.net or line.tax or line.kind == "item"):
                yield Given(
                    line=line, title=line.title, quantity=line.quantity, net=line.net, tax=line.tax,
                    rate=rate_of(line.rate, line.tax), restocked=restocked and line.kind == "item",
                )  # fmt: skip

    def _shipping_too(self, refund: Refund) -> Iterator[Given]:
        """Quantities do not say it: the amount does, when it is larger by just one charge."""
        goods = ZERO
        for key, quantity in refund.lines.items():
            ordered = next((line.quantity for line in self._order.lines if line.key == key), ZERO)
            for line in self._document_lines(key) if ordered else ():
                before = self._given.get(key, ZERO)
                both = _worth(line, before, ordered), _worth(line, before + quantity, ordered)
                goods += gross_of(both[1]) - gross_of(both[0])
        over = cents(refund.amount) - goods
        for index, line in enumerate(self._draft.lines):
            gross = line.net + line.tax
            charge = line.kind not in ("item", "comment") and index not in self._charged
            if charge and gross > 0 and abs(over - gross) <= CENT:
                yield Given(
                    line=line, title=line.title, quantity=line.quantity, net=line.net, tax=line.tax,
                    rate=rate_of(line.rate, line.tax),
                )  # fmt: skip
                return

    def _free(self, amount: Decimal, parts: Sequence[Given], refund: Refund) -> Iterator[Given]:
        """Over the rates that still have money; what is kept back of goods (below zero), over the rates of these goods."""
        left = less(self._left, _table(parts))
        over = left if amount > 0 else _table(parts)
        sign = 1 if amount > 0 else -1
        for rate, one in spread(abs(amount), over).items():
            yield Given(title=refund.reason, net=sign * one.net, tax=sign * one.tax, rate=rate)

    # ------------------------------------------------------------------------------------------------- inside

    def _document_lines(self, key: str) -> list[DraftLine]:
        """The lines of the document that stand for an order's line: itself, or the parts of a pack."""
        own = [line for line in self._draft.lines if line.shop_line == key and line.kind == "item"]
        if own:
            return own
        inside = {line.key for line in self._order.lines if line.part_of == key}
        return [line for line in self._draft.lines if line.shop_line in inside and line.kind == "item"]

    def _charges(self) -> list[DraftLine]:
        return [line for line in self._draft.lines if line.kind not in ("item", "comment")]

    def _take(self, refund: Refund, parts: Sequence[Given]) -> None:
        self._sum += cents(refund.amount)
        self._left = less(self._left, _table(parts))
        told = [(one.line, one.quantity) for one in refund.parts if one.line is not None]
        for key, quantity in told or list(refund.lines.items()):
            self._given[key] = self._given.get(key, ZERO) + quantity
        for part in parts:
            if part.line is not None and part.line.kind != "item":
                self._charged.add(self._draft.lines.index(part.line))

    def _held(self, refund: Refund, text: Text, **values: object) -> Broken:
        message = text.fill(number=self._order.number, amount=cents(refund.amount), **values)
        return Broken(refund=refund, problem=Problem("rejected", message, field="refunds"))


def _shared(part: RefundPart, lines: Sequence[DraftLine]) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Quantity, net and tax of each line: a pack that was entered by its parts is given back by them."""
    whole = sum((line.net for line in lines), ZERO)
    net, tax, found = cents(part.net), cents(part.tax), []
    for line in lines:
        share = line.net / whole if whole else Decimal(1) / len(lines)
        last = line is lines[-1]
        mine = (net, tax) if last else (cents(part.net * share), cents(part.tax * share))
        net, tax = net - mine[0], tax - mine[1]
        quantity = part.quantity if len(lines) == 1 or not part.quantity else line.quantity * share
        if part.charge is not None and not quantity:  # a charge has no pieces
            quantity = Decimal(1)
        found.append((quantity, *mine))
    return found


KINDS: dict[str, Literal["shipping", "fee", "gift_wrap", "discount", "rounding"]] = {
    "voucher": "discount", "eco": "fee", "other": "fee"
}  # fmt: skip


def _is(line: DraftLine, part: RefundPart) -> bool:
    """A charge below zero became a discount, whatever the shop calls it."""
    wanted = KINDS.get(str(part.charge), part.charge)
    return line.kind == ("discount" if part.net < 0 else wanted)


def _worth(line: DraftLine, quantity: Decimal, whole: Decimal) -> Amounts:
    """What so many pieces of a line cost: all of them just what the line says, fewer their part of its amount with tax."""
    if quantity >= whole:
        return Amounts(line.net, line.tax)
    share = cents((line.net + line.tax) * quantity / whole)
    return part_of(share, rate_of(line.rate, line.tax), Amounts(line.net, line.tax))


def _table(parts: Sequence[Given]) -> Table:
    table: Table = {}
    for part in parts:
        known = table.get(part.rate, Amounts(ZERO, ZERO))
        table[part.rate] = Amounts(known.net + part.net, known.tax + part.tax)
    return table


def _with_cents(parts: Sequence[Given], lacking: Decimal) -> list[Given]:
    """What the shop's rounding leaves goes to the largest part."""
    largest = max(range(len(parts)), key=lambda index: abs(parts[index].net))
    return [
        replace(one, net=one.net + lacking) if index == largest else one for index, one in enumerate(parts)
    ]
