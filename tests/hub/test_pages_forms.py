"""Connecting systems, enrolling agents, joining channels, letting partners in: the forms, and what they refuse by field."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from raccord.agents.tunnel import Tunnel
from raccord.sync.caller import Caller
from raccord_connectors import wire
from raccord_connectors.contract import Message, Problem
from raccord_connectors.sample.shop_system import ShopSystem
from support.web import EMAILS, Site, Visitor, site, text_of
from support.web_work import make_plans

__all__ = ["site"]
SECRET = "cs_a-secret-that-never-comes-back"


@pytest.fixture(scope="module")
def shop() -> Iterator[ShopSystem]:
    """A shop in this process, which the sample connector calls."""
    system = ShopSystem(f"forms-{uuid.uuid4().hex}", token=SECRET)
    yield system
    system.forget()


def place_of(answer: httpx.Response) -> str:
    assert 303 == answer.status_code, text_of(answer)
    return answer.headers["location"].partition("?")[0]


# -------------------------------------------------------------------------------------------------- a shop


@pytest.fixture(scope="module")
def connected(site: Site, shop: ShopSystem) -> str:
    """The page of a shop that was connected by its form."""
    answer = site.as_("owner").post(
        site.at("connections/new"),
        connector="memory_shop",
        name="Boutique de test",
        system=shop.name,
        token=SECRET,
    )
    return place_of(answer)


def test_a_shop_is_connected_tested_and_tells_what_it_has(site: Site, connected: str) -> None:
    visitor = site.as_("owner")
    assert "Pas encore testée" in text_of(visitor.get(connected))
    assert visitor.post(f"{connected}/test").headers["location"].endswith("done=tested")
    told = text_of(visitor.get(f"{connected}?done=tested"))
    assert "tout va bien" in told
    assert "EUR" in told


def test_its_secret_is_on_no_page_and_kept_when_left_empty(
    site: Site, shop: ShopSystem, connected: str
) -> None:
    visitor = site.as_("owner")
    form = visitor.get(f"{connected}/settings")
    assert "jamais montré" in text_of(form)
    for place in (connected, f"{connected}/settings", site.at("connections"), site.at("audit")):
        assert SECRET not in visitor.get(place).text, place
    assert connected == place_of(visitor.post(f"{connected}/settings", system=shop.name, token=""))
    assert visitor.post(f"{connected}/test").headers["location"].endswith("done=tested")


def test_a_wrong_key_is_explained_and_the_focus_goes_there(
    site: Site, shop: ShopSystem, connected: str
) -> None:
    visitor = site.as_("owner")
    place_of(visitor.post(f"{connected}/settings", system=shop.name, token="wrong"))
    answer = visitor.post(f"{connected}/test")
    assert 422 == answer.status_code
    assert "Le test n’a pas réussi" in text_of(answer)
    assert re.search(r'role="alert"[^>]*autofocus', answer.text)
    assert "Boutique de test" in text_of(visitor.get(site.at("waiting")))
    place_of(visitor.post(f"{connected}/settings", system=shop.name, token=SECRET))
    assert visitor.post(f"{connected}/test").headers["location"].endswith("done=tested")


def test_every_wrong_entry_is_named_at_once(site: Site) -> None:
    answer = site.as_("owner").post(
        site.at("connections/new"),
        connector="vendure",
        name="",
        url="",
        body_limit_kb="beaucoup",
        api_key=SECRET,
    )
    assert 422 == answer.status_code
    told = text_of(answer)
    assert "3 saisies sont à corriger" in told
    assert "« Adresse de l’API d’administration » est nécessaire." in told
    assert "doit être un nombre" in told
    assert "Donnez un nom" in told
    assert SECRET not in answer.text
    assert 3 == answer.text.count('aria-invalid="true"')
    assert 'value="beaucoup"' in answer.text


def test_the_installations_own_setting_is_not_the_merchants(site: Site) -> None:
    """Whether loopback may be called is never asked, and not taken when it is sent all the same."""
    page = site.as_("owner").get(site.at("connections/new?connector=woocommerce"))
    assert "allow_private_address" not in page.text
    answer = site.as_("owner").post(
        site.at("connections/new"), connector="woocommerce", name="W", url="https://shop.example", consumer_key="ck_1",
        consumer_secret=SECRET, allow_private_address="1",
    )  # fmt: skip
    place_of(answer)


def test_an_unknown_connector_does_not_exist(site: Site) -> None:
    assert 404 == site.as_("owner").get(site.at("connections/new?connector=nope")).status_code
    assert 404 == site.as_("owner").post(site.at("connections/new"), connector="nope", name="x").status_code


# ------------------------------------------------------------------------------------------ an ERP, its agent


MISSING = [
    Message("x", "Le droit de lire F_ARTICLE manque.", "The right to read F_ARTICLE is missing."),
]


def play_agent(site: Site, erp: UUID, agent: UUID, problem: Problem | None) -> Any:
    """Answers commands as an agent would, until it was asked for a test; runs on the application's loop."""
    tunnel: Tunnel = site.client.app.state.tunnel
    caller = Caller(site.made.tenant, agent, erp)

    async def connected() -> bool:
        return True

    async def answer() -> None:
        checked = False
        while not checked:
            for command in await tunnel.commands.lease(caller, wire.LeaseRequest(wait=10), connected):
                checked = checked or isinstance(command.order, wire.Check)
                result = wire.CommandResult(command.id, problem=problem, findings=MISSING if problem else ())
                await tunnel.commands.finish(caller, result)

    return site.client.blocking_portal.start_task_soon(answer)


