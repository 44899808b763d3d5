"""Customers of the ERP that an order of the shop could not tell apart."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import SharedIdentity, World
from raccord_connectors.contract import Text

SAME_EMAIL = Kind(
    code="customer.same_email", severity="held", place="erp", stream="customers",
    title=Text("rehearsal.customer.same_email", "Clients de même adresse e-mail", "Customers with the same e-mail address"),
    remedy=Text(
        "rehearsal.customer.same_email.remedy",
        "Dans la gestion, mettez en sommeil le compte en trop, ou corrigez son adresse. Sinon une commande de cette adresse "
        "attend, et vous choisissez une fois pour toutes.",
        "In the ERP, put the account that is one too many to sleep, or correct its address. Otherwise an order from this address "
        "waits, and you choose once and for all.",
    ),
    says=Text(
        "rehearsal.customer.same_email.says",
        "Adresse {value} : elle est aux comptes {customers}.",
        "Address {value}: it belongs to the accounts {customers}.",
    ),
)  # fmt: skip
SAME_SIRET = Kind(
    code="customer.same_siret", severity="held", place="erp", stream="customers",
    title=Text("rehearsal.customer.same_siret", "Clients de même SIRET", "Customers with the same SIRET"),
    remedy=Text(
        "rehearsal.customer.same_siret.remedy",
        "Dans la gestion, mettez en sommeil le compte en trop, ou corrigez son SIRET.",
        "In the ERP, put the account that is one too many to sleep, or correct its SIRET.",
    ),
    says=Text(
        "rehearsal.customer.same_siret.says",
        "SIRET {value} : il est aux comptes {customers}.",
        "SIRET {value}: it belongs to the accounts {customers}.",
    ),
)  # fmt: skip
SAME_VAT = Kind(
    code="customer.same_vat", severity="held", place="erp", stream="customers",
    title=Text("rehearsal.customer.same_vat", "Clients de même numéro de TVA", "Customers with the same VAT number"),
    remedy=Text(
        "rehearsal.customer.same_vat.remedy",
        "Dans la gestion, mettez en sommeil le compte en trop, ou corrigez son numéro de TVA.",
        "In the ERP, put the account that is one too many to sleep, or correct its VAT number.",
    ),
    says=Text(
        "rehearsal.customer.same_vat.says",
        "Numéro de TVA {value} : il est aux comptes {customers}.",
        "VAT number {value}: it belongs to the accounts {customers}.",
    ),
)  # fmt: skip
KINDS = {"email": SAME_EMAIL, "siret": SAME_SIRET, "vat_number": SAME_VAT}


def find(shared: SharedIdentity, _: World) -> Iterator[Finding]:
    """As an order is matched: accounts that are asleep only count when all are."""
    awake = [one for one in shared.customers if one.active] or shared.customers
    if len(awake) > 1:
        keys = sorted(one.key for one in awake)
        yield KINDS[shared.by].of(keys[0], part=shared.value, value=shared.value, customers=", ".join(keys))


CHECK = Check(SharedIdentity, (SAME_EMAIL, SAME_SIRET, SAME_VAT), find)
