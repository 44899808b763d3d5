"""All checks of a rehearsal, in the order in which a report shows their kinds."""

from collections.abc import Iterator

from msgspec import Struct

from raccord.core.rehearsal import (
    buyers,
    categories,
    choices,
    customers,
    held_records,
    hidden_signs,
    kits,
    means,
    meeting,
    pictures,
    projected,
    references,
    sales,
    shop_limits,
    stock,
    systems,
    tax_modes,
    variants,
)
from raccord.core.rehearsal.findings import Check, Finding, Kind, Severity
from raccord.core.rehearsal.subjects import World

CHECKS: tuple[Check, ...] = (
    systems.CHECK,
    choices.CHECK,
    held_records.CHECK,
    meeting.CHECK,
    references.OF_CODES,
    projected.CHECK,
    tax_modes.CHECK,
    hidden_signs.CHECK,
    shop_limits.CHECK,
    variants.CHECK,
    kits.CHECK,
    stock.CHECK,
    categories.TREE,
    categories.OF_ARTICLE,
    pictures.CHECK,
    references.OF_LISTING,
    customers.CHECK,
    sales.CHECK,
    buyers.CHECK,
    means.OF_LISTS,
    means.OF_ORDER,
)
KINDS: dict[str, Kind] = {kind.code: kind for check in CHECKS for kind in check.kinds}
SEVERITIES: tuple[Severity, ...] = ("blocks", "held", "advice")


def run(subject: Struct, world: World, checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """What all checks of this subject find."""
    for check in checks:
        if isinstance(subject, check.subject):
            yield from check.find(subject, world)
