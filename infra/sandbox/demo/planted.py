"""A demonstration with faults planted on both sides, for the rehearsal: what a merchant's years of data really look like.

`plant(gescom, shop)` fills the demonstration shop with the listings of the GesCom's articles, as if its people had typed them,
breaks things in both, and tells what it broke. `python -m sandbox --planted` shows it.
"""

from pathlib import Path
from typing import NamedTuple

from sandbox.demo import planted_gescom, planted_orders, planted_shop
from sandbox.gescom.seed import seed_if_absent
from sandbox.shop.shop import Shop


class Planted(NamedTuple):
    """A fault, as the rehearsal shall find it."""

    kind: str
    key: str


def plant(gescom: Path, shop: Shop) -> list[Planted]:
    """The GesCom is seeded, the shop empty. In this order: listings are made of the articles as they were before."""
    faults = planted_gescom.plant(gescom)
    faults += planted_shop.fill(gescom, shop)
    faults += planted_shop.plant(shop)
    faults += planted_orders.plant(shop)
    return [Planted(*fault) for fault in faults]


def plant_in(folder: Path) -> None:
    """In the folder of a demonstration that was never started; at later starts nothing."""
    if (folder / "gescom").exists():
        return
    gescom = seed_if_absent(folder / "gescom")
    shop = Shop(folder / "shop")
    try:
        plant(gescom, shop)
    finally:
        shop.close()


def standing(gescom: Path) -> list[Planted]:
    """Faults that the demonstration has of itself: a few articles without a price or with a stock below zero, customers
    with the same address, means of payment that nobody has mapped."""
    return [Planted(*fault) for fault in planted_gescom.standing(gescom)] + [
        Planted("payment.unmapped", "carte_demo"),
        Planted("payment.unmapped", "bacs"),
        Planted("carrier.unmapped", "local_pickup:2"),
    ]
