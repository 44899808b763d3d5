"""The GesCom's buttons: each does one thing of `business`, then shows a page that says so, or why not."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from sandbox.gescom.business import GesCom
from sandbox.gescom.refused import Refused

Asked = Request[Any, Any, Any]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Action = Callable[[GesCom, dict[str, str]], str]
"""Does it, and gives the sentence to show."""


def _price(gescom: GesCom, form: dict[str, str]) -> str:
    category = _whole(form, "categorie")
    gescom.change_price(form["ref"], _amount(form.get("prix", "")), category=category or None)
    return f"Prix de {form['ref']} : {form.get('prix', '')} €."


def _stock(gescom: GesCom, form: dict[str, str]) -> str:
    variant = (_whole(form, "ag1"), _whole(form, "ag2"))
    quantity = _amount(form.get("quantite", ""))
    gescom.set_stock(form["ref"], quantity, depot=_whole(form, "depot") or 1, variant=variant)
    return f"Stock de {form['ref']} : {form.get('quantite', '')}."


def _sleep(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.sleep(form["ref"])
    return f"{form['ref']} est mis en sommeil."


def _wake(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.wake(form["ref"])
    return f"{form['ref']} est réveillé."


def _publish(gescom: GesCom, form: dict[str, str]) -> str:
    wanted = form.get("publie") == "1"
    gescom.publish(form["ref"], wanted)
    return f"{form['ref']} est {'publié sur le' if wanted else 'retiré du'} site."


def _rename(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.rename(form["ref"], form.get("nom", ""))
    return f"{form['ref']} est renommé."


def _delete(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.delete_article(form["ref"])
    return f"L’article {form['ref']} est supprimé."


ARTICLE_ACTIONS: dict[str, Action] = {
    "prix": _price, "stock": _stock, "sommeil": _sleep, "reveil": _wake, "publication": _publish, "renommer": _rename,
    "supprimer": _delete,
}  # fmt: skip


def _confirm(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.confirm(form["piece"])
    return f"{form['piece']} est confirmé."


def _pay(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.pay(form["piece"], _amount(form.get("montant", "")), method=_whole(form, "mode") or 1)
    return f"Règlement de {form.get('montant', '')} € saisi."


def _open(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.lock("F_DOCENTETE", form["piece"])
    return f"{form['piece']} est ouvert à l’écran d’un utilisateur : personne d’autre ne peut y écrire."


def _shut(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.unlock("F_DOCENTETE", form["piece"])
    return f"{form['piece']} est refermé."


def _cancel(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.cancel(form["piece"])
    return f"{form['piece']} est annulé."


def _amend(gescom: GesCom, form: dict[str, str]) -> str:
    gescom.amend(form["piece"], _quantities(form) or {})
    return f"{form['piece']} est modifié."


def _add_line(gescom: GesCom, form: dict[str, str]) -> str:
    ref = form.get("ref", "").strip().upper()
    gescom.add_line(form["piece"], ref, _amount(form.get("quantite", "1")))
    return f"{ref} est ajouté à {form['piece']}."


DOCUMENT_ACTIONS: dict[str, Action] = {
    "confirmer": _confirm,
    "modifier": _amend,
    "ajouter": _add_line,
    "regler": _pay,
    "ouvrir": _open,
    "fermer": _shut,
    "annuler": _cancel,
}

Making = Callable[[GesCom, dict[str, str]], str]
"""Makes another document, and gives its number."""
MAKINGS: dict[str, tuple[Making, str]] = {
    "preparer": (lambda g, f: g.prepare(f["piece"], _quantities(f)), "Préparation {} créée."),
    "livrer": (
        lambda g, f: g.deliver(f["piece"], _quantities(f), parcel=f.get("colis", "").strip()),
        "Bon de livraison {} créé.",
    ),
    "facturer": (lambda g, f: g.invoice(f["piece"]), "Facture {} créée."),
    "reprendre": (lambda g, f: g.take_back(f["piece"], _quantities(f)), "Bon de retour {} créé."),
    "commander": (lambda g, f: g.transform(f["piece"], 1), "Bon de commande {} créé."),
    "regrouper": (
        lambda g, f: g.gather([f["piece"], *f.get("avec", "").upper().replace(",", " ").split()]),
        "Bon de livraison {} créé.",
    ),
}


@post("/article/nouveau", sync_to_thread=True)
def add_article(request: Asked, data: Form) -> Redirect:
    ref = data.get("ref", "").strip().upper()

    def add() -> str:
        _gescom(request).add_article(
            ref,
            data.get("nom", ""),
            family=data.get("famille", ""),
            price=_amount(data.get("prix", "0")),
            tax_included=data.get("ttc") == "1",
            ean=data.get("ean", "").strip(),
            stock=_amount(data.get("stock", "0")),
            published=data.get("publie") == "1",
        )
        return f"Article {ref} créé."

    return _done(add, _address("/article", ref=ref), "/articles/nouveau")


@post("/article/{action:str}", sync_to_thread=True)
def change_article(request: Asked, action: FromPath[str], data: Form) -> Redirect:
    back = _address("/article", ref=data.get("ref", ""))
    to = "/articles" if action == "supprimer" else back
    return _done(lambda: _known(ARTICLE_ACTIONS, action)(_gescom(request), data), to, back)


@post("/articles/vider", sync_to_thread=True)
def empty(request: Asked, data: Form) -> Redirect:
    if data.get("confirmation", "").strip().upper() != "VIDER":
        return _to("/articles", refus="Rien n’a été vidé : tapez VIDER pour confirmer.")
    return _done(lambda: f"{_gescom(request).empty_articles()} articles ont disparu.", "/articles")


@post("/articles/restaurer", sync_to_thread=True)
def restore(request: Asked) -> Redirect:
    return _done(lambda: f"{_gescom(request).restore_articles()} articles sont restaurés.", "/articles")


@post("/document/{action:str}", sync_to_thread=True)
def change_document(request: Asked, action: FromPath[str], data: Form) -> Redirect:
    gescom, piece = _gescom(request), data.get("piece", "")
    back = _address("/document", piece=piece)
    if action in MAKINGS:
        make, said = MAKINGS[action]
        try:
            made = make(gescom, data)
        except Refused as refused:
            return _to(back, refus=refused.text)
        return _to(_address("/document", piece=made), dit=said.format(made))
    to = "/documents" if action == "annuler" else back
    return _done(lambda: _known(DOCUMENT_ACTIONS, action)(gescom, data), to, back)


ROUTES = [add_article, change_article, empty, restore, change_document]


def _gescom(request: Asked) -> GesCom:
    gescom: GesCom = request.app.state.gescom
    return gescom


def _known(actions: dict[str, Action], name: str) -> Action:
    if name not in actions:
        raise Refused("refused", "Action inconnue")
    return actions[name]


def _done(work: Callable[[], str], to: str, failed: str = "") -> Redirect:
    """The page is shown by a GET, so that reloading it repeats nothing."""
    try:
        said = work()
    except Refused as refused:
        return _to(failed or to, refus=refused.text)
    return _to(to, dit=said)


def _to(path: str, **said: str) -> Redirect:
    return Redirect(f"{path}{'&' if '?' in path else '?'}{urlencode(said)}", status_code=303)


def _address(path: str, **values: str) -> str:
    return f"{path}?{urlencode(values)}"


def _amount(said: str) -> Decimal:
    """As people type it: "12,90", "1 250"."""
    told = "".join(said.split()).replace("€", "").replace(",", ".").replace("−", "-")
    try:
        value = Decimal(told or "0")
    except InvalidOperation:
        raise Refused("refused", f"« {said} » n’est pas un nombre", field="amount") from None
    if not value.is_finite() or abs(value) > 10**9:
        raise Refused("refused", f"« {said} » n’est pas un nombre", field="amount")
    return value


def _whole(form: dict[str, str], name: str) -> int:
    said = form.get(name, "")
    return int(said) if said.isascii() and said.isdigit() else 0


def _quantities(form: dict[str, str]) -> dict[int, Decimal] | None:
    """The fields q123 of a document's lines; None when the form had none."""
    named = {name[1:]: said for name, said in form.items() if name[:1] == "q" and name[1:].isdigit()}
    return {int(line): _amount(said) for line, said in named.items()} if named else None
