"""The tests that every connector receives for free. Inherit, supply your system, run pytest:

    from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401

    class TestAcme(ConnectorConformance):
        connector_type = Acme
        secrets = ("s3cret",)

        def setup_method(self) -> None:
            self.system = AcmeSimulator()  # fresh for each test, with two records at least in each readable stream

        def connector(self) -> Acme:  # called again within a test: a second connector on the same system
            return Acme(Settings(key="s3cret"), transport=self.system.transport)

        def broken_connector(self) -> Acme:
            return Acme(Settings(key="wrong"), transport=self.system.transport)

        # for connectors that write:
        def sample(self, stream: str, number: int) -> Record: ...      # a good record, another key per number
        def bad_sample(self, stream: str) -> Record: ...               # one that the system refuses, for one field
        def changed(self, stream: str, record: Record) -> Record: ...  # if UPDATE: with another value somewhere
        def target(self, stream: str, record: Record) -> str: ...      # if UPDATE without CREATE: the thing's key there

    class TestAcmeThroughTheWire(TestAcme):
        through_wire = True  # the same tests, every call through the packed messages of the tunnel

Importing `pytest_generate_tests` is what multiplies each guarantee by the streams that *declare* the capability it
needs: tests appear and vanish with the declaration. Hooks that you may write bring more guarantees:
`touch(stream)` and `remove(stream)` change the system behind the connector's back (incremental reading, digests,
deletions), `look(stream, target)` and `disturb(stream, target)` show and change a thing as the system holds it (an
update touches only what differs, French text survives), `full(stream, edition)` and `requests_sent()` show that every
declared field of a listing is kept and that no other one travels, `stop_system()` makes it unreachable,
`lose_next_answer()` and `ask_for_patience()` make it behave as systems do on bad days; `never` names the streams
on which one of them can do nothing. Each is described in `author.py`. Where a server is slow to start, let a session
fixture start it and hand it over in an autouse fixture.

The guarantees are small methods with a sentence for a name, by subject: `declaring`, `connecting`, `reading`,
`writing`, `mishaps`, `crediting`, `fields`, `texts`. Some that surprise: `keys=()` reads nothing, not everything; the
second `create` says `existed`;
an update of a missing target is a rejected outcome; a listing's outcome has `targets` for every offer, also when
there is only one; a draft's `target` is the key under which `documents` reads it back, with `reference == draft.key`.
"""

import sys

if "pytest" in sys.modules:  # a failed guarantee then shows both values, as in a test module
    SUBJECTS = (
        "author",
        "declaring",
        "connecting",
        "reading",
        "writing",
        "mishaps",
        "crediting",
        "fields",
        "texts",
    )
    sys.modules["pytest"].register_assert_rewrite(*(f"{__name__}.{subject}" for subject in SUBJECTS))

from raccord_connectors.kit.conformance.connecting import ConnectingGuarantees
from raccord_connectors.kit.conformance.crediting import CreditingGuarantees
from raccord_connectors.kit.conformance.declaring import DeclaringGuarantees
from raccord_connectors.kit.conformance.fields import FieldGuarantees
from raccord_connectors.kit.conformance.mishaps import MishapGuarantees
from raccord_connectors.kit.conformance.multiply import guarantees, needs, pytest_generate_tests
from raccord_connectors.kit.conformance.reading import ReadingGuarantees
from raccord_connectors.kit.conformance.texts import TextGuarantees
from raccord_connectors.kit.conformance.writing import WritingGuarantees

__all__ = ["ConnectorConformance", "guarantees", "needs", "pytest_generate_tests"]


class ConnectorConformance(
    DeclaringGuarantees,
    ConnectingGuarantees,
    ReadingGuarantees,
    WritingGuarantees,
    MishapGuarantees,
    CreditingGuarantees,
    FieldGuarantees,
    TextGuarantees,
):
    """Inherit it, receive the tests. What to supply is in `author.Author`."""
