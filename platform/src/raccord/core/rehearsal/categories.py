"""Families and catalogue nodes that hang nowhere, and articles that stand in none."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, CategoryTree, World
from raccord_connectors.contract import Text

NO_PARENT = Kind(
    code="category.no_parent", severity="advice", place="erp", stream="categories",
    title=Text("rehearsal.category.no_parent", "Catégories dont le parent manque", "Categories without their parent"),
    remedy=Text(
        "rehearsal.category.no_parent.remedy",
        "Dans la gestion, rattachez le nœud du catalogue à un nœud qui existe. Ses articles n’apparaissent sinon dans aucune "
        "catégorie de la boutique.",
        "In the ERP, hang the catalogue node below one that exists. Otherwise its articles appear in no category of the shop.",
    ),
    says=Text(
        "rehearsal.category.no_parent.says",
        "Catégorie {key} « {name} » : son parent {parent} n’existe pas.",
        "Category {key} “{name}”: its parent {parent} does not exist.",
    ),
)  # fmt: skip
LOOP = Kind(
    code="category.loop", severity="advice", place="erp", stream="categories",
    title=Text("rehearsal.category.loop", "Catégories en boucle", "Categories in a loop"),
    remedy=Text(
        "rehearsal.category.loop.remedy",
        "Dans la gestion, rattachez l’un des nœuds ailleurs : chacun est ici, de proche en proche, au-dessus de lui-même.",
        "In the ERP, hang one of the nodes elsewhere: step by step, each of them stands above itself.",
    ),
    says=Text(
        "rehearsal.category.loop.says",
        "Catégorie {key} « {name} » : en remontant ses parents on revient à elle ({way}).",
        "Category {key} “{name}”: its parents lead back to it ({way}).",
    ),
)  # fmt: skip
UNKNOWN = Kind(
    code="category.unknown", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.category.unknown", "Articles dans une catégorie inconnue", "Articles in an unknown category"),
    remedy=Text(
        "rehearsal.category.unknown.remedy",
        "Dans la gestion, choisissez pour l’article une famille ou un nœud du catalogue qui existe.",
        "In the ERP, choose a family or catalogue node that exists for the article.",
    ),
    says=Text(
        "rehearsal.category.unknown.says",
        "Article {key} : sa catégorie {category} n’existe pas dans la gestion.",
        "Article {key}: its category {category} does not exist in the ERP.",
    ),
)  # fmt: skip


def find_in_tree(tree: CategoryTree, _: World) -> Iterator[Finding]:
    known = tree.categories
    for key, category in known.items():
        if not category.active:
            continue
        if category.parent is not None and category.parent not in known:
            yield NO_PARENT.of(key, name=category.name, parent=category.parent)
        way = [key]
        above = category.parent
        while above is not None and above in known and above not in way:
            way.append(above)
            above = known[above].parent
        if above == key:
            yield LOOP.of(key, name=category.name, way=" → ".join([*way, key]))


def find_of_article(article: Article, world: World) -> Iterator[Finding]:
    product = article.product
    for key in (*product.categories, *([product.family] if product.family else ())):
        if key not in world.categories:
            yield UNKNOWN.of(product.key, part=key, category=key)


TREE = Check(CategoryTree, (NO_PARENT, LOOP), find_in_tree)
OF_ARTICLE = Check(Article, (UNKNOWN,), find_of_article)
