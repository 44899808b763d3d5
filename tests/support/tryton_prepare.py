"""Fills an empty Tryton database with a small French company. Runs in Tryton's OWN environment, as a separate process:

    <environment>/bin/python tryton_prepare.py <configuration file> <database>

Nothing of Raccord imports this file. Its words (logins, codes, names) are those that `tryton_server` gives to tests.
"""

import datetime
import sys
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard  # type: ignore[import-not-found]
from proteus import config as proteus_config

COUNTRIES = {
    "FR": ("France", "FRA", "250"),
    "BE": ("Belgique", "BEL", "056"),
    "DE": ("Allemagne", "DEU", "276"),
    "LU": ("Luxembourg", "LUX", "442"),
    "CH": ("Suisse", "CHE", "756"),
}
USERS = {
    # The manager does by hand what a merchant does in Tryton; the agent signs in with few rights; the trainee has none.
    "gerant": ("Camille Gérant", "gerant-mot-de-passe", None),
    "raccord": (
        "Raccord",
        "raccord-mot-de-passe",
        ("Sales", "Sales Administrator", "Stock", "Party Administration", "Accounting"),
    ),
    "stagiaire": ("Sacha Stagiaire", "stagiaire-mot-de-passe", ()),
}
PAYMENT_METHODS = {"Carte bancaire": "5121", "Virement": "5121", "Chèque": "5112"}
"""Name → account that receives the money."""
CATEGORIES = {
    # Accounting category: the French chart's own sales tax. Two of them are groups of dated taxes (19.6 % until 2013).
    "TVA 20": "T.V.A. Vente de biens Taux Normal",
    "TVA 10": "T.V.A. Vente de biens Taux Intermédiaire",
    "TVA 5,5": "T.V.A. Vente de biens 5,5%",
    "Services 20": "T.V.A. Vente de services Taux Normal",
    "Sans TVA": None,
}
SERVICES = {
    "PORT": ("Frais de port", "Services 20"),
    "FRAIS": ("Frais de dossier et emballage", "Services 20"),
    "REMISE": ("Remise", "Services 20"),
    "ARRONDI": ("Écart d’arrondi", "Sans TVA"),
}


def main(configuration: str, database: str) -> None:
    proteus_config.set_trytond(f"sqlite:///{database}", user="admin", config_file=configuration)
    step("currency and countries")
    euro = create(
        "currency.currency", name="Euro", symbol="€", code="EUR", numeric_code="978", rounding=Decimal("0.01")
    )
    create("currency.currency.rate", currency=euro, date=datetime.date(1999, 1, 1), rate=Decimal(1))
    countries = {
        code: create("country.country", name=name, code=code, code3=code3, code_numeric=numeric)
        for code, (name, code3, numeric) in COUNTRIES.items()
    }
    step("company")
    company = create_company(euro, countries["FR"])
    step("French chart of accounts and fiscal years")
    create_chart(company)
    create_fiscal_year(company)
    step("payment terms, VAT, warehouses")
    create_payment_terms()
    create_payment_methods(company)
    categories = create_accounting_categories()
    create_warehouses()
    step("services, carrier, price lists, catalogue")
    services = create_services(categories)
    create_carrier(services["PORT"])
    create_price_lists(company)
    create_catalogue()
    step("users")
    create_users(company)


def step(title: str) -> None:
    print(f"Tryton:   {title}", file=sys.stderr, flush=True)


def create(model: str, **values: Any) -> Any:
    record = Model.get(model)(**values)
    record.save()
    return record


def one(model: str, *domain: Any) -> Any:
    (found,) = Model.get(model).find(list(domain), limit=1)
    return found


def create_company(euro: Any, france: Any) -> Any:
    configuration = Model.get("party.configuration")(1)
    configuration.identifier_types = ["fr_siren", "fr_siret", "eu_vat"]
    configuration.save()
    party = Model.get("party.party")(name="Maison Raccord")
    (address,) = party.addresses
    address.street = "12 rue des Tanneurs"
    address.postal_code, address.city, address.country = "69005", "Lyon", france
    party.identifiers.new(type="fr_siren", code="552100554")
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency = party, euro
    wizard.execute("add")
    current = proteus_config.get_config()
    current._context = Model.get("res.user").get_preferences(True, {})
    (company,) = Model.get("company.company").find()
    return company


def create_chart(company: Any) -> None:
    chart = Model.get("ir.model.data").get_id("account_fr.root", proteus_config.get_config().context)
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = Model.get("account.account.template")(chart)
    wizard.form.company = company
    wizard.execute("create_account")
    account = {code: one("account.account", ("code", "=", code)) for code in ("411", "4111", "401", "4011")}
    wizard.form.account_receivable = account["4111"]
    wizard.form.account_payable = account["4011"]
    wizard.form.category_account_revenue = one("account.account", ("code", "=", "7071"))
    wizard.form.category_account_expense = one("account.account", ("code", "=", "6071"))
    wizard.execute("create_properties")


