"""Executes one command of the tunnel on a connector: the contract's verbs, each turned into a message.

Nothing that a connector does wrong leaves here as an exception: its own errors become a `Problem`, ours a problem
of kind `bug` that names the place and no value, because values may be a merchant's data or secrets.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from raccord_connectors import wire
from raccord_connectors.canonical import encode, fingerprint
from raccord_connectors.contract import (
    Can,
    Change,
    ConfigError,
    Connector,
    ConnectorError,
    Discovery,
    Message,
    Outcome,
    Page,
    Problem,
    RecordRejected,
    Text,
)

MAX_ANSWER = wire.MAX_BODY // 2
"""Bytes of records in one answer: the rest of the message (keys, fingerprints, findings) has the other half."""

BUG = Text(
    "connector.bug",
    "Le connecteur {name} a rencontré un cas que nous n’avions pas prévu. L’incident nous est signalé ; vous n’avez "
    "rien à faire, la suite reprendra après correction.",
    "The connector {name} met a case that we had not foreseen. It is reported to us; there is nothing for you to do, "
    "the work goes on once it is corrected.",
)
UNSUPPORTED = Text(
    "connector.unsupported",
    "Le connecteur {name} de cet agent ne sait pas faire « {what} ». Mettez l’agent à jour.",
    "The connector {name} of this agent cannot do “{what}”. Update the agent.",
)
UNREADABLE_CHANGE = Text(
    "connector.unreadable_change",
    "L’enregistrement {key} n’a pas la forme que cet agent attend ({reason}). Mettez l’agent à jour.",
    "The record {key} does not have the form that this agent expects ({reason}). Update the agent.",
)
TOO_MUCH = Text(
    "connector.too_much",
    "La demande porte sur plus de données ({stream}) qu’un message ne peut en contenir. Demandez moins de clés à la "
    "fois.",
    "The request covers more data ({stream}) than one message can hold. Ask for fewer keys at a time.",
)


def execute(connector: Connector, command: wire.Command) -> wire.CommandResult:
    """Does what the command says and never raises, whatever the connector does.

    The result may hold a `problem` *and* what was known before it: the outcomes already written, the pages already
    read. `Rescan` is the agent's own affair, not a connector's: it is answered as unsupported here.
    """
    done = _Done()
    problem: Problem | None = None
    findings: Sequence[Message] = ()
    try:
        _obey(connector, command.order, done)
    except ConnectorError as error:
        problem = error.problem()
        findings = error.findings if isinstance(error, ConfigError) else ()
    except Exception as error:
        problem = bug(connector.spec.name, error)
    return wire.CommandResult(
        command.id,
        problem=problem,
        findings=findings,
        discovery=done.discovery,
        pages=tuple(done.pages),
        outcomes=tuple(done.outcomes),
    )


def bug(name: str, error: BaseException) -> Problem:
    """An exception that nobody chose, as a problem for connector `name`: its type and place, never its text."""
    return Problem("bug", BUG.fill(name=name), detail=place(error))


def place(error: BaseException) -> str:
    """`KeyError at raccord_connectors.erp.acme.streams:40 (_product)`: the innermost line, without any value.

    The module is named and not the file, whose path would tell the machine's folders.
    """
    where = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        where = f" at {frame.f_globals.get('__name__', '?')}:{line} ({frame.f_code.co_name})"
    return type(error).__name__ + where


@dataclass
class _Done:
    """What was reached so far; kept when the rest fails."""

    discovery: Discovery | None = None
    pages: list[wire.WirePage] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def _obey(connector: Connector, order: wire.Order, done: _Done) -> None:
    match order:
        case wire.Check():
            connector.check()
        case wire.Discover():
            done.discovery = connector.discover()
        case wire.Read():
            _read(connector, order, done)
        case wire.Write():
            _write(connector, order, done)
        case wire.Rescan():
            raise _unsupported(connector, "rescan")


def _read(connector: Connector, order: wire.Read, done: _Done) -> None:
    _demand(connector, order.stream, _capability_of(order))
    size = 0
    for page in connector.read(order.stream, order.wanted):
        packed = page_to_wire(page)
        size += sum(len(record.data) for record in packed.records) + sum(map(len, packed.digests))
        if size > MAX_ANSWER:
            raise RecordRejected(TOO_MUCH.fill(stream=order.stream))
        done.pages.append(packed)


def _write(connector: Connector, order: wire.Write, done: _Done) -> None:
    """Outcomes come in the order of the changes, those that cannot even be decoded included."""
    for op in sorted({change.op for change in order.changes}):
        _demand(connector, order.stream, _WRITES.get(op), op)
    readable: list[Change] = []
    unreadable: dict[int, Outcome] = {}
    for index, change in enumerate(order.changes):
        try:
            readable.append(wire.change_from_wire(order.stream, change))
        except msgspec.DecodeError as error:  # ValidationError is one
            message = UNREADABLE_CHANGE.fill(key=change.key, reason=_path_of(error))
            unreadable[index] = Outcome(change.key, problem=Problem("rejected", message))
    outcomes = connector.write(order.stream, readable) if readable else iter(())
    for index, change in enumerate(order.changes):
        outcome = unreadable.get(index) or next(outcomes, None)
        if outcome is None or outcome.key != change.key:
            raise AssertionError("a connector yields one outcome per change, in order")
        done.outcomes.append(outcome)


_WRITES = {"create": Can.CREATE, "update": Can.UPDATE, "delete": Can.DELETE}


def _capability_of(order: wire.Read) -> Can:
    if order.wanted.since is not None:
        return Can.READ_SINCE
    if order.wanted.keys is not None:
        return Can.READ_SOME
    return Can.SKETCH if order.wanted.sketch else Can.READ


def _demand(connector: Connector, stream: str, capability: Can | None, word: str = "") -> None:
    """A newer platform may ask an older agent for what it does not know yet."""
    if capability is None or not connector.spec.can(stream, capability):
        raise _unsupported(connector, f"{stream}: {capability or word}")


def _unsupported(connector: Connector, what: str) -> ConfigError:
    return ConfigError(UNSUPPORTED.fill(name=connector.spec.name, what=what))


def _path_of(error: Exception) -> str:
    """The wrong field's path (`$.lines[0].net`) without the value that msgspec may quote."""
    return str(error).rpartition(" - at `")[2].rstrip("`")


def page_to_wire(page: Page) -> wire.WirePage:
    """A page as it travels: each record encoded once, with its fingerprint. Tuples, because msgspec leaves out a
    default only when it is of the same kind: an empty answer is then a few bytes."""
    return wire.WirePage(
        records=tuple(_upsert(record.key, encode(record)) for record in page.records),
        held=tuple(wire.Held(rejection.key, rejection.problem) for rejection in page.rejected),
        deleted=page.deleted,
        digests=page.digests,
        cursor=page.cursor,
    )


def _upsert(key: str, data: bytes) -> wire.Upsert:
    return wire.Upsert(key, fingerprint(data), data)
