"""Orders laid down as files: once, whatever dies in between, and entered only when the ERP says so."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord_connectors.canonical import Address, Document, Draft, DraftLine, plain
from raccord_connectors.contract import Outcome, RecordRejected
from raccord_connectors.kit.definition import values
from raccord_connectors.kit.definition.model import FRENCH
from raccord_connectors.kit.dropfolder.handover import FileHandover, Handover
from raccord_connectors.kit.dropfolder.letters import Format, file_name, rendered
from raccord_connectors.kit.dropfolder.register import Register
from raccord_connectors.kit.dropfolder.state import State

KEY = "K3QZ-1042"
LINE = DraftLine(
    item="007", title="Carafe ; « Brume »", quantity=Decimal(2), unit_net=Decimal("24.9"), net=Decimal("49.8"),
    tax=Decimal("9.96"), rate=Decimal(20),
)  # fmt: skip
DRAFT = Draft(
    key=KEY, dated=date(2026, 11, 24), reference="#1042", customer="C0002", lines=[LINE], net=Decimal("49.8"),
    tax=Decimal("9.96"), gross=Decimal("59.76"), billing=Address(last_name="Besnard", city="Nîmes"),
)  # fmt: skip


class Died(BaseException):
    """The process, at this point."""


class MortalRegister(Register):
    """Dies before or after one of its steps, as a process does."""

    dies = ""

    def ask(self, key: str, file: str, record: bytes, at: float) -> None:
        self._maybe("before ask")
        super().ask(key, file, record, at)
        self._maybe("after ask")

    def sent(self, key: str) -> None:
        self._maybe("before sent")
        super().sent(key)

    def _maybe(self, point: str) -> None:
        if self.dies == point:
            raise Died


class Shop:
    """Our side and the ERP's: two folders and what we remember."""

    def __init__(self, root: Path, **rules: Any) -> None:
        self.root = root
        (root / "commandes" / "accuses").mkdir(parents=True)
        self.rules = FileHandover(
            folder="commandes",
            acknowledgements="commandes/accuses",
            wait_seconds=0,
            settle_seconds=0,
            **rules,
        )
        self.state = State(root / "state.sqlite")

    def handover(self, dies: str = "") -> Handover:
        found = Handover(
            self.state,
            "drafts",
            self.rules,
            self.root,
            manners=FRENCH,
            language="fr",
            sleep=lambda seconds: None,
        )
        found.register = MortalRegister(self.state, "drafts")
        found.register.dies = dies
        return found

    def send(self, *drafts: Draft) -> list[Outcome]:
        return list(self.handover().send(drafts or (DRAFT,)))

    def orders(self) -> list[str]:
        return sorted(path.name for path in (self.root / "commandes").iterdir() if path.is_file())

    def acknowledge(self, name: str, content: str) -> None:
        (self.root / "commandes" / "accuses" / name).write_text(content, "utf-8")


