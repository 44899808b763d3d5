"""Both sides and the lines to them: rights, clocks, what was never read, webhooks."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Systems, World
from raccord_connectors.contract import Text

SHOP = Kind(
    code="side.shop", severity="blocks", place="shop", stream="connection",
    title=Text("rehearsal.side.shop", "La boutique refuse", "The shop refuses"),
    remedy=Text(
        "rehearsal.side.shop.remedy",
        "Donnez ce droit à la clé dans la boutique, puis testez la connexion.",
        "Give the key this right in the shop, then test the connection.",
    ),
)  # fmt: skip
ERP = Kind(
    code="side.erp", severity="blocks", place="agent", stream="connection",
    title=Text("rehearsal.side.erp", "La gestion refuse", "The ERP refuses"),
    remedy=Text(
        "rehearsal.side.erp.remedy",
        "Donnez ce droit au compte que l’agent utilise, ou corrigez ses réglages sur le poste de l’agent ; « doctor » y "
        "explique le reste.",
        "Give the account that the agent uses this right, or correct its settings on the agent’s machine; “doctor” explains the "
        "rest there.",
    ),
)  # fmt: skip
SILENT = Kind(
    code="side.silent", severity="blocks", place="agent", stream="connection",
    title=Text("rehearsal.side.silent", "L’agent ne répond pas", "The agent does not answer"),
    remedy=Text(
        "rehearsal.side.silent.remedy",
        "Vérifiez que le poste de l’agent est allumé et relié à Internet, puis lancez « raccord-agent doctor » sur ce poste.",
        "Check that the agent’s machine is on and has Internet access, then run “raccord-agent doctor” on it.",
    ),
    says=Text(
        "rehearsal.side.silent.says",
        "L’agent de la gestion n’a pas répondu : les droits sur la gestion n’ont pas pu être vérifiés, et aucune commande ne "
        "pourrait y être écrite.",
        "The ERP’s agent did not answer: the rights on the ERP could not be checked, and no order could be written there.",
    ),
)  # fmt: skip
NO_AGENT = Kind(
    code="side.no_agent", severity="blocks", place="agent", stream="connection",
    title=Text("rehearsal.side.no_agent", "Aucun agent n’est installé", "No agent is installed"),
    remedy=Text(
        "rehearsal.side.no_agent.remedy",
        "Créez un code sur la page « Agents » et installez l’agent à côté de la gestion.",
        "Create a code on the page “Agents” and install the agent beside the ERP.",
    ),
    says=Text(
        "rehearsal.side.no_agent.says",
        "Personne ne parle pour la gestion : rien n’y est lu ni écrit.",
        "Nobody speaks for the ERP: nothing is read or written there.",
    ),
)  # fmt: skip
CLOCK = Kind(
    code="side.clock", severity="advice", place="agent", stream="connection",
    title=Text("rehearsal.side.clock", "Une horloge est fausse", "A clock is wrong"),
    remedy=Text(
        "rehearsal.side.clock.remedy",
        "Réglez l’heure du poste de l’agent (synchronisation automatique de Windows). Une horloge fausse fait manquer des "
        "modifications et refuser des signatures.",
        "Set the clock of the agent’s machine (automatic synchronisation of Windows). A wrong clock makes changes be missed and "
        "signatures be refused.",
    ),
    says=Text(
        "rehearsal.side.clock.says",
        "L’horloge du poste de l’agent s’écarte de la nôtre de {seconds} s.",
        "The clock of the agent’s machine differs from ours by {seconds} s.",
    ),
)  # fmt: skip
UNREAD = Kind(
    code="side.unread", severity="blocks", place="agent", stream="connection",
    title=Text("rehearsal.side.unread", "Des données jamais lues en entier", "Data never read to their end"),
    remedy=Text(
        "rehearsal.side.unread.remedy",
        "Attendez la fin de la première lecture (page « Agents »), puis répétez de nouveau.",
        "Wait for the end of the first reading (page “Agents”), then rehearse again.",
    ),
    says=Text(
        "rehearsal.side.unread.says",
        "La gestion n’a pas encore été lue en entier : {streams}.",
        "The ERP was not yet read to its end: {streams_en}.",
    ),
)  # fmt: skip
NO_WEBHOOKS = Kind(
    code="side.webhooks", severity="advice", place="shop", stream="connection",
    title=Text("rehearsal.side.webhooks", "La boutique ne peut pas nous prévenir", "The shop cannot tell us at once"),
    remedy=Text(
        "rehearsal.side.webhooks.remedy",
        "Les commandes sont alors relevées toutes les 30 secondes. Pour les avoir dans l’instant, donnez à Raccord une adresse "
        "publique en https (réglage RACCORD_PUBLIC_URL).",
        "Orders are then collected every 30 seconds. To have them at once, give Raccord a public https address (setting "
        "RACCORD_PUBLIC_URL).",
    ),
    says=Text(
        "rehearsal.side.webhooks.says",
        "L’adresse de cette installation n’est pas joignable depuis Internet : la boutique ne peut pas y envoyer de webhook.",
        "The address of this installation cannot be reached from the Internet: the shop cannot send webhooks to it.",
    ),
)  # fmt: skip
CLOCK_TOLERANCE = 60.0
"""Seconds."""
STREAMS = {
    "products": ("les articles", "articles"), "prices": ("les prix", "prices"), "stock": ("les stocks", "stock"),
    "categories": ("les catégories", "categories"), "customers": ("les clients", "customers"),
    "documents": ("les documents de vente", "sales documents"),
}  # fmt: skip


def find(systems: Systems, _: World) -> Iterator[Finding]:
    yield from _side(SHOP, systems.shop_problem is not None, systems)
    if systems.agent == "none":
        yield NO_AGENT.of("erp")
    elif systems.agent == "silent":
        yield SILENT.of("erp")
    yield from _side(ERP, systems.erp_problem is not None, systems)
    if systems.clock_gap is not None and abs(systems.clock_gap) > CLOCK_TOLERANCE:
        yield CLOCK.of("erp", seconds=f"{abs(systems.clock_gap):.0f}")
    if systems.unread:
        fr = ", ".join(STREAMS.get(stream, (stream, stream))[0] for stream in systems.unread)
        en = ", ".join(STREAMS.get(stream, (stream, stream))[1] for stream in systems.unread)
        yield UNREAD.of("erp", streams=fr, streams_en=en)
    if systems.webhooks == "no_address":
        yield NO_WEBHOOKS.of("shop")


def _side(kind: Kind, wrong: bool, systems: Systems) -> Iterator[Finding]:
    if not wrong:
        return
    problem = systems.shop_problem if kind is SHOP else systems.erp_problem
    findings = systems.shop_findings if kind is SHOP else systems.erp_findings
    assert problem is not None
    for number, message in enumerate(findings or (problem.message,)):
        yield kind.telling("shop" if kind is SHOP else "erp", message, part=str(number))


CHECK = Check(Systems, (SHOP, ERP, SILENT, NO_AGENT, CLOCK, UNREAD, NO_WEBHOOKS), find)
