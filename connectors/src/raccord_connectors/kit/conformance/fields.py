"""Guarantees on the fields that a shop declares (`StreamSpec.fields`): what it takes is kept, what it does not take and
what its people own never travels. "Travels" is meant at the wire: in the requests of the connector."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, OfferPrice, Picture, Tier
from raccord_connectors.contract import OPEN_FIELDS, Can, Outcome, Selection
from raccord_connectors.kit.conformance import paths
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs

STRANGE = "raccord étranger 7341734"
"""A value that only a field which must not travel has."""
STRANGE_AMOUNT = Decimal("73417.34")
STRANGE_VALUES: dict[str, Any] = {
    "names": {"fr": STRANGE, "en": STRANGE}, "descriptions": {"fr": STRANGE, "en": STRANGE},
    "categories": [[STRANGE]], "tags": [STRANGE], "related": ["7341734"], "features": {STRANGE: [STRANGE]},
    "custom": {STRANGE: STRANGE}, "tax_rate": STRANGE_AMOUNT, "pictures": [Picture(digest=STRANGE, url=STRANGE)],
    "axes": [STRANGE], "offer.options": {STRANGE: STRANGE}, "published": False, "track_stock": False, "offer.active": False,
    "offer.tiers": [Tier(STRANGE_AMOUNT, group=STRANGE)], "offer.custom": {STRANGE: STRANGE},
    "offer.weight_g": STRANGE_AMOUNT, "offer.dimensions_mm": (STRANGE_AMOUNT,) * 3,
    "offer.pictures": [Picture(digest=STRANGE, url=STRANGE)], "offer.price.before": STRANGE_AMOUNT,
    "offer.price.starts": date(2031, 7, 29), "offer.price.ends": date(2031, 7, 29),
}  # fmt: skip
STRANGE_TRACES = (STRANGE, "7341734", "20310729")
NULLABLE = ("brand", "offer.ean", "offer.mpn")
NEVER_EMPTY = ("published", "name", "names", "axes", "slug", "tax_class", "tax_rate", "track_stock", "offer.sku", "offer.options",
               "offer.active", "offer.price", "offer.price.before", "offer.price.starts", "offer.price.ends")  # fmt: skip
"""Fields that every listing has, or that an empty value says something else of."""
SHORTEST_TEXT, SHORTEST_NUMBER = 6, 5
"""Characters and digits from which on a value is told apart from others in a request."""


class FieldGuarantees(Author):
    @needs(Can.CREATE, Can.READ_SOME, hooks=("full",), records=(Listing,))
    def test_what_it_takes_is_kept(self, stream: str) -> None:
        for record in self._full(stream, 0):
            known = self.put(stream, record)
            self._assert_kept(stream, record, known)

    @needs(Can.CREATE, Can.UPDATE, Can.READ_SOME, hooks=("full",), records=(Listing,))
    def test_what_it_takes_can_be_changed(self, stream: str) -> None:
        for record, later in zip(self._full(stream, 0), self._full(stream, 1), strict=True):
            known = self.put(stream, record)
            self._assert_kept(stream, later, self.update(stream, later, record, known))

    @needs(Can.CREATE, Can.UPDATE, Can.READ_SOME, hooks=("full",), records=(Listing,))
    def test_what_is_emptied_is_empty(self, stream: str) -> None:
        spec = self.connector_type.spec.stream(stream)
        emptied = [path for path in paths.taken(spec) if path not in NEVER_EMPTY]
        for record in self._full(stream, 0):
            known = self.put(stream, record)
            later = record
            for path in emptied:
                for value in list(paths.values(record, path).values())[:1]:
                    later = paths.with_value(later, path, _empty(path, value))
            outcome = self.update(stream, later, record, known)
            kept = self._own(stream, later, outcome)
            for path in emptied:
                held = paths.values(kept, path)
                for key, value in paths.values(later, path).items():
                    left = _comparable(path, held.get(key, UNSET), value)
                    assert _is_empty(left), f"{path} was emptied and is still {left!r}"

    @needs(Can.CREATE, Can.UPDATE, hooks=("full", "requests_sent"), records=(Listing,))
    def test_what_it_does_not_take_is_never_sent(self, stream: str) -> None:
        refused = paths.refused(self.connector_type.spec.stream(stream))
        for record, later in zip(self._full(stream, 0), self._full(stream, 1), strict=True):
            for path in refused:
                record = paths.with_value(record, path, STRANGE_VALUES.get(path, STRANGE))
                other = STRANGE_VALUES.get(path, f"{STRANGE} aussi")
                later = paths.with_value(later, path, other)
            known = self.put(stream, record)
            self.update(stream, later, record, known)
        sent = _told(self.requests_sent())
        assert [] == [trace for trace in STRANGE_TRACES if _is_in(trace, sent)], (
            f"one of these was sent and is not declared: {refused}"
        )

    @needs(Can.CREATE, Can.UPDATE, Can.READ_SOME, hooks=("full", "requests_sent"), records=(Listing,))
    def test_what_the_shop_owns_is_never_sent(self, stream: str) -> None:
        """Not even what we pushed ourselves before its owner changed: a field that is `UNSET`, a name that is absent."""
        spec = self.connector_type.spec.stream(stream)
        for record in self._full(stream, 0):
            known = self.put(stream, record)
            previous, before = record, self._own(stream, record, known)
            for number, path in enumerate(filter(paths.can_be_the_shops, paths.taken(spec))):
                opened = path.rpartition(".")[2] in OPEN_FIELDS
                given_up: Any = {} if opened else UNSET  # all names of it, or the whole field
                later = replace(paths.with_value(record, path, given_up), name=f"{record.name} {number}")
                asked = len(self.requests_sent())
                self.update(stream, later, previous, known)
                previous = replace(record, name=later.name)
                sent = _told(self.requests_sent()[asked:])
                assert sent, "an update made no request: requests_sent() does not see the wire"
                traces = [text for value in paths.values(record, path).values() for text in _traces(value)]
                assert [] == [text for text in traces if _is_in(text, sent)], (
                    f"{path} is the shop’s and was sent"
                )
                kept = self._own(stream, record, known)
                assert paths.values(before, path) == paths.values(kept, path), (
                    f"{path} is the shop’s and was changed"
                )

    # ------------------------------------------------------------------------------------------- the moves

    def _full(self, stream: str, edition: int) -> Sequence[Listing]:
        """What the author supplies, with nothing in the fields that are not declared; all declared ones must be there."""
        spec = self.connector_type.spec.stream(stream)
        records = self.full(stream, edition)
        for path in paths.taken(spec):
            assert any(paths.values(record, path) for record in records), f"full() has no value for {path}"
        return records

    def _own(self, stream: str, record: Listing, known: Outcome) -> Listing:
        """The listing as it is read, with the offers' keys of the asking side."""
        (read,) = self.records(stream, Selection(keys=(str(known.target),))).values()
        assert isinstance(read, Listing)
        ours = {target: key for key, target in known.targets.items()}
        return replace(
            read, key=record.key, offers=[replace(o, key=ours.get(o.key, o.key)) for o in read.offers]
        )

    def _assert_kept(self, stream: str, record: Listing, known: Outcome) -> None:
        read = self._own(stream, record, known)
        for path in paths.taken(self.connector_type.spec.stream(stream)):
            if path in self.unread:
                continue
            kept = paths.values(read, path)
            for key, value in paths.values(record, path).items():
                expected = _comparable(path, self.kept(stream, path, value))
                found = _comparable(path, kept.get(key, UNSET), expected)
                assert expected == found, f"{path} was written as {expected!r} and read back as {found!r}"


