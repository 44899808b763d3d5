"""Data sheets and manuals on a product's page: a short list of links below its description, where the ERP writes that. Pure."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from msgspec import UNSET
from msgspec.structs import replace

from raccord.core.media_rules import MediaRules
from raccord.core.pictures import File
from raccord_connectors.canonical import Listing

HEADINGS = {
    "fr": "Documents",
    "en": "Documents",
    "de": "Dokumente",
    "es": "Documentos",
    "it": "Documenti",
    "nl": "Documenten",
}
CLASS = "raccord-documents"
"""By which a shop's style may show it as it likes."""


def with_data_sheets(listing: Listing, files: Sequence[File], rules: MediaRules) -> Listing:
    """A description that the shop owns is left alone, and a listing without documents too."""
    sheets = [file for file in files if file.kind == "document" and file.address and not file.owner]
    if rules.documents == "none" or not sheets:
        return listing
    if listing.description is not UNSET:
        listing = replace(listing, description=_below(listing.description, sheets, rules.language or "fr"))
    if listing.descriptions is not UNSET:
        said = {lang: _below(text, sheets, lang) for lang, text in listing.descriptions.items()}
        listing = replace(listing, descriptions=said)
    return listing


def _below(text: str, sheets: Sequence[File], language: str) -> str:
    links = "".join(f'<li><a href="{escape(_address(one))}">{escape(_title(one))}</a></li>' for one in sheets)
    block = f'<p>{HEADINGS.get(language[:2], "Documents")}</p><ul class="{CLASS}">{links}</ul>'
    return f"{text}\n\n{block}" if text else block


def _address(file: File) -> str:
    """Its end is for people: the name under which a browser saves it."""
    return f"{file.address}/{quote(_base(file.name), safe='')}"


def _title(file: File) -> str:
    stem, dot, _ = _base(file.name).rpartition(".")
    return file.title or (stem if dot else _base(file.name)).replace("_", " ")


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2] or name
