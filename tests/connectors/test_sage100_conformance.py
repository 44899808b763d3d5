"""The conformance suite on the demonstration GesCom, directly and through the wire."""

import sqlite3
import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Address,
    Customer,
    CustomerDraft,
    Draft,
    DraftLine,
    PaymentEntry,
    Record,
)
from raccord_connectors.erp.sage100 import Sage100, Sage100Settings
from raccord_connectors.erp.sage100.protocol import NewPayment
from raccord_connectors.erp.sage100.values import fit
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from sandbox.gescom import payments, store
from sandbox.gescom.connection import bridge_command
from support.gescom import a_customer, an_article, sage100, small_gescom, sql

PASSWORD = "mot-de-passe-tres-secret"
WIDTHS = {"customer_drafts": 35, "drafts": 69}


class TestSage100(ConnectorConformance):
    connector_type = Sage100
    secrets = (PASSWORD,)

    def setup_method(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="raccord-sage100-")
        self.gescom = small_gescom(Path(self._folder.name))
        for name, value in (("utilisateur", "WEB"), ("mot_de_passe", PASSWORD)):
            sql(self.gescom, "insert into SANDBOX_REGLAGE (NOM, VALEUR) values (?, ?)", name, value)
        self.article = an_article(self.gescom)
        self.customer = a_customer(self.gescom)
        for number in range(2):
            self._pay(f"K3QZ-{2000 + number}/1")
        self._holder: sqlite3.Connection | None = None
        self._open_connectors: list[Sage100] = []

    def teardown_method(self) -> None:
        for connector in self._open_connectors:
            connector.close()
        if self._holder is not None:
            self._holder.close()
        self._folder.cleanup()

    def connector(self) -> Sage100:
        made = sage100(
            self.gescom,
            sage_user="WEB",
            sage_password=PASSWORD,
            password=PASSWORD,
            timeout=0.2,
        )
        self._open_connectors.append(made)
        return made

    def broken_connector(self) -> Sage100:
        return Sage100(
            Sage100Settings(
                path=str(self.gescom.path),
                bridge=tuple(bridge_command(self.gescom.path)),
                sage_user="WEB",
                sage_password=PASSWORD + " mal saisi",
                password=PASSWORD,
            )
        )

    def sample(self, stream: str, number: int) -> Record:
        if stream == "customer_drafts":
            return CustomerDraft(
                key=f"email:nouveau{number}@exemple.fr",
                customer=Customer(
                    key="",
                    account_title=f"ÉVRARD Zélie {number}",
                    first_name="Zélie",
                    last_name="Évrard",
                    email=f"nouveau{number}@exemple.fr",
                    phone="06 12 34 56 78",
                    billing=Address(
                        line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR"
                    ),
                ),
            )
        if stream == "payments":
            return PaymentEntry(
                key=f"K3QZ-{1000 + number}/1",
                document="BC|BC00001",
                kind="deposit",
                amount=Decimal("12.50"),
                method="1",
                dated=date(2026, 5, 4),
                transaction="ch_3Q9xLkAcompteTresLongNumeroDeTransaction",
            )
        line = DraftLine(
            item=self.article,
            title="Assiette",
            quantity=Decimal(2),
            unit_net=Decimal(10),
            net=Decimal(20),
            tax=Decimal(4),
            rate=Decimal(20),
        )
        return Draft(
            key=f"K3QZ-{1000 + number}",
            dated=date(2026, 5, 4),
            reference=f"#{1000 + number}",
            customer=self.customer,
            lines=[line],
            net=Decimal(20),
            tax=Decimal(4),
            gross=Decimal(24),
        )

    def bad_sample(self, stream: str) -> Record:
        record = self.sample(stream, 9)
        if isinstance(record, CustomerDraft):
            return replace(record, customer=replace(record.customer, email="x" * 60 + "@exemple.fr"))
        if isinstance(record, PaymentEntry):
            return replace(record, amount=Decimal(0))
        assert isinstance(record, Draft)
        return replace(record, lines=[replace(record.lines[0], item="INCONNU")])

    def changed(self, stream: str, record: Record) -> Record:
        assert isinstance(record, CustomerDraft)
        return replace(record, customer=replace(record.customer, phone="07 00 00 00 01"))

    def missing_target(self, stream: str) -> str:
        return "PERSONNE"

    def touch(self, stream: str) -> str:
        match stream:
            case "categories":
                sql(
                    self.gescom,
                    "update F_FAMILLE set FA_Intitule = 'Assiettes' where FA_CodeFamille = 'ASSIETTES'",
                )
                return "FA|ASSIETTES"
            case "products":
                self.gescom.rename(self.article, "Assiette à liseré bleu")
                return self.article
            case "prices":
                self.gescom.change_price(self.article, Decimal("1.23"), category=1)
                return self.article
            case "stock":
                self.gescom.set_stock(self.article, Decimal(77))
                return self.article
            case "payments":
                sql(self.gescom, "update F_DOCREGL set DR_Montant = 2 where DR_Libelle = 'K3QZ-2000/1'")
                return "K3QZ-2000/1"
            case "customers":
                sql(self.gescom, "update F_LIVRAISON set LI_Ville = 'Dole' where CT_Num = ?", self.customer)
                return self.customer
            case "invoices":
                sql(self.gescom, "update F_DOCENTETE set DO_Ref = 'Tel. 99' where DO_Piece = 'FA00001'")
                return "FA|FA00001"
            case _:
                self.gescom.confirm("BC00001")
                return "BC|BC00001"

    def remove(self, stream: str) -> str:
        match stream:
            case "categories":
                sql(self.gescom, "delete from F_FAMILLE where FA_CodeFamille = 'REVUES'")
                return "FA|REVUES"
            case "customers":
                sql(self.gescom, "delete from F_COMPTET where CT_Num = ?", self.customer)
                return self.customer
            case "payments":
                sql(self.gescom, "delete from F_DOCREGL where DR_Libelle = 'K3QZ-2000/1'")
                return "K3QZ-2000/1"
            case "documents":
                self.gescom.cancel("BC00001")
                return "BC|BC00001"
            case "invoices":
                for table in ("F_DOCLIGNE", "F_DOCREGL", "F_DOCENTETE"):
                    sql(self.gescom, f"delete from {table} where DO_Piece = 'FA00001'")
                return "FA|FA00001"
            case _:
                ref = self._unsold()
                self.gescom.delete_article(ref)
                return ref

    def _pay(self, key: str) -> None:
        wanted = NewPayment(
            key=key,
            label=key,
            kind="deposit",
            pieces=[(1, "BC00001")],
            amount=Decimal(1),
            method=1,
            dated="2026-05-04",
        )
        with store.writing(self.gescom.path) as connection:
            payments.enter(connection, wanted)

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        if stream == "customer_drafts":
            (account,) = sql(self.gescom, "select * from F_COMPTET where CT_Num = ?", target)
            contacts = sql(self.gescom, "select * from F_CONTACTT where CT_Num = ?", target)
            return {**account, "contacts": [dict(each) for each in contacts]}
        piece = target.partition("|")[2]
        (header,) = sql(self.gescom, "select * from F_DOCENTETE where DO_Domaine = 0 and DO_Piece = ?", piece)
        lines = sql(self.gescom, "select * from F_DOCLIGNE where DO_Domaine = 0 and DO_Piece = ?", piece)
        return {**header, "lines": lines}

    def disturb(self, stream: str, target: str) -> None:
        sql(
            self.gescom, "update F_COMPTET set CT_Taux01 = 3, CT_Site = 'exemple.fr' where CT_Num = ?", target
        )

    def stored(self, stream: str, text: str) -> str:
        """Labels are cut to the column on a word's border and brought to the French code page (see the README)."""
        return fit(text, WIDTHS[stream])

    def stop_system(self) -> None:
        """Another program takes the whole file for itself: nobody can even read it."""
        for connector in self._open_connectors:
            if connector._bridge is not None:
                connector._bridge.close()
        self._holder = sqlite3.connect(self.gescom.path, isolation_level=None)
        self._holder.execute("pragma locking_mode = exclusive")
        self._holder.execute("begin exclusive")
        self._holder.execute("update P_DOSSIER set D_Profession = 'Inventaire'")

    def _unsold(self) -> str:
        (row,) = sql(
            self.gescom,
            "select AR_Ref from F_ARTICLE where FA_CodeFamille = 'REVUES' and AR_Ref not in "
            "(select AR_Ref from F_DOCLIGNE where AR_Ref is not null) and AR_Ref not in (select NO_RefDet from F_NOMENCLAT) "
            "order by cbMarq limit 1",
        )
        return str(row["AR_Ref"])


@pytest.mark.slow
class TestSage100ThroughTheWire(TestSage100):
    through_wire = True
