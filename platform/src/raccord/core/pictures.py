"""Which pictures a listing shows, in which order and with which words: pure, from files and from what was made of them.

A picture in a listing is named by the hash of what was made for the shop, and its `url` is the key in the object store
until the moment of the call: a signed address runs out, and must not look like a change.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from raccord.core.media_rules import MediaRules
from raccord.core.texts import PREFIX
from raccord_connectors.canonical import Listing, Offer, Picture, Product
from raccord_connectors.contract import Message, PictureNeeds, Problem, Text

METHOD = 1
"""Of rendering: a better one makes everything anew, under other names."""

REFUSED = Text(
    f"{PREFIX}picture_refused",
    "La photo « {name} » de l’article {key} n’est pas montrée : {reason}",
    "The picture “{name}” of article {key} is not shown: {reason}",
)


class Recipe(Struct, frozen=True):
    """How a picture is made from a content. Two recipes with one name make the same bytes."""

    side: int
    """Longest side in pixels; never enlarged."""
    format: str = "jpeg"
    quality: int = 85
    most_bytes: int = 0
    """0: no limit."""
    square: bool = False
    background: str = "#ffffff"
    keep_alpha: bool = False
    instead: str = ""
    """The format of a picture that `format` would make larger. Only of avif."""

    @property
    def name(self) -> str:
        parts = [self.format, str(self.side), f"q{self.quality}"]
        if self.instead:
            parts.append(f"or{self.instead}")
        if self.most_bytes:
            parts.append(f"b{self.most_bytes}")
        if self.square:
            parts.append("sq")
        parts.append("alpha" if self.keep_alpha else self.background.removeprefix("#"))
        return "-".join([*parts, f"m{METHOD}"])


THUMBNAIL = Recipe(side=240, quality=80)
"""For our own pages."""


def recipe_of(rules: MediaRules, needs: PictureNeeds) -> Recipe:
    """What this channel's shop gets."""
    chosen = rules.format if rules.format in needs.formats else needs.formats[0]
    return Recipe(
        side=min(rules.longest_side, needs.longest_side),
        format=chosen,
        quality=rules.quality,
        most_bytes=needs.largest_bytes,
        square=rules.square,
        background=rules.background,
        keep_alpha=rules.transparency == "keep" and ("png" in needs.formats or chosen == "webp"),
        instead=("webp" if "webp" in needs.formats else "jpeg") if chosen == "avif" else "",
    )


def recipe_named(name: str) -> Recipe:
    """The recipe back from its name. Raises `ValueError` for one of another method."""
    kind, side, quality, *rest = name.split("-")
    if rest[-1] != f"m{METHOD}":
        raise ValueError(name)
    ground = rest[-2]
    limits = [int(part[1:]) for part in rest[:-2] if part.startswith("b")]
    instead = [part[2:] for part in rest[:-2] if part.startswith("or")]
    return Recipe(
        side=int(side),
        format=kind,
        quality=int(quality[1:]),
        most_bytes=limits[0] if limits else 0,
        square="sq" in rest[:-2],
        background="#ffffff" if ground == "alpha" else f"#{ground}",
        keep_alpha=ground == "alpha",
        instead=instead[0] if instead else "",
    )


class File(Struct, frozen=True):
    """One file of an article, in its place."""

    owner: str
    name: str
    kind: str
    title: str
    sha256: bytes | None
    problem: Problem | None = None
    address: str = ""
    """Of a document that is stored: where anybody may open it."""


class Made(Struct, frozen=True):
    """What was made of a content by the channel's recipe; `key` None: it was refused, `reason` says why."""

    key: str | None = None
    digest: str = ""
    reason: Message | None = None


class Shown(Struct, frozen=True):
    """`listing` with its pictures. `wanting`: contents of which nothing has been made yet."""

    listing: Listing
    problems: tuple[Problem, ...] = ()
    wanting: frozenset[bytes] = frozenset()


