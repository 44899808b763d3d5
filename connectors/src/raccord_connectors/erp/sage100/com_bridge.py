"""The writing bridge over Sage's Objets métiers (COM), for Windows. **Not run here: written from documentation.**

It has never been run against a Sage 100: nobody who wrote it had one. What it rests on is the COM type library and
public descriptions; whatever they did not say is answered as `unsupported` or refused, never guessed at. Before use,
run `check`, then one order in a copy of the company, as the README and `infra/windows/sage100-bridge.md` say.

    py -3-32 com_bridge.py

The file stands alone: a 32-bit Python with pywin32 and this file is all that the machine of Sage needs. It reads one
JSON request per line on stdin and answers one per line on stdout; the protocol is described in the README.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

PROTOCOL = 1
ACCOUNTING = "{309DE0FB-9FB8-4F4E-8295-CC60C60DAA33}"
COMMERCIAL = "{ED0EC116-16B8-44CC-A68A-41BF6E15EB3F}"
DOCUMENT_TYPES = {0: 0, 1: 10, 3: 30, 4: 40, 5: 50, 6: 60}
"""SQL's DO_Type → COM's DocumentType, for quotation, order, delivery note, return, financial credit note and invoice: two
enumerations that must not be mixed up. Whether quantities of a return are entered above zero, as here, or below, differs between
versions: `_check_total` refuses before anything is written if the total comes out the other way."""

CUSTOMER_PATHS = {
    "CT_Intitule": "CT_Intitule", "CT_Qualite": "CT_Qualite", "CT_Contact": "CT_Contact", "CT_Commentaire": "CT_Commentaire",
    "CT_Identifiant": "CT_Identifiant", "CT_Siret": "CT_Siret", "CT_Adresse": "Adresse.Adresse",
    "CT_Complement": "Adresse.Complement", "CT_CodePostal": "Adresse.CodePostal", "CT_Ville": "Adresse.Ville",
    "CT_CodeRegion": "Adresse.CodeRegion", "CT_Pays": "Adresse.Pays", "CT_Telephone": "Telecom.Telephone",
    "CT_Telecopie": "Telecom.Telecopie", "CT_EMail": "Telecom.EMail",
}  # fmt: skip
"""Column of F_COMPTET → property of IBOClient3. A column that is not here cannot be set by this bridge yet."""
PLACE_PATHS = {
    "LI_Intitule": "LI_Intitule", "LI_Contact": "LI_Contact", "LI_Adresse": "Adresse.Adresse",
    "LI_Complement": "Adresse.Complement", "LI_CodePostal": "Adresse.CodePostal", "LI_Ville": "Adresse.Ville",
    "LI_CodeRegion": "Adresse.CodeRegion", "LI_Pays": "Adresse.Pays", "LI_Telephone": "Telecom.Telephone",
    "LI_EMail": "Telecom.EMail",
}  # fmt: skip
DOCUMENT_FIELDS = ("DO_Ref", "DO_Statut", "DO_Coord01", "DO_Coord02", "DO_Coord03", "DO_Coord04")
CHOSEN_BY_SAGE = ("CG_NumPrinc", "N_CatCompta", "N_CatTarif", "DO_Expedit", "CO_No", "MR_No")
"""Columns that are objects in COM (account, categories, carrier, representative, payment terms). How they are reached is not in
what we could read: Sage's own defaults stay, and the answer says so (`ignored`)."""
SAME_PLACE = ("LI_Adresse", "LI_Complement", "LI_CodePostal", "LI_Ville", "LI_Contact")


class Refused(Exception):
    def __init__(self, kind: str, text: str = "", field: str = "", **values: object) -> None:
        super().__init__(text)
        said = {name: str(value) for name, value in values.items()}
        self.failure = {"kind": kind, "text": text, "field": field, "values": said}


