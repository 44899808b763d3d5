"""What can be said of each stream: the fields of a definition, their types, and the column names they usually have.

A field of a *line* (`line.item`) or of a part of a record may differ from row to row of one record; of the others the first
row is believed.
"""

import re
import unicodedata
from typing import Literal

from msgspec import Struct

Kind = Literal["text", "number", "date", "flag", "list", "choice"]


class Field(Struct, frozen=True):
    """`names`: how columns that hold it are usually called, in the form of `plain_name`."""

    kind: Kind = "text"
    names: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()


def plain_name(name: str) -> str:
    """A column's name without case, accents and separators: « Prix H.T. » and PRIX_HT are PRIXHT."""
    letters = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^A-Z0-9]", "", "".join(c for c in letters if not unicodedata.combining(c)).upper())


def _text(*names: str, required: bool = False) -> Field:
    return Field("text", names, required)


def _number(*names: str, required: bool = False) -> Field:
    return Field("number", names, required)


def _flag(*names: str) -> Field:
    return Field("flag", names)


def _date(*names: str, required: bool = False) -> Field:
    return Field("date", names, required)


_ARTICLE = (
    "REF", "REFERENCE", "CODEARTICLE", "REFARTICLE", "REFERENCEARTICLE", "ARTICLE", "CODEPRODUIT", "REFPRODUIT", "SKU",
    "ITEMCODE", "ITEMNO", "PRODUCTCODE", "PRODUCTID", "CODE", "ARREF",
)  # fmt: skip
_CUSTOMER = (
    "CODECLIENT", "NUMCLIENT", "NUMEROCLIENT", "CODETIERS", "COMPTECLIENT", "CUSTOMERCODE", "CUSTOMERID", "CLIENT", "CUSTOMER",
)  # fmt: skip
_NAME = ("DESIGNATION", "LIBELLE", "INTITULE", "NOM", "NAME", "LABEL", "TITLE", "TITRE")
_GROSS = ("PRIXTTC", "PVTTC", "PUTTC", "TARIFTTC", "PRICEINCLTAX", "GROSSPRICE")
_NET = (
    "PRIXHT", "PVHT", "PUHT", "PRIXVENTE", "PRIXVENTEHT", "TARIFHT", "PRIX", "TARIF", "MONTANT", "PRICE", "NETPRICE",
    "UNITPRICE",
)  # fmt: skip

