"""The pages of follow-up and messages, as a merchant and as a customer use them, with a real mail server behind."""

from collections.abc import Iterator

import pytest

from raccord.notifications import address_repository, deliverability, errors, repository
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Problem
from support.imap_server import imap_server
from support.mail_server import Mailbox, mail_server
from support.web import Site, Visitor, site, text_of

__all__ = ["site"]


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


@pytest.fixture(scope="module")
def ready(site: Site, box: Mailbox) -> Site:
    """With a mail server of its own, typed by the owner."""
    here = site.at("messages/email")
    wrong = site.as_("owner").post(
        here, do="save", provider="smtp", host="", port="x", security="none", sender="nobody"
    )
    assert 422 == wrong.status_code
    assert "doit être un nombre" in text_of(wrong)
    done = site.as_("owner").post(
        here, do="save", provider="smtp", host="127.0.0.1", port=str(box.port), security="none", user="", password="",
        sender="boutique@duval.example", sender_name="Maison Duval", reply_to="",
    )  # fmt: skip
    assert f"{here}?done=sender_works" == done.headers["location"]
    assert "fonctionne" in text_of(site.as_("owner").get(here))
    return site


def table(site: Site) -> str:
    return site.at(f"channels/{site.made.channel}/messages")


CHOSEN = {
    "move-accepted": "accepted", "move-preparing": "stay", "move-partly_shipped": "partly_shipped", "move-shipped": "shipped",
    "move-invoiced": "shipped", "move-cancelled": "cancelled", "teller-accepted": "shop", "teller-preparing": "nobody",
    "teller-shipped": "us", "email-shipped": "1", "teller-invoiced": "us", "email-invoiced": "1", "teller-cancelled": "us",
    "attach-invoiced": "1",
    "email-cancelled": "1", "teller-refunded": "shop", "quiet_from": "20", "quiet_until": "8", "oldest_days": "3",
    "tracking_hours": "0", "default_language": "fr", "look_name": "Maison Duval", "look_address": "https://duval.example",
    "look_logo": "", "look_colour": "#8b1f2f", "look_footer": "3 rue des Lilas, Nantes",
}  # fmt: skip


def test_the_follow_up_table_keeps_what_was_chosen_and_names_what_is_wrong(ready: Site) -> None:
    owner, here = ready.as_("owner"), table(ready)
    changed: dict[str, str | list[str]] = {
        "email-shipped": [],
        "look_colour": "rouge",
        "look_logo": "javascript:x",
    }
    wrong = owner.post(here, **{**CHOSEN, **changed})
    assert 422 == wrong.status_code
    for said in ("cochez e-mail ou SMS", "n’est pas une couleur", "commence par https://"):
        assert said in text_of(wrong)
    assert f"{here}?done=saved" == owner.post(here, **CHOSEN).headers["location"]
    shown = owner.get(here).text
    assert '<option value="stay" selected>' in shown
    assert 'name="attach-invoiced" value="1" checked' in shown
    assert "Commande terminée" in shown  # the shop's own mail is to be switched off
    assert "disabled" in ready.as_("reader").get(here).text


def test_a_template_is_checked_previewed_on_an_order_and_tried(ready: Site, box: Mailbox) -> None:
    owner, here = ready.as_("owner"), f"{table(ready)}/shipped?medium=email&language=fr"
    page = owner.get(here)
    assert "texte proposé" in text_of(page)
    wrong = owner.post(here, do="save", subject="Parti", body="Bonjour {{ prenom }}")
    assert 422 == wrong.status_code
    assert "« prenom » n’est pas une variable que nous connaissons" in text_of(wrong)
    order = str(ready.made.orders["integrated"])
    preview = owner.post(
        here.replace("?", "/preview?"), subject="Parti", body="Pour {{ last_name }}", order=order
    )
    assert 200 == preview.status_code
    assert "sandbox" in preview.headers["content-security-policy"]
    assert "script" not in preview.text
    assert "Pour " in preview.text
    owner.post(here, do="test", subject="Votre colis", body="Numéro {{ tracking_number }}", order=order)
    assert "Votre colis" == box.subjects()[-1]
    assert "anne@duval.example" == box.mails[-1]["To"]
    assert (
        "saved"
        in owner.post(here, do="save", subject="Parti !", body="Voilà {{ order_number }}").headers["location"]
    )
    assert "votre texte" in text_of(owner.get(here))
    assert "saved" in owner.post(here, do="default").headers["location"]
    assert "texte proposé" in text_of(owner.get(here))
    text = owner.get(f"{table(ready)}/shipped/preview?medium=sms&language=en")
    assert "1 SMS" in text_of(text)
    assert 404 == owner.get(f"{table(ready)}/shipped?medium=fax").status_code
    assert 404 == owner.get(f"{table(ready)}/nothing").status_code


