"""Whether mails in the name of a domain are believed: its SPF, DKIM and DMARC records, looked up in the DNS and said in words."""

from collections.abc import Callable
from typing import Literal

import dns.exception
import dns.resolver
from msgspec import Struct

from raccord_connectors.contract import Message, Text

PATIENCE = 4.0
"""Seconds for all answers of one kind."""
SELECTORS = (
    "default",
    "mail",
    "selector1",
    "selector2",
    "google",
    "brevo",
    "k1",
    "s1",
    "ovhmo-selector-1",
    "dkim",
)
"""Usual names of DKIM keys; the real one stands in each mail and cannot be asked for."""

SPF_GOOD = Text(
    "dns.spf_good",
    "SPF : {domain} dit qui peut envoyer en son nom.",
    "SPF: {domain} says who may send in its name.",
)
SPF_NONE = Text(
    "dns.spf_none",
    "SPF : {domain} ne dit pas qui peut envoyer en son nom. Ajoutez dans son DNS l’enregistrement TXT que donne votre "
    "fournisseur d’envoi, par exemple « v=spf1 include:… -all ».",
    "SPF: {domain} does not say who may send in its name. Add to its DNS the TXT record that your mail provider tells, for "
    "example “v=spf1 include:… -all”.",
)
SPF_TWICE = Text(
    "dns.spf_twice",
    "SPF : {domain} a plusieurs enregistrements « v=spf1 », ce qui les annule tous. Réunissez-les en un seul.",
    "SPF: {domain} has several “v=spf1” records, which makes all of them void. Join them into one.",
)
DKIM_GOOD = Text(
    "dns.dkim_good",
    "DKIM : {domain} a une clé de signature ({selector}).",
    "DKIM: {domain} has a signing key ({selector}).",
)
DKIM_UNKNOWN = Text(
    "dns.dkim_unknown",
    "DKIM : aucune clé sous les noms habituels. Vérifiez chez votre fournisseur d’envoi que la signature DKIM de {domain} est "
    "activée.",
    "DKIM: no key under the usual names. Check at your mail provider that the DKIM signature of {domain} is switched on.",
)
DMARC_GOOD = Text(
    "dns.dmarc_good",
    "DMARC : {domain} dit quoi faire des faux ({policy}).",
    "DMARC: {domain} says what is to be done with forgeries ({policy}).",
)
DMARC_NONE = Text(
    "dns.dmarc_none",
    "DMARC : rien n’est dit pour {domain}. Ajoutez le TXT « v=DMARC1; p=none; rua=mailto:… » sous _dmarc.{domain} ; les grandes "
    "messageries le demandent.",
    "DMARC: nothing is said for {domain}. Add the TXT “v=DMARC1; p=none; rua=mailto:…” under _dmarc.{domain}; the big mailbox "
    "providers ask for it.",
)
NOT_REACHED = Text(
    "dns.not_reached",
    "Le DNS n’a pas pu être interrogé d’ici. Vérifiez chez votre hébergeur que {domain} a bien SPF, DKIM et DMARC.",
    "The DNS could not be asked from here. Check at your hosting company that {domain} has SPF, DKIM and DMARC.",
)

Ask = Callable[[str], list[str]]
"""The TXT records of a name, [] when it has none; raises `OSError` when nobody answers."""


class Hint(Struct, frozen=True):
    tone: Literal["good", "wait", "bad"]
    message: Message


def txt_records(name: str) -> list[str]:
    resolver = dns.resolver.Resolver()
    resolver.lifetime = PATIENCE
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise OSError(type(error).__name__) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def hints(sender: str, ask: Ask = txt_records) -> list[Hint]:
    """Blocking; of the domain of this address."""
    domain = sender.rpartition("@")[2].casefold()
    try:
        return [_spf(domain, ask), _dkim(domain, ask), _dmarc(domain, ask)]
    except OSError:
        return [Hint("wait", NOT_REACHED.fill(domain=domain))]


def _spf(domain: str, ask: Ask) -> Hint:
    found = [one for one in ask(domain) if one.casefold().startswith("v=spf1")]
    if len(found) > 1:
        return Hint("bad", SPF_TWICE.fill(domain=domain))
    return Hint("good", SPF_GOOD.fill(domain=domain)) if found else Hint("bad", SPF_NONE.fill(domain=domain))


def _dkim(domain: str, ask: Ask) -> Hint:
    for selector in SELECTORS:
        if any("p=" in one for one in ask(f"{selector}._domainkey.{domain}")):
            return Hint("good", DKIM_GOOD.fill(domain=domain, selector=selector))
    return Hint("wait", DKIM_UNKNOWN.fill(domain=domain))


def _dmarc(domain: str, ask: Ask) -> Hint:
    """Of the domain itself, else of the one it belongs to."""
    names = [domain, domain.partition(".")[2]] if domain.count(".") > 1 else [domain]
    for name in names:
        for one in ask(f"_dmarc.{name}"):
            if one.casefold().startswith("v=dmarc1"):
                policy = next(
                    (part.strip() for part in one.split(";") if part.strip().startswith("p=")), "p=?"
                )
                return Hint("good", DMARC_GOOD.fill(domain=name, policy=policy))
    return Hint("bad", DMARC_NONE.fill(domain=domain))
