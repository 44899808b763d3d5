"""Which listing is which article: what is doubtful, and what only one of the sides has."""

from collections.abc import Iterator

from raccord.core import matching
from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Meeting, World
from raccord_connectors.contract import Text

AMBIGUOUS = Kind(
    code="match.ambiguous",
    severity="held",
    place="shop",
    stream="products",
    title=Text(
        "rehearsal.match.ambiguous",
        "Articles qui ont plusieurs fiches possibles",
        "Articles that may be several listings",
    ),
    remedy=Text(
        "rehearsal.match.ambiguous.remedy",
        "Corrigez la référence en trop dans la boutique. Sinon l’article attend, et vous direz quelle fiche est la sienne.",
        "Correct the reference that is one too many in the shop. Otherwise the article waits, and you say which listing is its.",
    ),
)
SHARED = Kind(
    code="match.shared",
    severity="held",
    place="erp",
    stream="products",
    title=Text(
        "rehearsal.match.shared", "Fiches que deux articles se disputent", "Listings that two articles claim"
    ),
    remedy=Text(
        "rehearsal.match.shared.remedy",
        "Corrigez les références ou les codes-barres, dans la gestion ou dans la boutique, pour qu’une fiche n’aille qu’à un "
        "article.",
        "Correct the references or bar codes, in the ERP or in the shop, so that a listing belongs to one article only.",
    ),
)
ONLY_ERP = Kind(
    code="match.only_erp",
    severity="advice",
    place="channel",
    stream="products",
    title=Text("rehearsal.match.only_erp", "Articles absents de la boutique", "Articles that the shop lacks"),
    remedy=Text(
        "rehearsal.match.only_erp.remedy",
        "Ils y seront créés. Si l’un d’eux y est déjà sous une autre référence, corrigez-la d’abord ; s’il ne doit pas y être, "
        "ôtez sa publication.",
        "They are going to be created there. If one of them is there already under another reference, correct that first; if it "
        "shall not be there, take its publication off.",
    ),
    says=Text(
        "rehearsal.match.only_erp.says",
        "Article {key} « {name} » : la boutique n’a ni sa référence ni son code-barres.",
        "Article {key} “{name}”: the shop has neither its reference nor its bar code.",
    ),
)
ONLY_SHOP = Kind(
    code="match.only_shop",
    severity="advice",
    place="shop",
    stream="listings",
    title=Text(
        "rehearsal.match.only_shop", "Fiches inconnues de la gestion", "Listings that the ERP does not know"
    ),
    remedy=Text(
        "rehearsal.match.only_shop.remedy",
        "Nous n’y toucherons pas. Mais si l’une est vendue, sa commande attendra : créez l’article dans la gestion, ou donnez à "
        "la fiche la référence du bon article.",
        "We leave them alone. But if one is sold, its order waits: create the article in the ERP, or give the listing the right "
        "article’s reference.",
    ),
    says=Text(
        "rehearsal.match.only_shop.says",
        "Fiche {key} « {name} » (référence {sku}) : aucun article vendu par ce canal ne lui correspond.",
        "Listing {key} “{name}” (SKU {sku}): no article that this channel sells corresponds to it.",
    ),
)
UNSOLD = Kind(
    code="match.unsold",
    severity="advice",
    place="erp",
    stream="listings",
    title=Text(
        "rehearsal.match.unsold",
        "Fiches dont l’article n’est pas à vendre",
        "Listings whose article is not for sale",
    ),
    remedy=Text(
        "rehearsal.match.unsold.remedy",
        "Nous n’y toucherons pas : retirez la fiche de la boutique, ou publiez l’article dans la gestion pour que le canal la "
        "suive.",
        "We leave them alone: take the listing out of the shop, or publish the article in the ERP so that the channel "
        "follows it.",
    ),
    says=Text(
        "rehearsal.match.unsold.says",
        "Fiche {key} « {name} » (référence {sku}) : la gestion a cet article, mais il est en sommeil, non publié ou exclu de ce "
        "canal.",
        "Listing {key} “{name}” (SKU {sku}): the ERP has this article, but it is asleep, not published or excluded from this "
        "channel.",
    ),
)
KINDS = {matching.AMBIGUOUS.code: AMBIGUOUS, matching.SHARED.code: SHARED}


def find(meeting: Meeting, _: World) -> Iterator[Finding]:
    for one in meeting.matches:
        if one.problem is not None:
            yield KINDS[one.problem.code].telling(one.product, one.problem)
    for shown in meeting.only_erp:
        yield ONLY_ERP.of(shown.code.owner, name=shown.title)
    for kind, listings in ((ONLY_SHOP, meeting.only_shop), (UNSOLD, meeting.unsold)):
        for shown in listings:
            yield kind.of(shown.code.owner, name=shown.title, sku=shown.sku.strip() or "—")


CHECK = Check(Meeting, (AMBIGUOUS, SHARED, ONLY_ERP, ONLY_SHOP, UNSOLD), find)