def test_the_list_tells_what_failed_and_sends_it_again(ready: Site) -> None:
    made = ready.made

    async def prepare() -> str:
        order = made.orders["integrated"]
        async with tenant_transaction(made.tenant):
            await repository.record(made.tenant, order, "shipped/BL00098", "email", None)
            await repository.record(made.tenant, order, "accepted", "email", "overtaken")
            (due,) = await repository.due(5)
            await repository.end(due, "uncertain")
        return str(due)

    due = ready.client.blocking_portal.call(prepare)
    owner = ready.as_("owner")
    assert "peut-être envoyé" in text_of(owner.get(ready.at("messages?tab=failed")))
    assert "dépassé par la suite" in text_of(owner.get(ready.at("messages?tab=silent")))
    assert 403 == ready.as_("reader").post(ready.at(f"messages/{due}"), do="again").status_code
    owner.post(ready.at(f"messages/{due}"), do="again")
    assert ("notify", made.tenant) in ready.wake.woken
    assert "stale" in owner.post(ready.at(f"messages/{due}"), do="again").headers["location"]
    assert "en attente" in text_of(owner.get(ready.at("messages?tab=waiting")))


def test_a_customer_stops_the_messages_by_the_button_and_not_by_the_link(ready: Site) -> None:
    links = ready.client.app.state.links
    path = links.stop(ready.made.tenant, "Lucie@Example.com").partition("8000")[2]
    stranger = Visitor(ready.client)
    assert 200 == stranger.get(path).status_code

    async def is_stopped() -> bool:
        async with tenant_transaction(ready.made.tenant):
            return await address_repository.is_unsubscribed("lucie@example.com")

    assert not ready.client.blocking_portal.call(is_stopped)
    assert 200 == stranger.post_bare(path).status_code  # a mailbox's own button sends nothing else
    assert ready.client.blocking_portal.call(is_stopped)
    assert 404 == stranger.get(path[:-4] + "aaaa").status_code


def test_text_providers_ask_for_their_keys_and_keep_them_hidden(ready: Site) -> None:
    owner, here = ready.as_("owner"), ready.at("messages/sms")
    assert "Application Key" in owner.get(here).text
    assert "api_key" in owner.get(f"{here}?provider=brevo").text
    wrong = owner.post(
        here, do="save", provider="brevo", api_key="xkeysib-1", sender="Much too long for a sender"
    )
    assert 422 == wrong.status_code
    assert "xkeysib-1" not in wrong.text
    assert 404 == owner.post(here, do="save", provider="pigeon").status_code


@pytest.mark.parametrize(
    ("records", "tones"),
    [
        ({"duval.example": ["v=spf1 -all"], "brevo._domainkey.duval.example": ["v=DKIM1; p=MIG"],
          "_dmarc.duval.example": ["v=DMARC1; p=reject"]}, ["good", "good", "good"]),
        ({"duval.example": ["v=spf1 a", "v=spf1 b"]}, ["bad", "wait", "bad"]),
        ({}, ["bad", "wait", "bad"]),
    ],
)  # fmt: skip
def test_the_records_of_a_domain_are_said_in_words(records: dict[str, list[str]], tones: list[str]) -> None:
    found = deliverability.hints("boutique@duval.example", lambda name: records.get(name, []))
    assert tones == [hint.tone for hint in found]


def test_without_a_dns_there_is_advice() -> None:
    def away(name: str) -> list[str]:
        raise OSError(name)

    (hint,) = deliverability.hints("boutique@duval.example", away)
    assert "dns.not_reached" == hint.message.code


