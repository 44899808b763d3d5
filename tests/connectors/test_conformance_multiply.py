"""Guarantees appear and vanish with what a connector declares and with the hooks that its author wrote."""

from typing import Any, ClassVar

from msgspec.structs import replace

from raccord_connectors.contract import Can, Connector
from raccord_connectors.kit.conformance import ConnectorConformance, guarantees
from raccord_connectors.sample.memory_shop import MemoryShop
from support.memory_suites import MemoryShopSuite

LISTINGS, AVAILABILITY, *_ = MemoryShop.spec.streams


class ReadsListingsOnly(MemoryShop):
    spec = replace(MemoryShop.spec, streams=(replace(LISTINGS, can=frozenset({Can.READ})),))


class WithoutHooks(ConnectorConformance):
    connector_type = MemoryShop

    def connector(self) -> Connector:
        raise AssertionError("not called: only the list of guarantees is looked at")

    def broken_connector(self) -> Connector:
        raise AssertionError("not called: only the list of guarantees is looked at")


class ReadOnlySuite(MemoryShopSuite):
    connector_type: ClassVar[type[Any]] = ReadsListingsOnly


class NeverRemovesOrders(MemoryShopSuite):
    never: ClassVar[dict[str, tuple[str, ...]]] = {"remove": ("orders", "availability")}


def streams_of(suite: type[ConnectorConformance], name: str) -> list[str | None]:
    return [stream for found, stream in guarantees(suite) if found == name]


def test_each_guarantee_comes_once_per_stream_that_declares_it() -> None:
    assert ["listings", "availability", "orders", "customers"] == streams_of(
        MemoryShopSuite, "test_a_sketch_is_steady"
    )
    assert ["listings"] == streams_of(MemoryShopSuite, "test_create_is_idempotent")
    assert [None] == streams_of(MemoryShopSuite, "test_good_settings_are_accepted")


def test_what_is_not_declared_is_not_tested() -> None:
    names = {name for name, _ in guarantees(ReadOnlySuite)}
    assert "test_keys_are_unique_and_storable" in names
    assert not names & {"test_create_is_idempotent", "test_a_sketch_is_steady", "test_no_keys_give_nothing"}


def test_what_a_hook_is_needed_for_comes_with_the_hook() -> None:
    needing = {"test_a_digest_changes_with_its_record", "test_checking_a_stopped_system_is_transient"}
    assert needing <= {name for name, _ in guarantees(MemoryShopSuite)}
    assert not needing & {name for name, _ in guarantees(WithoutHooks)}


def test_a_hidden_guarantee_is_not_collected_as_skipped() -> None:
    assert WithoutHooks.test_a_digest_changes_with_its_record is None


def test_hiding_in_one_class_leaves_the_others_alone() -> None:
    assert callable(ConnectorConformance.test_a_digest_changes_with_its_record)


def test_a_hook_can_be_said_to_do_nothing_on_a_stream() -> None:
    assert ["listings", "customers"] == streams_of(NeverRemovesOrders, "test_what_is_deleted_is_gone")
    assert ["listings", "availability", "orders", "customers"] == streams_of(
        NeverRemovesOrders, "test_a_digest_changes_with_its_record"
    )


def test_a_guarantee_comes_back_in_a_class_that_declares_more() -> None:
    class ReadsAndWrites(ReadOnlySuite):
        connector_type = MemoryShop

    assert ["listings"] == streams_of(ReadsAndWrites, "test_create_is_idempotent")
