"""Rounding as a shop with PrestaShop's settings does it, and amounts from its texts."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from raccord_connectors.shop.prestashop.addresses import text

ON_THE_TOTAL = 3
"""`round_type` of a shop whose lines have six decimals."""
HALF_ODD = 5
MODES = {0: ROUND_CEILING, 1: ROUND_FLOOR, 2: ROUND_HALF_UP, 3: ROUND_HALF_DOWN, 4: ROUND_HALF_EVEN}
CENT, SIX, ZERO = Decimal("0.01"), Decimal("0.000001"), Decimal(0)


def rounded(amount: Decimal, mode: int, places: Decimal = CENT) -> Decimal:
    """As a shop with this `round_mode` does it. 5, to the odd neighbour, exists nowhere else."""
    if mode != HALF_ODD:
        return amount.quantize(places, MODES.get(mode, ROUND_HALF_UP))
    down, up = amount.quantize(places, ROUND_FLOOR), amount.quantize(places, ROUND_CEILING)
    if down == up or amount - down != up - amount:
        return amount.quantize(places, ROUND_HALF_UP)
    return down if int(down / places) % 2 else up


def amount_of(value: object) -> Decimal:
    """Raises `InvalidOperation` for what is no number; nothing is zero."""
    return Decimal(text(value) or "0")
