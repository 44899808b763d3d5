"""*Test the connection*, area by area, and what a shop has."""

from raccord_connectors.contract import Choice, ConfigError, CustomField, Discovery
from raccord_connectors.shop.oxatis import assumed, customers, order_records, tags, texts
from raccord_connectors.shop.oxatis.client import OxatisClient
from raccord_connectors.shop.oxatis.orders import ALL
from raccord_connectors.shop.oxatis.settings import OxatisSettings
from raccord_connectors.shop.oxatis.states import PAYMENT_STATES, States

ONE = {"PageInformation": {"PageNumber": 1, "PageSize": 1}}


def check(shop: OxatisClient, settings: OxatisSettings, states: States) -> None:
    """Nothing, or everything that is missing at once. Five calls, and one for each progress state where one is named."""
    window = {"OrderDateStart": shop.local(shop.now() - 86_400), **ALL}
    asked = (
        ("TaxRateServices", "TaxRateGetList", assumed.TAX_LIST, ONE),
        ("ProductServices", "ProductGetList", assumed.PRODUCT_LIST, ONE),
        ("OrderServices", "OrderGetSummaryList", "OrderList", {**ONE, **window}),
        ("UserServices", "UserGetList", assumed.USER_LIST, ONE),
        ("ProgressStateServices", "ProgressStateGetList", assumed.STATE_LIST, ONE),
    )
    missing = []
    for service, method, root, content in asked:
        try:
            shop.call(service, method, root, content, "orders")
        except ConfigError as error:
            if error.field != "token":
                raise
            missing.append(error)
            if service == "TaxRateServices":
                break  # without the services themselves nothing else can be looked at
    if missing:
        first = missing[0]
        raise ConfigError(
            first.message, detail=first.detail, field="token", findings=[error.message for error in missing]
        )
    _check_states(settings, states)


def _check_states(settings: OxatisSettings, states: States) -> None:
    named = {
        field: getattr(settings, field).strip()
        for field in ("state_preparing", "state_shipped", "state_invoiced", "state_cancelled")
    }
    if not any(named.values()):
        return
    known = [choice.key for choice in states.choices()]
    wrong = [(field, code) for field, code in named.items() if code and code not in known]
    if wrong:
        told = ", ".join(known) or "–"
        findings = [texts.UNKNOWN_STATE.fill(state=code, known=told) for _, code in wrong]
        raise ConfigError(findings[0], field=wrong[0][0], findings=findings)


def discover(settings: OxatisSettings) -> Discovery:
    """Oxatis's own fields, levels and codes: the same in every shop, and no call is spent on them."""
    levels = tuple(Choice(str(n), f"Tarif {n}") for n in range(1, tags.LEVELS + 1))
    fields = [
        CustomField("listings", name, name, "number" if kind == "number" else "text")
        for name, kind in tags.CUSTOM.items()
    ]
    fields += [CustomField("customers", name, name) for name in customers.CUSTOM]
    fields += [CustomField("orders", name, name) for name in order_records.CUSTOM]
    return Discovery(
        version="OWS",
        currency="EUR",
        prices_include_tax=True,
        languages=(settings.language,),
        custom_fields=tuple(fields),
        order_statuses=tuple(Choice(code, title) for code, title in PAYMENT_STATES.items()),
        price_categories=levels,
        customer_groups=levels,
    )
