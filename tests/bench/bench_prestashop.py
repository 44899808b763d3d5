"""A catalogue of 100,000 products into the simulated PrestaShop, which runs in a process of its own: the requests that it takes,
beside the fewest that its products per call allow, and how long the shop itself needs for one (95 of 100), in the last tenth of
the catalogue beside the first: what is searched for must not grow slower as the shop fills. Then as many quantities.

The connector is asked as fast as the shop answers; with its polite rate the same requests take as long as the notes say.
"""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import httpx

from bench.budget import Figure
from raccord_connectors.canonical import Availability, Listing, Offer, OfferPrice
from raccord_connectors.contract import Change, Outcome
from raccord_connectors.shop.prestashop import PrestaShop, PrestaShopSettings

PRODUCTS = 100_000
TOGETHER = 50
"""Changes handed to the connector at once, as the platform does."""
BRANDS, CATEGORIES = 40, 200
INFRA = Path(__file__).parents[2] / "infra"


def figures() -> list[Figure]:
    return measure(PRODUCTS)


def measure(products: int) -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-"))
    try:
        with _shop(folder) as settings:
            return _measure(folder, settings, products)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, settings: PrestaShopSettings, products: int) -> list[Figure]:
    connector = PrestaShop(settings)
    rate = PrestaShop.spec.limits.requests_per_second or 1
    begun = time.monotonic()
    targets: dict[str, str] = {}
    for start in range(0, products, TOGETHER):
        records = [_listing(number) for number in range(start, min(start + TOGETHER, products))]
        targets |= _written(connector, "listings", [Change("create", one.key, one) for one in records])
    seconds, asked = time.monotonic() - begun, connector.client.http.requests
    first, last = _p95(folder, 0.0), _p95(folder, 0.9)
    for start in range(0, products, TOGETHER):
        keys = [_key(number) for number in range(start, min(start + TOGETHER, products))]
        levels = [Availability(key=key, quantity=Decimal(7), product=key) for key in keys]
        _written(
            connector,
            "availability",
            [Change("update", one.key, one, target=targets[one.key]) for one in levels],
        )
    stock = connector.client.http.requests - asked
    connector.close()
    return [
        Figure(
            path=f"prestashop, {products:,} new products",
            limit=f"{settings.products_per_call} products per call",
            value=asked,
            limit_value=products / settings.products_per_call,
            unit="requests",
            budget=1.5,
            notes=f"{asked / products:.3f} per product; {seconds:.0f} s, {asked / rate / 60:.0f} min at {rate:g} a second",
        ),
        Figure(
            path="prestashop, its own time for a call of products (p95)",
            limit="in the first tenth of the catalogue",
            value=last,
            limit_value=first,
            unit="ms",
            budget=2,
            notes="in the last tenth",
        ),
        Figure(
            path=f"prestashop, {products:,} quantities",
            limit=f"{TOGETHER} rows per call",
            value=stock,
            limit_value=products / TOGETHER,
            unit="requests",
            budget=2.05,
            notes="one to look up the rows, one to write them",
        ),
    ]


def _key(number: int) -> str:
    return f"ART{number:06}"


def _listing(number: int) -> Listing:
    price = OfferPrice(amount=Decimal(number % 900 + 10) / 10, tax_included=False, currency="EUR")
    return Listing(
        key=_key(number),
        published=True,
        name=f"Article {number}",
        description=f"<p>Article n° {number} du catalogue, en chêne massif.</p>",
        brand=f"Marque {number % BRANDS}",
        categories=[["Maison", f"Rayon {number % CATEGORIES}"]],
        tax_rate=Decimal(20),
        offers=[Offer(key=_key(number), sku=_key(number), price=price, ean=f"{3760000000000 + number}")],
    )


def _written(connector: PrestaShop, stream: str, changes: Sequence[Change]) -> dict[str, str]:
    outcomes: list[Outcome] = list(connector.write(stream, changes))
    bad = [outcome.problem for outcome in outcomes if outcome.problem is not None]
    assert not bad, bad[0]
    return {outcome.key: str(outcome.target) for outcome in outcomes}


def _p95(folder: Path, start: float) -> float:
    """Milliseconds for a call that saves products, as the shop itself measured them, in a tenth of the catalogue."""
    with sqlite3.connect(f"file:{folder / 'requests.db'}?mode=ro", uri=True) as db:
        query = (
            "SELECT milliseconds FROM requests WHERE method = 'POST' AND path = '/api/products' ORDER BY id"
        )
        found = [float(row[0]) for row in db.execute(query)]
    tenth = sorted(found[int(len(found) * start) :][: max(1, len(found) // 10)])
    return tenth[int(len(tenth) * 0.95)]


@contextmanager
def _shop(folder: Path) -> Iterator[PrestaShopSettings]:
    command = [sys.executable, "-m", "sandbox.prestashop", "--data", str(folder)]
    process = subprocess.Popen(command, env={"PYTHONPATH": str(INFRA)}, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().rpartition(" ")[2].strip()
        process.stdout.readline()
        _wait(url)
        key = (folder / "key.txt").read_text("utf-8").strip()
        yield PrestaShopSettings(url=url, key=key, allow_private_address=True)
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            httpx.get(f"{url}/sandbox/log", trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")