def _comparable(path: str, value: Any, like: Any = None) -> Any:
    """Without what does not count: the order of sets, the addresses of pictures, names that were not written, parts of a
    price that have paths of their own."""
    if isinstance(value, OfferPrice):
        return (value.amount, value.currency, value.tax_included)
    if path.rpartition(".")[2] in OPEN_FIELDS and isinstance(value, Mapping):
        names = value if not isinstance(like, Mapping) else [name for name in value if name in like]
        return {name: sorted(value[name]) if isinstance(value[name], list) else value[name] for name in names}
    if isinstance(value, list) and value and isinstance(value[0], Picture):
        return [(picture.digest, picture.alt) for picture in sorted(value, key=lambda one: one.position)]
    return sorted(value) if isinstance(value, list) and path != "axes" else value


def _empty(path: str, value: Any) -> Any:
    """What empties a field that holds this."""
    if isinstance(value, Mapping):
        return {
            name: _empty("custom" if path != "descriptions" else "", held) for name, held in value.items()
        }
    if isinstance(value, list):
        return []
    return "" if isinstance(value, str) and path not in ("custom", *NULLABLE) else None


def _is_empty(value: Any) -> bool:
    if isinstance(value, UnsetType):
        return True
    return all(map(_is_empty, value.values())) if isinstance(value, Mapping) else not value


def _traces(value: Any) -> Iterator[str]:
    """Texts and digits by which a value is recognised in a request."""
    match value:
        case Mapping():
            for inner in value.values():
                yield from _traces(inner)
        case list() | tuple():
            for inner in value:
                yield from _traces(inner)
        case Picture():
            yield from _traces(value.alt)
        case OfferPrice():
            yield from _traces(value.amount)
        case str() if len(value) >= SHORTEST_TEXT:
            yield value
        case Decimal():
            digits = re.sub(r"\D", "", f"{value.normalize():f}").strip("0")
            if len(digits) >= SHORTEST_NUMBER:
                yield digits


def _told(bodies: Sequence[bytes]) -> str:
    """All values of these requests, one a line; a body that is not JSON as it is."""
    lines: list[str] = []
    for body in bodies:
        try:
            lines += map(str, _leaves(json.loads(body)))
        except ValueError:
            lines.append(body.decode(errors="replace"))
    return "\n".join(lines)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _is_in(trace: str, told: str) -> bool:
    """A number is found whatever its unit moved the comma to; a date with or without its strokes."""
    if not trace.isdigit():
        return trace in told
    return any(trace in re.sub(r"[.,-]", "", line) for line in told.splitlines())
