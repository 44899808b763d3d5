"""Templates: checked when they are saved, rendered without surprise, and turned into both parts of a mail."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from raccord.core.notification_defaults import MAILS, TEXTS, default_template
from raccord.core.notification_mail import ink_on, written
from raccord.core.notification_rules import EVENTS, LANGUAGES, Look
from raccord.core.notification_template import LISTS, SCALARS, problem, render, restored
from raccord.core.notification_tracking import link_of
from raccord.core.notification_words import words_of
from raccord_connectors.canonical import Buyer, Document, Order, OrderLine, Shipment
from raccord_connectors.canonical.customer import Address

LOOK = Look(
    name="Maison Aubépine", address="https://aubepine.example", colour="#2f6b3f", footer="3 rue des Lilas"
)
HOME = Address(
    first_name="Zoé", last_name="Petit", line1="1 rue <b>", postal_code="44000", city="Nantes", country="FR"
)


def order(**fields: object) -> Order:
    lines = [
        OrderLine(key="1", item="11", name="Chaise", quantity=Decimal(2), net=Decimal(100), tax=Decimal(20)),
        OrderLine(
            key="2",
            item="12",
            name="Lampe & abat-jour",
            quantity=Decimal("1.5"),
            net=Decimal(50),
            tax=Decimal(10),
        ),
    ]
    plain: dict[str, object] = {
        "key": "7", "number": "W7", "placed_at": datetime(2026, 11, 24, 9, tzinfo=UTC), "status": "processing", "stage": "open",
        "currency": "EUR", "prices_include_tax": True, "buyer": Buyer(email="zoe@example.com", first_name="Zoé"),
        "billing": HOME, "lines": lines, "net": Decimal(150), "tax": Decimal(30), "gross": Decimal(180),
    }  # fmt: skip
    return Order(**{**plain, **fields})  # type: ignore[arg-type]  # a test's own fields


def document(*shipments: Shipment) -> Document:
    return Document(
        key="D1", number="BC1", kind="delivery", dated=datetime(2026, 11, 24, tzinfo=UTC).date(), state="partly_delivered",
        shipments=list(shipments), net=Decimal(150), tax=Decimal(30), gross=Decimal(180),
    )  # fmt: skip


PARCEL = Shipment(
    key="BL1", carrier="Colissimo", tracking="6A1", url="https://suivi.example/6A1?a=1&b=2",
    lines={"CHAISE": Decimal(1), "LAMPE": Decimal("1.5")},
)  # fmt: skip
ITEMS = {"11": "CHAISE", "12": "LAMPE"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_proposed_template_passes_its_own_check_and_says_the_order(event: str, language: str) -> None:
    for medium in ("email", "sms"):
        template = default_template(event, medium, language)  # type: ignore[arg-type]  # parametrized literals
        assert None is problem(template.body)
        words = words_of(order(), document(PARCEL), event, "BL1", language=language, look=LOOK, items=ITEMS)  # type: ignore[arg-type]
        text = render(template.body, words)
        assert "W7" in text
        assert "\n\n\n\n" not in text
    assert len(EVENTS) * len(LANGUAGES) == len(MAILS) == len(TEXTS)


@pytest.mark.parametrize(
    ("template", "code", "named"),
    [
        ("Bonjour {{ prenom }}", "template.unknown_name", "prenom"),
        ("{% for p in parcels %}{{ p.weight }}{% endfor %}", "template.unknown_name", "p.weight"),
        ("{% for p in packets %}x{% endfor %}", "template.unknown_name", "packets"),
        ("{{ lines }}", "template.list_alone", "lines"),
        ("{{ order_number", "template.broken", "1"),
        ("a\n{% if total %}b", "template.broken", "2"),
        ("{{ order_number.__class__ }}", "template.not_allowed", "1"),
        ("{{ ''.__class__.__mro__ }}", "template.not_allowed", "1"),
        ("{{ 'a' * 999999999 }}", "template.not_allowed", "1"),
        ("{{ order_number | upper }}", "template.not_allowed", "1"),
        ("{% for i in range(9999999) %}x{% endfor %}", "template.not_allowed", "1"),
        ("{% for a in lines %}{% for b in lines %}x{% endfor %}{% endfor %}", "template.not_allowed", "1"),
        ("{% set a = 1 %}", "template.not_allowed", "1"),
        ("{% include 'x' %}", "template.not_allowed", "1"),
        ("{% macro m() %}{% endmacro %}", "template.not_allowed", "1"),
        ("   \n", "template.empty", ""),
        ("x" * 8001, "template.too_long", "8001"),
    ],
)  # fmt: skip
def test_a_template_that_could_not_be_rendered_is_refused_by_name(
    template: str, code: str, named: str
) -> None:
    found = problem(template)
    assert found is not None
    assert code == found.code
    assert named in found.fr
    assert named in found.en


@given(
    some.lists(
        some.sampled_from(
            [
                "{{ order_number }}",
                "{{ prenom }}",
                "{% if carrier %}",
                "{% endif %}",
                "{% for l in lines %}",
                "{{ l.name }}",
                "{% endfor %}",
                "{% else %}",
                "text",
                "{#",
                "#}",
                "{{",
                "}}",
                "{% if not company and total %}",
                "\n\n",
                "- x",
            ]
        ),
        max_size=9,
    )
)
def test_what_passes_the_check_can_always_be_rendered(parts: list[str]) -> None:
    template = "".join(parts)
    if problem(template) is None:
        words = words_of(order(), None, "accepted", "", language="fr", look=LOOK, items={})
        written("x", render(template, words), LOOK, "fr")


def test_all_variables_can_be_used_at_once() -> None:
    template = " ".join(f"{{{{ {name} }}}}" for name in SCALARS)
    for name, fields in LISTS.items():
        template += (
            f"{{% for x in {name} %}}{' '.join(f'{{{{ x.{field} }}}}' for field in fields)}{{% endfor %}}"
        )
    assert None is problem(template)
    words = words_of(order(), document(PARCEL), "shipped", "BL1", language="en", look=LOOK, items=ITEMS)
    assert set(SCALARS) | set(LISTS) == set(words)
    assert "1.5 Lampe & abat-jour" in restored(
        render("{% for x in parcel_lines %}{{ x.quantity }} {{ x.name }}{% endfor %}", words)
    )


def test_a_customer_cannot_write_markup_or_headers_into_our_mail() -> None:
    evil = Buyer(
        email="zoe@example.com", first_name="[Payez ici](https://evil.example)\n\n- <script>x</script>"
    )
    words = words_of(order(buyer=evil), None, "accepted", "", language="fr", look=LOOK, items={})
    mail = written(
        render("Pour {{ first_name }}\r\nBcc: x", words),
        render("Bonjour {{ first_name }} !", words),
        LOOK,
        "fr",
    )
    assert "\n" not in mail.subject
    assert 'href="https://evil' not in mail.html
    assert "<script>" not in mail.html
    assert "[Payez ici](https://evil.example)" in mail.text


def test_both_parts_say_the_same_and_only_honest_links_are_links() -> None:
    body = (
        "Bonjour,\n\n- un\n- deux\n\n[Suivre le colis](https://suivi.example/6A1)\n\n"
        "Voir [ici](javascript:alert(1)) ou [là](mailto:a@b.example)."
    )
    mail = written("Sujet", body, LOOK, "fr", "https://raccord.example/stop/x")
    assert "Suivre le colis: https://suivi.example/6A1" in mail.text
    assert "javascript" not in mail.html
    assert '<a href="mailto:a@b.example"' in mail.html
    assert "<li" in mail.html
    assert "Ne plus recevoir ces messages: https://raccord.example/stop/x" in mail.text
    assert 'href="https://raccord.example/stop/x"' in mail.html


@given(some.integers(0, 0xFFFFFF))
def test_the_words_of_a_button_can_be_read_on_any_colour(colour: int) -> None:
    def luminance(code: str) -> float:
        parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    back = f"#{colour:06x}"
    dark, light = sorted((luminance(back), luminance(ink_on(back))))
    assert (light + 0.05) / (dark + 0.05) >= 3.8


@pytest.mark.parametrize(
    ("carrier", "tracking", "url", "expected"),
    [
        ("Colissimo Domicile", "6A 123", "", "https://www.laposte.fr/outils/suivre-vos-envois?code=6A123"),
        (
            "CHRONOPOST 13",
            "XY/9",
            "",
            "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT=XY%2F9",
        ),
        ("Transports Dupont", "42", "", ""),
        ("Groupsage", "42", "", ""),
        ("DPD", "", "", ""),
        ("DPD", "42", "https://suivi.example/42", "https://suivi.example/42"),
    ],
)
def test_a_parcel_is_followed_at_its_carriers(carrier: str, tracking: str, url: str, expected: str) -> None:
    assert expected == link_of(Shipment(key="1", carrier=carrier, tracking=tracking, url=url))