class Sage:
    """An open company: the accounting object and the commercial one, both kept, as the documentation demands."""

    def __init__(self) -> None:
        self.accounting: Any = None
        self.commercial: Any = None

    def open(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("protocol") != PROTOCOL:
            raise Refused("protocol")
        client, pythoncom = _com()
        pythoncom.CoInitialize()  # single-threaded apartment: all calls come from this thread
        try:
            self.accounting, self.commercial = client.Dispatch(ACCOUNTING), client.Dispatch(COMMERCIAL)
        except pythoncom.com_error as error:
            raise Refused("not_installed", _said(error)) from error
        company = str(data.get("company") or "")
        _locate(self.accounting, company.replace(".gcm", ".mae"), data)
        self.accounting.Open()
        self.commercial.CptaApplication = self.accounting
        _locate(self.commercial, company, data)
        self.commercial.Open()
        return {"name": "Objets métiers Sage 100", "protocol": PROTOCOL}

    def check(self, data: dict[str, Any]) -> dict[str, Any]:
        self._opened()
        return {}

    def create_document(self, data: dict[str, Any]) -> dict[str, Any]:
        self._opened()
        kind = DOCUMENT_TYPES.get(int(data["kind"]))
        if kind is None:
            raise Refused("unsupported", f"DO_Type {data['kind']}")
        customer = self._customer(data["customer"])
        process = self.commercial.CreateProcess_Document(kind)
        document = process.Document
        document.SetDefaultClient(customer)
        document.DO_Date = _day(data["dated"])
        document.DO_NoWeb = data["reference"]
        fields = data.get("fields", {})
        for name in DOCUMENT_FIELDS:
            if name in fields:
                setattr(document, name, fields[name])
        if data.get("delivery"):
            document.LieuLivraison = self._place(customer, data["delivery"]["fields"])
        for line in data["lines"]:
            self._add_line(process, line, bool(data.get("prices_include_tax")))
        self._deposits(document, data.get("deposits", []))
        _check_total(document, Decimal(data["gross"]))
        if not process.CanProcess:
            raise Refused("refused", "; ".join(str(error.Text) for error in _each(process.Errors)))
        process.Process()
        made = process.DocumentResult
        ignored = [name for name in fields if name in CHOSEN_BY_SAGE]
        return {"kind": int(data["kind"]), "piece": made.DO_Piece, "existed": False, "ignored": ignored}

    def create_foreign_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """By which properties a sales document gets its currency and rate is not in what we could read: none is written."""
        raise Refused("no_currency", field="currency", currency=data["currency"]["code"])

    def enter_payment(self, data: dict[str, Any]) -> dict[str, Any]:
        """Deposits are entered with their document. How one is added to a document that exists, and how a payment is
        allocated to an invoice, is not in what we could read: a person enters it, under the title that we look for."""
        self._opened()
        raise Refused("by_hand", field="document", label=data["label"])

    enter_foreign_payment = enter_payment

    def create_customer(self, data: dict[str, Any]) -> dict[str, Any]:
        self._opened()
        factory = self.accounting.FactoryClient
        if factory.ExistNumero(data["code"]):
            raise Refused("code_taken", field="key", customer=data["code"])
        customer = factory.Create()
        customer.CT_Num = data["code"]
        ignored = _assign(customer, data.get("fields", {}), CUSTOMER_PATHS)
        customer.WriteDefault()
        return {"code": data["code"], "ignored": [*ignored, *self._hang(customer, data)]}

    def update_customer(self, data: dict[str, Any]) -> dict[str, Any]:
        self._opened()
        customer = self._customer(data["code"])
        customer.Refresh()  # objects are cached: another user's change would be written over
        ignored = _assign(customer, data.get("fields", {}), CUSTOMER_PATHS)
        customer.Write_()
        return {"code": data["code"], "ignored": [*ignored, *self._hang(customer, data)]}

    def _hang(self, customer: Any, data: dict[str, Any]) -> list[str]:
        for place in data.get("deliveries", []):
            self._place(customer, place["fields"])
        return ["F_CONTACTT"] if data.get("contact") or data.get("contacts") else []

    def _opened(self) -> None:
        if self.commercial is None:
            raise Refused("no_company", "Aucune société n’est ouverte")

    def _customer(self, code: str) -> Any:
        factory = self.accounting.FactoryClient
        if not factory.ExistNumero(code):
            raise Refused("unknown_customer", field="customer", customer=code)
        return factory.ReadNumero(code)

    def _article(self, reference: str) -> Any:
        factory = self.commercial.FactoryArticle
        if not factory.ExistReference(reference):
            raise Refused("unknown_article", field="lines", article=reference)
        return factory.ReadReference(reference)

    def _add_line(self, process: Any, line: dict[str, Any], gross: bool) -> None:
        if not line.get("article"):
            comment = process.Document.FactoryDocumentLigne.Create()
            comment.DL_Design = line.get("title", "")
            comment.WriteDefault()
            return
        article, quantity = self._article(line["article"]), float(line["quantity"])
        labels = [label for label in line.get("labels", ()) if label]
        if not labels:
            made = process.AddArticle(article, quantity)
        else:
            axes = (article.FactoryArticleGammeEnum1, article.FactoryArticleGammeEnum2)
            values = [
                _labelled(axis, label, line["article"]) for axis, label in zip(axes, labels, strict=False)
            ]
            add = process.AddArticleMonoGamme if len(values) == 1 else process.AddArticleDoubleGamme
            made = add(*values, quantity)
        if line.get("title"):
            made.DL_Design = line["title"]
        # The article's own price ignores the customer's category and discounts: the shop's price is set instead.
        made.TTC = gross
        if gross:
            made.DL_PUTTC = float(line["gross_price"])
        else:
            made.DL_PrixUnitaire = float(line["net_price"])
        made.Write_()

    def _deposits(self, document: Any, deposits: list[dict[str, Any]]) -> None:
        for deposit in deposits:
            made = document.FactoryDocumentAcompte.Create()
            made.DR_Date = _day(deposit["dated"])
            made.DR_Libelle = deposit.get("label", "")
            made.DR_Montant = float(deposit["amount"])
            made.WriteDefault()

    def _place(self, customer: Any, fields: dict[str, str]) -> Any:
        """The customer's delivery address with these words, or a new one under a title that is still free."""
        titles = set()
        for place in _each(customer.FactoryClientLivraison.List):
            if all(str(_read(place, PLACE_PATHS[name])) == fields.get(name, "") for name in SAME_PLACE):
                return place
            titles.add(str(place.LI_Intitule).casefold())
        title = fields.get("LI_Intitule") or "Livraison"
        tried = (title, *(f"{title[:31]} {step}" for step in range(2, 1000)))
        made = customer.FactoryClientLivraison.Create()
        free = next(name for name in tried if name.casefold() not in titles)
        _assign(made, {**fields, "LI_Intitule": free}, PLACE_PATHS)
        made.WriteDefault()
        return made


def _com() -> tuple[Any, Any]:
    try:
        import pythoncom
        import win32com.client
    except ImportError as error:
        raise Refused("not_installed", f"pywin32 : {error}") from error
    return win32com.client, pythoncom


def _locate(application: Any, file: str, data: dict[str, Any]) -> None:
    if file:
        application.Name = file
    else:
        application.CompanyServer = data.get("server", "")
        application.CompanyDatabaseName = data.get("database", "")
    if data.get("user"):
        application.Loggable.UserName = data["user"]
        application.Loggable.UserPwd = data.get("password", "")


def _check_total(document: Any, expected: Decimal) -> None:
    """Before anything is written: what the customer paid, or nothing."""
    found = Decimal(str(document.Valorisation.TotalTTC)).quantize(Decimal("0.01"))
    if found != expected:
        raise Refused("total_differs", field="gross", found=found, expected=expected)


def _labelled(factory: Any, label: str, article: str) -> Any:
    for value in _each(factory.List):
        if str(value.EG_Enumere).strip() == label:
            return value
    raise Refused("unknown_variant", field="lines", article=article)


def _assign(target: Any, fields: dict[str, Any], paths: dict[str, str]) -> list[str]:
    """Returns the columns that cannot be set."""
    for name in fields.keys() & paths.keys():
        holder, _, last = paths[name].rpartition(".")
        setattr(getattr(target, holder) if holder else target, last, fields[name])
    return [name for name in fields if name not in paths]


def _read(source: Any, path: str) -> Any:
    for name in path.split("."):
        source = getattr(source, name)
    return source if source is not None else ""


def _each(collection: Any) -> Iterator[Any]:
    """COM collections count from one."""
    for index in range(1, int(collection.Count) + 1):
        yield collection.Item(index)


def _day(said: str) -> datetime:
    return datetime.fromisoformat(said[:10])


SAYS = {
    "licence": ("nombre d'utilisateurs", "nombre maximum", "licence"),
    "exclusive": ("exclusi", "mono-utilisateur", "monoposte"),
    "no_space": ("espace disque", "disque plein", "disque insuffisant"),
    "no_right": ("droits insuffisants", "pas les droits", "pas autorisé", "lecture seule"),
    "locked": ("verrou", "en cours d'utilisation", "autre utilisateur", "déjà ouvert"),
    "no_exercise": ("aucun exercice", "exercice inexistant", "hors exercice", "exercice n'existe"),
    "credit_limit": ("encours autorisé", "encours dépassé", "dépassement d'encours"),
    "stock_short": ("stock insuffisant", "stock négatif", "rupture de stock"),
    "login_refused": ("mot de passe", "utilisateur inconnu", "identification"),
    "month_closed": ("clôtur", "clotur"),
}
"""Sage tells its refusals in French sentences only: the few words by which they are told apart, the first kind that fits."""


def kind_of(said: str) -> str:
    told = said.casefold().replace("’", "'")
    return next((kind for kind, words in SAYS.items() if any(word in told for word in words)), "refused")


def _said(error: Any) -> str:
    """The sentence inside a `com_error`: (hresult, text, (code, source, description, …), argument)."""
    details = error.args[2] if len(error.args) > 2 else None
    return str(details[2] if details and len(details) > 2 and details[2] else error.args[1])


VERBS = {name for name in vars(Sage) if not name.startswith("_")}


def answer(sage: Sage, request: dict[str, Any]) -> dict[str, Any]:
    """Never raises: a refusal and a COM error are answers; an access violation ends the process, which is one too."""
    verb = getattr(sage, request["verb"]) if request["verb"] in VERBS else None
    try:
        if verb is None:
            raise Refused("unsupported", request["verb"])
        return {"id": request["id"], "ok": verb(request.get("data", {}))}
    except Refused as refused:
        return {"id": request["id"], "error": refused.failure}
    except Exception as error:
        said = _said(error) if len(error.args) > 1 else f"{type(error).__name__}: {error}"
        kind = kind_of(said)
        failure = {"kind": kind, "text": said, "values": _values(kind, request.get("data", {}))}
        return {"id": request["id"], "error": failure}


def _values(kind: str, data: dict[str, Any]) -> dict[str, str]:
    """What the sentence for a person wants to know; Sage's own does not tell it in a way that programs could read."""
    day = {"day": str(data.get("dated", "?"))[:10]}
    named = {
        "locked": {"what": "L’enregistrement"},
        "credit_limit": {"customer": str(data.get("customer", "?"))},
    }
    return {**named, "month_closed": day, "no_exercise": day}.get(kind, {})


def main() -> None:
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a console's code page would spoil accents
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sage = Sage()
    for line in sys.stdin:
        request = json.loads(line)
        if request["verb"] == "close":
            return
        print(json.dumps(answer(sage, request), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
