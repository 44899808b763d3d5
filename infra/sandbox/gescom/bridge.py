"""The sandbox's writing bridge: the connector's protocol on one side, the demonstration GesCom on the other.

    python -m sandbox.gescom.bridge --database FILE

A simulator of what a bridge over Sage's Objets métiers does: it writes as Sage would, in one transaction, and refuses
what Sage refuses. `--die-after VERB:COUNT` is for tests: it ends like a crash after that many writes were committed
and before their answer is sent. A login is asked of whoever opens the company if SANDBOX_REGLAGE holds one
("utilisateur", "mot_de_passe"), and "licences" there says how many sessions may be opened.
"""

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from raccord_connectors.erp.sage100 import protocol
from sandbox.gescom import accounts, order_entry, payments, store, transformation
from sandbox.gescom.order_pricing import Deposit, Entry, Line, Money
from sandbox.gescom.refused import Refused, demand_access
from sandbox.gescom.store import number

T = TypeVar("T")
Verb = Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]
CRASH = 9


def check(connection: sqlite3.Connection, data: dict[str, Any]) -> dict[str, Any]:
    row = connection.execute("select D_RaisonSoc from P_DOSSIER").fetchone()
    return {"company": row[0] if row else ""}


def create_document(connection: sqlite3.Connection, data: dict[str, Any]) -> dict[str, Any]:
    wanted = _data(data, protocol.NewDocument)
    piece, existed = order_entry.enter(connection, _entry(connection, wanted))
    row = connection.execute(
        "select DO_Type, DO_TotalHT, DO_TotalTTC from F_DOCENTETE where DO_Domaine = 0 and DO_Piece = ?",
        (piece,),
    ).fetchone()
    totals = {"net": str(number(row["DO_TotalHT"])), "gross": str(number(row["DO_TotalTTC"]))}
    return {"kind": row["DO_Type"], "piece": piece, "existed": existed, **totals}


def enter_payment(connection: sqlite3.Connection, data: dict[str, Any]) -> dict[str, Any]:
    wanted = _data(data, protocol.NewPayment)
    return {"key": wanted.key, "existed": payments.enter(connection, wanted)}


def create_customer(connection: sqlite3.Connection, data: dict[str, Any]) -> dict[str, Any]:
    wanted = _data(data, protocol.NewCustomer)
    places = [place.fields for place in wanted.deliveries]
    accounts.create(connection, wanted.code, wanted.fields, wanted.contact, places)
    accounts.add_contacts(connection, wanted.code, wanted.contacts)
    return {"code": wanted.code}


def update_customer(connection: sqlite3.Connection, data: dict[str, Any]) -> dict[str, Any]:
    wanted = _data(data, protocol.NewCustomer)
    places = [place.fields for place in wanted.deliveries]
    accounts.change(connection, wanted.code, wanted.fields, wanted.contact, places)
    accounts.add_contacts(connection, wanted.code, wanted.contacts)
    return {"code": wanted.code}


def transform(connection: sqlite3.Connection, data: dict[str, Any]) -> dict[str, Any]:
    wanted = _data(data, protocol.Transformation)
    quantities = {int(line): quantity for line, quantity in wanted.quantities.items()}
    piece = transformation.transform(
        connection, wanted.piece, wanted.to, quantities or None, parcel=wanted.parcel
    )
    return {"kind": wanted.to, "piece": piece}


READS: dict[str, Verb] = {"check": check}
WRITES: dict[str, Verb] = {
    "create_document": create_document,
    "create_foreign_document": create_document,
    "enter_payment": enter_payment,
    "enter_foreign_payment": enter_payment,
    "create_customer": create_customer,
    "update_customer": update_customer,
    "transform": transform,
}


