"""The COM bridge without Sage: what can be known of it here is that it starts, answers, and tells refusals apart.

No test of this file says that it works with the Objets métiers: it was never run with them.
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from raccord_connectors.contract import ConfigError
from raccord_connectors.erp.sage100 import com_bridge, protocol
from raccord_connectors.erp.sage100.bridge import Bridge
from raccord_connectors.erp.sage100.drafts import CREDIT, RETURN, TYPES


def test_without_pywin32_it_says_that_the_objets_metiers_are_missing() -> None:
    bridge = Bridge([sys.executable, str(com_bridge.__file__)], {"user": "RACCORD"}, 10)
    with pytest.raises(ConfigError) as caught:
        bridge.call("check")
    assert "sage100.not_installed" == caught.value.message.code
    bridge.close()


def test_it_speaks_the_version_of_the_connector() -> None:
    assert protocol.PROTOCOL == com_bridge.PROTOCOL
    found = com_bridge.answer(com_bridge.Sage(), {"id": "1", "verb": "open", "data": {"protocol": 99}})
    assert "protocol" == found["error"]["kind"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Cet enregistrement est en cours d’utilisation !", "locked"),
        ("Le nombre d’utilisateurs autorisé est dépassé", "licence"),
        ("Mot de passe incorrect", "login_refused"),
        ("La période est clôturée", "month_closed"),
        ("La société est ouverte en accès exclusif par COMPTA", "exclusive"),
        ("Ouverture mono-utilisateur en cours", "exclusive"),
        ("Espace disque insuffisant", "no_space"),
        ("Vous n’avez pas les droits de création", "no_right"),
        ("Aucun exercice à cette date", "no_exercise"),
        ("L’encours autorisé du client est dépassé", "credit_limit"),
        ("Stock insuffisant dans le dépôt", "stock_short"),
        ("Le code affaire est obligatoire", "refused"),
    ],
)
def test_sages_sentences_are_told_apart(said: str, kind: str) -> None:
    assert kind == com_bridge.kind_of(said)


def test_nothing_is_done_before_a_company_is_open() -> None:
    found = com_bridge.answer(com_bridge.Sage(), {"id": "1", "verb": "create_document", "data": {}})
    assert "no_company" == found["error"]["kind"]


def test_transformations_are_not_supported() -> None:
    found = com_bridge.answer(com_bridge.Sage(), {"id": "1", "verb": "transform"})
    assert "unsupported" == found["error"]["kind"]


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("La période est clôturée", {"day": "2026-10-31"}),
        ("Aucun exercice à cette date", {"day": "2026-10-31"}),
        ("Encours dépassé", {"customer": "CLBESNARD"}),
    ],
)
def test_a_refusal_names_what_a_manager_has_to_look_at(said: str, values: dict[str, str]) -> None:
    """Sage's sentence does not; the request does."""
    sage = com_bridge.Sage()

    def refusing(code: str) -> bool:
        raise ComError(-2147352567, "Une exception s'est produite.", (0, "Objets100c", said, None, 0, 0))

    sage.commercial = SimpleNamespace(CreateProcess_Document=lambda kind: None)
    sage.accounting = SimpleNamespace(FactoryClient=SimpleNamespace(ExistNumero=refusing))
    data = {"kind": 1, "customer": "CLBESNARD", "dated": "2026-10-31 00:00:00"}
    found = com_bridge.answer(sage, {"id": "8", "verb": "create_document", "data": data})
    assert values == found["error"]["values"]


def test_a_com_error_is_an_answer_with_sages_sentence() -> None:
    sage = com_bridge.Sage()

    def broken(code: str) -> bool:
        raise ComError(
            -2147352567, "Une exception s'est produite.", (0, "Objets100c", "Fichier verrouillé", None, 0, 0)
        )

    sage.commercial, sage.accounting = (
        SimpleNamespace(),
        SimpleNamespace(FactoryClient=SimpleNamespace(ExistNumero=broken)),
    )
    found = com_bridge.answer(sage, {"id": "7", "verb": "update_customer", "data": {"code": "C1"}})
    assert ("7", "locked", "Fichier verrouillé") == (
        found["id"],
        found["error"]["kind"],
        found["error"]["text"],
    )


class ComError(Exception):
    """Shaped as pywin32's: (hresult, text, (code, source, description, …), argument)."""


class Process:
    """The shape of an IPMDocument, as far as the bridge uses it."""

    def __init__(self, total: str) -> None:
        self.lines: list[tuple[str, float, SimpleNamespace]] = []
        self.done = False
        self.CanProcess = True
        self.Document = SimpleNamespace(
            SetDefaultClient=lambda client: None, Valorisation=SimpleNamespace(TotalTTC=total)
        )
        self.DocumentResult = SimpleNamespace(DO_Piece="BC00042")

    def AddArticle(self, article: str, quantity: float) -> SimpleNamespace:  # noqa: N802  # Sage's name
        line = SimpleNamespace(Write_=lambda: None)
        self.lines.append((article, quantity, line))
        return line

    def Process(self) -> None:  # noqa: N802
        self.done = True


def factory(exists: str, read: str, known: str) -> SimpleNamespace:
    asked: dict[str, Callable[[str], Any]] = {exists: lambda code: code == known, read: lambda code: code}
    return SimpleNamespace(**asked)


@pytest.mark.parametrize(("total", "written"), [("24.00", True), ("24.01", False)])
def test_an_order_is_processed_only_when_its_total_is_the_customers(total: str, written: bool) -> None:
    process, sage = Process(total), com_bridge.Sage()
    sage.accounting = SimpleNamespace(FactoryClient=factory("ExistNumero", "ReadNumero", "C1"))
    sage.commercial = SimpleNamespace(
        CreateProcess_Document=lambda kind: process,
        FactoryArticle=factory("ExistReference", "ReadReference", "A1"),
    )
    line = protocol.DocumentLine(
        article="A1", title="Assiette", quantity=Decimal(2), net_price=Decimal(10), gross_price=Decimal(12)
    )  # fmt: skip
    order = protocol.NewDocument(
        reference="K3QZ-1", kind=1, customer="C1", dated="2026-05-04", fields={"DO_Ref": "#1", "CO_No": 2}, lines=[line],
        net=Decimal(20), gross=Decimal(24),
    )  # fmt: skip
    found = com_bridge.answer(sage, {"id": "1", "verb": "create_document", "data": protocol.as_data(order)})
    assert written is process.done
    if written:
        assert {"kind": 1, "piece": "BC00042", "existed": False, "ignored": ["CO_No"]} == found["ok"]
        assert ("A1", 2.0, 10.0) == (
            process.lines[0][0],
            process.lines[0][1],
            process.lines[0][2].DL_PrixUnitaire,
        )
    else:
        assert ("total_differs", "24.01") == (found["error"]["kind"], found["error"]["values"]["found"])


def test_every_kind_of_document_that_the_connector_declares_has_its_number_in_com() -> None:
    """The two enumerations of the type library: for sales, ten times the other."""
    assert set(TYPES.values()) | {RETURN, CREDIT} == set(com_bridge.DOCUMENT_TYPES)
    assert all(com == 10 * sql for sql, com in com_bridge.DOCUMENT_TYPES.items())
