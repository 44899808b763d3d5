"""The conformance suite on a drop folder with a simulated ERP behind it, directly and through the wire."""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from raccord_connectors.canonical import Address, Customer, CustomerDraft, Draft, DraftLine, Record
from raccord_connectors.erp.files import DropFolder, FilesSettings
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from sandbox.folder_erp.erp import FolderErp

BOOKS = {
    "categories": ("familles", "VERRE", {"LIBELLE": "Verre soufflé"}),
    "products": ("articles", "008", {"DESIGNATION": "Verre retouché"}),
    "prices": ("articles", "008", {"PRIX_HT": "8,25"}),
    "stock": ("articles", "008", {"STOCK": "143"}),
    "customers": ("clients", "C0002", {"NOM": "Besnard-Leroy"}),
    "documents": ("commandes", "CC0002", {"ETAT": "Facturée"}),
}


class TestDropFolder(ConnectorConformance):
    connector_type = DropFolder

    def setup_method(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="raccord-files-"))
        self.erp = FolderErp(self._folder)
        text = self.erp.definition.read_text("utf-8").replace("settle_seconds = 0.3", "settle_seconds = 0")
        self.erp.definition.write_text(text.replace("settle_seconds = 0.2", "settle_seconds = 0"), "utf-8")
        self.erp.work()
        self._made: list[DropFolder] = []

    def teardown_method(self) -> None:
        for connector in self._made:
            connector.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open_on(self, definition: Path) -> DropFolder:
        settings = FilesSettings(folder=str(self.erp.drop), definition=str(definition))
        made = DropFolder(settings, sleep=self._let_the_erp_work)
        self._made.append(made)
        return made

    def _let_the_erp_work(self, seconds: float) -> None:
        """While the connector waits for an acknowledgement."""
        self.erp.work()

    def connector(self) -> DropFolder:
        return self.open_on(self.erp.definition)

    def broken_connector(self) -> DropFolder:
        broken = self._folder / "broken.toml"
        text = self.erp.definition.read_text("utf-8").replace('name = "DESIGNATION"', 'nom = "DESIGNATION"')
        broken.write_text(text, "utf-8")
        return self.open_on(broken)

    def sample(self, stream: str, number: int) -> Record:
        if stream == "customer_drafts":
            address = Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR")
            known = Customer(
                key="", last_name="Évrard", first_name="Zélie", email=f"z{number}@exemple.fr", billing=address
            )
            return CustomerDraft(key=f"email:z{number}@exemple.fr", customer=known)
        line = DraftLine(
            item="008", title="Verre à pied « Brume »", quantity=Decimal(2), unit_net=Decimal("7.5"), net=Decimal(15),
            tax=Decimal(3), rate=Decimal(20),
        )  # fmt: skip
        return Draft(
            key=f"K3QZ-{1000 + number}", dated=date(2026, 11, 24), reference=f"#{1000 + number}", customer="C0002",
            lines=[line], net=Decimal(15), tax=Decimal(3), gross=Decimal(18),
        )  # fmt: skip

    def bad_sample(self, stream: str) -> Record:
        match self.sample(stream, 2):
            case Draft() as draft:
                return replace(draft, key="BAD", lines=[replace(draft.lines[0], item="UNKNOWN")])
            case record:
                return replace(record, key="bad", customer=Customer(key=""))

    def touch(self, stream: str) -> str:
        book, key, values = BOOKS[stream]
        self.erp.change(book, key, **values)
        self.erp.work()
        return key

    def remove(self, stream: str) -> str:
        book, key, _ = BOOKS[stream]
        self.erp.drop_row(book, key)
        self.erp.work()
        return key

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        return self.erp.order(target)

    def stop_system(self) -> None:
        shutil.rmtree(self.erp.drop)


class TestDropFolderThroughTheWire(TestDropFolder):
    through_wire = True
