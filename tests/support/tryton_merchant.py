"""A merchant at work in Tryton: what they click, as calls of Tryton's own JSON-RPC, with a client of the tests' own.

Nothing here uses Raccord's connector, so that a mistake in it cannot hide itself.
"""

import base64
import json
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any


class TrytonRefused(Exception):
    """What Tryton answered instead of a result: the kind of error, then its sentence."""


@dataclass
class CreatedProduct:
    """`template` and `products` are Tryton's ids (one product per variant); `key` and `items` are the keys under which
    the connector must read them."""

    template: int
    products: list[int]

    @property
    def key(self) -> str:
        return str(self.template)

    @property
    def items(self) -> list[str]:
        if len(self.products) == 1:
            return [self.key]
        return [f"{self.template}.{product}" for product in self.products]


@dataclass
class Variant:
    """One variant to create: its code is the product's code followed by `suffix`."""

    suffix: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    ean: str | None = None
    price: str | None = None
    """Own list price; None takes the product's."""


class Merchant:
    def __init__(self, url: str, database: str, user: str, password: str) -> None:
        self._url = f"{url}/{database}/rpc/"
        self._authorization = ""
        self.company = 0
        user_id, session, _ = self.rpc("common.db.login", user, {"password": password}, context=False)
        self._authorization = "Session " + base64.b64encode(f"{user}:{user_id}:{session}".encode()).decode()
        preferences = self.rpc("model.res.user.get_preferences", True)
        self.company = int(preferences["company"])

    def rpc(self, method: str, *params: Any, context: Mapping[str, Any] | bool = True) -> Any:
        """Any method; the context (company, French) is added unless `context` is False, or merged with the one given."""
        if context is not False:
            extra = context if isinstance(context, Mapping) else {}
            company = {"company": self.company} if self.company else {}
            params = (*params, {**company, "language": "fr", **extra})
        body = json.dumps({"id": 1, "method": method, "params": params}, default=_to_tryton).encode()
        headers = {"Content-Type": "application/json", "Authorization": self._authorization}
        request = urllib.request.Request(self._url, body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            decoded = json.loads(answer.read(), object_hook=_from_tryton, parse_float=Decimal)
        if "error" not in decoded:
            return decoded["result"]
        kind, *rest = decoded["error"]
        if kind == "UserWarning":  # "Are you sure?": the merchant always is, and clicks again
            self.rpc("model.res.user.warning.skip", rest[0][0])
            return self.rpc(method, *params, context=False)
        raise TrytonRefused(f"{method}: {kind}: {str(rest)[:500]}")

    def create(self, model: str, /, **values: Any) -> int:
        (created,) = self.rpc(f"model.{model}.create", [values])
        return int(created)

    def write(self, model: str, ids: int | Sequence[int], /, **values: Any) -> None:
        self.rpc(f"model.{model}.write", [ids] if isinstance(ids, int) else list(ids), values)

    def delete(self, model: str, *ids: int) -> None:
        self.rpc(f"model.{model}.delete", list(ids))

    def find(self, model: str, *domain: Any, fields: Sequence[str] = ("id",)) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rpc(
            f"model.{model}.search_read", list(domain), 0, None, [["id", "ASC"]], list(fields),
            context={"active_test": False},
        )  # fmt: skip
        return found

    def one(self, model: str, *domain: Any, fields: Sequence[str] = ("id",)) -> dict[str, Any]:
        (found,) = self.find(model, *domain, fields=fields)
        return found

    def click(self, model: str, button: str, *ids: int) -> Any:
        return self.rpc(f"model.{model}.{button}", list(ids))

    # ---------------------------------------------------------------------------------------------- articles

    def create_product(
        self,
        code: str,
        name: str,
        price: str | None,
        *,
        variants: Sequence[Variant] = (),
        ean: str | None = None,
        tax: str = "TVA 20",
        categories: Sequence[str] = (),
        kind: str = "goods",
        salable: bool = True,
        cost: str | None = None,
    ) -> CreatedProduct:
        """An article with its variants; `tax` names an accounting category, `categories` catalogue categories."""
        unit = self.one("product.uom", ["symbol", "=", "u"])["id"]
        accounting = self.one("product.category", ["name", "=", tax], ["accounting", "=", True])["id"]
        products = [self._variant(variant, cost) for variant in variants or [Variant("", ean=ean)]]
        values: dict[str, Any] = {
            "name": name,
            "code": code,
            "type": kind,
            "default_uom": unit,
            "sale_uom": unit,
            "salable": salable,
            "list_price": None if price is None else Decimal(price),
            "account_category": accounting,
            "products": [["create", products]],
        }
        if categories:
            found = self.find(
                "product.category", ["name", "in", list(categories)], ["accounting", "!=", True]
            )
            values["categories"] = [["add", [category["id"] for category in found]]]
        if any(variant.attributes for variant in variants):
            values["attribute_set"] = self.one("product.attribute.set")["id"]
        template = self.create("product.template", **values)
        created = self.find("product.product", ["template", "=", template])
        return CreatedProduct(template, [product["id"] for product in created])

    def _variant(self, variant: Variant, cost: str | None) -> dict[str, Any]:
        values: dict[str, Any] = {"suffix_code": variant.suffix}
        if variant.attributes:
            values["attributes"] = dict(variant.attributes)
        if variant.ean:
            values["identifiers"] = [["create", [{"type": "ean", "code": variant.ean}]]]
        if variant.price is not None:
            values["list_price"] = Decimal(variant.price)
        if cost is not None:
            values["cost_price"] = Decimal(cost)
        return values

    def change_price(self, product: CreatedProduct, price: str) -> None:
        self.write("product.template", product.template, list_price=Decimal(price))

    def deactivate(self, product: CreatedProduct) -> None:
        """As a merchant retires an article: the article and its variants."""
        self.write("product.product", product.products, active=False)
        self.write("product.template", product.template, active=False)

    def withdraw(self, product: CreatedProduct) -> None:
        """No longer for sale, still active."""
        self.write("product.template", product.template, salable=False)

    def set_stock(self, product: int, quantity: str, warehouse: str = "LYON") -> None:
        """Counts `product` (Tryton's product id) in the warehouse's storage zone: an inventory, done."""
        found = self.one(
            "stock.location",
            ["code", "=", warehouse],
            ["type", "=", "warehouse"],
            fields=["storage_location"],
        )
        line = {"product": product, "quantity": float(quantity)}
        inventory = self.create(
            "stock.inventory",
            company=self.company,
            location=found["storage_location"],
            date=self.today(),
            lines=[["create", [line]]],
        )
        self.click("stock.inventory", "confirm", inventory)

    def today(self) -> date:
        today: date = self.rpc("model.ir.date.today")
        return today

    # --------------------------------------------------------------------------------------- parties, documents

    def create_party(self, name: str, *, email: str = "", city: str = "Lyon", siret: str = "") -> int:
        country = self.one("country.country", ["code", "=", "FR"])["id"]
        address = {"street": "1 place Bellecour", "postal_code": "69002", "city": city, "country": country}
        contacts = [["create", [{"type": "email", "value": email}]]] if email else []
        party = self.create(
            "party.party", name=name, addresses=[["create", [address]]], contact_mechanisms=contacts
        )
        if siret:
            where = self.one("party.address", ["party", "=", party])["id"]
            self.create("party.identifier", party=party, address=where, type="fr_siret", code=siret)
        return party

    def merge(self, party: int, into: int) -> None:
        """Replaces one party by another, as the action of that name does."""
        session, _, _ = self.rpc("wizard.party.replace.create")
        choice = {"ask": {"source": party, "destination": into}}
        self.rpc("wizard.party.replace.execute", session, choice, "replace")
        self.rpc("wizard.party.replace.delete", session)

    def create_sale(self, party: int, product: int, quantity: str, price: str) -> int:
        """A draft sale typed by hand, without reference."""
        address = self.find("party.address", ["party", "=", party])[0]["id"]
        typed = {
            "_parent_sale.company": self.company,
            "_parent_sale.party": party,
            "type": "line",
            "product": product,
        }
        filled = self.rpc("model.sale.line.on_change", typed, ["product"])  # as Tryton's own client does
        line = {
            "product": product,
            "unit": filled["unit"],
            "taxes": [["add", [tax["id"] for _, tax in filled["taxes"]["add"]]]],
            "quantity": float(quantity),
            "unit_price": Decimal(price),
        }
        warehouse = self.one("stock.location", ["code", "=", "LYON"])["id"]
        return self.create(
            "sale.sale",
            company=self.company,
            party=party,
            currency=self.one("currency.currency", ["code", "=", "EUR"])["id"],
            invoice_address=address,
            shipment_address=address,
            warehouse=warehouse,
            lines=[["create", [line]]],
        )

    def sales(self, reference: str) -> list[dict[str, Any]]:
        """The sales that carry this reference, with state and totals."""
        fields = (
            "number", "state", "reference", "untaxed_amount", "tax_amount", "total_amount", "shipment_state",
            "invoice_state", "shipments", "invoices", "party", "lines.type", "lines.product", "lines.quantity",
            "lines.unit_price", "lines.amount", "lines.description",
        )  # fmt: skip
        return self.find("sale.sale", ["reference", "=", reference], fields=fields)

    def ship(
        self,
        sale: int,
        *,
        quantities: Mapping[int, str] | None = None,
        tracking: str = "",
        package: bool = False,
    ) -> int:
        """Prepares and sends the next waiting shipment of a sale, whole or only `quantities` (product id → quantity), and
        returns its id. Stock is forced if there is not enough: the warehouse keeper sees what lies on the shelf. With
        `package` everything goes into one parcel."""
        waiting = [["moves.sale", "=", sale], ["state", "in", ["draft", "waiting"]]]
        (shipment,) = [row["id"] for row in self.find("stock.shipment.out", *waiting)]
        self.click("stock.shipment.out", "wait", shipment)
        self._force_quantities(shipment, quantities)
        self.click("stock.shipment.out", "assign_force", shipment)
        self.click("stock.shipment.out", "pick", shipment)
        if package:
            self._wrap(shipment)
        self.click("stock.shipment.out", "pack", shipment)
        if tracking:
            self.write("stock.shipment.out", shipment, shipping_reference=tracking)
        self.click("stock.shipment.out", "do", shipment)
        return int(shipment)

    def _wrap(self, shipment: int) -> None:
        kinds = self.find("stock.package.type", ["name", "=", "Carton"])
        kind = kinds[0]["id"] if kinds else self.create("stock.package.type", name="Carton")
        moves = self.one("stock.shipment.out", ["id", "=", shipment], fields=["outgoing_moves"])
        reference = f"stock.shipment.out,{shipment}"
        package = self.create("stock.package", company=self.company, type=kind, shipment=reference)
        self.write("stock.package", package, moves=[["add", moves["outgoing_moves"]]])

    def _force_quantities(self, shipment: int, quantities: Mapping[int, str] | None) -> None:
        if quantities is None:
            return
        moves = self.one("stock.shipment.out", ["id", "=", shipment], fields=["inventory_moves.product"])
        for move in moves["inventory_moves."]:
            left = float(quantities.get(move["product"], "0"))
            self.write("stock.move", move["id"], quantity=left)

    def post_invoice(self, sale: int) -> str:
        """Validates and posts the sale's draft invoice; returns its number."""
        (invoice,) = self.find("account.invoice", ["sales", "=", sale], ["state", "=", "draft"])
        self.write("account.invoice", invoice["id"], invoice_date=self.today())
        self.click("account.invoice", "post", invoice["id"])
        number = self.one("account.invoice", ["id", "=", invoice["id"]], fields=["number"])["number"]
        return str(number)

    def give_back(self, invoice: int) -> int:
        """Makes a credit note of the whole invoice by Tryton's own wizard, and posts it; returns its id."""
        name, where = (
            "wizard.account.invoice.credit",
            {"active_model": "account.invoice", "active_id": invoice},
        )
        session, start, _ = self.rpc(f"{name}.create")
        context = {**where, "active_ids": [invoice]}
        answer = self.rpc(f"{name}.execute", session, {}, start, context=context)
        data = {"start": {**answer["view"]["defaults"], "with_refund": False}}
        self.rpc(f"{name}.execute", session, data, "credit", context=context)
        self.rpc(f"{name}.delete", session)
        party = self.one("account.invoice", ["id", "=", invoice], fields=["party"])["party"]
        made = int(self.one("account.invoice", ["party", "=", party], ["state", "=", "draft"])["id"])
        self.write("account.invoice", made, invoice_date=self.today())
        self.click("account.invoice", "post", made)
        return made

    def cancel(self, sale: int) -> None:
        self.click("sale.sale", "cancel", sale)


def _to_tryton(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(f"not for Tryton: {type(value).__name__}")


def _from_tryton(value: dict[str, Any]) -> Any:
    kind = value.get("__class__")
    if kind == "Decimal":
        return Decimal(value["decimal"])
    if kind == "date":
        return date(value["year"], value["month"], value["day"])
    if kind == "timedelta":
        return timedelta(seconds=value["seconds"])
    return value
