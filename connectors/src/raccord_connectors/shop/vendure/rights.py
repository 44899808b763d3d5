"""What Raccord's role must be allowed in Vendure, and finding out right by right.

An administrator's account can read its permissions. An API key cannot (`me` is for administrators: it is forbidden to
keys, seen on 3.7), so each right is tried with a call that does nothing: an empty list, or a thing that does not exist.
"""

from dataclasses import dataclass

from raccord_connectors.contract import ConfigError, Message
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Forbidden, Graph, Refused

ME = "{ activeChannel { id } me { channels { id permissions } } }"


@dataclass(frozen=True)
class Right:
    any_of: tuple[str, ...]
    """Vendure's permissions, any of which will do; the first is the one to ask for."""
    fr: str
    en: str
    probe: str
    """A call that needs it and changes nothing."""


RIGHTS = (
    Right(
        ("ReadCatalog", "ReadProduct"),
        "lire les produits",
        "reading products",
        "{ products(options: { take: 1 }) { totalItems } }",
    ),
    Right(
        ("CreateCatalog", "CreateProduct"),
        "créer des produits",
        "creating products",
        # Options of a group that does not exist: nothing can be made.
        'mutation { createProductOption(input: { productOptionGroupId: "0", code: "raccord", translations: [] }) { id } }',
    ),
    Right(
        ("UpdateCatalog", "UpdateProduct"),
        "modifier les produits, les prix et le stock",
        "changing products, prices and stock",
        "mutation { updateProducts(input: []) { id } }",
    ),
    Right(
        ("DeleteCatalog", "DeleteProduct"),
        "supprimer les produits que l’ERP a supprimés",
        "deleting what the ERP deleted",
        "mutation { deleteProducts(ids: []) { result } }",
    ),
    Right(
        ("CreateCatalog", "CreateFacet"),
        "créer les marques, caractéristiques et catégories",
        "creating brands, characteristics and categories",
        "mutation { createFacetValues(input: []) { id } }",
    ),
    Right(
        ("CreateCatalog", "CreateAsset"),
        "mettre en ligne les images",
        "putting pictures online",
        "mutation { createAssets(input: []) { __typename } }",
    ),
    Right(
        ("ReadCatalog", "ReadStockLocation"),
        "lire les emplacements de stock",
        "reading stock locations",
        "{ stockLocations(options: { take: 1 }) { totalItems } }",
    ),
    Right(
        ("ReadCatalog", "ReadSettings", "ReadTaxCategory"),
        "lire les catégories de taxe",
        "reading tax categories",
        "{ taxCategories(options: { take: 1 }) { totalItems } }",
    ),
    Right(
        ("ReadOrder",),
        "lire les commandes",
        "reading orders",
        "{ orders(options: { take: 1 }) { totalItems } }",
    ),
    Right(
        ("UpdateOrder",),
        "suivre, expédier et annuler les commandes",
        "following, shipping and cancelling orders",
        'mutation { addNoteToOrder(input: { id: "0", note: "", isPublic: false }) { id } }',
    ),
    Right(
        ("ReadPaymentMethod", "ReadSettings"),
        "lire les modes de paiement",
        "reading payment methods",
        "{ paymentMethods(options: { take: 1 }) { totalItems } }",
    ),
    Right(
        ("ReadShippingMethod", "ReadSettings"),
        "lire les modes de livraison",
        "reading shipping methods",
        "{ shippingMethods(options: { take: 1 }) { totalItems } }",
    ),
)


def demand_rights(graph: Graph) -> None:
    """Raises `ConfigError` with one finding for each right that is missing in the channel."""
    held = None if graph.by_key else _permissions(graph)
    missing = [
        right for right in RIGHTS if not (_granted(graph, right) if held is None else held & {*right.any_of})
    ]
    if not missing:
        return
    findings = [
        texts.RIGHT_MISSING.fill(right=right.any_of[0], purpose_fr=right.fr, purpose_en=right.en)
        for right in missing
    ]
    rights = ", ".join(dict.fromkeys(right.any_of[0] for right in missing))
    raise ConfigError(texts.RIGHTS_MISSING.fill(rights=rights), findings=findings)


def demand_handler(graph: Graph, handler: str) -> None:
    known = [item["code"] for item in graph.ask("{ fulfillmentHandlers { code } }")["fulfillmentHandlers"]]
    if handler not in known:
        message: Message = texts.UNKNOWN_HANDLER.fill(handler=handler, known=", ".join(known) or "—")
        raise ConfigError(message, field="fulfillment_handler")


def explain(graph: Graph, error: Forbidden) -> ConfigError:
    """Why the very first question was forbidden: the key is not accepted at all, or lacks a right."""
    if not graph.by_key:
        return error
    try:
        graph.ask("{ activeChannel { id } globalSettings { id } }")
    except Forbidden:
        return ConfigError(texts.KEY_REFUSED.fill(), field="api_key", detail=error.operation)
    return error


def _permissions(graph: Graph) -> set[str]:
    data = graph.ask(ME)
    channel = data["activeChannel"]["id"]
    return {
        right for item in data["me"]["channels"] if item["id"] == channel for right in item["permissions"]
    }


def _granted(graph: Graph, right: Right) -> bool:
    try:
        graph.change(right.probe)
    except Forbidden:
        return False
    except Refused:
        return True  # allowed to ask; what was asked for does not exist
    return True
