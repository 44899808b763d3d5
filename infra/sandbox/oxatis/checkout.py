"""A purchase: stock goes down, and the order is written down with its amounts, as Oxatis shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from raccord_connectors.kit.xml import written
from sandbox.oxatis.catalogue import PARENT
from sandbox.oxatis.replies import INVALID, Refused
from sandbox.oxatis.store import Store
from sandbox.oxatis.times import local
from sandbox.oxatis.trees import Tree, text, truth

CENT = Decimal("0.01")
SHIPPING = Decimal("6.90")
COUPONS = {"BIENVENUE10": Decimal(10)}
BUYER = {
    "FirstName": "Élodie", "LastName": "Lefèvre", "Company": "", "AddressStreet": "3 rue Crébillon", "AddressOtherInfo": "",
    "ZipCode": "44000", "City": "Nantes", "State": "", "CountryISOCode": "FR", "Phone": "0240000000", "CellPhone": "",
}  # fmt: skip
EMAIL = "elodie.lefevre@example.org"


@dataclass(frozen=True)
class Purchase:
    """Product → pieces. Prices in this shop are with VAT; `with_tax=False` buys as a company that is shown prices without."""

    wishes: Mapping[int, int]
    coupon: str = ""
    email: str = EMAIL
    billing: Mapping[str, str] = field(default_factory=lambda: BUYER)
    payment: str = "Carte bancaire"
    status: str = "40"
    with_tax: bool = True
    fees: Decimal = Decimal(0)
    """With VAT."""
    note: str = ""


class Checkout:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def place(self, purchase: Purchase) -> int:
        """The order's number. Raises `Refused` when there is not enough of something."""
        with self._store.write():
            lines = [
                self._line(n, pieces, purchase.with_tax)
                for n, pieces in purchase.wishes.items()
                if pieces > 0
            ]
            if not lines:
                raise Refused(INVALID, "panier vide")
            user = self._user(purchase)
            now = local(self._clock())
            order = self._order(purchase, lines) | {
                "Date": now, "Created": now, "Modified": now, "PaymentStatusDate": now, "UserOxID": user["OxID"],
                "CustomerCode": text(user, "CustomerCode"),
            }  # fmt: skip
            return self._store.add("order", "", order)

    def _line(self, number: int, pieces: int, with_tax: bool) -> Tree:
        product = self._store.get("product", number)
        if product is None or text(product, "ProductType") == PARENT or not truth(text(product, "Visible")):
            raise Refused(INVALID, f"article {number} indisponible")
        left = int(text(product, "QuantityInStock/Value") or 0)
        if pieces > left and not truth(text(product, "SaleIfOutOfStock")):
            raise Refused(INVALID, f"il ne reste que {left} de « {text(product, 'Name')} »")
        natural = f"{text(product, 'ProductLanguage')}:{text(product, 'ItemSKU')}"
        data = {k: v for k, v in product.items() if k != "OxID"}
        self._store.save(number, natural, {**data, "QuantityInStock": {"Value": str(left - pieces)}})
        rate = Decimal(text(product, "TaxRate") or "20")
        price = shown_price(product, rate, with_tax=with_tax)
        whole = price * pieces
        tax = _tax_in(whole, rate) if with_tax else _cents(whole * rate / 100)
        return {
            "ProductOxID": str(number), "ItemSKU": text(product, "ItemSKU"), "Name": text(product, "Name"),
            "Quantity": str(pieces), "GrossPrice": str(price), "GrossAmount": str(whole), "DiscountRate": "0",
            "NetPrice": str(price), "NetAmount": str(whole), "VATAmount": str(tax), "TaxRate": written(rate), "Offered": "false",
        }  # fmt: skip

    def _user(self, purchase: Purchase) -> Tree:
        known = self._store.by_natural("user", purchase.email.lower())
        if known is not None:
            return known
        names = {name: purchase.billing.get(name, "") for name in ("FirstName", "LastName", "Company")}
        number = self._store.add(
            "user", purchase.email.lower(), {"Email": purchase.email, "PriceIndex": "-1", **names}
        )
        return {"OxID": str(number), "Email": purchase.email}

    def _order(self, purchase: Purchase, lines: list[Tree]) -> Tree:
        whole = sum((Decimal(line["NetAmount"]) for line in lines), Decimal(0))
        percent = COUPONS.get(purchase.coupon.upper(), Decimal(0))
        discount = _cents(whole * percent / 100)
        table = self._table(lines, whole, whole - discount, purchase.with_tax)
        shipping, ship_tax = SHIPPING, _tax_in(SHIPPING, Decimal(20))
        fee_tax = _tax_in(purchase.fees, Decimal(20))
        due = sum((base + tax for base, tax in table.values()), Decimal(0)) + shipping + purchase.fees
        if self._store.option("tax_details") == "all":
            base, tax = table.get(Decimal(20), (Decimal(0), Decimal(0)))
            around = shipping + purchase.fees - ship_tax - fee_tax
            table[Decimal(20)] = (base + around, tax + ship_tax + fee_tax)
        rows = [
            {"TaxRate": written(rate), "TotalNetTaxExcl": str(base), "TotalNetVATAmount": str(tax)}
            for rate, (base, tax) in sorted(table.items())
        ]
        both = {
            f"{side}{name}": value
            for side in ("Billing", "Shipping")
            for name, value in purchase.billing.items()
        }
        return {
            **both, "UserEmail": purchase.email, "CurrencyCode": "EUR", "Language": "fr", "SourceTypeID": "0",
            "VATIncluded": written(purchase.with_tax), "OrderItems": {"Item": lines}, "SubTotalNet": str(whole),
            "GlobalDiscountRate": written(percent), "GlobalDiscountAmount": str(discount),
            "CartCoupon": purchase.coupon.upper() if percent else "", "SubTotalNetDiscounted": str(whole - discount),
            "OrderTaxDetails": {"TaxDetail": rows}, "ShippingMethodName": "Colissimo", "ShippingProcessorCode": "10",
            "ShippingPriceTaxExcl": str(shipping - ship_tax), "ShippingPriceTaxIncl": str(shipping), "ShippingTaxRate": "20",
            "ShippingVATAmount": str(ship_tax), "PaymentFeesTaxInc": str(purchase.fees),
            "PaymentFeesTaxExc": str(purchase.fees - fee_tax), "PaymentFeesTaxRate": "20", "PaymentFeesVATAmount": str(fee_tax),
            "EcoTaxIncluded": "true", "NetAmountDue": str(due), "PaymentMethodName": purchase.payment,
            "PaymentStatusCode": purchase.status, "ProgressStateID": "0", "SpecialInstructions": purchase.note,
        }  # fmt: skip

    def _table(
        self, lines: list[Tree], whole: Decimal, left: Decimal, with_tax: bool
    ) -> dict[Decimal, tuple[Decimal, Decimal]]:
        """Rate → (base, VAT) of the goods after the discount, which is shared by amounts; its last cents go to the last."""
        by_rate: dict[Decimal, Decimal] = {}
        for line in lines:
            rate = Decimal(line["TaxRate"])
            by_rate[rate] = by_rate.get(rate, Decimal(0)) + Decimal(line["NetAmount"])
        table, rest = {}, left
        for place, (rate, amount) in enumerate(sorted(by_rate.items()), start=1):
            share = rest if place == len(by_rate) else _cents(amount * left / whole)
            rest -= share
            tax = _tax_in(share, rate) if with_tax else _cents(share * rate / 100)
            table[rate] = (share - tax if with_tax else share, tax)
        return table


def shown_price(product: Tree, rate: Decimal, *, with_tax: bool = True) -> Decimal:
    """Of one piece, in cents."""
    value, included = Decimal(text(product, "Price/Value") or "0"), truth(text(product, "Price/VATIncluded"))
    if included and not with_tax:
        value = value * 100 / (100 + rate)
    elif with_tax and not included:
        value = value * (100 + rate) / 100
    return _cents(value)


def _tax_in(amount: Decimal, rate: Decimal) -> Decimal:
    return _cents(amount - amount * 100 / (100 + rate))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
