"""What a guarantee needs, and how pytest multiplies it by the streams that declare it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from raccord_connectors.canonical import STREAMS, Record
from raccord_connectors.contract import Can, StreamSpec

if TYPE_CHECKING:
    import pytest

F = TypeVar("F", bound=Callable[..., None])
MARK = "guarantee_needs"


@dataclass(frozen=True)
class Needs:
    all_of: tuple[Can, ...] = ()
    any_of: tuple[Can, ...] = ()
    hooks: tuple[str, ...] = ()
    records: tuple[type[Record], ...] = ()
    kinds: tuple[str, ...] = ()
    """Of records that have one: the stream writes all of these."""
    beside: tuple[str, str] | None = None
    """Another stream of the connector, and a kind that it writes."""

    @property
    def per_stream(self) -> bool:
        return bool(self.all_of or self.any_of)

    def fits(self, stream: StreamSpec) -> bool:
        return (
            all(can in stream.can for can in self.all_of)
            and (not self.any_of or any(can in stream.can for can in self.any_of))
            and (not self.records or STREAMS.get(stream.name) in self.records)
            and all(stream.makes(kind) for kind in self.kinds)
        )


def needs(
    *all_of: Can,
    any_of: tuple[Can, ...] = (),
    hooks: tuple[str, ...] = (),
    records: tuple[type[Record], ...] = (),
    kinds: tuple[str, ...] = (),
    beside: tuple[str, str] | None = None,
) -> Callable[[F], F]:
    """The guarantee holds for each stream that declares these capabilities (and carries one of these records, and writes these
    kinds, beside another stream that writes its kind), if the author wrote these hooks. With capabilities the test takes a
    parameter `stream`."""

    def mark(function: F) -> F:
        function.__dict__[MARK] = Needs(all_of, any_of, hooks, records, kinds, beside)
        return function

    return mark


def needs_of(test: object) -> Needs:
    found: Needs = getattr(test, MARK, Needs())
    return found


def streams_for(suite: type[Any], need: Needs) -> list[str]:
    """Of the connector under test, without those on which a hook of this guarantee can do nothing."""
    if need.beside is not None and not suite.connector_type.spec.makes(*need.beside):
        return []
    excepted = {stream for hook in need.hooks for stream in suite.never.get(hook, ())}
    fitting = [stream.name for stream in suite.connector_type.spec.streams if need.fits(stream)]
    return [stream for stream in fitting if stream not in excepted]


def drop_what_does_not_apply(suite: type[Any], hookless: type[Any]) -> None:
    """Guarantees appear and vanish with the declaration: one that no stream declares, or whose hook the author did
    not write, is hidden from pytest on this class (a skipped test would say that something is wrong)."""
    for name in (name for name in dir(suite) if name.startswith("test_")):
        written = next((found for kind in suite.__mro__ if callable(found := vars(kind).get(name))), None)
        need = needs_of(written)
        unwritten = [hook for hook in need.hooks if getattr(suite, hook) is getattr(hookless, hook)]
        if unwritten or (need.per_stream and not streams_for(suite, need)):
            setattr(suite, name, None)
        elif getattr(suite, name) is None:  # hidden on a parent class, which declares less
            setattr(suite, name, written)


def guarantees(suite: type[Any]) -> Iterator[tuple[str, str | None]]:
    """Each guarantee of this class: the test's name, and the stream it is called with (None: called without)."""
    for name in _tests_of(suite):
        need = needs_of(getattr(suite, name))
        if need.per_stream:
            yield from ((name, stream) for stream in streams_for(suite, need))
        else:
            yield name, None


def _tests_of(suite: type[Any]) -> list[str]:
    return sorted(name for name in dir(suite) if name.startswith("test_") and callable(getattr(suite, name)))


def pytest_generate_tests(metafunc: "pytest.Metafunc") -> None:
    """Import this name into the test module: pytest then calls each guarantee once per stream."""
    need = needs_of(metafunc.function)
    if metafunc.cls is not None and need.per_stream:
        metafunc.parametrize("stream", streams_for(metafunc.cls, need))
