"""What applying other rules would do to one record, and to all of them counted. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import fields as fields_of

from raccord.core.ownership import Fields, for_update
from raccord.core.pace import Pace, gap
from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import ConnectorSpec, Message

Action = Literal["create", "update", "withdraw", "release", "hold", "stock"]
"""create, update, withdraw: of the shop. release: what was held is sent. hold: it waits for a person. stock: another
quantity."""
LONGEST = 400
"""Characters of a text that are kept of each side: a plan over 100,000 descriptions stays readable and small."""
SHOWN_BEFORE = 40
"""Of a cut text, characters kept before its first difference."""
SECONDS_PER_REQUEST = 1.0
"""Where neither the shop nor experience says how fast one may go."""


class FieldChange(Struct, frozen=True, omit_defaults=True):
    """`path` is that of the journal: `offers[CHAISE].price.amount`. UNSET: that side does not have the field."""

    path: str
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET


class Changes(Struct, frozen=True):
    """What an update would send."""

    sent: tuple[FieldChange, ...] = ()
    fields: tuple[str, ...] = ()
    """Their targets, each once: `name`, `offer.price`, `features.Couleur`."""
    left: tuple[str, ...] = ()
    """Targets that are not written any more: the shop keeps what it has."""


_LISTING = tuple(info.name for info in fields_of(Listing) if info.name not in ("key", "offers"))
_OFFER = tuple(info.name for info in fields_of(Offer) if info.name != "key")


def changes(before: Listing, after: Listing, creation: Fields) -> Changes:
    """Of a listing that the shop has. `creation`: what is never part of an update."""
    if creation.listing or creation.offer:
        known = [offer.key for offer in before.offers]
        before, after = for_update(before, creation, known), for_update(after, creation, known)
    found = _Found()
    found.compare("", "", before, after, _LISTING)
    if before.offers != after.offers:
        _compare_offers(found, before.offers, after.offers)
    return Changes(tuple(found.sent), tuple(dict.fromkeys(found.fields)), tuple(dict.fromkeys(found.left)))


def _compare_offers(found: "_Found", before: Sequence[Offer], after: Sequence[Offer]) -> None:
    old, new = {offer.key: offer for offer in before}, {offer.key: offer for offer in after}
    for key, offer in new.items():
        if key in old:
            found.compare(f"offers[{key}].", "offer.", old[key], offer, _OFFER)
        else:
            found.note(f"offers[{key}].sku", "offers", UNSET, offer.sku)
    for key, offer in old.items():
        if key not in new:
            found.note(f"offers[{key}].sku", "offers", offer.sku, UNSET)


class _Found:
    def __init__(self) -> None:
        self.sent: list[FieldChange] = []
        self.fields: list[str] = []
        self.left: list[str] = []

    def compare(self, path: str, target: str, before: Struct, after: Struct, names: Sequence[str]) -> None:
        for name in names:
            old, new = getattr(before, name), getattr(after, name)
            if old == new:
                continue
            if new is UNSET:
                self.left.append(target + name)
            elif isinstance(new, dict):
                self._compare_open(f"{path}{name}", f"{target}{name}", old or {}, new)
            else:
                self.note(path + name, target + name, old, new)

    def _compare_open(self, path: str, target: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        for name, value in new.items():
            if old.get(name, UNSET) != value:
                self.note(f"{path}.{name}", f"{target}.{name}", old.get(name, UNSET), value)
        self.left += [f"{target}.{name}" for name in old if name not in new]

    def note(self, path: str, target: str, old: Any, new: Any) -> None:
        self.fields.append(target)
        if isinstance(old, Struct) and isinstance(new, Struct):
            for name in new.__struct_fields__:
                was, now = getattr(old, name), getattr(new, name)
                if was != now:
                    self.sent.append(FieldChange(f"{path}.{name}", was, now))
        elif isinstance(old, str) and isinstance(new, str):
            self.sent.append(FieldChange(path, *_cut(old, new)))
        else:
            self.sent.append(FieldChange(path, _shortened(old), _shortened(new)))


def _cut(old: str, new: str) -> tuple[str, str]:
    """Two texts that differ, from a little before the place where they do."""
    if len(old) <= LONGEST and len(new) <= LONGEST:
        return old, new
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(0, same - SHOWN_BEFORE)
    return _piece(old, start), _piece(new, start)


def _piece(text: str, start: int) -> str:
    end = start + LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _shortened(value: Any) -> Any:
    return _piece(value, 0) if isinstance(value, str) else value


def created(listing: Listing) -> tuple[FieldChange, ...]:
    """What a person looks for in an article that would be new."""
    sent = [FieldChange("name", UNSET, listing.name)]
    for offer in listing.offers[:5]:
        if offer.price is not UNSET and offer.price is not None:
            sent.append(FieldChange(f"offers[{offer.key}].price.amount", UNSET, offer.price.amount))
    return tuple(sent)


# ------------------------------------------------------------------------------------------------- counting


class Tally(Struct, frozen=True, omit_defaults=True):
    """Counted while a plan is made, without a line of its own."""

    unchanged: int = 0
    held: int = 0
    """Held already, for the same reason: it stays so."""
    stock_unchanged: int = 0
    new_items: int = 0
    """Of articles that would be created: each has a quantity of its own."""
    left: dict[str, int] = {}
    """Target → articles in whose listing it would not be written any more."""
    matched: dict[str, int] = {}
    """Of a first connection: `by_sku`, `by_ean`, `doubtful`."""

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            self.unchanged + other.unchanged,
            self.held + other.held,
            self.stock_unchanged + other.stock_unchanged,
            self.new_items + other.new_items,
            _sum(self.left, other.left),
            _sum(self.matched, other.matched),
        )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int, one)
    for name, count in other.items():
        total[name] += count
    return dict(total)


class FieldCount(Struct, frozen=True):
    target: str
    records: int


class Reason(Struct, frozen=True):
    """Why records would be held: how many for it, and the sentence of one of them."""

    code: str
    field: str | None
    records: int
    example: Message


class Requests(Struct, frozen=True):
    """What a stream would ask of the shop: changes, in so many requests at the least."""

    stream: str
    changes: int
    requests: int


class Summary(Struct, frozen=True, omit_defaults=True):
    """A plan in figures."""

    actions: dict[Action, int] = {}
    unchanged: int = 0
    """Articles of which nothing would be sent."""
    held: int = 0
    """Articles that are held already and stay so."""
    fields: Sequence[FieldCount] = ()
    """Of updates, most frequent first."""
    left: Sequence[FieldCount] = ()
    """Fields that would be left to the shop."""
    reasons: Sequence[Reason] = ()
    requests: Sequence[Requests] = ()
    seconds: int = 0
    """That the requests take, at the shop's pace."""
    matched: dict[str, int] = {}
    """Of a first connection: articles found in the shop `by_sku` and `by_ean`, and `doubtful` ones."""

    def count(self, action: Action) -> int:
        return self.actions.get(action, 0)

    @property
    def sent(self) -> int:
        """Articles of which something would be sent."""
        return sum(self.count(action) for action in WRITTEN)

    @property
    def minutes(self) -> int:
        """Rounded up."""
        return -(-self.seconds // 60)

    @property
    def empty(self) -> bool:
        return not any(self.actions.values())


WRITTEN: tuple[Action, ...] = ("create", "update", "withdraw", "release")


def requests(spec: ConnectorSpec, actions: Mapping[Action, int], new_items: int) -> Iterator[Requests]:
    """`new_items`: of articles that would be created, each with a quantity of its own."""
    for stream in spec.streams:
        count = {
            "listings": sum(actions.get(action, 0) for action in WRITTEN),
            "availability": actions.get("stock", 0) + new_items,
        }.get(stream.name, 0)
        if count:
            yield Requests(stream.name, count, -(-count // stream.batch_size))


def seconds(spec: ConnectorSpec, pace: Pace, asked: Sequence[Requests]) -> int:
    """How long the shop takes for these requests, at the pace that it allows and we have learned."""
    total = sum(one.requests for one in asked)
    at_least = gap(pace, spec.limits, total)
    guessed = total * SECONDS_PER_REQUEST / max(1, spec.limits.concurrency)
    return round(at_least or guessed)
