"""In which custom fields of the customer a Vendure server keeps what Vendure itself has no field for."""

from collections.abc import Mapping
from typing import Annotated

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings

HELP_FR = "Nom du champ personnalisé du client. Vide : ni lu ni envoyé."
HELP_EN = "Name of the customer’s custom field. Empty: neither read nor sent."


class CustomerFieldSettings(Settings, kw_only=True, frozen=True):
    """Inherited by `VendureSettings`, which has `siret_field` and `vat_number_field` beside."""

    mobile_field: Annotated[
        str,
        label(
            "Champ du portable (client)",
            "Mobile field (customer)",
            help_fr=HELP_FR,
            help_en=HELP_EN,
            advanced=True,
        ),
    ] = ""
    fax_field: Annotated[str, label("Champ du fax (client)", "Fax field (customer)", advanced=True)] = ""
    birthday_field: Annotated[
        str, label("Champ de la date de naissance (client)", "Birthday field (customer)", advanced=True)
    ] = ""
    subscription_fields: Annotated[
        str,
        label(
            "Champs des abonnements (client)",
            "Subscription fields (customer)",
            help_fr="Champs oui/non, séparés par des virgules.",
            help_en="Yes/no fields, separated by commas.",
            advanced=True,
        ),
    ] = ""
    price_category_field: Annotated[
        str,
        label("Champ de la catégorie tarifaire (client)", "Price category field (customer)", advanced=True),
    ] = ""
    discount_percent_field: Annotated[
        str,
        label(
            "Champ de la remise globale, % (client)", "Overall discount field, % (customer)", advanced=True
        ),
    ] = ""
    payment_terms_field: Annotated[
        str,
        label("Champ des conditions de paiement (client)", "Payment terms field (customer)", advanced=True),
    ] = ""
    on_account_field: Annotated[
        str,
        label("Champ « client en compte » (client)", "“Pays by statement” field (customer)", advanced=True),
    ] = ""
    credit_limit_field: Annotated[
        str, label("Champ de l’encours autorisé (client)", "Credit limit field (customer)", advanced=True)
    ] = ""
    outstanding_field: Annotated[
        str, label("Champ de l’encours (client)", "Outstanding amount field (customer)", advanced=True)
    ] = ""
    category_field: Annotated[
        str, label("Champ de la catégorie (client)", "Category field (customer)", advanced=True)
    ] = ""
    customer_custom_fields: Annotated[
        str,
        label(
            "Autres champs du client",
            "Other fields of the customer",
            help_fr="D’autres champs personnalisés à faire correspondre avec la gestion, séparés par des virgules.",
            help_en="Other custom fields to map to the ERP, separated by commas.",
            advanced=True,
        ),
    ] = ""

    @property
    def customer_held(self) -> Mapping[str, str]:
        """Field of `Customer` → the custom field that holds it."""
        named = {name: getattr(self, f"{name}_field").strip() for name in HELD}
        return {name: field for name, field in named.items() if field}

    @property
    def customer_opened(self) -> tuple[list[str], list[str]]:
        """Fields of subscriptions, and others."""
        return _listed(self.subscription_fields), _listed(self.customer_custom_fields)

    @property
    def customer_named(self) -> list[str]:
        """Every custom field of the customer that the settings name."""
        subscriptions, others = self.customer_opened
        return [*self.customer_held.values(), *subscriptions, *others]


HELD = (
    "siret", "vat_number", "mobile", "fax", "birthday", "price_category", "discount_percent", "payment_terms", "on_account",
    "credit_limit", "outstanding", "category",
)  # fmt: skip


def _listed(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]
