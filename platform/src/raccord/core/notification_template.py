"""Templates of messages, in the part of Jinja's language that names variables, asks whether one is filled, and goes through a
list: checked when they are saved, so that one that was saved can be rendered, in a time that its length limits.

Nothing else of Jinja is there: no call, no attribute but those of a list's entries, no filter, no sum.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from raccord_connectors.contract import Message, Text

LONGEST_SUBJECT = 200
LONGEST_BODY = 8000
LONGEST_RENDERED = 60_000
"""Characters. Orders have hundreds of lines; what is longer than this is cut."""
SCALARS: dict[str, tuple[str, str]] = {
    "order_number": ("le numéro de la commande", "the order’s number"),
    "placed_on": ("le jour de la commande", "the day of the order"),
    "total": ("ce que le client paie, avec la devise", "what the customer pays, with the currency"),
    "first_name": ("le prénom", "the first name"),
    "last_name": ("le nom", "the last name"),
    "customer_name": ("la société, sinon prénom et nom", "the company, else first and last name"),
    "company": ("la société", "the company"),
    "delivery_address": ("l’adresse de livraison, sur une ligne", "the delivery address, on one line"),
    "shop_name": ("le nom de la boutique", "the shop’s name"),
    "shop_address": ("l’adresse de la boutique en ligne", "the storefront’s address"),
    "carrier": ("le transporteur de ce colis", "this parcel’s carrier"),
    "tracking_number": ("le numéro de suivi de ce colis", "this parcel’s tracking number"),
    "tracking_link": ("le lien de suivi de ce colis", "this parcel’s tracking link"),
    "shipped_in_full": ("rempli quand tout est parti", "filled when all of the order has left"),
    "document_number": ("le numéro de la commande dans la gestion", "the order’s number in the ERP"),
    "invoice_number": ("le numéro de cette facture", "this invoice’s number"),
    "invoice_link": (
        "le lien vers cette facture, si les clients en ont un",
        "the link to this invoice, if customers are given it",
    ),
    "refund_amount": ("le montant remboursé, avec la devise", "the amount given back, with the currency"),
    "refund_reason": ("la raison du remboursement", "the reason of the refund"),
}
"""Name → what it is, in French and English."""
LISTS: dict[str, dict[str, tuple[str, str]]] = {
    "lines": {
        "name": ("l’article", "the article"),
        "quantity": ("la quantité", "the quantity"),
        "amount": ("le montant de la ligne, toutes taxes comprises", "the line’s amount, with tax"),
    },
    "parcels": {
        "carrier": ("le transporteur", "the carrier"),
        "number": ("le numéro de suivi", "the tracking number"),
        "link": ("le lien de suivi", "the tracking link"),
    },
    "parcel_lines": {
        "name": ("l’article", "the article"),
        "quantity": ("la quantité dans ce colis", "the quantity in this parcel"),
    },
}

UNKNOWN_NAME = Text(
    "template.unknown_name",
    "« {name} » n’est pas une variable que nous connaissons. Variables possibles ici : {known}.",
    "“{name}” is not a variable that we know. Possible variables here: {known}.",
)
NOT_ALLOWED = Text(
    "template.not_allowed",
    "Ligne {line} : seuls {{{{ variable }}}}, {{% if variable %}} et {{% for … in … %}} sont possibles dans un modèle.",
    "Line {line}: only {{{{ variable }}}}, {{% if variable %}} and {{% for … in … %}} are possible in a template.",
)
BROKEN = Text(
    "template.broken",
    "Ligne {line} : une accolade ou un {{% end… %}} manque, ou est de trop.",
    "Line {line}: a brace or an {{% end… %}} is missing, or there is one too many.",
)
LIST_ALONE = Text(
    "template.list_alone",
    "Ligne {line} : « {name} » est une liste. Écrivez {{% for x in {name} %}}…{{% endfor %}}.",
    "Line {line}: “{name}” is a list. Write {{% for x in {name} %}}…{{% endfor %}}.",
)
EMPTY = Text(
    "template.empty", "Ce texte est vide. Saisissez-le, ou revenez au modèle proposé.",
    "This text is empty. Enter it, or go back to the proposed template.",
)  # fmt: skip
TOO_LONG = Text(
    "template.too_long",
    "Ce texte a {length} caractères. Il ne peut pas en avoir plus de {longest}.",
    "This text has {length} characters. It cannot have more than {longest}.",
)


class Template(Struct, frozen=True, kw_only=True):
    """What one event is told with, in one language. A text message has no subject."""

    subject: str = ""
    body: str


GUARD = {"[": "\ue001", "]": "\ue002", "(": "\ue003", ")": "\ue004", "-": "\ue005"}
"""A customer called "[here](…)" makes no link: signs of our own markup that come from values are put aside while it is read."""
_PUT_ASIDE = str.maketrans({**GUARD, "\r": " ", "\n": " ", "\0": ""})
_TAKEN_BACK = str.maketrans({value: key for key, value in GUARD.items()})
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    finalize=lambda value: str(value).translate(_PUT_ASIDE),
)  # fmt: skip


def restored(text: str) -> str:
    """With the signs that `render` has put aside."""
    return text.translate(_TAKEN_BACK)


def render(template: str, words: Mapping[str, Any]) -> str:
    """A template that `problems` let pass; `restored` is to be applied once the markup is read. Names without a value are
    empty."""
    known = {**dict.fromkeys(SCALARS, ""), **dict.fromkeys(LISTS, ()), **words}
    return _ENVIRONMENT.from_string(template).render(known)[:LONGEST_RENDERED]


def problem(template: str, longest: int = LONGEST_BODY) -> Message | None:
    """The first thing that is wrong; None: it can be rendered."""
    if not template.strip():
        return EMPTY.fill()
    if len(template) > longest:
        return TOO_LONG.fill(length=len(template), longest=longest)
    try:
        tree = _ENVIRONMENT.parse(template)
    except TemplateSyntaxError as error:
        return BROKEN.fill(line=error.lineno)
    return next((found for node in tree.body if (found := _check(node, {}))), None)


def _check(node: nodes.Node, entries: Mapping[str, str]) -> Message | None:
    """`entries`: the name of a loop → the list it goes through."""
    if isinstance(node, nodes.TemplateData):
        return None
    if isinstance(node, nodes.Output):
        return _first(node.nodes, entries)
    if isinstance(node, nodes.Name | nodes.Getattr):
        return _check_value(node, entries)
    if isinstance(node, nodes.If):
        return _check_test(node.test, entries) or _first([*node.body, *node.elif_, *node.else_], entries)
    if isinstance(node, nodes.For):
        return _check_loop(node, entries)
    return NOT_ALLOWED.fill(line=node.lineno)


def _check_test(test: nodes.Node, entries: Mapping[str, str]) -> Message | None:
    if isinstance(test, nodes.Not):
        return _check_test(test.node, entries)
    if isinstance(test, nodes.And | nodes.Or):
        return _check_test(test.left, entries) or _check_test(test.right, entries)
    if isinstance(test, nodes.Name) and test.name in LISTS:
        return None
    if isinstance(test, nodes.Name | nodes.Getattr):
        return _check_value(test, entries)
    return NOT_ALLOWED.fill(line=test.lineno)


def _check_value(node: nodes.Name | nodes.Getattr, entries: Mapping[str, str]) -> Message | None:
    if isinstance(node, nodes.Name):
        if node.name in SCALARS:
            return None
        if node.name in LISTS:
            return LIST_ALONE.fill(line=node.lineno, name=node.name)
        return UNKNOWN_NAME.fill(name=node.name, known=", ".join([*SCALARS, *LISTS, *entries]))
    if not isinstance(node.node, nodes.Name) or node.node.name not in entries:
        return _first([node.node], entries) or NOT_ALLOWED.fill(line=node.lineno)
    fields = LISTS[entries[node.node.name]]
    if node.attr in fields:
        return None
    loop = node.node.name
    known = ", ".join(f"{loop}.{field}" for field in fields)
    return UNKNOWN_NAME.fill(name=f"{loop}.{node.attr}", known=known)


def _check_loop(node: nodes.For, entries: Mapping[str, str]) -> Message | None:
    plain = isinstance(node.target, nodes.Name) and isinstance(node.iter, nodes.Name)
    if not plain or node.test is not None or node.recursive or entries:  # a loop in a loop could be long
        return NOT_ALLOWED.fill(line=node.lineno)
    assert isinstance(node.target, nodes.Name)
    assert isinstance(node.iter, nodes.Name)
    if node.iter.name not in LISTS:
        return UNKNOWN_NAME.fill(name=node.iter.name, known=", ".join(LISTS))
    inside = {node.target.name: node.iter.name}
    return _first(node.body, inside) or _first(node.else_, entries)


def _first(found: Sequence[nodes.Node], entries: Mapping[str, str]) -> Message | None:
    return next((wrong for node in found if (wrong := _check(node, entries))), None)
