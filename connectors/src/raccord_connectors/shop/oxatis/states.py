"""Progress states: the merchant's own, found by their codes, and what an order's state and payment mean."""

from functools import cached_property
from xml.etree.ElementTree import Element

from raccord_connectors.contract import Choice
from raccord_connectors.kit import xml
from raccord_connectors.shop.oxatis import assumed
from raccord_connectors.shop.oxatis.client import OxatisClient, entity
from raccord_connectors.shop.oxatis.settings import OxatisSettings

SERVICE = "ProgressStateServices"
PAYMENT_STATES = {
    "0": "Annulé", "10": "Erreur technique", "14": "Banque contactée", "20": "En cours", "30": "Refusé", "40": "Confirmé",
}  # fmt: skip
PAID, VOID = "40", ("0",)


class States:
    """Asked for once per connector, and only when a progress state is met or set."""

    def __init__(self, shop: OxatisClient, settings: OxatisSettings) -> None:
        self._shop = shop
        self._settings = settings

    @cached_property
    def codes(self) -> dict[str, tuple[str, str]]:
        """OxID → (code, title)."""
        found: dict[str, tuple[str, str]] = {}
        for page in self._shop.rows(SERVICE, "ProgressStateGetList", assumed.STATE_LIST, {}, "orders"):
            for row in page:
                number = xml.text_of(row, "OxID")
                data = self._shop.call(
                    SERVICE, "ProgressStateGet", "ProgressState", {"OxID": number}, "orders"
                )
                state = entity(data, "ProgressState")
                code = xml.text_of(state, "Code")
                found[number] = (code, xml.text_of(state, "NameFR", code))
        return found

    def choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(code, title) for code, title in self.codes.values() if code)

    def code_of(self, order: Element) -> str:
        """Of the state that the order is in; "" where it has none, or tells none."""
        number = xml.text_of(order, f"{assumed.STATE_OF_ORDER}/OxID") or xml.text_of(
            order, assumed.STATE_OF_ORDER
        )
        return self.codes.get(number, ("", ""))[0] if number.strip("0") else ""

    def wanted(self, state: str) -> str:
        """The code that the merchant gave for a state of the ERP's follow-up."""
        settings = self._settings
        chosen = {
            "preparing": settings.state_preparing, "partly_shipped": settings.state_shipped, "shipped": settings.state_shipped,
            "invoiced": settings.state_invoiced, "cancelled": settings.state_cancelled,
        }  # fmt: skip
        return chosen.get(state, "").strip()

    def meaning(self, order: Element) -> str:
        """ "closed" or "cancelled" by its progress state, "" where that says neither."""
        settings = self._settings
        done = {s.strip() for s in (settings.state_shipped, settings.state_invoiced) if s.strip()}
        void = settings.state_cancelled.strip()
        if not done and not void:
            return ""
        code = self.code_of(order)
        if void and code == void:
            return "cancelled"
        return "closed" if code in done else ""
