"""The checks that PrestaShop makes of values: a value that fails one is refused with its field's name."""

import re
from collections.abc import Callable

_NAME = re.compile(r"^[^0-9!<>,;?=+()@#\"°{}_$%:¤|]*$")


def _without(signs: str) -> Callable[[str], bool]:
    return lambda value: not any(sign in value for sign in signs)


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.match(value) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "isCatalogName": _without("<>;=#{}"),
    "isGenericName": _without("<>={}"),
    "isReference": _without("<>;={}"),
    "isLinkRewrite": _matching(r"^[_a-zA-Z0-9-]*$"),
    "isEan13": _matching(r"^[0-9]{0,13}$"),
    "isUpc": _matching(r"^[0-9]{0,12}$"),
    "isIsbn": _matching(r"^[0-9-]{0,32}$"),
    "isMpn": lambda value: len(value) <= 40,
    "isCleanHtml": lambda value: (
        not re.search(r"<[\s]*script|<[\s]*i?frame|javascript\s*:", value, re.IGNORECASE)
    ),
    "isEmail": _matching(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    "isName": lambda value: _NAME.match(value) is not None,
    "isTrackingNumber": _matching(r"^[~:#,%&_=()\[\]+?\-.A-Za-z0-9 ]{0,64}$"),
}
KINDS: dict[str, Callable[[str], bool]] = {
    "int": _matching(r"^-?[0-9]{1,10}$"),
    "bool": _matching(r"^[01]$"),
    "decimal": _matching(r"^-?[0-9]{1,10}(\.[0-9]{1,9})?$"),
    "date": _matching(r"^(\d{4}-\d{2}-\d{2})?$"),
    "moment": _matching(r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})?$"),
}
