"""What the author of a connector supplies to the suite, and the few moves that the guarantees are made of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from raccord_connectors.canonical import Listing, Record, encode, fingerprint
from raccord_connectors.contract import EVERYTHING, Can, Change, Connector, Message, Outcome, Page, Selection
from raccord_connectors.kit.conformance.multiply import drop_what_does_not_apply
from raccord_connectors.kit.over_wire import through_the_wire


class Author(ABC):
    """The part that each connector's test class writes. See `raccord_connectors.kit.conformance`."""

    connector_type: ClassVar[type[Any]]
    """The connector's class; its `spec` decides which tests there are."""
    through_wire: ClassVar[bool] = False
    """True runs every call through the packed messages of the tunnel."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """Values of the secret settings used in `connector()` and `broken_connector()`: none may ever be printed."""

    unread: ClassVar[tuple[str, ...]] = ()
    """Declared fields of a listing that reading cannot tell. Say why beside it."""
    never: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Hook → streams on which it can do nothing in this system: `{"remove": ("orders",)}` where no order is ever
    deleted. Say why beside it."""

    # ------------------------------------------------------------------------------------ always supplied

    @abstractmethod
    def connector(self) -> Connector:
        """A connector on this test's system, which holds at least two records in each stream that can be read. The
        system is fresh for each test; a second call within one test gives a second connector on the same system."""

    @abstractmethod
    def broken_connector(self) -> Connector:
        """A connector with wrong credentials or settings, on a system that runs."""

    # ----------------------------------------------------------------- supplied by connectors that write

    def sample(self, stream: str, number: int) -> Record:
        """A good record to write; another key for another `number` (0, 1, 2). Where the stream can CREATE, a thing
        that the system does not hold yet; where it can only UPDATE, one that it does hold (see `target`)."""
        raise TypeError(f"supply sample(stream, number) for {stream}: a good record to write")

    def bad_sample(self, stream: str) -> Record:
        """A record that the system refuses for what is in one field (its key is that of no sample)."""
        raise TypeError(f"supply bad_sample(stream) for {stream}: a record that the system refuses")

    def changed(self, stream: str, record: Record) -> Record:
        """The same record with at least one field different, as a later projection would be."""
        raise TypeError(
            f"supply changed(stream, record) for {stream}: the record with another value somewhere"
        )

    def target(self, stream: str, record: Record) -> str | None:
        """The system's key of the thing that `sample` of an UPDATE-only stream is about."""
        return record.key

    def missing_target(self, stream: str) -> str:
        """A well-formed key that the system does not hold."""
        return "999999999"

    # ----------------------------------------------------- hooks: each one written brings its guarantees

    def touch(self, stream: str) -> str:
        """Changes one record *in the system*, behind the connector's back; returns its key."""
        raise TypeError(f"supply touch(stream) for {stream}")

    def remove(self, stream: str) -> str:
        """Deletes one record in the system, behind the connector's back; returns its key."""
        raise TypeError(f"supply remove(stream) for {stream}")

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        """The thing as the system itself holds it: its own field names and values, read without the connector."""
        raise TypeError(f"supply look(stream, target) for {stream}")

    def disturb(self, stream: str, target: str) -> None:
        """Changes, in the system, a field of the thing that `changed` leaves alone: better one that `sample` leaves
        UNSET. What the shop owns is not overwritten."""
        raise TypeError(f"supply disturb(stream, target) for {stream}")

    def stop_system(self) -> None:
        """Makes the system unreachable: a server stopped, a transport that refuses connections."""
        raise TypeError("supply stop_system()")

    def lose_next_answer(self) -> None:
        """The system carries out the next request that changes something, and its answer does not arrive.
        `wiretap.Unlucky` is a transport of httpx that does so."""
        raise TypeError("supply lose_next_answer()")

    def ask_for_patience(self) -> None:
        """From now on the system answers as it does to too many requests, with the time to wait: a minute or more, so that no
        connector waits for it by itself."""
        raise TypeError("supply ask_for_patience()")

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        """Listings that have, between them, a value in every field that the stream declares, and nothing in the others.
        Editions 0 and 1 are the same listings with other values. Texts of six characters, numbers of five digits and more
        are found again in requests."""
        raise TypeError(f"supply full(stream, edition) for {stream}")

    def kept(self, stream: str, path: str, value: Any) -> Any:
        """What reading gives for a value written to the field, where this system keeps it in another form. Say why."""
        return value

    def requests_sent(self) -> Sequence[bytes]:
        """The bodies of all requests that this test's connectors have sent so far. `wiretap.Wiretap` is a transport of
        httpx that notes them."""
        raise TypeError("supply requests_sent()")

    def stored(self, stream: str, text: str) -> str:
        """What this system keeps of a text when its length or character set cannot hold it. Say it here, or reject
        the record: what may not happen is a text altered without a word."""
        return text

    # -------------------------------------------------------------------------------- used by guarantees

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if hasattr(cls, "connector_type"):
            drop_what_does_not_apply(cls, Author)

    def open(self) -> Connector:
        return through_the_wire(self.connector()) if self.through_wire else self.connector()

    def open_broken(self) -> Connector:
        broken = self.broken_connector()
        return through_the_wire(broken) if self.through_wire else broken

    def pages(self, stream: str, wanted: Selection = EVERYTHING) -> list[Page]:
        connector = self.open()
        try:
            return list(connector.read(stream, wanted))
        finally:
            connector.close()

    def records(self, stream: str, wanted: Selection = EVERYTHING) -> dict[str, Record]:
        return {record.key: record for page in self.pages(stream, wanted) for record in page.records}

    def prints(self, stream: str, wanted: Selection = EVERYTHING) -> dict[str, str]:
        """Key → fingerprint, as hexadecimal so that a failed comparison can be read."""
        found = self.records(stream, wanted)
        return {key: fingerprint(encode(record)).hex() for key, record in found.items()}

    def write(self, stream: str, *changes: Change) -> list[Outcome]:
        """Through a connector of its own: what makes a repetition harmless must be in the system, not in memory."""
        connector = self.open()
        try:
            return list(connector.write(stream, changes))
        finally:
            connector.close()

    def change(self, stream: str, record: Record) -> Change:
        """`record` as a first write: a create, or on an UPDATE-only stream an update of what is there."""
        if self.connector_type.spec.can(stream, Can.CREATE):
            return Change("create", record.key, record)
        return Change("update", record.key, record, target=self.target(stream, record))

    def put(self, stream: str, record: Record) -> Outcome:
        """Writes `record` for the first time, and demands that it worked."""
        (outcome,) = self.write(stream, self.change(stream, record))
        assert outcome.problem is None, f"{stream}: a good record was refused: {outcome.problem}"
        if outcome.target is None and not self.connector_type.spec.can(stream, Can.CREATE):
            return Outcome(outcome.key, self.target(stream, record), outcome.targets)
        return outcome

    def update(self, stream: str, record: Record, previous: Record, known: Outcome) -> Outcome:
        """Brings the thing `known` from `previous` to `record`, and demands that it worked."""
        change = Change("update", record.key, record, previous, known.target, known.targets)
        (outcome,) = self.write(stream, change)
        assert outcome.problem is None, f"{stream}: a good update was refused: {outcome.problem}"
        return outcome

    def assert_for_a_person(self, message: Message) -> None:
        """Both languages, filled in, and nothing secret."""
        assert message.code, "a message has a stable code"
        for language, text in (("fr", message.fr), ("en", message.en)):
            assert text.strip(), f"{message.code} has no sentence in {language}"
            assert "{" not in text, f"{message.code} has a place that nobody filled in: {text}"
            assert "Traceback" not in text, f"{message.code} shows a stack trace to a person"
            self.assert_no_secret(text, f"the sentence {message.code}")
        assert message.fr != message.en, f"{message.code} is not translated: {message.en}"

    def assert_no_secret(self, text: str, where: str) -> None:
        for secret in self.secrets:
            assert secret not in text, f"{where} shows a secret setting"
