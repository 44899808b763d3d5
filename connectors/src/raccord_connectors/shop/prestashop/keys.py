"""The shop's keys of our things: a product is its id, a combination is « product:combination », so that its stock can be
looked up with its product's."""


def target_of(product: int, combination: int = 0) -> str:
    return f"{product}:{combination}" if combination else str(product)


def split(target: str | None) -> tuple[int, int] | None:
    """(product, combination or 0); None for what cannot be a key of this shop."""
    product, colon, combination = (target or "").partition(":")
    number, other = _id(product), _id(combination)
    if not number or (colon and not other):
        return None
    return number, other


def numbers(keys: tuple[str, ...]) -> list[int]:
    """The ids among these keys; anything else is nobody's key."""
    return [_id(key) for key in keys if _id(key)]


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and text == str(int(text)) else 0
