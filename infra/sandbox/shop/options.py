"""What the shop's owner has set: currency, VAT, shipping, payment. Kept in the database, with defaults of a small
French shop; `Options.set` is what its settings screens would do."""

from decimal import Decimal
from typing import Any

from sandbox.shop.database import Database, dump, load

DEFAULTS: dict[str, Any] = {
    "title": "Maison Aubépine",
    "tagline": "L’art de la maison, à Lyon depuis 1987",
    "language": "fr_FR",
    "currency": "EUR",
    "price_num_decimals": 2,
    "prices_include_tax": "yes",
    "calc_taxes": "yes",
    "tax_round_at_subtotal": "no",
    "manage_stock": "yes",
    "weight_unit": "kg",
    "dimension_unit": "cm",
    "mails_customer_notes": "no",  # WooCommerce's mail "Customer note", on where nobody switched it off; this shop sends none
    "coupons": {"bienvenue10": "10"},  # code in lower case, as WooCommerce keeps it → percent
    "permalinks": "pretty",
    "forwarded_proto": "yes",  # believe X-Forwarded-Proto, as shops behind a proxy are usually set up
    "features": ["brands", "variations_route", "global_unique_id"],
    "webhook_time_out": 10.0,
    "version": "10.4.2",
    "tax_classes": [
        {"slug": "taux-intermediaire", "name": "Taux intermédiaire"},
        {"slug": "taux-reduit", "name": "Taux réduit"},
        {"slug": "taux-particulier", "name": "Taux particulier"},
    ],
    "tax_rates": [
        {"id": 1, "country": "FR", "rate": "20.0000", "name": "TVA 20 %", "class": "standard", "shipping": True},
        {"id": 2, "country": "FR", "rate": "10.0000", "name": "TVA 10 %", "class": "taux-intermediaire", "shipping": False},
        {"id": 3, "country": "FR", "rate": "5.5000", "name": "TVA 5,5 %", "class": "taux-reduit", "shipping": False},
        {"id": 4, "country": "FR", "rate": "2.1000", "name": "TVA 2,1 %", "class": "taux-particulier", "shipping": False},
    ],
    "shipping_methods": [
        {"method_id": "flat_rate", "instance_id": "1", "title": "Colissimo", "cost": "5.75", "delay": "sous 48 h"},
        {"method_id": "local_pickup", "instance_id": "2", "title": "Retrait en boutique", "cost": "0", "delay": "en 2 h"},
    ],
    "gateways": [
        {"id": "carte_demo", "title": "Carte bancaire (démo)", "paid": True, "status": "processing"},
        {"id": "bacs", "title": "Virement bancaire", "paid": False, "status": "on-hold"},
    ],
    "statuses": {
        "pending": "En attente paiement",
        "processing": "En cours",
        "on-hold": "En attente",
        "completed": "Terminée",
        "cancelled": "Annulée",
        "refunded": "Remboursée",
        "failed": "Échouée",
        "checkout-draft": "Brouillon",
    },
}  # fmt: skip


class Options:
    """Read at each use: a change takes effect at once, also in another thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: dict[str, Any] = {
            row["name"]: load(row["value"])
            for row in database.read().execute("SELECT name, value FROM options")
        }

    def get(self, name: str) -> Any:
        return self._cache.get(name, DEFAULTS[name])

    def set(self, **values: Any) -> None:
        with self._database.write() as db:
            for name, value in values.items():
                if name not in DEFAULTS:
                    raise KeyError(f"the shop has no option {name!r}")
                db.execute("INSERT OR REPLACE INTO options VALUES (?, ?)", (name, dump(value)))
        self._cache.update(values)

    def forget(self) -> None:
        """Back to the defaults; the table was emptied."""
        self._cache.clear()

    def yes(self, name: str) -> bool:
        return bool(self.get(name) == "yes")

    def has(self, feature: str) -> bool:
        return feature in self.get("features")

    def tax_classes(self) -> dict[str, str]:
        """Slug → name; the standard class is the empty slug."""
        return {"": "Taux standard"} | {entry["slug"]: entry["name"] for entry in self.get("tax_classes")}

    def rate_of(self, tax_class: str) -> tuple[int, Decimal] | None:
        """Id and percent of the rate that applies to a product of this class in France."""
        wanted = tax_class or "standard"
        for rate in self.get("tax_rates"):
            if rate["class"] == wanted:
                return int(rate["id"]), Decimal(rate["rate"])
        return None

    def shipping_rate(self) -> tuple[int, Decimal] | None:
        return next(
            ((int(r["id"]), Decimal(r["rate"])) for r in self.get("tax_rates") if r["shipping"]), None
        )
