"""How the shop says no: WooCommerce's error codes, with sentences in the language of the site (French here)."""

from typing import Any


class Refusal(Exception):
    """`status` is the HTTP status where the request stands alone; inside a batch it travels in `data`."""

    def __init__(self, code: str, message: str, status: int = 400, **data: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.data = data

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.data}}


def invalid_param(name: str, why: str) -> Refusal:
    return Refusal("rest_invalid_param", f"Paramètre(s) non valide(s) : {name}", params={name: why})


def not_found(kind: str) -> Refusal:
    return Refusal(f"woocommerce_rest_{kind}_invalid_id", "ID non valide.", 404)


def no_route() -> Refusal:
    return Refusal(
        "rest_no_route", "Aucune route correspondant à l’URL et à la méthode de requête n’a été trouvée.", 404
    )


def trash_not_supported() -> Refusal:
    return Refusal(
        "woocommerce_rest_trash_not_supported", "Cet élément ne peut pas être mis à la corbeille.", 501
    )


def too_many(limit: int) -> Refusal:
    return Refusal(
        "woocommerce_rest_request_entity_too_large",
        f"Impossible d’accepter plus de {limit} éléments pour cette requête.",
        413,
    )