def test_an_erp_is_tested_through_its_agent(site: Site) -> None:
    path = site.at(f"connections/{site.made.erp}/test")
    playing = play_agent(site, site.made.erp, site.made.agent, None)
    assert site.as_("owner").post(path).headers["location"].endswith("done=tested")
    playing.result(5)


def test_what_the_erp_lacks_is_told_right_by_right(site: Site) -> None:
    said = Message(
        "sage100.rights", "L’utilisateur SQL n’a pas tous les droits.", "The SQL user lacks rights."
    )
    playing = play_agent(site, site.made.erp, site.made.agent, Problem("config", said))
    answer = site.as_("owner").post(site.at(f"connections/{site.made.erp}/test"))
    playing.result(5)
    assert 422 == answer.status_code
    assert "Le droit de lire F_ARTICLE manque." in text_of(answer)


def test_an_agent_that_does_not_answer_is_said_so_and_loses_nothing(site: Site) -> None:
    site.client.app.state.patience = 0.2
    answer = site.as_("owner").post(site.at(f"connections/{site.made.erp}/test"))
    assert 422 == answer.status_code
    assert "n’a pas répondu" in text_of(answer)


def test_an_erp_gets_a_name_only_and_its_agent_a_code_that_is_shown_once(site: Site) -> None:
    visitor = site.as_("owner")
    made = place_of(visitor.post(site.at("connections/new"), connector="sage100", name="Sage de Nantes"))
    assert 404 == visitor.get(f"{made}/settings").status_code
    assert "Étape suivante" in text_of(visitor.get(made))
    shown = visitor.post(site.at("agents/codes"), connection=made.rpartition("/")[2])
    assert 200 == shown.status_code
    code = re.search(r'class="code"[^>]*>([^<]+)<', shown.text)
    assert code
    told = text_of(shown)
    assert f"--code {code[1]} --connector sage100" in told
    assert "sudo -u raccord-agent" in told
    assert "raccord-agent.exe" in told
    assert code[1] not in visitor.get(site.at("agents")).text
    assert "Code d’enrôlement créé" in text_of(visitor.get(site.at("audit")))


def test_no_code_is_made_for_a_shop_or_for_another_merchants_erp(site: Site) -> None:
    assert 422 == site.as_("owner").post(site.at("agents/codes"), connection=str(site.made.shop)).status_code
    foreign = site.as_("stranger").post(f"/t/{site.made.other}/agents/codes", connection=str(site.made.erp))
    assert 404 == foreign.status_code


# ------------------------------------------------------------------------------------------------- a channel


def settings(**changed: str | list[str]) -> dict[str, Any]:
    return {
        "depots": ["LYON"], "stock_nature": "forward", "safety_margin": "2,5", "price_category": "WEB", "currency": "EUR",
        "document_kind": "order", "shipping_item": "PORT", "brake_share": "3", "brake_count": "40", **changed,
    }  # fmt: skip


def orders(**changed: str | list[str]) -> dict[str, Any]:
    return {
        "document_kind": "order",
        "shipping_item": "PORT",
        "brake_share": "3",
        "brake_count": "40",
        **changed,
    }


def unused_shop(site: Site) -> str:
    """One that no channel has yet, and that is never joined."""
    place = site.as_("owner").post(
        site.at("connections/new"),
        connector="memory_shop",
        name="Sans canal",
        system="sans-canal",
        token=SECRET,
    )
    return place_of(place).rpartition("/")[2]


