"""Addresses of orders and of customers, from PrestaShop's rows."""

from raccord_connectors.canonical import Address
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rows import Row, number


def address(row: Row | None, facts: Facts) -> Address:
    """Empty where there is none."""
    found = row or {}
    country = text(found.get("id_country"))
    state = text(found.get("id_state"))
    return Address(
        key=str(number(found)) if found else None,
        company=text(found.get("company")),
        first_name=text(found.get("firstname")),
        last_name=text(found.get("lastname")),
        line1=text(found.get("address1")),
        line2=text(found.get("address2")),
        postal_code=text(found.get("postcode")),
        city=text(found.get("city")),
        region=facts.regions.get(state, "") if state not in ("", "0") else "",
        country=facts.countries.get(country, ""),
        phone=phone_of(found),
    )


def phone_of(row: Row) -> str:
    return text(row.get("phone_mobile")) or text(row.get("phone"))


def text(value: object) -> str:
    """Of a field; without NUL, which no database of ours takes."""
    return str(value or "").replace("\x00", "").strip()
