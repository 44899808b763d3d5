"""What each connector can do, in a form for people: the table of the README and the page of the product come from here, so that
neither can claim what a `spec` does not."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from raccord_connectors.contract import Can, ConnectorSpec, Side, StreamSpec
from raccord_connectors.kit.quality import Level, Rule, level_of, subject_of, unmet
from raccord_connectors.registry import CONNECTORS, connector_class

Reads = Literal["", "asked", "all", "changes"]
"""Not at all; only what is asked for; everything each time; only what changed."""
Proof = Literal["real", "simulator", "documentation"]


class Ability(NamedTuple):
    """Of one stream."""

    stream: str
    reads: Reads
    writes: tuple[str, ...]
    """`create`, `update`, `delete`, those that it can."""
    kinds: tuple[str, ...]
    """Of documents and payments that it makes."""


class Verified(NamedTuple):
    """What it was run against, and what that was."""

    what: str
    proof: Proof


class Abilities(NamedTuple):
    """Of one connector."""

    spec: ConnectorSpec
    level: Level
    lacks: tuple[Rule, ...]
    """For the next level."""
    verified: tuple[Verified, ...]
    streams: tuple[Ability, ...]

    def of(self, stream: str) -> Ability | None:
        return next((one for one in self.streams if one.stream == stream), None)


def abilities_of(connector: type[Any]) -> Abilities:
    spec: ConnectorSpec = connector.spec
    subject = subject_of(connector)
    level = level_of(subject)
    lacks = next((tuple(found) for one in LADDER if (found := unmet(subject, one))), ())
    verified = tuple(_verified(told) for told in spec.verified_against)
    return Abilities(spec, level, lacks, verified, tuple(_ability(stream) for stream in spec.streams))


def every(side: Side) -> list[Abilities]:
    """Of every connector of that side that can be imported here, the samples for tests left out."""
    found = []
    for name in sorted(CONNECTORS):
        if name.startswith("memory_"):
            continue
        try:
            connector = connector_class(name)
        except ImportError:  # its driver is an extra that this environment does not have
            continue
        if connector.spec.side is side:
            found.append(abilities_of(connector))
    return found


def markdown() -> Iterator[str]:
    """The README's table, line by line."""
    yield "| connector | level | verified against | reads | writes |"
    yield "|---|---|---|---|---|"
    for side in Side:
        for one in every(side):
            verified = "; ".join(f"{each.what} ({each.proof})" for each in one.verified) or "nothing yet"
            reads = ", ".join(f"{each.stream} ({READS[each.reads]})" for each in one.streams if each.reads)
            writes = ", ".join(_writes(each) for each in one.streams if each.writes)
            level = one.level if one.level is not Level.NONE else "none yet"
            title = f"{one.spec.titled('en')} ({'ERP' if side is Side.ERP else 'shop'})"
            yield f"| {title} | {level} | {verified} | {reads} | {writes} |"


LADDER = (Level.BRONZE, Level.SILVER, Level.GOLD)
READS = {"asked": "when asked", "all": "everything", "changes": "changes"}


def _writes(ability: Ability) -> str:
    kinds = f": {', '.join(ability.kinds)}" if ability.kinds else ""
    return f"{ability.stream} ({'/'.join(ability.writes)}{kinds})"


def _ability(stream: StreamSpec) -> Ability:
    reads: Reads = ""
    if stream.can & {Can.READ_SINCE, Can.SKETCH}:
        reads = "changes"
    elif Can.READ in stream.can:
        reads = "all"
    elif stream.can & {Can.READ_SOME, Can.READ_LATEST}:
        reads = "asked"
    writes = tuple(can.value for can in (Can.CREATE, Can.UPDATE, Can.DELETE) if can in stream.can)
    kinds: Sequence[str] = KINDS.get(stream.name, ()) if Can.CREATE in stream.can else ()
    return Ability(stream.name, reads, writes, tuple(kind for kind in kinds if stream.makes(kind)))


KINDS = {
    "drafts": ("quotation", "order", "delivery", "invoice", "deposit", "credit"),
    "payments": ("deposit", "settlement", "refund"),
}


def _verified(told: str) -> Verified:
    """`Tryton 8.2 (real)`, `Oxatis OWS 11.30 (documentation, simulator)`: the weakest of what is said counts."""
    what, _, said = told.rpartition(" (")
    words = said.rstrip(")")
    proof: Proof = "real" if words.startswith("real") else "documentation"
    if "documentation" not in words and "simulator" in words:
        proof = "simulator"
    return Verified(what or told, proof)
