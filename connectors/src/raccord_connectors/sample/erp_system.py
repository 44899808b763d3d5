"""A small ERP in memory: articles, prices, stock, customers and the documents that go from order to invoice.

erp = ErpSystem("office")
erp.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12)
erp.set_price("CHAISE", "44.90")
MemoryErp(MemorySettings(system="office")).read("products")
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from msgspec.structs import replace

from raccord_connectors.canonical import (
    Category,
    Customer,
    DepotStock,
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    Invoice,
    PaymentEntry,
    Price,
    PriceSet,
    Product,
    Record,
    Shipment,
    StockLevels,
    Tax,
    Variant,
    plain,
)
from raccord_connectors.sample.erp_papers import PREFIXES, deposit_of, document_of, invoice_of
from raccord_connectors.sample.memory import MemorySystem, the

Amount = Decimal | int | str
DEPOTS = {"1": "Magasin", "2": "Réserve"}
PRICE_CATEGORIES = {"detail": "Tarif détail", "pro": "Tarif professionnel"}


def amount(value: Amount) -> Decimal:
    return plain(Decimal(value))


class ErpSystem(MemorySystem):
    systems: ClassVar[dict[str, MemorySystem]] = {}

    def __init__(self, name: str, *, token: str = "") -> None:
        super().__init__(name, token=token)
        self._items: dict[str, str] = {}
        """Item key → product key, of the products there are."""

    def put(self, stream: str, record: Record) -> None:
        with self.lock:
            if isinstance(record, Product):
                self._forget_items(record.key)
                self._items.update(dict.fromkeys(record.items(), record.key))
            super().put(stream, record)

    def drop(self, stream: str, key: str) -> None:
        with self.lock:
            if stream == "products":
                self._forget_items(key)
            super().drop(stream, key)

    # ----------------------------------------------------------------------------------------- articles

    def put_product(
        self,
        key: str,
        name: str = "",
        *,
        price: Amount | None = None,
        stock: Amount | None = None,
        rate: Amount = 20,
        variants: Mapping[str, Mapping[str, str]] | None = None,
        **fields: Any,
    ) -> Product:
        """An article, with its price and stock when they are given. `variants` maps item keys to their options
        (`{"CHAISE|BLEU": {"1": "Bleu"}}`); price and stock then go to each. `fields` are those of `Product`."""
        made = [
            Variant(key=item, sku=item, options=dict(options)) for item, options in (variants or {}).items()
        ]
        product = Product(
            key=key,
            **{
                "sku": key,
                "name": name or key.capitalize(),
                "tax": Tax(code=f"V{rate}", rate=amount(rate)),
                "variants": made,
                **fields,
            },
        )
        self.put("products", product)
        for item in product.items():
            if price is not None:
                self.set_price(item, price)
            if stock is not None:
                self.set_stock(item, stock)
        return product

    def change_product(self, key: str, **fields: Any) -> Product:
        product = replace(self._product(key), **fields)
        self.put("products", product)
        return product

    def sleep(self, key: str) -> Product:
        """Puts the article to sleep (*en sommeil*)."""
        return self.change_product(key, active=False)

    def delete_product(self, key: str) -> None:
        for item in self._product(key).items():
            self.drop("prices", item)
            self.drop("stock", item)
        self.drop("products", key)

    def set_price(
        self,
        item: str,
        value: Amount,
        *,
        category: str | None = None,
        tax_included: bool = False,
        **fields: Any,
    ) -> PriceSet:
        """Sets the item's price in one category (None: its base price), the others stay."""
        known = self.find("prices", item)
        others = [p for p in known.prices if p.category != category] if isinstance(known, PriceSet) else []
        price = Price(amount=amount(value), tax_included=tax_included, category=category, **fields)
        prices = PriceSet(key=item, product=self._product_of(item), prices=[*others, price])
        self.put("prices", prices)
        return prices

    def set_stock(self, item: str, real: Amount | None, *, depot: str = "1", **natures: Any) -> StockLevels:
        """Sets the stock in one depot, the others stay; None means that the ERP does not know."""
        levels = self._levels(item)
        old = next((d for d in levels.depots if d.depot == depot), DepotStock(depot=depot))
        new = replace(old, real=None if real is None else amount(real), **natures)
        kept = [d for d in levels.depots if d.depot != depot]
        levels = replace(levels, depots=sorted([*kept, new], key=lambda d: d.depot))
        self.put("stock", levels)
        return levels

    def stock_of(self, item: str, depot: str = "1") -> DepotStock:
        return next((d for d in self._levels(item).depots if d.depot == depot), DepotStock(depot=depot))

    def put_category(self, key: str, name: str, **fields: Any) -> Category:
        category = Category(key=key, name=name, **fields)
        self.put("categories", category)
        return category

    # ------------------------------------------------------------------------------ customers, documents

    def put_customer(self, key: str, account_title: str = "", **fields: Any) -> Customer:
        customer = Customer(key=key, account_title=account_title or key, **fields)
        self.put("customers", customer)
        return customer

    def enter_order(self, draft: Draft) -> Document:
        """What the ERP makes of a draft: a document with its own number, the quantities reserved or moved, its deposits."""
        document = document_of(draft, f"{PREFIXES[draft.kind]}{self.number():05}")
        self.put("documents", document)
        if draft.kind == "invoice":
            self.put("invoices", invoice_of(document, document.number))
        for payment in draft.payments:
            if payment.state == "paid":
                document = self.enter_payment(deposit_of(document, draft, payment))
        for line in draft.lines:
            self._move_for(draft, line)
        return document

    def _move_for(self, draft: Draft, line: DraftLine) -> None:
        if draft.kind == "order":
            self._move(line.item, reserved=line.quantity)
        elif draft.kind in ("delivery", "invoice"):
            self._move(line.item, real=-line.quantity)
        elif draft.kind == "credit" and draft.restock:
            self._move(line.item, real=line.quantity)

    def ship(
        self,
        document: str,
        quantities: Mapping[str, Amount] | None = None,
        *,
        carrier: str = "",
        tracking: str = "",
    ) -> Document:
        """Delivers everything that is left, or these quantities by item key."""
        found = self._document(document)
        sent: dict[str, Decimal] = {}
        lines = []
        for line in found.lines:
            left = line.quantity - line.delivered
            part = left if quantities is None else min(left, amount(quantities.get(line.item or "", 0)))
            if line.item and part:
                sent[line.item] = part
                self._move(line.item, reserved=-part, real=-part)
            done = line.delivered + part
            stage = "delivery" if done == line.quantity else line.stage
            lines.append(replace(line, delivered=plain(done), stage=stage))
        complete = all(line.delivered == line.quantity for line in lines)
        shipment = Shipment(key=f"BL{self.number():05}", carrier=carrier, tracking=tracking, lines=sent)
        return self._put_document(
            found,
            lines=lines,
            shipments=[*found.shipments, shipment],
            kind="delivery" if complete else found.kind,
            state="delivered" if complete else "partly_delivered",
        )

    def invoice(self, document: str, quantities: Mapping[str, Amount] | None = None) -> Document:
        """Invoices everything, or these quantities by item key."""
        found = self._document(document)
        number = f"FA{self.number():05}"
        self.put("invoices", invoice_of(found, number))
        lines = []
        for line in found.lines:
            done = line.invoiced or Decimal(0)
            left = line.quantity - done
            part = left if quantities is None else min(left, amount(quantities.get(line.item or "", 0)))
            stage = "invoice" if done + part == line.quantity else line.stage
            papers = [*line.invoices, number] if part else line.invoices
            lines.append(replace(line, invoiced=plain(done + part), invoices=papers, stage=stage))
        complete = all(line.stage == "invoice" for line in lines)
        return self._put_document(
            found,
            lines=lines,
            invoices=[*found.invoices, number],
            kind="invoice" if complete else found.kind,
            state="invoiced" if complete else found.state,
        )

    def give_back(self, invoice: str) -> Invoice:
        """A credit note of the whole invoice."""
        found = the(Invoice, self.find("invoices", invoice), invoice)
        number = f"AV{self.number():05}"
        credit = replace(
            found, key=number, number=number, kind="credit", corrects=[found.number], paid=Decimal(0)
        )
        self.put("invoices", credit)
        return credit

    def change_line(self, document: str, item: str, quantity: Amount, *, net: Amount = 0) -> Document:
        """A person types another quantity: zero removes the line, and one of a new article (`net`: its amount) is added."""
        found = self._document(document)
        wanted = amount(quantity)
        old = next((line for line in found.lines if line.item == item), None)
        self._move(item, reserved=wanted - (old.quantity if old else 0))
        if old is None:
            title = item.capitalize()
            new = DocumentLine(
                key=str(self.number()), item=item, title=title, quantity=wanted, net=amount(net)
            )
            return self._put_document(found, lines=[*found.lines, new])
        share = wanted / old.quantity
        changed = replace(old, quantity=wanted, net=plain(old.net * share))
        lines = [changed if line is old else line for line in found.lines]
        lines = [line for line in lines if line.quantity or line.item is None]
        done = [line for line in lines if line.item and line.delivered == line.quantity]
        whole = done and len(done) == sum(line.item is not None for line in lines)
        return self._put_document(
            found, lines=lines, **({"state": "delivered", "kind": "delivery"} if whole else {})
        )

    def delete(self, document: str) -> None:
        """As people do with an order that was cancelled before anything left: no trace of it stays."""
        found = self._document(document)
        for line in found.lines:
            self._move(line.item, reserved=line.delivered - line.quantity)
        self.drop("documents", document)

    def cancel(self, document: str) -> Document:
        found = self._document(document)
        for line in found.lines:
            self._move(line.item, reserved=line.delivered - line.quantity)
        return self._put_document(found, state="cancelled")

    def enter_payment(self, entry: PaymentEntry) -> Document:
        """Money on a document; a refund is money taken off it, or paid out on its credit. A deposit invoice gets its number."""
        document = self._document(entry.credit or entry.document)
        signed = -entry.amount if entry.kind == "refund" else entry.amount
        if entry.kind == "deposit_invoice":
            entry = replace(entry, invoice=f"FAC{self.number():05}")
        self.put("payments", entry)
        before = document.state != "invoiced" and entry.credit is None
        deposits = plain((document.deposits or Decimal(0)) + signed) if before else document.deposits
        return self._put_document(document, paid=plain(document.paid + signed), deposits=deposits)

    def payments_of(self, document: str) -> list[PaymentEntry]:
        """What was paid on it, in no order; the same key twice would be a double."""
        return [p for p in self.all("payments") if isinstance(p, PaymentEntry) and p.document == document]

    def documents_of(self, reference: str) -> list[Document]:
        """The documents that carry a shop's reference: more than one would be a double."""
        return [d for d in self.all("documents") if isinstance(d, Document) and d.reference == reference]

    def knows_item(self, item: str) -> bool:
        return item in self._items

    # ------------------------------------------------------------------------------------------- inside

    def _move(self, item: str | None, *, reserved: Decimal = Decimal(0), real: Decimal = Decimal(0)) -> None:
        """Moves the stock of the first depot that has the item; comment lines and untracked items move nothing."""
        if item is None or not isinstance(self.find("stock", item), StockLevels):
            return
        depot = self._levels(item).depots[0]
        known = None if depot.real is None else plain(depot.real + real)
        self.set_stock(
            item, known, depot=depot.depot, reserved=plain((depot.reserved or Decimal(0)) + reserved)
        )

    def _levels(self, item: str) -> StockLevels:
        known = self.find("stock", item)
        if isinstance(known, StockLevels):
            return known
        return StockLevels(key=item, product=self._product_of(item), depots=[])

    def _product_of(self, item: str) -> str:
        return self._items.get(item, item)

    def _forget_items(self, product: str) -> None:
        old = self.find("products", product)
        for item in old.items() if isinstance(old, Product) else ():
            self._items.pop(item, None)

    def _product(self, key: str) -> Product:
        return the(Product, self.find("products", key), key)

    def _document(self, key: str) -> Document:
        return the(Document, self.find("documents", key), key)

    def _put_document(self, found: Document, **fields: Any) -> Document:
        document = replace(found, **fields)
        self.put("documents", document)
        return document