class Bridge:
    """Answers one request at a time, as the Objets métiers do."""

    def __init__(self, path: Path, *, die_after: str = "") -> None:
        self._path = path
        verb, _, count = die_after.partition(":")
        self._deadly = {verb: int(count or 1)} if verb else {}
        self._open = False

    def answer(self, request: protocol.Request) -> protocol.Answer:
        try:
            return protocol.Answer(request.id, ok=self._obey(request))
        except Refused as refused:
            failure = protocol.Failure(refused.kind, refused.text, refused.field, refused.values)
            return protocol.Answer(request.id, error=failure)
        except msgspec.ValidationError as error:
            return protocol.Answer(request.id, error=protocol.refusal("protocol", str(error)))
        except sqlite3.OperationalError as error:
            return protocol.Answer(request.id, error=protocol.refusal("busy", str(error)))

    def _obey(self, request: protocol.Request) -> dict[str, Any]:
        if request.verb == "open":
            return self._opened(request.data)
        if not self._open:
            raise Refused("no_company", "Aucune société n’est ouverte")
        if request.verb in READS:
            with store.reading(self._path) as connection:
                return READS[request.verb](connection, request.data)
        if request.verb not in WRITES:
            raise Refused("unsupported", request.verb)
        with store.writing(self._path) as connection:
            demand_access(connection)
            done = WRITES[request.verb](connection, request.data)
        self._crash_if_told(request.verb)
        return done

    def _opened(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("protocol") != protocol.PROTOCOL:
            raise Refused("protocol", f"Protocole {data.get('protocol')}")
        if not self._path.is_file():
            raise Refused("no_company", self._path.name)
        with store.reading(self._path) as connection:
            rules = dict(connection.execute("select NOM, VALEUR from SANDBOX_REGLAGE").fetchall())
        login = (rules.get("utilisateur"), rules.get("mot_de_passe"))
        if login[0] and (data.get("user"), data.get("password")) != login:
            raise Refused("login_refused", "Utilisateur ou mot de passe inconnu")
        if int(rules.get("licences", 1)) <= 0:
            raise Refused("licence", "Nombre d’utilisateurs dépassé")
        self._open = True
        return {"name": "GesCom de démonstration", "protocol": protocol.PROTOCOL}

    def _crash_if_told(self, verb: str) -> None:
        """As a power cut between the commit and the answer."""
        left = self._deadly.get(verb)
        if left is None:
            return
        if left <= 1:
            os._exit(CRASH)
        self._deadly[verb] = left - 1


def _entry(connection: sqlite3.Connection, wanted: protocol.NewDocument) -> Entry:
    return Entry(
        customer=wanted.customer,
        lines=[_line(line) for line in wanted.lines],
        kind=wanted.kind,
        dated=wanted.dated,
        reference=wanted.reference,
        fields=wanted.fields,
        depot=wanted.depot,
        delivery=wanted.delivery.fields if wanted.delivery else None,
        deposits=[Deposit(each.amount, each.method, each.dated, each.label) for each in wanted.deposits],
        gross=wanted.gross,
        prices_include_tax=wanted.prices_include_tax,
        money=Money.of(connection, wanted.currency.index, wanted.currency.rate)
        if wanted.currency
        else Money(),
    )


def _line(line: protocol.DocumentLine) -> Line:
    return Line(
        article=line.article,
        title=line.title,
        quantity=line.quantity,
        variant=line.variant,
        net=line.net,
        gross=line.gross,
        net_price=line.net_price,
        gross_price=line.gross_price,
        rate=line.rate,
        free_rate=line.free_rate,
    )


def _data(data: dict[str, Any], kind: type[T]) -> T:
    return msgspec.convert(data, type=kind, strict=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sandbox.gescom.bridge", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--die-after", default="")
    options = parser.parse_args()
    bridge = Bridge(options.database, die_after=options.die_after)
    for line in sys.stdin.buffer:
        request = msgspec.json.decode(line, type=protocol.Request)
        if request.verb == "close":
            return
        sys.stdout.buffer.write(protocol.line_of(bridge.answer(request)))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
