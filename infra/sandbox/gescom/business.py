"""What users of the GesCom do, on its file: used by the screen, the tests and the demonstration.

Every method is one transaction. `Refused` says why something was not done, in French, as the screen shows it.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from sandbox.gescom import amendments, numbering, order_entry, stockroom, store, transformation
from sandbox.gescom.order_pricing import Entry, Line
from sandbox.gescom.refused import Refused, narrow_columns
from sandbox.gescom.store import insert, number, update
from sandbox.gescom.transformation import DELIVERY, INVOICE, PREPARATION

T = TypeVar("T")
PUBLIC = 1
COPY = "SANDBOX_COPIE_ARTICLES"
"""What the article table held before it was emptied by mistake."""


class GesCom:
    """A company's file."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    # ---------------------------------------------------------------------------------------- articles

    def change_price(
        self, ref: str, price: Decimal, *, category: int | None = None, tax_included: bool | None = None
    ) -> None:
        """The article's own price, or that of a price category (1 is the public's). `tax_included` None keeps it."""
        if price < 0:
            raise Refused("refused", "Un prix ne peut pas être négatif", field="price")

        def change(connection: sqlite3.Connection) -> None:
            _article(connection, ref)
            if category is None:
                flag = {} if tax_included is None else {"AR_PrixTTC": int(tax_included)}
                update(connection, "F_ARTICLE", "AR_Ref = ?", (ref,), AR_PrixVen=price, **flag)
                return
            flag = {} if tax_included is None else {"AC_PrixTTC": int(tax_included)}
            where, key = "AR_Ref = ? and AC_Categorie = ? and CT_Num is null", (ref, category)
            if not update(connection, "F_ARTCLIENT", where, key, AC_PrixVen=price, **flag):
                listed = connection.execute(
                    "select CT_PrixTTC from P_CATTARIF where cbIndice = ? and CT_Intitule <> ''", (category,)
                ).fetchone()
                if listed is None:
                    raise Refused(
                        "refused", f"La catégorie tarifaire {category} n’existe pas", field="category"
                    )
                gross = int(listed[0]) if tax_included is None else int(tax_included)
                insert(
                    connection,
                    "F_ARTCLIENT",
                    AR_Ref=ref,
                    AC_Categorie=category,
                    AC_PrixVen=price,
                    AC_PrixTTC=gross,
                )

        self._do(change)

    def set_stock(
        self,
        ref: str,
        quantity: Decimal,
        *,
        depot: int = stockroom.MAIN_DEPOT,
        variant: tuple[int, int] = (0, 0),
    ) -> None:
        """Makes the quantity there be `quantity`, by a stock entry or exit that the movements show."""

        def change(connection: sqlite3.Connection) -> None:
            _article(connection, ref)
            if not stockroom.is_tracked(connection, ref):
                raise Refused("refused", f"L’article {ref} n’est pas suivi en stock", field="quantity")
            difference = quantity - stockroom.held(connection, ref, variant, depot, "QteSto")
            if not difference:
                return
            kind = 20 if difference > 0 else 21
            piece = numbering.next_piece(connection, 2, kind)
            day = f"{store.today()} 00:00:00"
            insert(
                connection,
                "F_DOCENTETE",
                DO_Domaine=2,
                DO_Type=kind,
                DO_Piece=piece,
                DO_Date=day,
                DE_No=depot,
            )
            insert(
                connection, "F_DOCLIGNE", DO_Domaine=2, DO_Type=kind, DO_Piece=piece, DO_Date=day, AR_Ref=ref,
                DL_No=numbering.next_number(connection, "F_DOCLIGNE", "DL_No"), DL_Ligne=1000, AG_No1=variant[0],
                AG_No2=variant[1], DL_Design="Ajustement", DL_Qte=abs(difference), DE_No=depot, DL_Valorise=1,
            )  # fmt: skip
            stockroom.move(connection, ref, variant, depot, {"QteSto": difference})

        self._do(change)

    def sleep(self, ref: str) -> None:
        self._flag(ref, "AR_Sommeil", 1)

    def wake(self, ref: str) -> None:
        self._flag(ref, "AR_Sommeil", 0)

    def publish(self, ref: str, published: bool) -> None:
        self._flag(ref, "AR_Publie", int(published))

    def rename(self, ref: str, name: str) -> None:
        def change(connection: sqlite3.Connection) -> None:
            _article(connection, ref)
            with narrow_columns():
                update(connection, "F_ARTICLE", "AR_Ref = ?", (ref,), AR_Design=name)

        self._do(change)

    def add_article(
        self,
        ref: str,
        name: str,
        *,
        family: str,
        price: Decimal = Decimal(0),
        tax_included: bool = False,
        ean: str = "",
        stock: Decimal = Decimal(0),
        published: bool = True,
    ) -> None:
        ref = ref.strip().upper()

        def add(connection: sqlite3.Connection) -> None:
            if not ref or not name.strip():
                raise Refused("refused", "La référence et la désignation sont obligatoires", field="ref")
            if connection.execute("select 1 from F_ARTICLE where AR_Ref = ?", (ref,)).fetchone():
                raise Refused("refused", f"L’article {ref} existe déjà", field="ref")
            if not connection.execute(
                "select 1 from F_FAMILLE where FA_CodeFamille = ? and FA_Type = 0", (family,)
            ).fetchone():
                raise Refused("refused", f"La famille {family} n’existe pas", field="family")
            with narrow_columns():
                insert(
                    connection, "F_ARTICLE", AR_Ref=ref, AR_Design=name.strip(), FA_CodeFamille=family, AR_PrixVen=price,
                    AR_PrixTTC=int(tax_included), AR_CodeBarre=ean, AR_SuiviStock=2, AR_UniteVen=1, AR_UnitePoids=3,
                    AR_Publie=int(published), AR_DateCreation=store.today(), AR_DateApplication="1753-01-01",
                )  # fmt: skip

        self._do(add)
        if stock:
            self.set_stock(ref, stock)

    def delete_article(self, ref: str) -> None:
        """Refused when the article is on a document, as Sage does: it is then put to sleep instead."""

        def delete(connection: sqlite3.Connection) -> None:
            _article(connection, ref)
            if connection.execute("select 1 from F_DOCLIGNE where AR_Ref = ?", (ref,)).fetchone():
                raise Refused(
                    "refused", f"L’article {ref} figure dans des documents : mettez-le en sommeil", field="ref"
                )  # fmt: skip
            for table in ARTICLE_TABLES:
                connection.execute(f"delete from {table} where AR_Ref = ?", (ref,))
            connection.execute("delete from F_NOMENCLAT where NO_RefDet = ?", (ref,))

        self._do(delete)

    def empty_articles(self) -> int:
        """The false move: empties the article table, and keeps a copy of it. Gives how many articles it held."""

        def empty(connection: sqlite3.Connection) -> int:
            count = int(connection.execute("select count(*) from F_ARTICLE").fetchone()[0])
            if count:
                connection.execute(f"drop table if exists {COPY}")
                connection.execute(f"create table {COPY} as select * from F_ARTICLE")
                connection.execute("delete from F_ARTICLE")
            return count

        return self._do(empty)

    def restore_articles(self) -> int:
        """Puts the copy back, with the articles that were added since; gives how many came back."""

        def restore(connection: sqlite3.Connection) -> int:
            if not _exists(connection, COPY):
                raise Refused("refused", "Aucune copie des articles à restaurer")
            found = connection.execute(
                f"insert into F_ARTICLE select * from {COPY} where AR_Ref not in (select AR_Ref from F_ARTICLE)"
            ).rowcount
            connection.execute(f"drop table {COPY}")
            return found

        return self._do(restore)

    # --------------------------------------------------------------------------------------- documents

    def enter(self, entry: Entry) -> str:
        return self._do(lambda connection: order_entry.enter(connection, entry)[0])

    def confirm(self, piece: str) -> None:
        """Validates an order: DO_Statut 1."""

        def change(connection: sqlite3.Connection) -> None:
            found = transformation.header(connection, piece)
            update(connection, "F_DOCENTETE", "cbMarq = ?", (found["cbMarq"],), DO_Statut=1)

        self._do(change)

    def prepare(self, piece: str, quantities: Mapping[int, Decimal] | None = None) -> str:
        return self._do(lambda c: transformation.transform(c, piece, PREPARATION, quantities))

    def deliver(
        self, piece: str, quantities: Mapping[int, Decimal] | None = None, *, parcel: str = "", day: str = ""
    ) -> str:
        """DL_No → quantity; None delivers all. `parcel` is the tracking number. Gives the delivery note's number."""
        return self._do(
            lambda c: transformation.transform(c, piece, DELIVERY, quantities, parcel=parcel, day=day)
        )  # fmt: skip

    def invoice(self, piece: str, *, day: str = "") -> str:
        return self._do(lambda c: transformation.transform(c, piece, INVOICE, day=day))

    def transform(
        self, piece: str, to: int, quantities: Mapping[int, Decimal] | None = None, *, parcel: str = ""
    ) -> str:
        return self._do(lambda c: transformation.transform(c, piece, to, quantities, parcel=parcel))

    def amend(self, piece: str, quantities: Mapping[int, Decimal]) -> None:
        """DL_No → new quantity, of an order that waits; 0 takes the line away."""
        self._do(lambda c: amendments.amend(c, piece, quantities))

    def add_line(self, piece: str, article: str, quantity: Decimal) -> None:
        self._do(lambda c: amendments.add_line(c, piece, Line(article, quantity=quantity)))

    def gather(self, pieces: Sequence[str], to: int = DELIVERY, *, parcel: str = "") -> str:
        """Several documents of one customer on one delivery note (or invoice)."""
        return self._do(lambda c: amendments.gather(c, pieces, to, parcel=parcel))

    def take_back(self, piece: str, quantities: Mapping[int, Decimal] | None = None) -> str:
        return self._do(lambda c: transformation.take_back(c, piece, quantities))

    def cancel(self, piece: str) -> None:
        self._do(lambda c: transformation.cancel(c, piece))

    def pay(self, piece: str, amount: Decimal, *, method: int = 1) -> None:
        self._do(lambda c: transformation.pay(c, piece, amount, method))

    # ------------------------------------------------------------------------------------------- locks

    def lock(self, table: str, key: str, user: str = "COMPTA") -> None:
        """As when a user has the record's screen open: writing it fails until `unlock`."""
        self._do(lambda c: insert(c, "SANDBOX_VERROU", TABLE_Nom=table, ENREG_Cle=key, UTILISATEUR=user))

    def unlock(self, table: str, key: str) -> None:
        self._do(
            lambda c: c.execute("delete from SANDBOX_VERROU where TABLE_Nom = ? and ENREG_Cle = ?", (table, key))
        )  # fmt: skip

    def close_month(self, until: date) -> None:
        """Documents dated up to that day are refused from now on."""

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("delete from SANDBOX_REGLAGE where NOM = 'cloture_au'")
            insert(connection, "SANDBOX_REGLAGE", NOM="cloture_au", VALEUR=until.isoformat())

        self._do(change)

    def _flag(self, ref: str, column: str, value: int) -> None:
        def change(connection: sqlite3.Connection) -> None:
            _article(connection, ref)
            update(connection, "F_ARTICLE", "AR_Ref = ?", (ref,), **{column: value})

        self._do(change)

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with store.writing(self.path) as connection:
            return work(connection)


ARTICLE_TABLES = (
    "F_ARTICLE", "F_ARTICLEMEDIA", "F_ARTGLOSS", "F_ARTGAMME", "F_ARTENUMREF", "F_CONDITION", "F_NOMENCLAT", "F_ARTCOMPTA",
    "F_ARTCLIENT", "F_TARIFGAM", "F_TARIFCOND", "F_TARIFQTE", "F_ARTSTOCK", "F_GAMSTOCK",
)  # fmt: skip


def _article(connection: sqlite3.Connection, ref: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "select * from F_ARTICLE where AR_Ref = ?", (ref,)
    ).fetchone()
    if row is None:
        raise Refused("unknown_article", f"L’article {ref} n’existe pas", field="ref", article=ref)
    numbering.locked_by(connection, "F_ARTICLE", ref)
    return row


def _exists(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("select 1 from sqlite_master where name = ?", (table,)).fetchone() is not None


__all__ = ["GesCom", "Refused", "number"]
