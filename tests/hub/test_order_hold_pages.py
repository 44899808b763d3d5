"""An order's page after its entry: how far each line is in the ERP, what waits for a person, and their answer."""

import re
from datetime import date
from decimal import Decimal

from raccord.orders import holds, progress, repository
from raccord.orders.holds import HoldRow
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Document, DocumentLine, Shipment
from support.web import Site, site, text_of

__all__ = ["site"]

THERE = Document(
    key="BC00231", number="BC00231", kind="order", dated=date(2026, 11, 23), state="partly_delivered", net=Decimal(0),
    tax=Decimal(0), gross=Decimal(0), invoices=["FA00009"],
    shipments=[Shipment(key="BL00012", carrier="Colissimo", tracking="6A1", lines={"CHAISE|1": Decimal(2)})],
    lines=[
        DocumentLine(key="1", item="CHAISE|1", title="Chaise", quantity=Decimal(3), net=Decimal("211.25"),
                     delivered=Decimal(2), invoiced=Decimal(2), invoices=["FA00009"]),
        DocumentLine(key="2", item="VASE", title="Vase", quantity=Decimal(1), net=Decimal("28.75")),
        DocumentLine(key="3", item="LAMPE", title="Lampe d’atelier", quantity=Decimal(1), net=Decimal(40)),
    ],
)  # fmt: skip
"""The order 1033: of four chairs two have left and one was given up; a lamp was added."""


def followed(site: Site) -> dict[str, HoldRow]:
    """As after a scan; what of the order there is to decide, or was decided."""

    async def work() -> dict[str, HoldRow]:
        async with tenant_transaction(site.made.tenant):
            (found,) = await repository.by_id([site.made.orders["integrated"]])
            await progress.bring_up(found, THERE)
            return {str(kind): row for kind, row in (await holds.of(found.id)).items()}

    return site.client.blocking_portal.call(work)


def page_of(site: Site) -> str:
    return site.at(f"orders/{site.made.orders['integrated']}")


def test_each_line_tells_how_far_it_is_and_by_which_papers(site: Site) -> None:
    followed(site)
    said = text_of(site.as_("owner").get(page_of(site)))
    table = said.partition("Dans la gestion, ligne par ligne")[2]
    wanted = ("BL00012", "FA00009", "Lampe d’atelier", "dans la gestion")
    assert [] == [word for word in wanted if word not in table]


def test_what_waits_is_said_with_its_answers_and_decided_once(site: Site) -> None:
    row, visitor = followed(site)["part_cancelled"], site.as_("owner")
    page = visitor.get(page_of(site))
    assert "ne contient plus 1 × « Chaise bistrot en hêtre, naturel »" in text_of(page)
    form = {"kind": "part_cancelled", "decision": "tell", "seen": row.seen}
    answers = [visitor.post(f"{page_of(site)}/holds", **form) for _ in range(2)]
    assert [303, 303] == [answer.status_code for answer in answers]
    assert ["decided", "stale"] == [
        re.findall(r"done=(\w+)", answer.headers["location"])[0] for answer in answers
    ]
    decided = followed(site)["part_cancelled"]
    assert ("decided", {"1": Decimal(1)}, []) == (decided.state, decided.decided_lines, decided.refunds)
    assert ("project", site.made.channel, "order_updates") in site.wake.woken
    assert "la boutique le sait" in text_of(visitor.get(page_of(site)))


def test_a_reader_sees_it_and_decides_nothing(site: Site) -> None:
    row, visitor = followed(site)["added"], site.as_("reader")
    assert "1 × « Lampe d’atelier »" in text_of(visitor.get(page_of(site)))
    form = {"kind": "added", "decision": "seen", "seen": row.seen}
    assert 403 == visitor.post(f"{page_of(site)}/holds", **form).status_code
    assert "open" == followed(site)["added"].state


def test_an_answer_that_there_is_not_changes_nothing(site: Site) -> None:
    row, visitor = followed(site)["added"], site.as_("owner")
    for kind, decision, status in (("added", "refund", 303), ("added", "x", 404), ("x", "seen", 404)):
        form = {"kind": kind, "decision": decision, "seen": row.seen}
        assert status == visitor.post(f"{page_of(site)}/holds", **form).status_code
    assert "open" == followed(site)["added"].state


def test_it_stands_among_what_waits_for_a_person(site: Site) -> None:
    followed(site)
    said = text_of(site.as_("owner").get(site.at("waiting")))
    assert "1 × « Lampe d’atelier » en plus de ce que l’acheteur a commandé" in said
