"""Articles without a picture, and pictures that the ERP names and nobody finds."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.contract import Text

NONE = Kind(
    code="picture.none", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.picture.none", "Articles sans image", "Articles without a picture"),
    remedy=Text(
        "rehearsal.picture.none.remedy",
        "Dans la gestion, indiquez la photo de l’article, ou ajoutez-la dans la boutique.",
        "In the ERP, name the article’s photo, or add one in the shop.",
    ),
    says=Text(
        "rehearsal.picture.none.says",
        "Article {key} « {name} » : la gestion ne nomme aucune image.",
        "Article {key} “{name}”: the ERP names no picture.",
    ),
)  # fmt: skip
NOT_FOUND = Kind(
    code="picture.not_found", severity="advice", place="agent", stream="products",
    title=Text("rehearsal.picture.not_found", "Images nommées mais introuvables", "Pictures named but not found"),
    remedy=Text(
        "rehearsal.picture.not_found.remedy",
        "Remettez le fichier dans le dossier des images que l’agent peut lire, ou corrigez son nom dans la gestion.",
        "Put the file back into the folder of pictures that the agent may read, or correct its name in the ERP.",
    ),
    says=Text(
        "rehearsal.picture.not_found.says",
        "Article {key} : l’image « {name} » n’est pas là où l’agent la cherche.",
        "Article {key}: the picture “{name}” is not where the agent looks for it.",
    ),
)  # fmt: skip


def find(article: Article, world: World) -> Iterator[Finding]:
    product = article.product
    named = [*product.media, *(one for variant in product.variants for one in variant.media)]
    pictures = [one for one in named if one.kind == "picture" and one.name.strip()]
    if not pictures:
        yield NONE.of(product.key, name=product.name)
    if world.pictures_are_read:
        for picture in pictures:
            if picture.digest is None:
                yield NOT_FOUND.of(product.key, part=picture.name, name=picture.name)


CHECK = Check(Article, (NONE, NOT_FOUND), find)
