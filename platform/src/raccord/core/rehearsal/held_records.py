"""Records that exist, and that their connector cannot express."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import HeldRecord, World
from raccord_connectors.contract import Text

IN_ERP = Kind(
    code="record.erp", severity="held", place="erp", stream="products",
    title=Text("rehearsal.record.erp", "Fiches de la gestion inutilisables", "Records of the ERP that cannot be used"),
    remedy=Text(
        "rehearsal.record.erp.remedy",
        "Corrigez la fiche dans la gestion : elle est reprise d’elle-même à la lecture suivante.",
        "Correct the record in the ERP: it is taken by itself at the next reading.",
    ),
)  # fmt: skip
IN_SHOP = Kind(
    code="record.shop", severity="held", place="shop", stream="listings",
    title=Text("rehearsal.record.shop", "Fiches de la boutique illisibles", "Records of the shop that cannot be read"),
    remedy=Text(
        "rehearsal.record.shop.remedy",
        "Ouvrez la fiche dans la boutique et enregistrez-la de nouveau ; un module l’a souvent laissée à moitié écrite.",
        "Open the record in the shop and save it again; a plug-in has often left it half-written.",
    ),
)  # fmt: skip


def find(record: HeldRecord, _: World) -> Iterator[Finding]:
    kind = IN_ERP if record.side == "erp" else IN_SHOP
    yield Finding(kind.code, record.stream, record.key, record.problem.message)


CHECK = Check(HeldRecord, (IN_ERP, IN_SHOP), find)
