"""The shop's keys of our things: a simple product is its id, a variation is « parent:variation », so that its stock or
price can be sent without asking for its parent."""


def target_of(product: int, variation: int = 0) -> str:
    return f"{product}:{variation}" if variation else str(product)


def split(target: str | None) -> tuple[int, int] | None:
    """(product, variation or 0); None for what cannot be a key of this shop."""
    product, colon, variation = (target or "").partition(":")
    number, other = _id(product), _id(variation)
    if not number or (colon and not other):
        return None
    return number, other


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def numbers(keys: tuple[str, ...]) -> list[int]:
    """The ids among these keys; anything else is nobody's key."""
    return [_id(key) for key in keys if _id(key)]
