"""Where a parcel can be followed, for ERPs that keep a carrier and a number and no address."""

import re
import unicodedata
from urllib.parse import quote

from raccord_connectors.canonical import Shipment

CARRIERS: dict[str, str] = {
    "colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    "la poste": "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    "lettre suivie": "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    "chronopost": "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={}",
    "dpd": "https://trace.dpd.fr/fr/trace/{}",
    "gls": "https://gls-group.com/FR/fr/suivi-colis/?match={}",
    "ups": "https://www.ups.com/track?tracknum={}",
    "dhl": "https://www.dhl.com/fr-fr/home/tracking.html?tracking-id={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
}
"""Their own public pages; the longest name that the carrier's title contains as whole words counts."""


def link_of(parcel: Shipment) -> str:
    """The ERP's own link, else the carrier's page; "" when neither is known."""
    if parcel.url:
        return parcel.url
    number = re.sub(r"\s", "", parcel.tracking)
    if not number:
        return ""
    plain = unicodedata.normalize("NFKD", parcel.carrier.casefold())
    title = " ".join(re.findall(r"[a-z0-9]+", plain))
    for name in sorted(CARRIERS, key=len, reverse=True):
        if f" {name} " in f" {title} ":
            return CARRIERS[name].format(quote(number, safe=""))
    return ""
