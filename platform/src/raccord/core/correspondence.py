"""Correspondence tables as a whole: which rules look them up, what articles feed into them, what an edit or an import changes,
and which of the shop's values a missing entry may mean. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from rapidfuzz import fuzz, process

from raccord.core import rules
from raccord.core.channel import ChannelSettings
from raccord.core.placing import Paths
from raccord.core.projection import Projection, Refused
from raccord.core.sources import Sources
from raccord.core.step_tables import Finder, Lookup, Table, alike
from raccord.core.values import NOTHING, Failed, Value, is_empty, text
from raccord_connectors.canonical import Product
from raccord_connectors.contract import Choice, Discovery, Message, Text

MOST_ENTRIES = 20_000
LONGEST = 500
"""Characters of a value, of what it means, and of a table's name."""
CLOSE_ENOUGH = 84.0
"""Of 100: what two spellings must have in common to be proposed for each other."""

TWICE = Text(
    "tables.twice",
    "« {value} » est déjà dans la table (sans compter les majuscules). Gardez une seule des deux lignes.",
    "“{value}” is in the table already (capitals aside). Keep one of the two lines.",
)
EMPTY = Text(
    "tables.empty_value",
    "La valeur de la gestion est vide, alors que la boutique en a une. Saisissez-la, ou cochez la ligne pour la supprimer.",
    "The ERP’s value is empty, while the shop has one. Enter it, or tick the line to remove it.",
)
TOO_LONG = Text(
    "tables.too_long",
    "C’est trop long : {most} caractères au plus.",
    "This is too long: {most} characters at the most.",
)
TOO_MANY = Text(
    "tables.too_many",
    "Une table a {most} lignes au plus. Répartissez-les sur plusieurs tables.",
    "A table has {most} lines at the most. Spread them over several tables.",
)


# ------------------------------------------------------------------------------------------- tables and rules


def uses(mapping: rules.Mapping) -> dict[str, list[str]]:
    """Each table, by name, with the targets of the rules that look it up."""
    found: dict[str, list[str]] = {name: [] for name in sorted(mapping.tables, key=str.casefold)}
    for rule in mapping.rules:
        for name in dict.fromkeys(step.table for step in rule.steps if isinstance(step, Lookup)):
            found.setdefault(name, []).append(rule.target)
    return found


def with_table(mapping: rules.Mapping, name: str, entries: Mapping[str, str] | None) -> rules.Mapping:
    """The mapping with this table in place of the one of that name; None takes it away."""
    tables = {known: table for known, table in mapping.tables.items() if known != name or entries is not None}
    return replace(mapping, tables=tables if entries is None else {**tables, name: Table(dict(entries))})


def renamed(mapping: rules.Mapping, old: str, new: str) -> rules.Mapping:
    """The table under its new name, in the rules too."""
    tables = {new if name == old else name: table for name, table in mapping.tables.items()}

    def follow(step: Any) -> Any:
        return replace(step, table=new) if isinstance(step, Lookup) and step.table == old else step

    changed = [replace(rule, steps=[follow(step) for step in rule.steps]) for rule in mapping.rules]
    return replace(mapping, rules=changed, tables=tables)


# ---------------------------------------------------------------------------------------------------- editing


class Row(Struct, frozen=True):
    """A line as somebody left it. `was`: the value that it began with; None for a new one."""

    was: str | None
    value: str
    meant: str
    removed: bool = False


class _Line(Struct, frozen=True):
    value: str
    meant: str
    number: int | None = None
    """Of the row that it comes from; None for an entry that no row is about."""
    changed: bool = False


def edited(entries: Mapping[str, str], rows: Sequence[Row]) -> tuple[dict[str, str], dict[int, Message]]:
    """The entries with these lines put in their places, new ones at the end, and what is wrong by line; entries that no line
    is about stay as they are. Where something is wrong, the entries are to be thrown away."""
    wrong = {number: found for number, row in enumerate(rows) if (found := _wrong(row)) is not None}
    known = {row.was: (number, row) for number, row in enumerate(rows) if row.was in entries}
    lines = []
    for key, meant in entries.items():
        if key not in known:
            lines.append(_Line(key, meant))
        elif not known[key][1].removed:
            lines.append(_line(*known[key]))
    for number, row in enumerate(rows):
        if row.was not in entries and not row.removed and (row.value.strip() or row.meant.strip()):
            lines.append(_line(number, row))
    return _collected(lines, wrong), wrong