def create_fiscal_year(company: Any) -> None:
    """Wide enough for the tests' dates: from the first of January of last year to the end of next year."""
    year = datetime.date.today().year  # noqa: DTZ011 (the company's own calendar)
    for one_year in (year - 1, year, year + 1):
        fiscal_year = Model.get("account.fiscalyear")(name=str(one_year), company=company)
        fiscal_year.start_date = datetime.date(one_year, 1, 1)
        fiscal_year.end_date = datetime.date(one_year, 12, 31)
        fiscal_year.move_sequence = create_sequence(f"Écritures {one_year}", "Account Move", company)
        invoices = create_sequence(f"Factures {one_year}", "Invoice", company, prefix=f"F{one_year}-")
        refunds = create_sequence(f"Avoirs {one_year}", "Invoice", company, prefix=f"A{one_year}-")
        (sequences,) = fiscal_year.invoice_sequences
        sequences.out_invoice_sequence = sequences.in_invoice_sequence = invoices
        sequences.out_credit_note_sequence = sequences.in_credit_note_sequence = refunds
        fiscal_year.save()
        fiscal_year.click("create_period")


def create_sequence(name: str, kind: str, company: Any, prefix: str = "") -> Any:
    sequence_type = one("ir.sequence.type", ("name", "=", kind))
    values = {
        "name": name,
        "sequence_type": sequence_type,
        "company": company,
        "prefix": prefix,
        "padding": 5,
    }
    return create("ir.sequence.strict", **values)


def create_payment_terms() -> None:
    for name, days in (("Comptant", 0), ("30 jours", 30)):
        term = Model.get("account.invoice.payment_term")(name=name)
        line = term.lines.new(type="remainder")
        line.relativedeltas.new(days=days)
        term.save()


def create_payment_methods(company: Any) -> None:
    journal = one("account.journal", ("type", "=", "cash"))
    for name, code in PAYMENT_METHODS.items():
        account = one("account.account", ("code", "=", code))
        values = {"name": name, "company": company, "journal": journal}
        create("account.invoice.payment.method", **values, debit_account=account, credit_account=account)


def create_accounting_categories() -> dict[str, Any]:
    revenue, expense = (one("account.account", ("code", "=", code)) for code in ("7071", "6071"))
    categories = {}
    for name, tax in CATEGORIES.items():
        category = Model.get("product.category")(name=name, accounting=True)
        # Without them Tryton confirms a sale and then fails to process it, silently (`ir.error`).
        category.account_revenue, category.account_expense = revenue, expense
        if tax is not None:
            category.customer_taxes.append(one("account.tax", ("name", "=", tax), ("parent", "=", None)))
        category.save()
        categories[name] = category
    return categories


def create_warehouses() -> None:
    warehouse = one("stock.location", ("type", "=", "warehouse"))
    warehouse.name, warehouse.code = "Dépôt Lyon", "LYON"
    warehouse.save()
    zones = {
        name: create("stock.location", name=name, code=code, type="storage")
        for name, code in (("Réception Lille", "LI-E"), ("Stock Lille", "LI-S"), ("Expédition Lille", "LI-X"))
    }
    create(
        "stock.location",
        name="Dépôt Lille",
        code="LILLE",
        type="warehouse",
        input_location=zones["Réception Lille"],
        storage_location=zones["Stock Lille"],
        output_location=zones["Expédition Lille"],
        lost_found_location=warehouse.lost_found_location,
    )


def create_services(categories: dict[str, Any]) -> dict[str, Any]:
    unit = one("product.uom", ("symbol", "=", "u"))
    services = {}
    for code, (name, category) in SERVICES.items():
        template = Model.get("product.template")(name=name, code=code, type="service", default_uom=unit)
        template.list_price, template.salable = Decimal(0), True
        template.account_category = categories[category]
        template.save()
        (services[code],) = template.products
    return services


def create_carrier(product: Any) -> None:
    party = Model.get("party.party")(name="Colissimo")
    party.save()
    create("carrier", party=party, carrier_product=product)


def create_price_lists(company: Any) -> None:
    resellers = Model.get("product.price_list")(name="Revendeurs", company=company, price="list_price")
    # The first line that matches counts; lines without a sequence come before all others.
    resellers.lines.new(sequence=10, quantity=10.0, formula="unit_price * 0.7")
    resellers.lines.new(sequence=20, formula="unit_price * 0.8")
    resellers.save()
    public = Model.get("product.price_list")(name="Boutique TTC", company=company, price="list_price")
    public.tax_included = True
    public.lines.new(sequence=10, formula="unit_price * 1.2")
    public.save()


def create_catalogue() -> None:
    home = create("product.category", name="Maison")
    create("product.category", name="Cuisine", parent=home)
    create("product.category", name="Textile", parent=home)
    attributes = [
        create(
            "product.attribute",
            name="couleur",
            string="Couleur",
            type_="selection",
            selection="bleu: Bleu\nrouge: Rouge\nvert: Vert",
        ),
        create("product.attribute", name="taille", string="Taille", type_="char"),
        create("product.attribute", name="matiere", string="Matière", type_="char"),
    ]
    group = Model.get("product.attribute.set")(name="Vêtements")
    group.attributes.extend(attributes)
    group.save()


def create_users(company: Any) -> None:
    Group = Model.get("res.group")  # noqa: N806 (proteus hands out classes)
    for login, (name, password, groups) in USERS.items():
        user = Model.get("res.user")(name=name, login=login, password=password)
        user.companies.append(Model.get("company.company")(company.id))
        user.company = Model.get("company.company")(company.id)
        user.language = one("ir.lang", ("code", "=", "fr"))
        domain = [] if groups is None else [("name", "in", groups)]
        user.groups.extend(Group.find(domain))
        user.save()


if __name__ == "__main__":
    main(*sys.argv[1:])
