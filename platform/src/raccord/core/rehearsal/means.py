"""Payment methods and carriers of the shop that the ERP does not have under any name."""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Sale, Systems, World
from raccord_connectors.contract import Choice, Text

PAYMENT = Kind(
    code="payment.unmapped",
    severity="advice",
    place="agent",
    stream="payment_methods",
    title=Text(
        "rehearsal.payment.unmapped",
        "Moyens de paiement sans équivalent",
        "Payment methods without an equivalent",
    ),
    remedy=Text(
        "rehearsal.payment.unmapped.remedy",
        "Dans les réglages du canal ou de l’agent, dites quel mode de règlement de la gestion lui correspond. Sinon ces "
        "paiements y sont saisis sous le mode par défaut, ou la commande attend s’il n’y en a pas.",
        "In the settings of the channel or of the agent, say which payment mode of the ERP corresponds to it. Otherwise such "
        "payments are entered under the default one, or the order waits if there is none.",
    ),
    says=Text(
        "rehearsal.payment.unmapped.says",
        "Moyen de paiement « {title} » ({key}) : la gestion n’a aucun mode de règlement de ce nom{nearest}.",
        "Payment method “{title}” ({key}): the ERP has no payment method of this name{nearest_en}.",
    ),
)
CARRIER = Kind(
    code="carrier.unmapped",
    severity="advice",
    place="agent",
    stream="carriers",
    title=Text(
        "rehearsal.carrier.unmapped", "Transporteurs sans équivalent", "Carriers without an equivalent"
    ),
    remedy=Text(
        "rehearsal.carrier.unmapped.remedy",
        "Dans les réglages de l’agent, dites quel mode d’expédition de la gestion lui correspond. Sinon son nom est écrit en "
        "clair dans la commande, pour le préparateur.",
        "In the agent’s settings, say which shipping method of the ERP corresponds to it. Otherwise its name is written in plain "
        "words in the order, for the packer.",
    ),
    says=Text(
        "rehearsal.carrier.unmapped.says",
        "Transporteur « {title} » ({key}) : la gestion n’a aucun mode d’expédition de ce nom{nearest}.",
        "Carrier “{title}” ({key}): the ERP has no shipping method of this name{nearest_en}.",
    ),
)
NO_MODE = Kind(
    code="payment.no_mode",
    severity="held",
    place="channel",
    stream="payment_methods",
    title=Text(
        "rehearsal.payment.no_mode",
        "Modes de règlement inconnus de la gestion",
        "Payment modes that the ERP does not know",
    ),
    remedy=Text(
        "rehearsal.payment.no_mode.remedy",
        "Choisissez dans les réglages du canal un mode de règlement que la gestion a : les commandes ainsi payées attendraient.",
        "Choose a payment mode that the ERP has in the channel’s settings: orders paid in this way would wait.",
    ),
    says=Text(
        "rehearsal.payment.no_mode.says",
        "Le canal saisit le moyen de paiement « {key} » sous « {mode} », un mode de règlement que la gestion n’a pas.",
        "The channel enters the payment method “{key}” under “{mode}”, a payment mode that the ERP does not have.",
    ),
)

ALIKE = 0.6
"""Of the letters, from which on a name is worth proposing."""


def find(_: Systems, world: World) -> Iterator[Finding]:
    """Of the shop's own lists, and what the channel's settings name."""
    shop, erp = world.shop, world.erp
    methods = [(one.key, one.title) for one in shop.payment_methods if _mode(one.key, world) is None]
    yield from _missing(PAYMENT, methods, erp.payment_methods)
    known = {_plain(name) for one in erp.payment_methods for name in (one.key, one.title)}
    for method, rule in world.settings.orders.payments.items():
        if rule.mode and known and _plain(rule.mode) not in known:
            yield NO_MODE.of(method or "*", mode=rule.mode)
    yield from _missing(CARRIER, [(one.key, one.title) for one in shop.carriers], erp.carriers)


def find_in_order(sale: Sale, world: World) -> Iterator[Finding]:
    """Met in orders and no longer in the shop's lists: methods that a plug-in brings, or that were switched off since."""
    listed = {one.key for one in (*world.shop.payment_methods, *world.shop.carriers)}
    payments = [(one.method, one.title or one.method) for one in sale.order.payments]
    carriers = [(one.method, one.title) for one in sale.order.charges if one.kind == "shipping"]
    new = [one for one in payments if one[0] not in listed and _mode(one[0], world) is None]
    yield from _missing(PAYMENT, new, world.erp.payment_methods)
    new = [one for one in carriers if one[0] not in listed]
    yield from _missing(CARRIER, new, world.erp.carriers)


def _missing(kind: Kind, asked: Iterable[tuple[str, str]], known: Sequence[Choice]) -> Iterator[Finding]:
    """An ERP without such a list keeps none: there is nothing to miss."""
    names = {_plain(name): one.title for one in known for name in (one.key, one.title)}
    for key, title in dict.fromkeys(asked):
        if not known or not (key or title) or _plain(key) in names or _plain(title) in names:
            continue
        near = _nearest(_plain(title), names)
        fr = f" (le plus proche : « {near} »)" if near else ""
        en = f" (the nearest: “{near}”)" if near else ""
        yield kind.of(key or title, title=title or key, nearest=fr, nearest_en=en)


def _mode(method: str, world: World) -> str | None:
    """The ERP's payment mode that the channel's settings name for it."""
    return world.settings.orders.payment(method).mode


def _nearest(asked: str, names: Mapping[str, str]) -> str | None:
    """By the words in common, then by the letters; None when nothing is near."""

    def likeness(name: str) -> tuple[float, float]:
        mine, theirs = set(asked.split()), set(name.split())
        words = len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0
        return words, difflib.SequenceMatcher(None, asked, name).ratio()

    best = max(names, key=likeness)
    words, letters = likeness(best)
    return names[best] if words or letters >= ALIKE else None


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).split())


OF_LISTS = Check(Systems, (PAYMENT, CARRIER, NO_MODE), find)
OF_ORDER = Check(Sale, (PAYMENT, CARRIER), find_in_order)