def _line(number: int, row: Row) -> _Line:
    value = row.value.strip()
    return _Line(value, row.meant.strip(), number, changed=value != row.was)


def _collected(lines: Sequence[_Line], wrong: dict[int, Message]) -> dict[str, str]:
    """What is there twice is told of the line that was changed; of several, the last."""
    result: dict[str, str] = {}
    seen: dict[str, _Line] = {}
    for line in lines:
        other = seen.setdefault(alike(line.value), line)
        guilty = [one.number for one in (line, other) if one.changed and one.number is not None]
        if other is not line and guilty:
            wrong.setdefault(max(guilty), TWICE.fill(value=line.value))
        result[line.value] = line.meant
    if len(result) > MOST_ENTRIES:
        wrong.setdefault(
            max((line.number or 0 for line in lines), default=0), TOO_MANY.fill(most=MOST_ENTRIES)
        )
    return result


def _wrong(row: Row) -> Message | None:
    if row.removed:
        return None
    if not row.value.strip() and (row.meant.strip() or row.was is not None):
        return EMPTY.fill()
    if max(len(row.value), len(row.meant)) > LONGEST:
        return TOO_LONG.fill(most=LONGEST)
    return None


# -------------------------------------------------------------------------------------------------- importing


class Changed(Struct, frozen=True):
    value: str
    before: str
    after: str


class Comparison(Struct, frozen=True):
    """What taking other entries does to a table."""

    entries: dict[str, str]
    """As they will be."""
    added: list[tuple[str, str]]
    changed: list[Changed]
    removed: list[tuple[str, str]]
    same: int

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


def compared(
    old: Mapping[str, str], new: Mapping[str, str], *, whole: bool, spared: Iterable[str] = ()
) -> Comparison:
    """`whole`: what is only in `old` goes, save what is in `spared` (lines that could not be read). A value that is written
    with other capitals is the same entry, and keeps the spelling of the table."""
    known = {alike(value): value for value in old}
    meant = {known.get(alike(value), value): word for value, word in new.items()}
    kept = {known.get(alike(value), value) for value in spared}
    removed = [(v, word) for v, word in old.items() if whole and v not in meant and v not in kept]
    gone = {value for value, _ in removed}
    entries = {value: meant.get(value, word) for value, word in old.items() if value not in gone}
    added = [(value, word) for value, word in meant.items() if value not in old]
    changed = [
        Changed(value, old[value], word)
        for value, word in meant.items()
        if value in old and old[value] != word
    ]
    same = sum(1 for value, word in meant.items() if old.get(value) == word)
    return Comparison(entries | dict(added), added, changed, removed, same)


# ---------------------------------------------------------------------------------------------------- missing


class Feeds(Projection):
    """What articles feed into one table: a run of the rules that look it up, as far as the step that does. Prices and stock
    are not worked out."""

    def __init__(
        self, mapping: rules.Mapping, settings: ChannelSettings, discovery: Discovery, name: str
    ) -> None:
        """Raises `rules.MappingError` when these rules cannot be used."""
        asking = [rule for rule in mapping.rules if rule.owner != "shop" and _asks(rule, name)]
        super().__init__(replace(mapping, rules=asking), settings, discovery)
        self._name = name
        self._finder = Finder(mapping.tables.get(name, Table()).entries)
        self._found: dict[str, None] = {}

    @property
    def needs_categories(self) -> bool:
        return "categories" in self.compiled.reads

    def missing(self, product: Product, paths: Paths, today: date) -> list[str]:
        """The article's values that the table does not have, each once."""
        self._found = {}
        self.listing(product, {}, paths, today)
        return [value for value in self._found if self._finder.find(value) is None]

    def _apply(
        self, compiled: Sequence[rules.Applied], given: Sources, fields: dict[str, Any]
    ) -> dict[str, Any]:
        of_offer = compiled is self._offer_rules
        for one in self.compiled.rules:
            if one.of_offer == of_offer:
                self._feed(one, given)
        return {"sku": given.item.key} if of_offer else {"name": given.product.key}

    def _feed(self, one: rules.CompiledRule, given: Sources) -> None:
        value = one.gather(given)
        for number, step in one.steps:
            looking = one.rule.steps[number]
            if isinstance(looking, Lookup) and looking.table == self._name:
                self._found.update(dict.fromkeys(filter(None, map(str.strip, _texts(value)))))
            value = step(value, given)
            if value is NOTHING or isinstance(value, Failed):
                return

    def _tax(self, product: Product) -> tuple[Any, Any]:
        """A tax that the shop has no class for holds the article, and is no reason to overlook its other values."""
        try:
            return super()._tax(product)
        except Refused:
            return None, product.tax.rate if product.tax is not None else None