FIELDS: dict[str, dict[str, Field]] = {
    "categories": {
        "key": _text("CODE", "CODEFAMILLE", "CODECATEGORIE", "FAMILLE", "CATEGORYCODE", "ID", required=True),
        "name": _text(*_NAME, "LIBELLEFAMILLE", required=True),
        "parent": _text("PARENT", "CODEPARENT", "FAMILLEPARENT", "PARENTID"),
        "position": _number("ORDRE", "POSITION", "RANG"),
        "active": _flag("ACTIF", "ACTIVE"),
    },
    "products": {
        "key": _text(*_ARTICLE, required=True),
        "sku": _text(),
        "name": _text(*_NAME, required=True),
        "description": _text("DESCRIPTION", "TEXTE", "DESCRIPTIF", "LONGDESCRIPTION"),
        "summary": _text("RESUME", "SUMMARY", "DESCRIPTIONCOURTE"),
        "family": _text("FAMILLE", "CODEFAMILLE", "FAMILY", "CATEGORIE", "CATEGORY"),
        "brand": _text("MARQUE", "BRAND", "FABRICANT"),
        "ean": _text("EAN", "EAN13", "CODEBARRE", "CODEBARRES", "GENCOD", "GTIN", "BARCODE"),
        "mpn": _text("REFFABRICANT", "REFFOURNISSEUR", "MPN"),
        "unit": _text("UNITE", "UNITEVENTE", "UNIT"),
        "weight_kg": _number("POIDS", "POIDSKG", "POIDSNET", "WEIGHT", "WEIGHTKG"),
        "weight_g": _number("POIDSG", "WEIGHTG"),
        "tax_rate": _number("TVA", "TAUXTVA", "VATRATE", "TAXRATE", "VAT"),
        "tax_code": _text("CODETVA", "VATCODE", "TAXCODE"),
        "active": _flag("ACTIF", "ACTIVE"),
        "asleep": _flag("SOMMEIL", "ENSOMMEIL", "INACTIF", "INACTIVE", "ARCHIVE"),
        "published": _flag("PUBLIE", "WEB", "PUBLIEWEB", "VISIBLEWEB", "PUBLISHED", "ONLINE"),
        "tracked": _flag("SUIVISTOCK", "GERESTOCK", "TRACKSTOCK"),
        "pictures": Field("list", ("PHOTO", "PHOTOS", "IMAGE", "IMAGES", "PICTURE")),
        "documents": Field("list", ("FICHETECHNIQUE", "DATASHEET", "DOCUMENTS")),
        "origin_country": _text("PAYSORIGINE", "ORIGINCOUNTRY"),
        "customs_code": _text("CODEDOUANE", "NOMENCLATUREDOUANIERE", "CUSTOMSCODE"),
        "replaced_by": _text("REMPLACEPAR", "REPLACEDBY"),
        "related": Field("list", ("ARTICLESLIES", "RELATED")),
        "parent": _text("ARTICLEPARENT", "REFPARENT", "PARENTREF", "PARENTSKU"),
        "option1_name": _text("NOMOPTION1", "GAMME1NOM", "OPTION1NAME"),
        "option1": _text("OPTION1", "VALEUROPTION1", "GAMME1", "OPTION1VALUE"),
        "option2_name": _text("NOMOPTION2", "GAMME2NOM", "OPTION2NAME"),
        "option2": _text("OPTION2", "VALEUROPTION2", "GAMME2", "OPTION2VALUE"),
    },
    "prices": {
        "product": _text(*_ARTICLE, required=True),
        "net": _number(*_NET),
        "gross": _number(*_GROSS),
        "currency": _text("DEVISE", "CURRENCY"),
        "category": _text("CATEGORIETARIFAIRE", "CATTARIF", "CODETARIF", "PRICECATEGORY", "PRICELIST"),
        "customer": _text(*_CUSTOMER),
        "minimum": _number("QTEMIN", "QUANTITEMIN", "SEUIL", "MINQTY", "APARTIRDE"),
        "discount_percent": _number("REMISE", "TAUXREMISE", "DISCOUNT"),
        "starts": _date("DATEDEBUT", "DEBUT", "STARTDATE", "VALIDFROM"),
        "ends": _date("DATEFIN", "FIN", "ENDDATE", "VALIDTO"),
        "purchase": _number("PRIXACHAT", "PRIXREVIENT", "COUT", "PAHT", "COST", "PURCHASEPRICE"),
    },
    "stock": {
        "product": _text(*_ARTICLE, required=True),
        "depot": _text("DEPOT", "CODEDEPOT", "MAGASIN", "WAREHOUSE"),
        "real": _number("STOCK", "QTESTOCK", "STOCKREEL", "QUANTITE", "QTE", "QUANTITY", "ONHAND", "STOCKQTY"),
        "reserved": _number("RESERVE", "QTERESERVEE", "STOCKRESERVE", "RESERVED"),
        "ordered": _number("QTECOMMANDEE", "ATTENDU", "STOCKATTENDU", "ONORDER", "ORDERED"),
    },
    "customers": {
        "key": _text(*_CUSTOMER, "CODE", "NUMERO", "ID", required=True),
        "reference": _text("REFWEB", "REFERENCEWEB", "IDWEB", "WEBREFERENCE"),
        "account_title": _text("RAISONSOCIALE", "INTITULE"),
        "civility": Field("choice", ("CIVILITE", "CIVILITY"), choices=("", "mr", "mrs")),
        "first_name": _text("PRENOM", "FIRSTNAME"),
        "last_name": _text("NOM", "LASTNAME", "NAME"),
        "company": _text("SOCIETE", "ENTREPRISE", "COMPANY"),
        "email": _text("EMAIL", "MAIL", "ADRESSEMAIL", "COURRIEL"),
        "phone": _text("TELEPHONE", "TEL", "PHONE"),
        "mobile": _text("MOBILE", "PORTABLE", "TELPORTABLE"),
        "fax": _text("FAX", "TELECOPIE"),
        "siret": _text("SIRET"),
        "vat_number": _text("TVAINTRA", "NUMTVA", "TVAINTRACOM", "VATNUMBER"),
        "line1": _text("ADRESSE", "ADRESSE1", "ADDRESS", "ADDRESS1", "RUE"),
        "line2": _text("ADRESSE2", "COMPLEMENT", "ADDRESS2"),
        "postal_code": _text("CP", "CODEPOSTAL", "POSTALCODE", "ZIP"),
        "city": _text("VILLE", "CITY"),
        "country": _text("CODEPAYS", "PAYS", "COUNTRY", "COUNTRYCODE"),
        "price_category": _text("CATEGORIETARIFAIRE", "CATTARIF", "CODETARIF", "PRICECATEGORY"),
        "payment_terms": _text("CONDITIONREGLEMENT", "PAYMENTTERMS"),
        "representative": _text("REPRESENTANT", "COMMERCIAL", "SALESPERSON"),
        "category": _text("FAMILLECLIENT", "CUSTOMERGROUP"),
        "discount_percent": _number("REMISE", "TAUXREMISE", "DISCOUNT"),
        "on_account": _flag("ENCOMPTE", "ONACCOUNT"),
        "credit_limit": _number("PLAFOND", "ENCOURSMAX", "ENCOURSAUTORISE", "CREDITLIMIT"),
        "outstanding": _number("ENCOURS", "SOLDE", "BALANCE", "OUTSTANDING"),
        "blocked": _flag("BLOQUE", "BLOCKED"),
        "active": _flag("ACTIF", "ACTIVE"),
        "language": _text("LANGUE", "LANGUAGE"),
        "birthday": _date("DATENAISSANCE", "BIRTHDAY"),
    },
    "documents": {
        "key": _text("NUMERO", "NUMCOMMANDE", "NUMPIECE", "PIECE", "NUMDOC", "ORDERNO", "NUMBER", "DOCNO", required=True),
        "kind": Field("choice", ("TYPE", "KIND"),
                      choices=("quotation", "order", "preparation", "delivery", "return", "credit", "invoice")),
        "dated": _date("DATE", "DATECOMMANDE", "DATEDOC", "DATEPIECE", "ORDERDATE", required=True),
        "reference": _text("REFWEB", "REFERENCEWEB", "REFERENCE", "REFCLIENT", "WEBREFERENCE", "WEBORDER"),
        "customer": _text(*_CUSTOMER),
        "state": Field("choice", ("ETAT", "STATUT", "STATE", "STATUS"), choices=(
            "draft", "confirmed", "preparing", "partly_delivered", "delivered", "invoiced", "cancelled")),
        "net": _number("TOTALHT", "MONTANTHT", "NET", "NETTOTAL", required=True),
        "tax": _number("TOTALTVA", "MONTANTTVA", "TAX", "TAXTOTAL"),
        "gross": _number("TOTALTTC", "MONTANTTTC", "GROSS", "GROSSTOTAL", required=True),
        "paid": _number("REGLE", "MONTANTREGLE", "PAID"),
        "due": _date("ECHEANCE", "DATEECHEANCE", "DUEDATE"),
        "invoice": _text("FACTURE", "NUMFACTURE", "INVOICENO"),
        "tracking": _text("SUIVI", "NUMSUIVI", "NUMCOLIS", "TRACKING"),
        "carrier": _text("TRANSPORTEUR", "CARRIER"),
        "line.key": _text("NUMLIGNE", "LIGNE", "LINENO"),
        "line.item": _text(*_ARTICLE),
        "line.title": _text("LIBELLELIGNE", *_NAME),
        "line.quantity": _number("QTE", "QUANTITE", "QUANTITY", "QTY"),
        "line.net": _number("MONTANTLIGNEHT", "LIGNEHT", "LINENET"),
        "line.rate": _number("TAUXTVA", "TVA", "VATRATE"),
        "line.delivered": _number("QTELIVREE", "LIVRE", "DELIVERED"),
    },
}  # fmt: skip
STREAMS = tuple(FIELDS)
KEYS = {"prices": "product", "stock": "product"}
"""Stream → the field that tells the record; `key` in the others."""
CUSTOM = "custom."
"""`custom.colour = "COULEUR"`: any column, as a field of the merchant's own."""
WITH_CUSTOM = ("products", "customers", "documents")
MODIFIED = (
    "DATEMODIF", "DATEMODIFICATION", "MODIFIELE", "DATEMAJ", "MAJ", "UPDATEDAT", "MODIFIEDAT", "LASTMODIFIED", "CBMODIFICATION",
)  # fmt: skip


def needed(stream: str) -> tuple[str, ...]:
    """Fields without which a definition of the stream says nothing. An empty stock is not known, which may be."""
    return (
        *(name for name, field in FIELDS[stream].items() if field.required),
        *(("real",) if stream == "stock" else ()),
    )


def key_field(stream: str) -> str:
    return KEYS.get(stream, "key")


def field_of(stream: str, name: str) -> Field | None:
    if name.startswith(CUSTOM) and stream in WITH_CUSTOM and len(name) > len(CUSTOM):
        return Field("text")
    return FIELDS[stream].get(name)
