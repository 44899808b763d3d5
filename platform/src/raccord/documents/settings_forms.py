"""The form of a channel's document rules."""

from datetime import date
from io import BytesIO
from typing import Any

from litestar.datastructures import FormMultiDict
from msgspec.structs import replace
from PIL import Image, UnidentifiedImageError
from stdnum import iban as iban_number
from stdnum.fr import siret as siret_number

from raccord.channels.typed import Typed
from raccord.core.document_rules import DocumentRules
from raccord_connectors.contract import Identity, Message, Text

IDENTITY = (
    "name", "legal_form", "capital", "register", "siret", "vat_number", "activity", "line1", "line2", "postal_code", "city",
    "email", "phone", "iban", "bic",
)  # fmt: skip
TEXTS = ("penalties", "early_payment", "exemption", "footer")
LARGEST_LOGO = 2_000_000
LOGO_PIXELS = 1_200

BAD_SIRET = Text(
    "documents.bad_siret",
    "« {typed} » n’est pas un SIRET : 14 chiffres, dont la clé doit être juste. Il est sur votre avis de situation INSEE.",
    "“{typed}” is not a SIRET: 14 digits, whose key must be right. It is on your INSEE notice.",
)
BAD_IBAN = Text(
    "documents.bad_iban",
    "« {typed} » n’est pas un IBAN : sa clé n’est pas juste. Recopiez-le de votre RIB.",
    "“{typed}” is not an IBAN: its key is not right. Copy it from your bank details.",
)
BAD_DAY = Text("documents.bad_day", "« {typed} » n’est pas une date.", "“{typed}” is not a date.")
BAD_COLOUR = Text(
    "documents.bad_colour",
    "« {typed} » n’est pas une couleur. Écrivez-la comme #1f3a5f.",
    "“{typed}” is not a colour. Write it like #1f3a5f.",
)
BAD_LOGO = Text(
    "documents.bad_logo",
    "Ce fichier n’est pas une image PNG ou JPEG de moins de 2 Mo. Choisissez-en une autre.",
    "This file is not a PNG or JPEG picture below 2 MB. Choose another one.",
)


def rules(form: FormMultiDict, former: DocumentRules) -> tuple[DocumentRules, dict[str, Message]]:
    """What was typed; where an entry is wrong, the former value with its problem beside it."""
    typed = Typed(form)
    wrong = typed.wrong
    said = {name: str(form.get(name, "")).replace("\0", "").strip()[:2000] for name in (*IDENTITY, *TEXTS)}
    siret = "".join(said["siret"].split())
    if siret and not siret_number.is_valid(siret):
        wrong["siret"] = BAD_SIRET.fill(typed=said["siret"][:40])
    iban = "".join(said["iban"].split()).upper()
    if iban and not iban_number.is_valid(iban):
        wrong["iban"] = BAD_IBAN.fill(typed=said["iban"][:60])
    identity = Identity(
        **{**{name: said[name] for name in IDENTITY}, "siret": siret, "iban": iban, "siren": siret[:9]}
    )
    colour = str(form.get("colour", former.colour)).strip()
    if (
        len(colour) != 7
        or colour[0] != "#"
        or not all(sign in "0123456789abcdefABCDEF" for sign in colour[1:])
    ):
        wrong["colour"] = BAD_COLOUR.fill(typed=colour[:20])
        colour = former.colour
    source: Any = typed.choice("source", ("rendered", "erp_file", "either"), former.source)
    language: Any = typed.choice("language", ("customer", "fr", "en"), former.language)
    operation: Any = typed.choice("operation", ("goods", "services", "mixed"), former.operation)
    found = replace(
        former,
        active="active" in form,
        since=_day(form, wrong, former.since),
        source=source,
        file_pattern=str(form.get("file_pattern", "")).replace("\0", "").strip()[:200] or "{number}.pdf",
        final_only="final_only" in form,
        structured="structured" in form,
        language=language,
        in_shop="in_shop" in form,
        link_days=typed.whole("link_days", former.link_days, least=1, most=3650, example=730),
        retention_years=typed.whole("retention_years", former.retention_years, least=10, most=30, example=10),
        identity=identity,
        franchise="franchise" in form,
        vat_on_debits="vat_on_debits" in form,
        operation=operation,
        colour=colour,
        **{name: said[name] for name in TEXTS},
    )
    return found, wrong


def _day(form: FormMultiDict, wrong: dict[str, Message], former: date | None) -> date | None:
    text = str(form.get("since", "")).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong["since"] = BAD_DAY.fill(typed=text[:40])
        return former


def cleaned_logo(content: bytes) -> bytes | None:
    """A PNG of a sane size, drawn anew: nothing of the file itself is kept. None for what is no picture."""
    if len(content) > LARGEST_LOGO:
        return None
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > 20_000_000:
                return None
            picture.thumbnail((LOGO_PIXELS, LOGO_PIXELS))
            out = BytesIO()
            picture.convert(
                "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
            ).save(out, "PNG")
            return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
