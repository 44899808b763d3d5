"""A drop folder with a definition of one's own, for the tests of its rules."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from raccord_connectors.canonical import Record
from raccord_connectors.contract import Page, Rejection, Selection
from raccord_connectors.erp.files import DropFolder, FilesSettings

PRODUCTS = """
[streams.products]
files = "articles*.*"
content = "{content}"
{more}
[streams.products.fields]
key = "REF"
name = "DESIGNATION"
ean = "EAN"
tax_rate = "TVA"
"custom.date" = "DATE"
[streams.prices]
files = "articles*.*"
content = "{content}"
{more}
[streams.prices.fields]
product = "REF"
net = "PRIX"
ends = "DATE"
"""
HEAD = "REF;DESIGNATION;EAN;TVA;PRIX;DATE\n"
ROW = "{ref};Chaise n° {ref};3760123450016;20;1 234,50;31/12/2026\n"


class Folder:
    """`clock` is the connector's: files become old when it is moved."""

    def __init__(
        self, root: Path, *, content: str = "snapshot", more: str = "", head: str = "settle_seconds = 0"
    ) -> None:
        self.root = root / "echange"
        self.root.mkdir(exist_ok=True)
        self.definition = root / "definition.toml"
        self.define(head + PRODUCTS.format(content=content, more=more))
        self.clock = 1_800_000_000.0
        self.connector = DropFolder(
            FilesSettings(folder=str(self.root), definition=str(self.definition)), now=lambda: self.clock
        )

    def define(self, text: str) -> None:
        self.definition.write_text(text, "utf-8")

    def drop(self, name: str, content: str | bytes, encoding: str = "utf-8") -> None:
        (self.root / name).write_bytes(content if isinstance(content, bytes) else content.encode(encoding))

    def pages(self, stream: str = "products", wanted: Selection | None = None) -> list[Page]:
        return list(self.connector.read(stream, wanted or Selection()))

    def read(self, stream: str = "products", wanted: Selection | None = None) -> dict[str, Record]:
        return {record.key: record for page in self.pages(stream, wanted) for record in page.records}

    def held(self, stream: str = "products") -> dict[str, Rejection]:
        return {one.key: one for page in self.pages(stream) for one in page.rejected}

    def report(self, where: str) -> str:
        """Of the one file that was put there with a report."""
        (found,) = (self.root / where).glob("*.log")
        return found.read_bytes().decode("utf-8-sig")

    def names(self, where: str) -> list[str]:
        folder = self.root / where
        return sorted(path.name.split("-", 2)[2] for path in folder.iterdir()) if folder.exists() else []


def rows(*refs: str) -> str:
    return HEAD + "".join(ROW.format(ref=ref) for ref in refs)


def workbook(path: Path, cells: Sequence[Sequence[str | float]]) -> None:
    """An XLSX with one sheet: texts as texts, numbers as numbers, as Excel writes them."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in cells)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="Feuil1" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{lines}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
