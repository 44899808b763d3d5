"""The shop as one object, without HTTP: its parts, and `answer`, which serves one call of its web services."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from raccord_connectors.kit import xml
from sandbox.oxatis.catalogue import Catalogue
from sandbox.oxatis.checkout import Checkout
from sandbox.oxatis.gallery import Gallery
from sandbox.oxatis.orders import Orders
from sandbox.oxatis.people import People
from sandbox.oxatis.replies import INVALID, NOT_FOUND, Refused, listed, reply
from sandbox.oxatis.store import Store
from sandbox.oxatis.times import ZONE
from sandbox.oxatis.trees import Tree, text, tree
from sandbox.shop.faults import Faults
from sandbox.shop.journal import Journal

STATES = {
    "PREPARATION": "En préparation",
    "EXPEDIEE": "Expédiée",
    "FACTUREE": "Facturée",
    "ANNULEE": "Annulée",
}
RATES = ("20", "10", "5.5", "2.1", "0")
USUAL_CALLS = 20_000
Method = Callable[[Tree], Tree]


class OxatisShop:
    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        now = lambda: self.clock()  # noqa: E731  (tests change the clock)
        self.store = Store(folder, now)
        self.journal = Journal(folder)
        self.faults = Faults()
        self.gallery = Gallery(folder)
        self.catalogue = Catalogue(self.store, self.gallery)
        self.people = People(self.store)
        self.orders = Orders(self.store, folder, now)
        self.checkout = Checkout(self.store, now)
        self._methods = self._all_methods()
        self.keys = _keys(folder / "keys.json")
        self._furnish()

    def answer(self, service: str, form: Mapping[str, str]) -> bytes:
        """What stands in the body; HTTP says 200 whatever it is."""
        refused = self._gate(service, form)
        if refused is not None:
            return refused
        method = self._methods.get((service, form.get("Method", "")))
        if method is None:
            return reply(status=500, code=INVALID, reason="Méthode inconnue")
        try:
            asked = tree(xml.parse(form.get("Data", "").encode()))
            with self.store.write():
                return reply(method(asked))
        except Refused as error:
            return reply({"OxID": "-1"}, status=500, code=error.code, reason=error.reason)
        except (xml.BadXml, ValueError) as error:
            return reply(status=500, code=INVALID, reason=f"Data illisible : {error}")

    def _gate(self, service: str, form: Mapping[str, str]) -> bytes | None:
        known = (self.keys["app_id"], self.keys["token"])
        given = (form.get("AppId", ""), form.get("Token", ""))
        if not all(secrets.compare_digest(a.encode(), b.encode()) for a, b in zip(known, given, strict=True)):
            return reply(status=503, reason="Not authorized")
        if self.calls_today(count=True) > int(self.store.option("daily_calls", str(USUAL_CALLS))):
            return reply(status=504, reason="Daily quota reached")
        if self.store.option("maintenance") == "yes":
            return reply(status=600, reason="Maintenance")
        if service in self.store.option("forbidden").split(","):
            return reply(status=503, reason="Not authorized")
        return None

    def calls_today(self, *, count: bool = False) -> int:
        day = datetime.fromtimestamp(self.clock(), ZONE).date().isoformat()
        return self.store.count_call(day) if count else self.store.calls(day)

    def reset(self) -> None:
        """Everything as at the first start; only the keys stay."""
        self.store.empty()
        for name in ("daily_calls", "maintenance", "forbidden", "tax_details", "order_date_means"):
            self.store.set_option(
                name, {"daily_calls": str(USUAL_CALLS), "order_date_means": "Modified"}.get(name, "")
            )
        self.faults.clear()
        self.journal.reset()
        self._furnish()

    def close(self) -> None:
        self.journal.close()
        self.store.close()

    # ---------------------------------------------------------------------------------------------- inside

    def _furnish(self) -> None:
        """What a merchant has typed in before anybody connects: VAT rates and progress states."""
        if self.store.ids("state"):
            return
        for code, title in STATES.items():
            self.store.add(
                "state", code, {"Code": code, "NameFR": title, "Publish": "true", "SendMail": "true"}
            )
        for rate in RATES:
            self.store.add("tax_rate", rate, {"Rate": rate})

    def _all_methods(self) -> dict[tuple[str, str], Method]:
        products, people, orders = self.catalogue, self.people, self.orders
        by_service: dict[str, dict[str, Method]] = {
            "ProductServices": {
                "ProductV2Import": products.import_, "ProductV2Add": products.add, "ProductUpdate": products.update,
                "ProductDelete": products.delete, "ProductGet": products.get, "ProductGetList": products.ids,
                "ProductUpdateQuantityInStock": products.quantity, "ProductUpdateItemQtyList": products.quantities,
            },
            "ProductCharacteristicsServices": {"ProductCharacteristicsUpdate": products.characteristics},
            "ProductPackagingServices": {
                "ProductUpdatePackaging": products.packaging, "ProductDeletePackaging": products.packaging,
            },
            "DiscountRuleServices": {"DiscountRuleLinkToProductPriceUpdate": products.discount},
            "ImageGalleryServices": {
                "ImageImportFromUrl": self.gallery.from_url, "ImageImportFromStrBytes": self.gallery.from_bytes,
            },
            "UserServices": {
                "UserImport": people.import_, "UserUpdate": people.update, "UserGet": people.get, "UserGetList": people.ids,
            },
            "OrderServices": {
                "OrderGetList": orders.ids, "OrderGetSummaryList": orders.summaries, "OrderGetDetails": orders.details,
                "OrderUpdateTransportInfo": orders.transport, "OrderUpdateTracking": orders.tracking,
            },
            "ProgressStateLogServices": {"GetUpdatedOrderList": orders.log},
            "ProgressStateServices": {
                "ProgressStateGetList": self._list_of("state", "ProgressStateList", "ProgressState"),
                "ProgressStateGet": self._one_of("state", "ProgressState"),
            },
            "TaxRateServices": {"TaxRateGetList": self._list_of("tax_rate", "TaxRateList", "TaxRate")},
        }  # fmt: skip
        return {
            (service, name): method
            for service, methods in by_service.items()
            for name, method in methods.items()
        }

    def _list_of(self, kind: str, root: str, row: str) -> Method:
        return lambda asked: listed(root, [{"OxID": number} for number in self.store.ids(kind)], asked, row)

    def _one_of(self, kind: str, name: str) -> Method:
        def get(asked: Tree) -> Tree:
            number = text(asked, "OxID")
            found = self.store.get(kind, int(number)) if number.isdigit() else None
            if found is None:
                raise Refused(NOT_FOUND, name)
            return {name: found}

        return get


def _keys(place: Path) -> dict[str, str]:
    """Made at the first start; kept in a file beside the database, as the back office would show them."""
    if place.exists():
        known: dict[str, str] = json.loads(place.read_text("utf-8"))
        return known
    made = {"app_id": secrets.token_hex(12), "token": secrets.token_hex(24)}
    place.touch(mode=0o600)
    place.write_text(json.dumps(made), "utf-8")
    return made