def with_pictures(
    listing: Listing,
    product: Product,
    files: Sequence[File],
    made: Mapping[bytes, Made],
    rules: MediaRules,
    needs: PictureNeeds,
    former: Listing | None,
) -> Shown:
    """`former`: as the shop is to show it until now. As long as one picture is being made, the shop keeps the former ones:
    no article loses its cover for the seconds that another one takes."""
    pictures = [file for file in files if file.kind == "picture"]
    if rules.pictures == "shop" or (not pictures and not _had_pictures(former)):
        return Shown(listing)
    problems = [_problem(product, file, made) for file in pictures]
    wanting = frozenset(
        file.sha256
        for file in pictures
        if file.sha256 is not None and file.sha256 not in made and file.problem is None
    )
    told = tuple(problem for problem in problems if problem is not None)
    if wanting:
        return Shown(_as_before(listing, former), told, wanting)
    by_owner: dict[str, list[Picture]] = {}
    for file in pictures:
        found = made.get(file.sha256) if file.sha256 is not None and file.problem is None else None
        among = by_owner.setdefault(file.owner, [])
        if found is None or found.key is None or any(one.digest == found.digest for one in among):
            continue
        number = len(among) + 1
        alt = _alt(listing, product, file, number, rules)
        among.append(Picture(digest=found.digest, url=found.key, alt=alt, position=number - 1))
    most = min(rules.most, needs.most)
    own = by_owner.get("", [])[:most] or _of_variants(by_owner, listing.offers)[:most]
    offers = [_with_own(offer, by_owner.get(offer.key), needs, former) for offer in listing.offers]
    return Shown(replace(listing, pictures=own, offers=offers), told)


MISSING = f"{PREFIX}picture_missing"
"""Code of what the agent says of a file: the projection sets it, and takes it back."""
HELD = Text(
    f"{PREFIX}picture_holds",
    "L’article {key} attend : {reason}",
    "Article {key} waits: {reason}",
)


def held_for(product: Product, problem: Problem) -> Problem:
    """Of a merchant who wants no article without all of its pictures."""
    fr, en = problem.message.fr, problem.message.en
    message = Message(
        HELD.code, HELD.fr.format(key=product.key, reason=fr), HELD.en.format(key=product.key, reason=en)
    )
    return Problem("rejected", message, field="pictures", detail=problem.message.code)


def all_pictures(listing: Listing) -> Iterable[Picture]:
    if listing.pictures is not UNSET:
        yield from listing.pictures
    for offer in listing.offers:
        if offer.pictures is not UNSET:
            yield from offer.pictures


def map_pictures(listing: Listing, change: Callable[[Picture], Picture]) -> Listing:
    """The listing with each picture replaced by `change(picture)`."""
    offers = [
        offer if offer.pictures is UNSET else replace(offer, pictures=[change(one) for one in offer.pictures])
        for offer in listing.offers
    ]
    own = listing.pictures if listing.pictures is UNSET else [change(one) for one in listing.pictures]
    return replace(listing, pictures=own, offers=offers)


def _with_own(
    offer: Offer, pictures: list[Picture] | None, needs: PictureNeeds, former: Listing | None
) -> Offer:
    had = former is not None and any(
        one.key == offer.key and one.pictures is not UNSET and one.pictures for one in former.offers
    )
    if pictures is None:
        return replace(offer, pictures=[]) if had else offer
    return replace(offer, pictures=pictures[: needs.most_of_offer])


def _of_variants(by_owner: Mapping[str, list[Picture]], offers: Sequence[Offer]) -> list[Picture]:
    """An article whose variants alone have pictures shows the first of each."""
    found: dict[str, Picture] = {}
    for offer in offers:
        for picture in by_owner.get(offer.key, [])[:1]:
            found.setdefault(picture.digest, replace(picture, position=len(found)))
    return list(found.values())


def _as_before(listing: Listing, former: Listing | None) -> Listing:
    if former is None:
        return listing
    before = {offer.key: offer.pictures for offer in former.offers}
    offers = [replace(offer, pictures=before.get(offer.key, UNSET)) for offer in listing.offers]
    return replace(listing, pictures=former.pictures, offers=offers)


def _had_pictures(former: Listing | None) -> bool:
    return former is not None and any(True for _ in all_pictures(former))


def _problem(product: Product, file: File, made: Mapping[bytes, Made]) -> Problem | None:
    if file.problem is not None:
        said = file.problem.message
        return Problem("rejected", Message(MISSING, said.fr, said.en), field="pictures", detail=said.code)
    found = made.get(file.sha256) if file.sha256 is not None else None
    if found is None or found.reason is None:
        return None
    values = {"name": file.name, "key": product.key}
    message = Message(
        REFUSED.code,
        REFUSED.fr.format(reason=found.reason.fr, **values),
        REFUSED.en.format(reason=found.reason.en, **values),
    )
    return Problem("rejected", message, field="pictures", detail=found.reason.code)


def _alt(listing: Listing, product: Product, file: File, number: int, rules: MediaRules) -> str:
    rule = rules.alt if number == 1 else rules.alt_more
    name = product.names.get(rules.language, "") if rules.language else ""
    places = {
        "name": name or listing.name,
        "brand": product.brand or "",
        "sku": product.sku,
        "title": file.title,
        "number": str(number),
    }
    for place, value in places.items():
        rule = rule.replace("{" + place + "}", value)
    return " ".join(rule.split())[:200]
