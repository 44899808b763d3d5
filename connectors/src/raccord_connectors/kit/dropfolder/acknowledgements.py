"""What an ERP answers to what was laid down: a number, or why not. JSON, CSV, XML or a spreadsheet; names in French or
English."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

from raccord_connectors.contract import Message
from raccord_connectors.kit.definition import values
from raccord_connectors.kit.definition.fields import plain_name
from raccord_connectors.kit.definition.model import Manners
from raccord_connectors.kit.dropfolder import texts
from raccord_connectors.kit.rowfiles.model import FileForm
from raccord_connectors.kit.rowfiles.opening import opened

NAMES = {
    "reference": ("REFERENCE", "REFERENCEWEB", "REFWEB", "REF"),
    "number": (
        "NUMERO",
        "NUMBER",
        "NUMEROCOMMANDE",
        "NUMCOMMANDE",
        "NUMPIECE",
        "CODE",
        "CODECLIENT",
        "NUMEROCLIENT",
    ),
    "refused": ("REFUS", "REFUSED", "MOTIF", "REASON", "ERREUR", "ERROR"),
    "field": ("CHAMP", "FIELD"),
    "net": ("TOTALHT", "NET", "MONTANTHT"),
    "tax": ("TOTALTVA", "TAX", "MONTANTTVA"),
    "gross": ("TOTALTTC", "GROSS", "MONTANTTTC"),
}
AMOUNTS = ("net", "tax", "gross")


class Acknowledgement(Struct, frozen=True, kw_only=True):
    row: int
    reference: str
    number: str = ""
    refused: str = ""
    field: str = ""
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    """As the ERP entered them, where it tells."""


def acknowledgements(path: Path, manners: Manners) -> tuple[list[Acknowledgement], list[Message]]:
    """What the file says, and what in it cannot be understood. Raises `rowfiles.model.Unreadable`."""
    found: list[Acknowledgement] = []
    wrong: list[Message] = []
    with opened(path, FileForm()) as table:
        at = {name: _column(table.columns, names) for name, names in NAMES.items()}
        for row, cells in table.rows:
            told = {name: cells[i] for name, i in at.items() if i is not None}
            made = _made(path.name, row, told, manners)
            if isinstance(made, Message):
                wrong.append(made)
            else:
                found.append(made)
    return found, wrong


def _made(file: str, row: int, told: dict[str, Any], manners: Manners) -> Acknowledgement | Message:
    said = {name: values.text(told.get(name)) for name in ("reference", "number", "refused", "field")}
    if not said["reference"] or not (said["number"] or said["refused"]):
        return texts.ACK_INCOMPLETE.fill(file=file, row=row)
    amounts: dict[str, Decimal | None] = {}
    for name in AMOUNTS:
        try:
            amounts[name] = values.number(told.get(name), manners)
        except ValueError:
            return texts.ACK_AMOUNT.fill(file=file, row=row, column=name, value=values.text(told[name])[:40])
    return Acknowledgement(
        row=row,
        reference=said["reference"],
        number=said["number"],
        refused=said["refused"],
        field=said["field"],
        net=amounts["net"],
        tax=amounts["tax"],
        gross=amounts["gross"],
    )


def _column(columns: Sequence[str], names: Sequence[str]) -> int | None:
    plain = [plain_name(column) for column in columns]
    return next((plain.index(name) for name in names if name in plain), None)


def by_reference(found: Sequence[Acknowledgement]) -> Iterator[tuple[str, Acknowledgement]]:
    """The last word on each reference."""
    yield from {one.reference: one for one in found}.items()
