"""What a rehearsal finds: kinds, each with its weight and what to do about it, and findings, each about one record."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct

from raccord_connectors.contract import Message, Text

Severity = Literal["blocks", "held", "advice"]
"""blocks: the channel cannot do its work. held: it works, this record waits for a person. advice: it works; look at it."""
Place = Literal["erp", "shop", "channel", "agent"]
"""Where one puts it right."""


class Kind(Struct, frozen=True, kw_only=True):
    """One thing that may be wrong. `says` is filled for each record; a kind without it takes the sentence it is given."""

    code: str
    severity: Severity
    place: Place
    stream: str
    """Of the record that it is about: `products`, `orders`…, or a list of the settings such as `payment_methods`."""
    title: Text
    remedy: Text
    says: Text | None = None

    def of(self, key: str, *, part: str = "", **values: object) -> "Finding":
        """`{key}` of the sentence is the record's key."""
        assert self.says is not None, f"{self.code} has no sentence of its own"
        return self.telling(key, self.says.fill(key=key, **values), part=part)

    def telling(self, key: str, message: Message, *, part: str = "") -> "Finding":
        return Finding(self.code, self.stream, key, message, part)


class Finding(Struct, frozen=True, omit_defaults=True):
    """`key` is the record's, `part` tells several findings of one kind in one record apart; `many`: how often it was met."""

    kind: str
    stream: str
    key: str
    message: Message
    part: str = ""
    many: int = 1


class Check(Struct, frozen=True):
    """One check: the subject that it looks at, its kinds, and the function `find(subject, world)`."""

    subject: type
    kinds: tuple[Kind, ...]
    find: Callable[[Any, Any], Iterable[Finding]]


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """Those about the same thing once, with how often they were met; in the order of their first appearance."""
    found: dict[tuple[str, str, str, str], Finding] = {}
    for one in findings:
        name = (one.kind, one.stream, one.key, one.part)
        known = found.get(name)
        found[name] = (
            one
            if known is None
            else Finding(
                known.kind, known.stream, known.key, known.message, known.part, known.many + one.many
            )
        )
    return list(found.values())
