"""PrestaShop's two settings of rounding: how (`PS_PRICE_ROUND_MODE`) and where (`PS_ROUND_TYPE`)."""

from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
)

ITEM, LINE, TOTAL = 1, 2, 3
CENT = Decimal("0.01")
SIX = Decimal("0.000001")
MODES = {0: ROUND_CEILING, 1: ROUND_FLOOR, 2: ROUND_HALF_UP, 3: ROUND_HALF_DOWN, 4: ROUND_HALF_EVEN}
HALF_ODD = 5


def cents(amount: Decimal, mode: int) -> Decimal:
    if mode != HALF_ODD:
        return amount.quantize(CENT, MODES[mode])
    down, up = amount.quantize(CENT, ROUND_FLOOR), amount.quantize(CENT, ROUND_CEILING)
    if down == up or amount - down != up - amount:
        return amount.quantize(CENT, ROUND_HALF_UP)
    return down if int(down.scaleb(2)) % 2 else up


def whole_line(unit: Decimal, quantity: int, where: int, mode: int) -> Decimal:
    """Of a line, from the price of one: rounded by piece, by line, or not yet."""
    if where == ITEM:
        return cents(unit, mode) * quantity
    amount = unit * quantity
    return cents(amount, mode) if where == LINE else amount.quantize(SIX, ROUND_HALF_UP)
