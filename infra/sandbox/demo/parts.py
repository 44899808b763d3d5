"""What the demonstration can be put together from: shops and ERPs by name. `make demo shop=prestashop erp=sage100`.

To add one: its program as `sandbox/<program>` (which takes `--data` and `--port`), or none where files are enough, and an entry
here.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from raccord.core.channel import PriceRules
from raccord.core.order_rules import OrderRules
from sandbox.gescom import pictures
from sandbox.gescom.connection import PICTURE_FIELDS


@dataclass(frozen=True)
class ShopPart:
    connector: str
    title: str
    """Of its connection."""
    program: str
    """`python -m sandbox.<program>`; also the name of its folder in the demonstration's data."""
    settings: Callable[[str, Path], dict[str, object]]
    """From its address and its folder, once it has run."""
    step: str = "Boutique / shop"


@dataclass(frozen=True)
class Enrolment:
    """What the agent beside an ERP is told when it is enrolled."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    folders: Sequence[Path] = ()
    """In which it may read files."""


@dataclass(frozen=True)
class ErpPart:
    connector: str
    title: str
    program: str
    """Its simulator, which has a page of its own; empty where it has none."""
    enrolment: Callable[[Path], Enrolment]
    """From the folder of the demonstration, once the simulator has run."""
    prices: PriceRules
    orders: OrderRules
    plant: Callable[[Path], None] = lambda _: None
    """Before anything starts: what lies ready in the folder of the demonstration. Harmless at later starts."""
    step: str = "ERP"


def _woocommerce(url: str, folder: Path) -> dict[str, object]:
    known = json.loads((folder / "keys.json").read_text("utf-8"))
    return {"url": url, "consumer_key": known["consumer_key"], "consumer_secret": known["consumer_secret"]}


def _prestashop(url: str, folder: Path) -> dict[str, object]:
    return {"url": url, "key": (folder / "key.txt").read_text("utf-8").strip()}


def _oxatis(url: str, folder: Path) -> dict[str, object]:
    keys = json.loads((folder / "keys.json").read_text("utf-8"))
    states = {
        "preparing": "PREPARATION",
        "shipped": "EXPEDIEE",
        "invoiced": "FACTUREE",
        "cancelled": "ANNULEE",
    }
    named = {f"state_{state}": code for state, code in states.items()}
    return {**keys, **named, "url": f"{url}/httpservices", "daily_calls": OXATIS_CALLS}


OXATIS_CALLS = 20_000
"""So many that the whole catalogue may travel at the first start; the simulator grants as many."""


def _gescom(folder: Path) -> Enrolment:
    database = folder / "gescom" / "gescom.sqlite"
    bridge = f'["{sys.executable}", "-m", "sandbox.gescom.bridge", "--database", "{database}"]'
    given = {"path": str(database), "bridge": bridge, "picture_fields": json.dumps(PICTURE_FIELDS)}
    return Enrolment(given, {}, [database.parent / pictures.FOLDER])


def _folder_erp(folder: Path) -> Enrolment:
    own = folder / "folder_erp"
    return Enrolment({"folder": str(own / "echange"), "definition": str(own / "definition.toml")}, {})


def _sql_erp(folder: Path) -> Enrolment:
    own = folder / "sql_erp"
    given = {
        "kind": "sqlite",
        "database": str(own / "erp.sqlite"),
        "definition": str(own / "definition.toml"),
    }
    return Enrolment(given, {})


ALL_ON_PORT = OrderRules(items={"shipping": "PORT", "fee": "PORT", "gift_wrap": "PORT"})
"""Of the small ERPs, which have one article for charges."""
SHOPS: dict[str, ShopPart] = {
    "oxatis": ShopPart(
        "oxatis", "Oxatis (démonstration)", "oxatis", _oxatis, "Oxatis (simulateur / simulator)"
    ),
    "woocommerce": ShopPart("woocommerce", "Boutique (démonstration)", "shop", _woocommerce),
    "prestashop": ShopPart(
        "prestashop",
        "PrestaShop (démonstration)",
        "prestashop",
        _prestashop,
        "PrestaShop (simulateur / simulator)",
    ),
}
ERPS: dict[str, ErpPart] = {
    "sage100": ErpPart(
        "sage100",
        "Sage 100 (démonstration)",
        "gescom",
        _gescom,
        PriceRules(category="1"),
        OrderRules(items={"shipping": "PORT", "fee": "FRAIS", "gift_wrap": "FRAIS"}),
        step="GesCom: 500 articles, clients, images",
    ),
    "files": ErpPart(
        "files",
        "Gestion par fichiers (démonstration)",
        "folder_erp",
        _folder_erp,
        PriceRules(),
        ALL_ON_PORT,
        step="Gestion par fichiers (simulateur / simulator)",
    ),
    "sql": ErpPart(
        "sql",
        "Gestion maison, SQL (démonstration)",
        "sql_erp",
        _sql_erp,
        PriceRules(),
        ALL_ON_PORT,
        step="Gestion maison, SQL (simulateur / simulator)",
    ),
}
SHOP, ERP = "woocommerce", "sage100"
"""Where nothing else is asked for."""
