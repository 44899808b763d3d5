"""Data sheets and manuals on a product's page: a short list of links below its description, where the ERP writes that. Pure."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote, unquote, urlsplit

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
    documents = [file for file in files if file.kind == "document" and not file.owner]
    sheets = [(href, _title(file)) for file in documents if (href := _link(file, rules))]
    if rules.documents == "none" or not sheets:
        return listing
    if listing.description is not UNSET:
        listing = replace(listing, description=_below(listing.description, sheets, rules.language or "fr"))
    if listing.descriptions is not UNSET:
        said = {lang: _below(text, sheets, lang) for lang, text in listing.descriptions.items()}
        listing = replace(listing, descriptions=said)
    return listing


def addresses_of(files: Sequence[File], rules: MediaRules) -> set[str]:
    """Those that are to be fetched, and never were."""
    if rules.documents == "none" or rules.addresses == "link":
        return set()
    return {
        file.name
        for file in files
        if file.kind == "document" and file.sha256 is None and file.problem is None and is_address(file.name)
    }


def is_address(name: str) -> bool:
    return name[:8].lower().startswith(("http://", "https://"))


def _below(text: str, sheets: Sequence[tuple[str, str]], language: str) -> str:
    links = "".join(f'<li><a href="{escape(href)}">{escape(title)}</a></li>' for href, title in sheets)
    block = f'<p>{HEADINGS.get(language[:2], "Documents")}</p><ul class="{CLASS}">{links}</ul>'
    return f"{text}\n\n{block}" if text else block


def _link(file: File, rules: MediaRules) -> str:
    """ "": there is nothing yet to be linked. Its end is for people: the name under which a browser saves it."""
    if rules.addresses == "link" and is_address(file.name):
        return file.name
    return f"{file.address}/{quote(_base(file.name), safe='')}" if file.address else ""


def _title(file: File) -> str:
    stem, dot, _ = _base(file.name).rpartition(".")
    return file.title or (stem if dot else _base(file.name)).replace("_", " ")


def _base(name: str) -> str:
    if is_address(name):
        parts = urlsplit(name)
        return unquote(parts.path).strip("/").rpartition("/")[2] or parts.netloc
    return name.replace("\\", "/").rpartition("/")[2] or name