def test_a_channel_is_created_put_on_air_by_its_plan_paused_and_resumed(site: Site, connected: str) -> None:
    visitor, shop = site.as_("owner"), connected.rpartition("/")[2]
    form = text_of(visitor.get(site.at(f"channels/new?erp={site.made.erp}&shop={shop}")))
    assert "Entrepôt de Lyon" in form
    assert "Internet TTC" in form
    answer = visitor.post(
        site.at("channels/new"), erp=str(site.made.erp), shop=shop, name="Deuxième canal", **settings()
    )
    page = place_of(answer)
    told = text_of(visitor.get(page))
    for part in ("Entrepôt de Lyon", "Stock à terme", "2,5", "Internet TTC", "3 % ou 40 articles", "PORT"):
        assert part in told, part
    for part in ("Pas encore en service", "Choisir les règles", "Répéter", "Voir le plan, puis l’appliquer"):
        assert part in told, part
    assert 404 == visitor.post(f"{page}/state", do="live").status_code  # not without a plan
    assert visitor.post(f"{page}/state", do="resume").headers["location"].endswith("done=stale")
    plan = place_of(visitor.post(f"{page}/plans"))
    assert "Le plan se prépare" in text_of(visitor.get(plan))
    assert "Pas encore en service" in text_of(visitor.get(page))
    make_plans(site)
    planned = text_of(visitor.get(plan))
    for part in ("Créations 59", "Mettre en service maintenant", "Déjà dans la boutique"):
        assert part in planned, part
    site.wake.woken.clear()
    live = visitor.post(plan, do="apply")
    assert live.headers["location"].endswith("done=live")
    assert "En service" in text_of(visitor.get(page))
    assert ("project", UUID(page.rpartition("/")[2]), "listings") in site.wake.woken
    assert visitor.post(f"{page}/state", do="pause").headers["location"].endswith("done=paused")
    assert "En pause" in text_of(visitor.get(page))
    assert visitor.post(f"{page}/state", do="resume").headers["location"].endswith("done=live")
    assert 404 == visitor.post(f"{page}/state", do="explode").status_code


def test_a_second_channel_on_a_shop_is_refused_at_its_field(site: Site) -> None:
    made = site.made
    answer = site.as_("owner").post(
        site.at("channels/new"), erp=str(made.erp), shop=str(made.shop), name="Encore un", **settings()
    )
    assert 422 == answer.status_code
    assert "alimente déjà cette boutique" in text_of(answer)


def test_a_shop_that_does_not_answer_leaves_the_channel_as_it_was(site: Site, shop: ShopSystem) -> None:
    visitor = site.as_("owner")
    other = place_of(
        visitor.post(
            site.at("connections/new"), connector="memory_shop", name="Muette", system=shop.name, token=SECRET
        )
    )
    assert visitor.post(f"{other}/test").headers["location"].endswith("done=tested")
    page = place_of(
        visitor.post(
            site.at("channels/new"), erp=str(site.made.erp), shop=other.rpartition("/")[2], name="Troisième", **settings()
        )
    )  # fmt: skip
    shop.stopped = True
    plan = place_of(visitor.post(f"{page}/plans"))
    make_plans(site)
    shop.stopped = False
    told = text_of(visitor.get(plan))
    assert "N’a pas pu être fait" in told
    assert "Refaire le plan" in told
    assert "Pas encore en service" in text_of(visitor.get(page))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"shipping_item": "RIEN"}, "La gestion n’a pas d’article « RIEN »"),
        ({"safety_margin": "beaucoup"}, "« beaucoup » n’est pas un nombre"),
        ({"safety_margin": "-1"}, "« -1 » n’est pas un nombre"),
        ({"safety_margin": "NaN"}, "n’est pas un nombre"),
        ({"currency": "euros"}, "n’est pas un code de devise"),
        ({"stock_nature": "x"}, "Choisissez une des réponses proposées"),
        ({"depots": ["MARS"]}, "pas de dépôt « MARS »"),
        ({"brake_share": "300"}, "n’est pas un nombre"),
        ({"name": ""}, "Donnez un nom au canal"),
    ],
)
def test_first_choices_that_cannot_be_are_refused_by_field(
    site: Site, changed: dict[str, Any], said: str
) -> None:
    form = {
        "erp": str(site.made.erp),
        "shop": str(unused_shop(site)),
        "name": "Essai",
        **settings(),
        **changed,
    }
    answer = site.as_("owner").post(site.at("channels/new"), **form)
    assert 422 == answer.status_code
    assert said in text_of(answer)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"shipping_item": "RIEN"}, "La gestion n’a pas d’article « RIEN »"),
        ({"document_kind": "x"}, "Choisissez une des réponses proposées"),
        ({"document_kind": "preparation"}, "Choisissez une des réponses proposées"),
        ({"others_entry": "cash"}, "Choisissez une des réponses proposées"),
        ({"others_entry": "deposit_invoice"}, "Choisissez une des réponses proposées"),
        ({"refund_item": "RIEN"}, "La gestion n’a pas d’article « RIEN »"),
        ({"reference": "{numero}"}, "« {numero} » n’est pas un mot que nous connaissons"),
        ({"comments": "{number}\n{autre}"}, "« {autre} » n’est pas un mot que nous connaissons"),
        ({"unknown_item": "other"}, "vous avez choisi de vous en servir"),
        ({"residue": "rounding"}, "vous avez choisi de vous en servir"),
        ({"eco_item": "RIEN"}, "La gestion n’a pas d’article « RIEN »"),
        ({"delay_minutes": "-5"}, "« -5 » n’est pas un nombre"),
        ({"brake_share": "300"}, "n’est pas un nombre"),
        ({"brake_count": "2,5"}, "« 2,5 » n’est pas un nombre"),
    ],
)
def test_settings_of_orders_that_cannot_be_are_refused_by_field(
    site: Site, changed: dict[str, Any], said: str
) -> None:
    answer = site.as_("owner").post(
        site.at(f"channels/{site.made.channel}/settings"), **{**orders(), **changed}
    )
    assert 422 == answer.status_code
    assert said in text_of(answer)


