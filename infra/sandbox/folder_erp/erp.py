"""The simulated ERP: exports what changed in its books, enters what is laid down, acknowledges it."""

import csv
import io
import json
import os
import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.folder_erp.seed import BOOKS, DEFINITION
from sandbox.own_erp.page import Article, Order, number

ENCODING = "cp1252"
"""As Windows programs in France write; what it does not know becomes a question mark in the books, not in what was received."""
Row = dict[str, str]


class FolderErp:
    """`root/gestion` holds the books, `root/echange` is the drop folder, `root/definition.toml` lies beside the agent."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.books = root / "gestion"
        self.received = root / "gestion" / "recues"
        self.drop = root / "echange"
        self.definition = root / "definition.toml"
        self.title = "Gestion par fichiers"
        self.where = (f"{self.books}/*.csv : modifiables dans un tableur", str(self.drop))
        self._exported: dict[str, int] = {}
        self._lock = threading.RLock()
        self._seed()

    # ------------------------------------------------------------------------------------------- what it does

    def work(self) -> int:
        """One look: what was changed is exported, what was laid down is entered. Returns how many things were done."""
        with self._lock:
            done = self._enter(self.drop / "clients", self._customer)
            return done + self._enter(self.drop / "commandes", self._order) + self.export()

    def export(self) -> int:
        """Whole files, under a temporary name first: a reader never sees half of one."""
        count = 0
        for name in BOOKS:
            path = self.books / f"{name}.csv"
            changed = path.stat().st_mtime_ns
            if self._exported.get(name) != changed:
                _replace(self.drop / f"{name}.csv", path.read_bytes())
                self._exported[name] = changed
                count += 1
        return count

    def rows(self, name: str) -> list[Row]:
        content = (self.books / f"{name}.csv").read_bytes()
        try:  # some spreadsheets save in the encoding of their own choice
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode(ENCODING)
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    def save(self, name: str, rows: list[Row]) -> None:
        said = io.StringIO()
        writer = csv.DictWriter(said, _header(name), delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        _replace(self.books / f"{name}.csv", said.getvalue().encode(ENCODING, "replace"))

    def change(self, name: str, key: str, **values: str) -> None:
        """As somebody does in the spreadsheet: all rows of this key."""
        first = _header(name)[0]
        with self._lock:
            self.save(name, [{**row, **values} if row[first] == key else row for row in self.rows(name)])

    def drop_row(self, name: str, key: str) -> None:
        first = _header(name)[0]
        self.save(name, [row for row in self.rows(name) if row[first] != key])

    def order(self, number: str) -> dict[str, Any]:
        """What was received of this order (or customer)."""
        return json.loads((self.received / f"{number}.json").read_text("utf-8"))  # type: ignore[no-any-return]

    def orders(self) -> dict[str, str]:
        """Our reference → number, of all orders that came from the shop; as often as they were entered."""
        found: dict[str, str] = {}
        for row in self.rows("commandes"):
            if row["REF_WEB"]:
                found[row["REF_WEB"]] = row["NUMERO"]
        return found

    # ------------------------------------------------------------------------------------------- on its page

    def articles(self) -> list[Article]:
        return [
            Article(row["REF"], row["DESIGNATION"], row["PRIX_HT"], row["STOCK"])
            for row in self.rows("articles")
        ]

    def sales(self) -> list[Order]:
        first = {row["NUMERO"]: row for row in reversed(self.rows("commandes"))}
        return [
            Order(
                number, row["REF_WEB"], row["CLIENT"], STATES.get(row["ETAT"], row["ETAT"]), row["TOTAL_TTC"]
            )
            for number, row in sorted(first.items())
        ]

    def set_price(self, ref: str, price: str) -> None:
        self.change("articles", ref, PRIX_HT=_french(f"{number(price):f}"))

    def set_stock(self, ref: str, stock: str) -> None:
        self.change("articles", ref, STOCK=_french(f"{number(stock):f}"))

    def deliver(self, number: str) -> None:
        self.change("commandes", number, ETAT="Livrée", SUIVI=f"6A{number[2:]}", TRANSPORTEUR="Colissimo")

    def invoice(self, number: str) -> None:
        self.change("commandes", number, ETAT="Facturée", FACTURE=f"FA{number[2:]}")

    # ------------------------------------------------------------------------------------------------ inside

    def _seed(self) -> None:
        for folder in (self.books, self.received, *(self.drop / one for one in FOLDERS)):
            folder.mkdir(parents=True, exist_ok=True)
        for name, text in BOOKS.items():
            path = self.books / f"{name}.csv"
            if not path.exists():
                path.write_bytes(text.replace("\n", "\r\n").encode(ENCODING))
        if not self.definition.exists():
            self.definition.write_text(DEFINITION, "utf-8")

    def _enter(self, folder: Path, enter: Callable[[dict[str, Any]], dict[str, str]]) -> int:
        count = 0
        for path in sorted(folder.glob("*.json")):
            asked = json.loads(path.read_text("utf-8"))
            answer = {"reference": asked["reference"], **enter(asked)}
            if "numero" in answer:
                path.replace(self.received / f"{answer['numero']}.json")
            else:
                path.replace(self.received / f"refus-{path.name}")
            said = json.dumps(answer, ensure_ascii=False).encode()
            _replace(folder / "accuses" / path.name, said)
            count += 1
        return count

    def _customer(self, asked: dict[str, Any]) -> dict[str, str]:
        rows = self.rows("clients")
        known = next((row for row in rows if row["REF_WEB"] == asked["reference"]), None)
        if known is not None:
            return {"numero": known["CODE_CLIENT"]}
        if not asked["last_name"] and not asked["company"]:
            return {"refus": "un client sans nom", "champ": "last_name"}
        code = asked["code"] or f"C{len(rows) + 1:04d}"
        if code in {row["CODE_CLIENT"] for row in rows}:
            return {"refus": f"le code {code} est déjà pris", "champ": "key"}
        address = asked["billing"] or {}
        row = dict.fromkeys(_header("clients"), "") | {
            "CODE_CLIENT": code, "RAISON_SOCIALE": asked["account_title"], "NOM": asked["last_name"],
            "PRENOM": asked["first_name"], "EMAIL": asked["email"], "TEL": asked["phone"], "REF_WEB": asked["reference"],
            "ADRESSE": address.get("line1", ""), "CP": address.get("postal_code", ""), "VILLE": address.get("city", ""),
            "PAYS": address.get("country", ""),
        }  # fmt: skip
        self.save("clients", [*rows, row])
        return {"numero": code}

    def _order(self, asked: dict[str, Any]) -> dict[str, str]:
        rows = self.rows("commandes")
        known = next((row for row in rows if row["REF_WEB"] == asked["reference"]), None)
        if known is not None:
            return {"numero": known["NUMERO"]}
        articles = self.rows("articles")
        there = {row["REF"] for row in articles}
        unknown = [line["item"] for line in asked["lines"] if line["item"] and line["item"] not in there]
        if unknown:
            return {"refus": f"l’article {unknown[0]} n’existe pas", "champ": "lines"}
        if asked["customer"] not in {row["CODE_CLIENT"] for row in self.rows("clients")}:
            return {"refus": f"le client {asked['customer']} n’existe pas", "champ": "customer"}
        number = f"CC{1 + max((int(row['NUMERO'][2:]) for row in rows), default=0):04d}"
        self.save("commandes", [*rows, *(_line(number, asked, line) for line in asked["lines"])])
        self.save("articles", _taken_out(articles, asked["lines"]))
        return {"numero": number, "total_ht": asked["net"], "total_ttc": asked["gross"]}


STATES = {"En cours": "E", "Préparation": "P", "Livrée": "L", "Facturée": "F", "Annulée": "A"}
FOLDERS = ("commandes", "commandes/accuses", "clients", "clients/accuses")


def _line(number: str, asked: dict[str, Any], line: dict[str, Any]) -> Row:
    day = date.fromisoformat(asked["dated"])
    return dict.fromkeys(_header("commandes"), "") | {
        "NUMERO": number, "DATE": f"{day:%d/%m/%Y}", "CLIENT": asked["customer"], "REF_WEB": asked["reference"],
        "ETAT": "En cours", "TOTAL_HT": _french(asked["net"]), "TOTAL_TVA": _french(asked["tax"]),
        "TOTAL_TTC": _french(asked["gross"]), "REF": line["item"] or "", "LIBELLE_LIGNE": line["title"],
        "QTE": _french(line["quantity"]), "LIGNE_HT": _french(line["net"]), "TAUX_TVA": _french(line["rate"] or ""),
    }  # fmt: skip


def _taken_out(articles: list[Row], lines: list[dict[str, Any]]) -> list[Row]:
    """An ERP reserves; this one takes out at once."""
    for row in articles:
        sold = sum((Decimal(line["quantity"]) for line in lines if line["item"] == row["REF"]), Decimal(0))
        if sold and row["STOCK"]:
            row["STOCK"] = _french(str(Decimal(row["STOCK"].replace(",", ".")) - sold))
    return articles


def _french(number: str) -> str:
    return number.replace(".", ",")


def _header(name: str) -> list[str]:
    return BOOKS[name].partition("\n")[0].split(";")


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)
