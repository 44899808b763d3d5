"""An order or a new customer as a file that an ERP can read: JSON, CSV or XML. Pure."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from xml.sax.saxutils import escape

from msgspec import Struct

from raccord_connectors.canonical import Address, Customer, CustomerDraft, Draft, Record
from raccord_connectors.contract import RecordRejected
from raccord_connectors.kit.dropfolder import texts

Format = Literal["json", "csv", "xml"]
VERSION = 1
XML_FORBIDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ENTRIES = {"lines": "line", "payments": "payment", "contacts": "contact", "deliveries": "address"}


def tree(record: Record) -> dict[str, Any]:
    """All fields, those with their usual value too: an integrator sees what there is. Amounts are decimal strings."""
    match record:
        case Draft():
            own = {"version": VERSION, "reference": record.key, "shop_number": record.reference}
            return {**own, **_tree(record, without=("key", "reference"))}
        case CustomerDraft(customer=customer):
            own = {"version": VERSION, "reference": record.key, "code": customer.key}
            return {**own, **_tree(customer, without=("key",))}
    raise AssertionError(f"a {type(record).__name__} is not handed over")


def rendered(
    record: Record, form: Format, *, encoding: str = "utf-8", separator: str = ";", decimal: str = ","
) -> bytes:
    """Raises `RecordRejected` where the encoding does not know a character."""
    found = tree(record)
    for path, text in _texts(found):
        signs = _unknown(text, encoding)
        if signs:
            told = texts.NOT_IN_ENCODING.fill(key=record.key, text=text[:60], signs=signs, encoding=encoding)
            raise RecordRejected(told, field=path)
    match form:
        case "json":
            said = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
        case "xml":
            root = "order" if isinstance(record, Draft) else "customer"
            head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
            said = head + "".join(_xml(root, found, 0))
        case "csv":
            said = _csv(_table(record, decimal), separator)
    return said.encode(encoding)


def file_name(pattern: str, key: str, form: Format) -> str:
    """References hold strokes and spaces, and Windows tells no case apart: what was replaced is told apart by a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", key)[:80]
    if plain != key:
        plain += "-" + hashlib.blake2b(key.encode(), digest_size=4).hexdigest()
    return f"{pattern.replace('{reference}', plain)}.{form}"


# ------------------------------------------------------------------------------------------------ as a tree


def _tree(value: Any, without: tuple[str, ...] = ()) -> Any:
    match value:
        case Struct():
            names = (name for name in value.__struct_fields__ if name not in without)
            return {name: _tree(getattr(value, name)) for name in names}
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return [_tree(one) for one in value]
        case dict():
            return {str(name): _tree(one) for name, one in value.items()}
    return value


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path or "reference", value
        case dict():
            for name, one in value.items():
                yield from _texts(one, f"{path}.{name}".strip("."))
        case list():
            for number, one in enumerate(value, start=1):
                yield from _texts(one, f"{path}.{number}")


def _unknown(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return " ".join(dict.fromkeys(sign for sign in text if not sign.encode(encoding, "ignore")))
    return ""


def _xml(name: str, value: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if value is None or value == [] or value == {}:
        yield f"{pad}<{name}/>\n"
    elif isinstance(value, dict):
        yield f"{pad}<{name}>\n"
        for inner, one in value.items():
            if re.fullmatch(r"[A-Za-z_][\w.-]*", inner, re.ASCII):
                yield from _xml(inner, one, depth + 1)
            else:  # a name of the merchant's own, which XML does not allow
                told = escape(inner, {'"': "&quot;"})
                yield f'{pad}  <value name="{told}">{_said(one)}</value>\n'
        yield f"{pad}</{name}>\n"
    elif isinstance(value, list):
        yield f"{pad}<{name}>\n"
        for one in value:
            yield from _xml(ENTRIES.get(name, "entry"), one, depth + 1)
        yield f"{pad}</{name}>\n"
    else:
        yield f"{pad}<{name}>{_said(value)}</{name}>\n"


def _said(value: Any) -> str:
    said = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return escape(XML_FORBIDS.sub("", said))


# ------------------------------------------------------------------------------------------------ as a table


def _table(record: Record, decimal: str) -> list[dict[str, str]]:
    """A row for each line of an order, its header repeated; one row for a customer."""
    if isinstance(record, CustomerDraft):
        return [_written(_customer(record.key, record.customer), decimal)]
    assert isinstance(record, Draft)
    paid = [one for one in record.payments if one.state == "paid"]
    header = {
        "reference": record.key, "numero_boutique": record.reference, "date": record.dated, "client": record.customer,
        "devise": record.currency, "total_ht": record.net, "total_tva": record.tax, "total_ttc": record.gross,
        "depot": record.depot, "representant": record.representative, "transporteur": record.carrier, "remarque": record.remark,
        **_address("facturation", record.billing), **_address("livraison", record.delivery),
        "regle": sum((one.amount for one in paid), Decimal(0)),
        "mode_reglement": ", ".join(dict.fromkeys(one.title or one.method for one in paid)),
    }  # fmt: skip
    rows = []
    for number, line in enumerate(record.lines, start=1):
        own = {
            "ligne": number, "nature": line.kind, "article": line.item, "designation": line.title, "quantite": line.quantity,
            "prix_unitaire_ht": line.unit_net, "montant_ht": line.net, "montant_tva": line.tax, "taux_tva": line.rate,
        }  # fmt: skip
        rows.append(_written({**header, **own}, decimal))
    return rows


def _customer(key: str, known: Customer) -> dict[str, Any]:
    return {
        "reference": key, "code": known.key, "intitule": known.account_title, "civilite": known.civility,
        "nom": known.last_name, "prenom": known.first_name, "societe": known.company, "email": known.email,
        "telephone": known.phone, "mobile": known.mobile, "siret": known.siret, "tva_intra": known.vat_number,
        **_address("facturation", known.billing), "categorie_tarifaire": known.price_category, "langue": known.language,
    }  # fmt: skip


def _address(name: str, known: Address | None) -> dict[str, Any]:
    one = known or Address()
    person = " ".join(filter(None, (one.first_name, one.last_name)))
    return {
        f"{name}_societe": one.company, f"{name}_nom": person, f"{name}_adresse1": one.line1, f"{name}_adresse2": one.line2,
        f"{name}_cp": one.postal_code, f"{name}_ville": one.city, f"{name}_pays": one.country, f"{name}_tel": one.phone,
    }  # fmt: skip


def _written(row: dict[str, Any], decimal: str) -> dict[str, str]:
    found = {}
    for name, value in row.items():
        if isinstance(value, Decimal):
            found[name] = format(value, "f").replace(".", decimal)
        else:
            found[name] = "" if value is None else str(_tree(value))
    return found


def _csv(rows: list[dict[str, str]], separator: str) -> str:
    said = io.StringIO()
    writer = csv.DictWriter(said, list(rows[0]) if rows else [], delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return said.getvalue()
