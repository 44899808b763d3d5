"""Guarantees on settings, secrets and failures: what a person sees when a connection works, and when it does not."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import msgspec

from raccord_connectors.contract import (
    Can,
    ConfigError,
    Connector,
    ConnectorError,
    DaySpent,
    Message,
    Purpose,
    TransientError,
)
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs
from raccord_connectors.kit.settings import secret_fields


class ConnectingGuarantees(Author):
    def test_good_settings_are_accepted(self) -> None:
        connector = self.open()
        connector.check()
        connector.check()
        connector.close()

    def test_wrong_settings_are_named(self) -> None:
        error = self._failure_of_broken_check()
        self.assert_for_a_person(error.message)
        if isinstance(error, ConfigError):
            for finding in error.findings:
                self.assert_for_a_person(finding)

    def test_the_error_of_wrong_settings_holds_no_secret(self) -> None:
        error = self._failure_of_broken_check()
        self.assert_no_secret("\n".join(_chain(error)), "the error of check()")

    def test_secret_settings_are_never_printed(self) -> None:
        declared = secret_fields(self.connector_type.spec.settings)
        assert not declared or self.secrets, (
            f"list the values of {sorted(declared)} in `secrets` of this test class"
        )
        connector = self.connector()
        held = vars(connector) if hasattr(connector, "__dict__") else {}
        structs = [value for value in held.values() if isinstance(value, msgspec.Struct)]
        for printed in (connector, *structs):
            where = f"repr of {type(printed).__name__}"
            self.assert_no_secret(f"{printed} {printed!r}", where)
        connector.close()

    def test_nothing_secret_is_logged(self) -> None:
        lines: list[str] = []
        handler = _Keep(lines)
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            self._use(self.open)
            self._use(self.open_broken)
        finally:
            root.setLevel(level)
            root.removeHandler(handler)
        self.assert_no_secret("\n".join(lines), "the log")

    def test_closing_twice_is_harmless(self) -> None:
        connector = self.open()
        connector.check()
        connector.close()
        connector.close()

    def test_a_day_of_few_requests_is_asked_for_and_respected(self) -> None:
        """Where the system counts requests by day: before each of them, and not one without leave."""
        connector: Any = self.connector()
        limits = connector.spec.limits
        if limits.requests_per_day is None and limits.day_setting is None:
            assert not hasattr(connector, "allowance"), (
                "who asks an allowance says in its limits that days are counted"
            )
            connector.close()
            return
        assert hasattr(connector, "allowance"), (
            "its limits count days, and nobody can tell it that one is over"
        )
        free, spent = _Allowance(refuses=False), _Allowance(refuses=True)
        connector.allowance = free
        connector.check()
        assert free.taken, "check() made its requests without asking"
        connector.allowance = spent
        try:
            connector.check()
        except DaySpent:
            assert len(spent.taken) == 1, "a day that is over was asked for again"
        else:
            raise AssertionError("a day that is over was not respected")
        finally:
            connector.close()

    @needs(Can.READ)
    def test_a_second_connector_sees_the_same_system(self, stream: str) -> None:
        assert self.prints(stream) == self.prints(stream), "two connectors of one test see different systems"

    @needs(hooks=("stop_system",))
    def test_checking_a_stopped_system_is_transient(self) -> None:
        connector = self.open()
        self.stop_system()
        self._assert_transient(connector.check)

    @needs(Can.READ, hooks=("stop_system",))
    def test_reading_a_stopped_system_is_transient(self, stream: str) -> None:
        connector = self.open()
        self.stop_system()
        self._assert_transient(lambda: list(connector.read(stream)))

    @needs(any_of=(Can.CREATE, Can.UPDATE), hooks=("stop_system",))
    def test_writing_to_a_stopped_system_is_transient(self, stream: str) -> None:
        connector = self.open()
        change = self.change(stream, self.sample(stream, 0))
        self.stop_system()
        self._assert_transient(lambda: list(connector.write(stream, [change])))

    def _failure_of_broken_check(self) -> ConnectorError:
        try:
            self.open_broken().check()
        except (ConfigError, TransientError) as error:
            return error
        raise AssertionError("check() accepted wrong settings")

    def _assert_transient(self, call: Callable[[], object]) -> None:
        try:
            call()
        except TransientError as error:
            self.assert_for_a_person(error.message)
            return
        except Exception as error:
            what = f"{type(error).__name__} instead of TransientError: {error}"
            raise AssertionError(f"a system that does not answer gave {what}") from error
        raise AssertionError("a system that does not answer was not noticed")

    def _use(self, opened: Callable[[], Connector]) -> None:
        """Checks and reads a little, whatever comes of it."""
        with suppress(ConnectorError):
            connector = opened()
            connector.check()
            for stream in self.connector_type.spec.streams:
                if Can.READ in stream.can:
                    next(iter(connector.read(stream.name)), None)
            connector.close()


class _Allowance:
    """Of a day that has requests for everybody, or for nobody."""

    def __init__(self, *, refuses: bool) -> None:
        self.taken: list[Purpose] = []
        self._refuses = refuses

    def take(self, purpose: Purpose) -> None:
        self.taken.append(purpose)
        if self._refuses:
            raise self.refused()

    def refused(self) -> DaySpent:
        return DaySpent(Message("conformance.day_spent", "Jour épuisé.", "Day used up."), retry_after=3_600.0)


class _Keep(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _chain(error: BaseException | None) -> Iterator[str]:
    """What a log would print of an error and of those that caused it."""
    while error is not None:
        yield f"{error} {error!r} {getattr(error, 'detail', '')}"
        error = error.__cause__ or error.__context__
