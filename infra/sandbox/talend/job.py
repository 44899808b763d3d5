"""The job, component by component: the names are those of the Talend components that it stands in for.

Export files are as French ERPs write them: semicolons, Windows-1252, decimal commas, codes with leading zeros. What is sent is
what `tWriteJSONField` makes of it (texts and true/false, never a JSON number) by what `tRESTClient` sends.
"""

import csv
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

BATCH = 500
"""Rows of a batch (`tFlowToIterate` groups them); the push API takes 1,000."""
ATTEMPTS = 8
"""Of one request. The same batch id or idempotency key each time, so that nothing is taken twice."""
LONGEST_PAUSE = 60.0
USER_AGENT = "Apache-CXF/3.5.5"
"""As `tRESTClient` says."""

Row = dict[str, str]
Record = dict[str, Any]


class JobFailed(Exception):
    """As `tDie` ends a job: the message stands in the log, and nothing was concluded to be gone."""


class Job:
    """One run. `client` with the platform's address; `sleep` is for tests."""

    def __init__(
        self,
        client: httpx.Client,
        key: str,
        connection: str,
        *,
        batch: int = BATCH,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._headers = {
            "Authorization": f"Bearer {key}", "Accept": "application/json", "Content-Type": "application/json",
            "Accept-Language": "fr", "User-Agent": USER_AGENT,
        }  # fmt: skip
        self._base = f"/api/v1/push/{connection}"
        self._batch = batch
        self._sleep = sleep
        self.refused: list[dict[str, Any]] = []
        """`tFileOutputDelimited` on the reject flow: which row, which field, why."""

    def run(self, folder: Path) -> None:
        """Everything: the catalogue, prices and stock as snapshots, then the orders."""
        self.describe({"company": "Maison Duval", "currency": "EUR", "languages": ["fr"]})
        self.snapshot("categories", map(category, rows(folder / "familles.csv")))
        self.snapshot("products", map(product, rows(folder / "articles.csv")))
        self.snapshot("prices", grouped(rows(folder / "tarifs.csv"), price_set))
        self.snapshot("stock", grouped(rows(folder / "stock.csv"), stock))
        self.snapshot("customers", map(customer, rows(folder / "clients.csv")))

    # ------------------------------------------------------------------------------------------- records

    def describe(self, told: Record) -> None:
        self._send("PUT", "/description", told)

    def snapshot(self, stream: str, records: Iterable[Record]) -> dict[str, Any]:
        """Begin → batches → commit with the number of rows sent: a file that was cut short deletes nothing."""
        session = self._send("POST", f"/{stream}/sessions")["session"]
        extracted, sent = datetime.now(UTC).isoformat(), 0
        for number, batch in enumerate(batches(records, self._batch), start=1):
            body = {
                "batch": f"{session}-{number}", "session": session, "extracted_at": extracted, "records": batch,
            }  # fmt: skip
            answer = self._send("POST", f"/{stream}/batches", body)
            self.refused += [{"stream": stream, "batch": number, **one} for one in answer["refused"]]
            sent += len(batch)
        done: dict[str, Any] = self._send("POST", f"/{stream}/sessions/{session}/commit", {"rows": sent})
        return done

    def changes(self, stream: str, records: Iterable[Record], name: str) -> None:
        """Only what changed since the last export; nothing is ever concluded to be gone. `name`: of the export file, so that
        the same file sent twice is taken once."""
        for number, batch in enumerate(batches(records, self._batch), start=1):
            answer = self._send("POST", f"/{stream}/batches", {"batch": f"{name}-{number}", "records": batch})
            self.refused += [{"stream": stream, "batch": number, **one} for one in answer["refused"]]

    # -------------------------------------------------------------------------------------------- orders

    def orders(self, enter: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
        """Takes what waits and says what became of it. `enter` writes one task into the ERP, by its reference and once, and
        answers with what it read back: `{"document": …}`, `{"customer": …}` or `{"reason": …}`."""
        done, after = 0, None
        while True:
            page = self._send("GET", "/orders" + (f"?after={after}" if after else ""))
            for task in page["data"]:
                said = enter(task)
                verb = "refuse" if "reason" in said else "acknowledge"
                self._send("POST", f"/orders/{task['task']}/{verb}", said)
                done += 1
            after = page["next"]
            if after is None:
                return done

    # --------------------------------------------------------------------------------------- tRESTClient

    def _send(self, method: str, path: str, body: Record | None = None) -> Any:
        """Waits when it is told to (429, 503), and repeats what got no answer."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._client.request(method, self._base + path, headers=self._headers, json=body)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise JobFailed(f"{method} {path}: {type(error).__name__}") from error
                self._sleep(min(2.0**attempt, LONGEST_PAUSE))
                continue
            if answer.is_success:
                return answer.json() if answer.content else {}
            if answer.status_code not in (429, 502, 503, 504) or attempt == ATTEMPTS:
                raise JobFailed(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
            self._sleep(min(float(answer.headers.get("retry-after", 2.0**attempt)), LONGEST_PAUSE))
        raise AssertionError("unreachable: the last attempt returns or raises")


# ----------------------------------------------------------------------------------------- tFileInputDelimited


def rows(path: Path) -> Iterator[Row]:
    """Semicolons, Windows-1252, quotes doubled, texts kept as they are: a code such as 00123 is no number."""
    with path.open(encoding="cp1252", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    every = iter(records)
    while piece := list(islice(every, size)):
        yield piece


# --------------------------------------------------------------------------------------------------------- tMap


def number(typed: str) -> str:
    """1 234,50 → 1234.50."""
    return typed.replace("\u00a0", "").replace(" ", "").replace(",", ".")


def yes(typed: str) -> bool:
    return typed.strip().upper() in ("O", "OUI", "1")


def category(row: Row) -> Record:
    return {"key": row["CODE"], "name": row["LIBELLE"], "kind": "family"}


def product(row: Row) -> Record:
    made: Record = {
        "key": row["CODE"], "sku": row["CODE"], "name": row["LIBELLE"], "description": row["DESCRIPTION"],
        "active": not yes(row["SOMMEIL"]), "published": yes(row["WEB"]),
        "tax": {"code": row["TVA"], "rate": number(row["TAUX_TVA"])}, "custom": {"GAMME": row["GAMME"]},
    }  # fmt: skip
    for field, column in (("family", "FAMILLE"), ("brand", "MARQUE"), ("ean", "EAN")):
        if row[column]:
            made[field] = row[column]
    if row["POIDS_G"]:
        made["weight_g"] = number(row["POIDS_G"])
    return made


def customer(row: Row) -> Record:
    return {"key": row["CODE"], "account_title": row["INTITULE"], "email": row["EMAIL"]}


def price_set(code: str, lines: list[Row]) -> Record:
    """`tAggregateRow`: all prices of an article in one record."""
    prices = []
    for line in lines:
        price: Record = {"amount": number(line["PRIX"]), "tax_included": yes(line["TTC"])}
        if line["CATEGORIE"]:
            price["category"] = line["CATEGORIE"]
        prices.append(price)
    return {"key": code, "product": code, "prices": prices}


def stock(code: str, lines: list[Row]) -> Record:
    depots = [
        {"depot": line["DEPOT"], "real": number(line["REEL"]), "reserved": number(line["RESERVE"])}
        for line in lines
    ]
    return {"key": code, "product": code, "depots": depots}


def grouped(lines: Iterable[Row], make: Callable[[str, list[Row]], Record]) -> Iterator[Record]:
    """The file is sorted by CODE (`tSortRow` before, where it is not)."""
    code, held = None, []
    for line in lines:
        if code is not None and line["CODE"] != code:
            yield make(code, held)
            held = []
        code = line["CODE"]
        held.append(line)
    if code is not None:
        yield make(code, held)


def document_of(task: dict[str, Any], number_: str) -> Record:
    """What an ERP that took an order as asked has of it: read back, with its own number."""
    order = task["order"]
    lines = [
        {"key": str(place), "item": one.get("item"), "title": one["title"], "quantity": one["quantity"], "net": one["net"]}
        for place, one in enumerate(order["lines"], start=1)
    ]  # fmt: skip
    return {
        "key": number_, "number": number_, "kind": "order", "dated": order["dated"], "reference": task["reference"],
        "customer": order["customer"], "state": "confirmed", "lines": lines, "currency": order.get("currency", "EUR"),
        "net": order["net"], "tax": order["tax"], "gross": order["gross"],
    }  # fmt: skip
