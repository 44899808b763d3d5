"""A buyer is recognised by what identifies, never by guess; a doubt becomes a question."""

from datetime import UTC, datetime
from decimal import Decimal

from raccord.core.customer_match import customer_of, match
from raccord.core.order_rules import CustomerRules, CustomerTemplate
from raccord_connectors.canonical import Address, Buyer, Contact, Customer, Order

DURAND = Customer(key="DURAND", account_title="DURAND Anne", email="Anne@Example.org ")
CARAT = Customer(
    key="CARAT",
    account_title="Carat SARL",
    siret="732 829 320 00074",
    contacts=[Contact(key="1", email="achat@carat.example")],
)


def order(email: str, siret: str | None = None) -> Order:
    return Order(
        key="1", number="1", placed_at=datetime(2026, 11, 24, tzinfo=UTC), status="processing", stage="open",
        currency="EUR", prices_include_tax=True, buyer=Buyer(email=email, siret=siret), billing=Address(last_name="Durand"),
        lines=[], net=Decimal(0), tax=Decimal(0), gross=Decimal(0),
    )  # fmt: skip


def test_a_link_made_before_wins() -> None:
    found = match(order(email="x@example.org"), "CARAT", [CARAT], CustomerRules())
    assert ("found", "CARAT", "link") == (found.kind, found.customer, found.reason)


def test_e_mail_is_compared_without_case_and_spaces_also_among_contacts() -> None:
    assert "DURAND" == match(order(email="anne@example.ORG"), None, [DURAND, CARAT], CustomerRules()).customer
    assert (
        "CARAT" == match(order(email="achat@carat.example"), None, [DURAND, CARAT], CustomerRules()).customer
    )


def test_the_merchant_says_what_is_surer_and_a_number_that_disagrees_becomes_a_question() -> None:
    """Anne buys for Carat with her own address."""
    asked, known = order(email="anne@example.org", siret="73282932000074"), [DURAND, CARAT]
    found = match(asked, None, known, CustomerRules(anchors=("binding", "siret", "email")))
    assert ("CARAT", "siret") == (found.customer, found.reason)
    held = match(asked, None, known, CustomerRules())
    assert ("held", ("DURAND", "CARAT")) == (held.kind, held.candidates)


def test_two_customers_with_one_e_mail_become_a_question() -> None:
    twin = Customer(key="DURAND2", email="anne@example.org")
    found = match(order(email="anne@example.org"), None, [DURAND, twin], CustomerRules())
    assert "held" == found.kind
    assert found.problem is not None
    assert "DURAND, DURAND2" in found.problem.message.fr
    assert "this e-mail address" in found.problem.message.en


def test_a_sleeping_twin_is_no_doubt() -> None:
    twin = Customer(key="DURAND2", email="anne@example.org", active=False)
    assert "DURAND" == match(order(email="anne@example.org"), None, [twin, DURAND], CustomerRules()).customer


def test_a_blocked_account_holds_the_order() -> None:
    blocked = Customer(key="B", email="b@example.org", blocked=True)
    assert "held" == match(order(email="b@example.org"), None, [blocked], CustomerRules()).kind


def test_two_orders_of_one_new_buyer_ask_for_one_customer() -> None:
    first, second = (
        match(order(email=email), None, [], CustomerRules())
        for email in ("new@example.org", " New@example.org")
    )
    assert first.draft is not None
    assert second.draft is not None
    assert first.draft.key == second.draft.key


def test_a_buyer_without_any_identity_holds_the_order() -> None:
    nobody = Order(
        key="1", number="1", placed_at=datetime(2026, 11, 24, tzinfo=UTC), status="", stage="open", currency="EUR",
        prices_include_tax=True, buyer=Buyer(), billing=Address(), lines=[],
        net=Decimal(0), tax=Decimal(0), gross=Decimal(0),
    )  # fmt: skip
    assert "held" == match(nobody, None, [], CustomerRules()).kind


def test_a_new_customer_is_given_what_the_merchant_chose_a_company_its_own() -> None:
    template = CustomerTemplate(price_category="1", payment_terms="3", representative="7")
    company = CustomerTemplate(price_category="2", payment_terms="4")
    rules = CustomerRules(template=template, business_template=company)
    person, business = (
        customer_of(order("a@example.org"), rules),
        customer_of(order("b@x.fr", "73282932000074"), rules),
    )
    assert ("1", "3", "7") == (person.price_category, person.payment_terms, person.representative)
    assert ("2", "4", None) == (business.price_category, business.payment_terms, business.representative)