def _asks(rule: rules.Rule, name: str) -> bool:
    return any(isinstance(step, Lookup) and step.table == name for step in rule.steps)


def _texts(value: Value) -> Iterator[str]:
    """A value as the lookup takes it: each of a list, each of a mapping."""
    if isinstance(value, list):
        yield from (text(part) for part in value if not is_empty(part))
    elif isinstance(value, dict):
        yield from (text(part) for part in value.values() if not is_empty(part))
    elif not is_empty(value):
        yield text(value)


# ---------------------------------------------------------------------------------------------------- guessing


class Guess(Struct, frozen=True):
    """What a value may mean in the shop: a proposal."""

    meant: str
    """What the table would say."""
    title: str
    """What a person knows it by."""
    same: bool
    """The same word, but for accents, capitals and punctuation; otherwise one that is written much alike."""


def shop_values(targets: Iterable[str], discovery: Discovery) -> list[Choice]:
    """What the shop has for these fields already: what a table has to say (`key`), and what a person knows it by."""
    found: dict[str, Choice] = {}
    for target in targets:
        for choice in _values_of(target, discovery):
            found.setdefault(choice.key, choice)
    return list(found.values())


def _values_of(target: str, discovery: Discovery) -> Iterator[Choice]:
    field, _, name = target.removeprefix("offer.").partition(".")
    if field == "tax_class":
        yield from discovery.tax_classes
    elif field in ("brand", "categories"):
        known = discovery.brands if field == "brand" else discovery.categories
        yield from (Choice(choice.title, choice.title) for choice in known)
    elif field in ("features", "options"):
        values = [one.values for one in discovery.features if one.title.casefold() == name.casefold()]
        yield from (Choice(value, value) for listed in values for value in listed)
    elif field == "custom":
        prefix = "offers." if target.startswith("offer.") else ""
        fields = [f for f in discovery.custom_fields if f.stream == "listings" and f.name == prefix + name]
        yield from (Choice(value, value) for one in fields for value in one.choices)


class Guesser:
    """Knows the shop's values by all their spellings, and the end of a path too, where it is the only one of that name."""

    def __init__(self, known: Sequence[Choice]) -> None:
        self._known: dict[str, Choice] = {}
        ends: dict[str, list[Choice]] = {}
        for choice in known:
            for spelling in (choice.title, choice.key):
                self._known.setdefault(plain_words(spelling), choice)
            ends.setdefault(plain_words(choice.title.rpartition(" > ")[2]), []).append(choice)
        for end, choices in ends.items():
            if len(choices) == 1:
                self._known.setdefault(end, choices[0])
        self._known.pop("", None)
        self._spellings = list(self._known)

    def guess(self, value: str) -> Guess | None:
        wanted = plain_words(value)
        if not wanted:
            return None
        same = self._known.get(wanted)
        if same is not None:
            return Guess(same.key, same.title, True)
        near = process.extractOne(
            wanted, self._spellings, scorer=fuzz.token_sort_ratio, score_cutoff=CLOSE_ENOUGH
        )
        if near is None:
            return None
        found = self._known[near[0]]
        return Guess(found.key, found.title, False)


def plain_words(value: str) -> str:
    """Without accents, capitals and punctuation: « Œuvre d’art » and "oeuvre d'art" are the same."""
    folded = value.casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    letters = (c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())
