"""One row of a table or a file as the fields of a definition, or why not: place, column, field and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from raccord_connectors.contract import Message, RecordRejected, Text
from raccord_connectors.kit.definition import texts, values
from raccord_connectors.kit.definition.fields import Field, field_of, key_field, plain_name
from raccord_connectors.kit.definition.model import FRENCH, Fields, Manners, Rule, rule_of

LONGEST_KEY = 255


class Spot(Struct, frozen=True):
    """Where a row stands: the table or the file, and its number there if it has one."""

    source: str
    row: int | None = None


class Cells(Struct, frozen=True):
    """A row that was understood."""

    key: str
    fields: dict[str, Any]
    """Field → value of its kind; a field whose cell is empty is absent."""
    spot: Spot


class RowRejected(RecordRejected):
    """With the key of the row, where it has one."""

    key = ""
    column = ""
    row: int | None = None


def matched(fields: Fields, columns: Sequence[str]) -> dict[str, str]:
    """Column as defined → as it is there. Exactly, else without case, accents and separators."""
    plain = {plain_name(column): column for column in reversed(columns)}
    found = {}
    for given in fields.values():
        wanted = rule_of(given).column
        if wanted is None:
            continue
        there = wanted if wanted in columns else plain.get(plain_name(wanted))
        if there is not None:
            found[wanted] = there
    return found


class RowReader:
    """`columns`: the names of the cells, in their order. Columns that the definition names and the source lacks must have been
    refused before."""

    def __init__(
        self, stream: str, fields: Fields, columns: Sequence[str], manners: Manners = FRENCH
    ) -> None:
        self.key_field = key_field(stream)
        self._manners = manners
        there = matched(fields, columns)
        self._plan: list[tuple[str, Field, Rule, int | None]] = []
        for name, given in sorted(fields.items(), key=lambda item: item[0] != self.key_field):
            field, rule = field_of(stream, name), rule_of(given)
            if field is None:
                raise KeyError(name)
            at = columns.index(there[rule.column]) if rule.column is not None else None
            self._plan.append((name, field, rule, at))

    def read(self, row: Sequence[Any], spot: Spot) -> Cells:
        """Raises `RowRejected`."""
        found: dict[str, Any] = {}
        for name, field, rule, at in self._plan:
            raw = rule.value if at is None else row[at]
            try:
                value = self._value(field, rule, raw)
                if value is None and (name == self.key_field or field.required):
                    raise _Wrong(texts.EMPTY)
                if name == self.key_field and len(str(value)) > LONGEST_KEY:
                    raise _Wrong(texts.TOO_LONG)
            except _Wrong as wrong:
                raise self._rejected(wrong, name, rule, raw, found, spot) from None
            if value is not None:
                found[name] = value
        return Cells(str(found[self.key_field]), found, spot)

    def _value(self, field: Field, rule: Rule, raw: Any) -> Any:
        if rule.values:
            said = values.text(raw)
            raw = rule.values.get(said, rule.values.get("*", raw))
        try:
            return self._typed(field, rule, raw)
        except (ValueError, OverflowError):
            wrong, expected = _MEANING[field.kind]
            raise _Wrong(wrong, expected=expected(field, self._manners)) from None

    def _typed(self, field: Field, rule: Rule, raw: Any) -> Any:
        match field.kind:
            case "number":
                return values.number(raw, self._manners)
            case "date":
                return values.day(raw, self._manners)
            case "flag":
                return values.flag(raw, self._manners)
            case "list":
                return values.entries(raw, rule.separator) or None
        said = values.text(raw)
        if field.kind == "choice":
            if said and said not in field.choices:
                raise ValueError(said)
            return said or None
        if isinstance(raw, str) and values.SCIENTIFIC.fullmatch(said):
            raise _Wrong(texts.SPREADSHEET)
        return (said.zfill(rule.pad) if said else said) or None

    def _rejected(
        self, wrong: "_Wrong", name: str, rule: Rule, raw: Any, found: Mapping[str, Any], spot: Spot
    ) -> RowRejected:
        key = str(found.get(self.key_field, ""))
        said, expected = values.text(raw)[:60], wrong.expected
        row = texts.WORD_KEY.fill(key=key or "?")
        place = place_of(spot)
        column = rule.column or ""
        message = Text(
            wrong.text.code,
            wrong.text.fr.format(
                place=place.fr, column=column or texts.WORD_NO_COLUMN.fr, value=said, field=name, row=row.fr, expected=expected
            ),
            wrong.text.en.format(
                place=place.en, column=column or texts.WORD_NO_COLUMN.en, value=said, field=name, row=row.en, expected=expected
            ),
        )  # fmt: skip
        return rejected(message, field=name, key=key, column=column, row=spot.row)


def rejected(
    text: Text, *, field: str, key: str = "", column: str = "", row: int | None = None
) -> RowRejected:
    """`text` is filled already: it may hold braces of a merchant's own."""
    error = RowRejected(Message(text.code, text.fr, text.en), field=field)
    error.key, error.column, error.row = key, column, row
    return error


def place_of(spot: Spot) -> Text:
    """« articles.csv, ligne 12 », in both languages."""
    if spot.row is None:
        return Text("row.place", spot.source, spot.source)
    word = texts.WORD_ROW.fill(number=spot.row)
    return Text("row.place", f"{spot.source}, {word.fr}", f"{spot.source}, {word.en}")


class _Wrong(Exception):
    def __init__(self, text: Text, expected: str = "") -> None:
        super().__init__(text.code)
        self.text = text
        self.expected = expected


_MEANING: dict[str, tuple[Text, Any]] = {
    "number": (texts.NOT_A_NUMBER, lambda field, manners: ""),
    "date": (texts.NOT_A_DATE, lambda field, manners: values.shown(manners.dates)),
    "flag": (texts.NOT_A_FLAG, lambda field, manners: ", ".join(filter(None, (*manners.yes, *manners.no)))),
    "choice": (texts.NOT_A_CHOICE, lambda field, manners: ", ".join(filter(None, field.choices))),
}