def test_an_orders_page_says_what_its_customer_was_told_and_why_not(ready: Site) -> None:
    order = ready.made.orders["integrated"]

    async def prepare() -> None:
        async with tenant_transaction(ready.made.tenant):
            await repository.record(ready.made.tenant, order, "invoiced/FA00007", "email", "shop")

    ready.client.blocking_portal.call(prepare)
    said = text_of(ready.as_("reader").get(ready.at(f"orders/{order}")))
    assert "Messages au client" in said
    assert "la boutique prévient elle-même le client" in said


# ------------------------------------------------------------------------------- to whom nobody writes any more


def test_a_seller_enters_a_customers_wish_and_takes_it_back_each_with_a_line_of_audit(ready: Site) -> None:
    seller, here = ready.as_("seller"), ready.at("messages/addresses")
    assert "Aucun message n’est revenu définitivement" in text_of(seller.get(here))
    wrong = seller.post(here, do="stop", address="zoé chez orange")
    assert (422, True) == (
        wrong.status_code,
        "ni une adresse e-mail ni un numéro de mobile" in text_of(wrong),
    )
    assert (
        f"{here}?done=saved" == seller.post(here, do="stop", address=" Zoe@Example.org ").headers["location"]
    )
    assert f"{here}?done=saved" == seller.post(here, do="stop", address="06 12 34 56 78").headers["location"]
    assert f"{here}?done=stale" == seller.post(here, do="stop", address="zoe@example.org").headers["location"]
    page = text_of(seller.get(here))
    assert (True, True) == ("zoe@example.org" in page, "+33612345678" in page)
    assert 403 == ready.as_("reader").post(here, do="resume", address="zoe@example.org").status_code
    assert (
        f"{here}?done=saved" == seller.post(here, do="resume", address="zoe@example.org").headers["location"]
    )
    assert "zoe@example.org" not in text_of(seller.get(here))

    async def lines() -> list[tuple[str, str]]:
        async with tenant_transaction(ready.made.tenant) as connection:
            rows = await connection.fetch(
                "SELECT act, object FROM audit WHERE act LIKE 'messages.%' ORDER BY id"
            )
            return [(row["act"], row["object"]) for row in rows]

    expected = [
        ("messages.stop", "Zoe@Example.org"),
        ("messages.stop", "+33612345678"),
        ("messages.resume", "zoe@example.org"),
    ]
    assert expected == ready.client.blocking_portal.call(lines)


def test_an_address_at_which_nothing_arrives_says_why_and_is_written_to_again(ready: Site) -> None:
    seller, here = ready.as_("seller"), ready.at("messages/addresses")

    async def gone() -> None:
        problem = Problem(
            "rejected", errors.RETURNED.fill(number="1", recipient="a@b.fr", said="550 no such user")
        )
        async with tenant_transaction(ready.made.tenant):
            await address_repository.mark_undeliverable(ready.made.tenant, "a@b.fr", problem)

    ready.client.blocking_portal.call(gone)
    assert "550 no such user" in text_of(seller.get(here))
    assert f"{here}?done=saved" == seller.post(here, do="again", address="a@b.fr").headers["location"]
    assert "550 no such user" not in text_of(seller.get(here))


def test_a_manager_names_the_mailbox_of_returned_mails_and_its_password_is_never_shown(ready: Site) -> None:
    owner, here = ready.as_("owner"), ready.at("messages/returns")
    assert 403 == ready.as_("seller").get(here).status_code
    with imap_server() as post:
        form = {
            "host": "127.0.0.1",
            "port": str(post.port),
            "security": "none",
            "user": "boutique",
            "folder": "INBOX",
        }
        wrong = owner.post(here, **{**form, "port": "mille"}, password="x")
        assert 422 == wrong.status_code
        assert here == owner.post(here, **form, password="wrong").headers["location"]
        assert "refuse l’identifiant ou le mot de passe" in text_of(owner.get(here))
        assert (
            f"{here}?done=mailbox_works"
            == owner.post(here, **form, password=post.password).headers["location"]
        )
        assert f"{here}?done=mailbox_works" == owner.post(here, **form, password="").headers["location"]
        assert post.password not in owner.get(here).text
        assert f"{here}?done=saved" == owner.post(here, do="remove").headers["location"]
    assert "works" not in owner.get(here).text
