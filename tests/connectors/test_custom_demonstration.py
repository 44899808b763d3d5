"""The custom ERPs of the demonstration are what their definitions say: an agent enrolled as `make demo` does it reads them."""

from pathlib import Path

import msgspec
import pytest

from raccord_agent.enrolment import typed_settings
from raccord_connectors.registry import build, connector_class
from sandbox.demo.parts import ERPS
from sandbox.folder_erp.erp import FolderErp
from sandbox.own_erp.page import ACTS, Books, page
from sandbox.sql_erp.erp import SqlErp

ERP_OF: dict[str, type[FolderErp] | type[SqlErp]] = {"files": FolderErp, "sql": SqlErp}


@pytest.mark.parametrize("name", list(ERP_OF))
def test_its_enrolment_leads_to_articles_that_can_be_sold(tmp_path: Path, name: str) -> None:
    part = ERPS[name]
    erp = ERP_OF[name](tmp_path / part.program)
    if isinstance(erp, FolderErp):
        erp.work()
        text = erp.definition.read_text("utf-8").replace("settle_seconds = 0.3", "settle_seconds = 0")
        erp.definition.write_text(text, "utf-8")
    plain, secret = typed_settings(connector_class(part.connector), part.enrolment(tmp_path).settings)
    connector = build(part.connector, {**plain, **secret})
    try:
        connector.check()
        streams = {
            s: [r for p in connector.read(s) for r in p.records] for s in ("products", "prices", "stock")
        }
    finally:
        connector.close()
    assert all(len(records) >= 5 for records in streams.values())
    charges = set(part.orders.items.values())
    assert charges <= {record.key for record in streams["products"]}, "an article for each kind of charge"


@pytest.mark.parametrize("name", list(ERP_OF))
def test_what_is_changed_on_its_page_is_changed_in_its_books(tmp_path: Path, name: str) -> None:
    books: Books = ERP_OF[name](tmp_path)
    ACTS["price"](books, {"key": "007", "value": "31,50"})
    ACTS["stock"](books, {"key": "007", "value": "4"})
    ACTS["deliver"](books, {"key": "CC0002"})
    ACTS["invoice"](books, {"key": "CC0001"})
    (article,) = [one for one in books.articles() if one.ref == "007"]
    assert (31.5, 4.0) == (float(article.price.replace(",", ".")), float(article.stock))
    assert {"CC0001": "F", "CC0002": "L"} == {one.number: one.state for one in books.sales()}
    assert "simulateur" in page(books)
    with pytest.raises(ValueError, match=r"nombre|float"):
        ACTS["price"](books, {"key": "007", "value": "beaucoup"})


def test_settings_of_both_say_what_is_needed() -> None:
    for name in ERP_OF:
        with pytest.raises(msgspec.ValidationError, match=r"definition|folder|kind|database"):
            msgspec.convert({}, type=connector_class(name).spec.settings)


@pytest.mark.parametrize("name", list(ERP_OF))
@pytest.mark.parametrize("typed", ["cher", "", "NaN", "Infinity", "1,2,3"])
def test_a_price_that_is_no_number_is_refused_with_a_sentence(tmp_path: Path, name: str, typed: str) -> None:
    erp = ERP_OF[name](tmp_path / ERPS[name].program)
    before = erp.articles()
    with pytest.raises(ValueError, match="n’est pas un nombre"):
        ACTS["price"](erp, {"key": before[0].ref, "value": typed})
    assert before == erp.articles()


@pytest.mark.parametrize("name", list(ERP_OF))
def test_a_price_keeps_its_cents(tmp_path: Path, name: str) -> None:
    erp = ERP_OF[name](tmp_path / ERPS[name].program)
    ACTS["price"](erp, {"key": erp.articles()[0].ref, "value": " 24,95 "})
    assert "24.95" == erp.articles()[0].price.replace(",", ".")