def test_settings_of_orders_apply_at_once_and_nothing_of_the_catalogue_moves(site: Site) -> None:
    visitor, path = site.as_("owner"), site.at(f"channels/{site.made.channel}/settings")
    site.wake.woken.clear()
    assert (
        303 == visitor.post(path, **orders(unpaid_too="1", safety_margin="9", depots=["PARIS"])).status_code
    )
    page = visitor.get(path).text
    assert re.search(r'name="unpaid_too"[^>]*checked', page)
    assert 'value="PORT"' in page
    told = text_of(visitor.get(site.at(f"channels/{site.made.channel}")))
    for part in ("3 % ou 40 articles", "même avant leur paiement", "Entrepôt de Lyon, Boutique de Paris"):
        assert part in told, part
    assert [] == [one for one in site.wake.woken if one[0] in ("project", "push")]
    assert "Pas encore de version" in text_of(visitor.get(site.at(f"channels/{site.made.channel}/versions")))


def test_every_rule_of_orders_is_kept_as_it_was_typed(site: Site) -> None:
    visitor, path = site.as_("owner"), site.at(f"channels/{site.made.channel}/settings")
    typed = orders(
        closed_too="1", payment_states=["paid", "partly_paid"], statuses="processing, on-hold", delay_minutes="45",
        document_kind="quotation", representative="7", dated="paid", price_mode="net", reference="{number} WEB",
        remark="{note} {customer}", comments="Commande {number}\nCadeau : {gift_message}", residue="shipping",
        unknown_item="other", other_item="PORT", packs="parts", taxes="erp",
        tolerance="0,25",
    )  # fmt: skip
    assert 303 == visitor.post(path, **typed).status_code
    page = visitor.get(path).text
    for name, value in (
        ("statuses", "processing, on-hold"), ("delay_minutes", "45"), ("representative", "7"), ("reference", "{number} WEB"),
        ("remark", "{note} {customer}"), ("other_item", "PORT"), ("tolerance", "0.25"),
    ):  # fmt: skip
        assert re.search(f'name="{name}" value="{re.escape(value)}"', page), name
    for name, value in (
        ("payment_states", "partly_paid"), ("document_kind", "quotation"), ("dated", "paid"), ("residue", "shipping"),
        ("unknown_item", "other"), ("packs", "parts"), ("taxes", "erp"),
    ):  # fmt: skip
        assert re.search(f'name="{name}" value="{value}" checked', page), name
    assert "Commande {number}\nCadeau : {gift_message}</textarea>" in page
    assert 303 == visitor.post(path, **orders(unknown_item="hold", taxes="shop")).status_code