def test_an_order_is_sent_not_confirmed_until_it_is_acknowledged(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    (first,) = shop.send()
    assert first.problem is not None
    assert ("transient", "order.sent_not_confirmed") == (first.problem.kind, first.problem.message.code)
    assert ["K3QZ-1042.json"] == shop.orders()
    shop.acknowledge("a.csv", "reference;numero;total_ttc\nK3QZ-1042;CC0007;59,76\n")
    (second,) = shop.send()
    assert ("CC0007", True) == (second.target, second.existed)
    letter = Register(shop.state, "drafts").letter(KEY)
    assert letter is not None
    document = letter.entered()
    assert isinstance(document, Document)
    assert (KEY, "CC0007", Decimal("59.76"), Decimal("49.8")) == (
        document.reference, document.number, document.gross, document.net,
    )  # fmt: skip


def test_an_erp_that_entered_another_total_is_believed(tmp_path: Path) -> None:
    """The platform then holds the order with the difference."""
    shop = Shop(tmp_path)
    shop.send()
    shop.acknowledge(
        "a.xml",
        "<accuses><a><reference>K3QZ-1042</reference><numero>7</numero><gross>60,00</gross></a></accuses>",
    )
    shop.send()
    letter = Register(shop.state, "drafts").letter(KEY)
    assert letter is not None
    document = letter.entered()
    assert isinstance(document, Document)
    assert Decimal(60) == document.gross


@pytest.mark.parametrize("taken", [False, True], ids=["left by the ERP", "taken by the ERP"])
@pytest.mark.parametrize("point", ["before ask", "after ask", "before sent"])
def test_a_death_at_any_step_makes_one_file(tmp_path: Path, point: str, taken: bool) -> None:
    shop = Shop(tmp_path)
    with pytest.raises(Died):
        list(shop.handover(point).send([DRAFT]))
    seen = shop.orders() if point == "before sent" else []
    assert ([KEY + ".json"] if point == "before sent" else []) == [n for n in seen if not n.startswith(".")]
    received = 0
    if taken and point == "before sent":
        (tmp_path / "commandes" / f"{KEY}.json").unlink()
        received = 1
    shop.send()
    shop.send()
    left = [name for name in shop.orders() if not name.startswith(".")]
    assert 1 == received + len(left), "one file, whatever the ERP did with it"


def test_a_file_that_lies_there_is_not_written_again_when_our_memory_is_lost(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.send()
    path = tmp_path / "commandes" / f"{KEY}.json"
    before = path.stat().st_mtime_ns
    shop.state.close()
    (tmp_path / "state.sqlite").unlink()
    shop.state = State(tmp_path / "state.sqlite")
    shop.send()
    assert before == path.stat().st_mtime_ns


def test_a_refusal_is_told_once_and_the_order_may_then_be_sent_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.send()
    (tmp_path / "commandes" / f"{KEY}.json").unlink()
    shop.acknowledge(
        "a.json", json.dumps({"reference": KEY, "refus": "article 007 inconnu", "champ": "lines"})
    )
    (refused,) = shop.send()
    assert refused.problem is not None
    assert ("rejected", "lines") == (refused.problem.kind, refused.problem.field)
    assert "article 007 inconnu" in refused.problem.message.fr
    assert [] == shop.orders()
    shop.send()
    assert [f"{KEY}.json"] == shop.orders()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.csv",
            "reference;numero\nINCONNUE;CC1\n",
            "nous n’avons rien envoyé sous la référence « INCONNUE »",
        ),
        ("a.csv", "reference;autre\nK3QZ-1042;x\n", "a besoin de « reference » et de « numero »"),
        (
            "a.csv",
            "reference;numero;total_ttc\nK3QZ-1042;CC1;douze\n",
            "colonne « gross » : « douze » n’est pas un montant",
        ),
        ("a.json", "{", "incomplet ou abîmé"),
    ],
)
def test_an_acknowledgement_that_says_nothing_is_put_aside_with_its_reason(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    shop = Shop(tmp_path)
    shop.send()
    shop.acknowledge(name, content)
    (still,) = shop.send()
    assert still.problem is not None
    assert "order.sent_not_confirmed" == still.problem.message.code
    (report,) = (tmp_path / "commandes" / "accuses" / "refuses").glob("*.log")
    assert said in report.read_bytes().decode("utf-8-sig")


def test_the_marker_comes_after_the_order(tmp_path: Path) -> None:
    shop = Shop(tmp_path, marker=".ok", format="xml")
    shop.send()
    assert ["K3QZ-1042.xml", "K3QZ-1042.xml.ok"] == shop.orders()


def test_a_text_that_the_erps_encoding_does_not_know_is_refused_by_name(tmp_path: Path) -> None:
    shop = Shop(tmp_path, encoding="cp1252")
    bad = replace(DRAFT, key="X", lines=[replace(LINE, title="Fromage 🧀")])
    good, refused = shop.send(DRAFT, bad)
    assert good.problem is not None
    assert good.problem.kind == "transient"
    assert refused.problem is not None
    assert ("rejected", "lines.1.title") == (refused.problem.kind, refused.problem.field)
    assert [f"{KEY}.json"] == shop.orders()


def test_every_format_says_the_same() -> None:
    told = json.loads(rendered(DRAFT, "json"))
    assert (KEY, "#1042", "49.8", "007") == (
        told["reference"],
        told["shop_number"],
        told["net"],
        told["lines"][0]["item"],
    )
    (row,) = csv.DictReader(io.StringIO(rendered(DRAFT, "csv").decode()), delimiter=";")
    assert (KEY, "49,8", "59,76", "Carafe ; « Brume »", "Nîmes") == (
        row["reference"], row["montant_ht"], row["total_ttc"], row["designation"], row["facturation_ville"],
    )  # fmt: skip
    root = ET.fromstring(rendered(DRAFT, "xml", encoding="cp1252"))
    assert (KEY, "Carafe ; « Brume »", "Nîmes") == (
        root.findtext("reference"), root.findtext("lines/line/title"), root.findtext("billing/city"),
    )  # fmt: skip


def test_a_key_that_is_no_file_name_is_told_apart() -> None:
    names = {file_name("CMD_{reference}", key, "json") for key in ("A/1", "A 1", "A\\1", "..", "A_1")}
    assert 5 == len(names)
    assert all("/" not in name and "\\" not in name and " " not in name for name in names)
    assert "CMD_A_1.json" in names


FORMS: tuple[Format, ...] = ("json", "csv", "xml")
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)
WAYS: list[Callable[[Decimal], str]] = [
    lambda n: f"{n:f}".replace(".", ","),
    lambda n: f"{n:,.4f}".replace(",", " ").replace(".", ","),
    lambda n: f"{n:,.4f}".replace(",", "\u202f").replace(".", ",") + " €",
    lambda n: f"{n:,.4f}".replace(",", "_").replace(".", ",").replace("_", "."),
    lambda n: f"{n:f}",
]


@given(AMOUNTS, st.sampled_from(WAYS))
def test_an_amount_is_the_same_in_all_its_spellings(amount: Decimal, way: Callable[[Decimal], str]) -> None:
    assert plain(amount) == values.number(way(amount), FRENCH)


@given(st.text(alphabet="0123456789,. -€", max_size=7))
def test_no_text_is_read_as_another_number_than_it_shows(text: str) -> None:
    try:
        found = values.number(text, FRENCH)
    except ValueError:
        return
    if found is not None:
        assert plain(Decimal(f"{found:f}")) == found
        shown = [sign for sign in text if sign.isdigit()]
        kept = f"{abs(found):f}".replace(".", "")
        assert kept.strip("0") == "".join(shown).strip("0")


@given(st.text(max_size=30))
def test_any_text_is_laid_down_or_refused_by_name(text: str) -> None:
    draft = replace(DRAFT, lines=[replace(LINE, title=text)])
    known = text.encode("cp1252", "ignore").decode("cp1252") == text
    for form in FORMS:
        if known:
            assert rendered(draft, form, encoding="cp1252")
        else:
            with pytest.raises(RecordRejected) as refused:
                rendered(draft, form, encoding="cp1252")
            assert "lines.1.title" == refused.value.field