def test_payment_rules_are_kept_line_by_line_and_an_empty_line_is_none(site: Site) -> None:
    visitor, path = site.as_("owner"), site.at(f"channels/{site.made.channel}/settings")
    typed = orders(
        document_kind="delivery", credits="by_hand", refund_item="PORT", others_entry="", pay0_method="card",
        pay0_entry="settlement", pay0_mode="3", pay0_days="2", pay0_fee="PORT", pay1_method="cheque",
        pay1_entry="none", pay1_journal="BQ1", pay2_method="", pay2_entry="none",
    )  # fmt: skip
    assert 303 == visitor.post(path, **typed).status_code
    page = visitor.get(path).text
    for name, value in (
        ("pay0_method", "card"),
        ("pay1_method", "cheque"),
        ("pay1_journal", "BQ1"),
    ):
        assert re.search(f'name="{name}" value="{value}"', page), name
    assert not re.search('name="pay0_(days|fee)"', page), "Sage keeps neither"
    assert "This ERP keeps neither" in page or "Cette gestion ne garde ni" in page
    assert re.search(r'id="pay0_entry".*?value="settlement" selected', page)
    assert re.search(r'id="pay1_entry".*?value="none" selected', page)
    assert re.search(r'id="others_entry".*?<option value="">', page), "the others are held"
    assert re.search(r'name="credits" value="by_hand" checked', page)
    assert re.search(r'name="document_kind" value="delivery" checked', page)
    twice = {**typed, "pay1_method": "card"}
    answer = visitor.post(path, **twice)
    assert (422, True) == (answer.status_code, "« card » est là deux fois" in text_of(answer))
    dropped = orders(credits="write", others_entry="deposit", pay0_method="", pay0_entry="deposit")
    assert 303 == visitor.post(path, **dropped).status_code
    assert re.search(r'id="others_entry".*?value="deposit" selected', visitor.get(path).text)


# ----------------------------------------------------------------------------------------------- partners


def test_a_partner_that_comes_in_leaves_a_trace_and_only_one_a_day(site: Site) -> None:
    partner = Visitor(site.client)
    partner.sign_in(EMAILS["partner"])
    assert "/partner" == partner.get("/").headers["location"]
    told = text_of(partner.get("/partner"))
    assert "Maison Duval" in told
    assert "2 commandes retenues" in told
    assert "Autre maison" not in told
    before = text_of(site.as_("owner").get(site.at("audit"))).count("Visite d’un partenaire")
    for place in ("overview", "journal", "orders"):
        assert 200 == partner.get(site.at(place)).status_code
    audit = text_of(site.as_("owner").get(site.at("audit")))
    assert before + 1 == audit.count("Visite d’un partenaire")
    assert "Paul Integrator (Intégration & Cie)" in audit


def test_a_manager_or_partner_lets_nobody_in(site: Site) -> None:
    assert 403 == site.as_("partner").post(site.at("partners"), partner=EMAILS["partner"]).status_code


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"partner": "nobody@example.org"}, "Aucune société partenaire"),
        ({"partner": ""}, "Aucune société partenaire"),
        ({"partner": EMAILS["partner"]}, "a déjà accès"),
        ({"partner": EMAILS["partner"], "until": "2020-01-01"}, "Choisissez une date à venir"),
        ({"partner": EMAILS["partner"], "until": "demain"}, "Choisissez une date à venir"),
    ],
)
def test_access_that_cannot_be_given_is_explained(site: Site, form: dict[str, str], said: str) -> None:
    answer = site.as_("owner").post(site.at("partners"), **form)
    assert 422 == answer.status_code
    assert said in text_of(answer)


def test_access_is_ended_and_given_again_until_a_day(site: Site) -> None:
    owner, partner = site.as_("owner"), Visitor(site.client)
    partner.sign_in(EMAILS["partner"])
    end = site.at(f"partners/{site.made.grant}/end")
    assert owner.post(end).headers["location"].endswith("done=ended")
    assert owner.post(end).headers["location"].endswith("done=stale")
    assert 404 == partner.get(site.at("overview")).status_code
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    given = owner.post(site.at("partners"), partner=str(site.made.partner), until=until)
    assert given.headers["location"].endswith("done=granted")
    assert 200 == partner.get(site.at("overview")).status_code
    assert "23:59" in text_of(owner.get(site.at("partners")))


def test_the_portal_is_searched_by_name(site: Site) -> None:
    partner = site.as_("partner")
    assert "Maison Duval" in text_of(partner.get("/partner?q=duval", htmx=True))
    assert "Aucune entreprise ne correspond" in text_of(partner.get("/partner?q=xyz", htmx=True))


def test_somebody_of_no_partner_is_told_where_to_go(site: Site) -> None:
    assert "Vous n’appartenez à aucune société partenaire" in text_of(site.as_("owner").get("/partner"))


# ------------------------------------------------------------------------------------------------- agents


def test_revoking_an_agent_is_told_and_done_once(site: Site) -> None:
    path = site.at(f"agents/{site.made.agent}/revoke")
    assert site.as_("owner").post(path).headers["location"].endswith("done=revoked")
    assert site.as_("owner").post(path).headers["location"].endswith("done=stale")
    told = text_of(site.as_("owner").get(site.at("agents")))
    assert "Anciens agents" in told
    assert "Agent silencieux" in text_of(site.as_("partner").get("/partner"))
