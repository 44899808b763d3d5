"""Guarantees on what a connector says of itself, without a network (and `discover`, which says the rest)."""

import re

import msgspec

from raccord_connectors.canonical import ERP_STREAMS, SHOP_STREAMS, STREAMS, Listing
from raccord_connectors.contract import Can, ConnectorSpec, Discovery, Side
from raccord_connectors.kit.conformance import paths
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.settings import setting_fields

NARROWER = (Can.READ_SINCE, Can.READ_SOME, Can.SKETCH)
WRITING = (Can.CREATE, Can.UPDATE, Can.DELETE)

TYPED = {"type", "enum", "const", "anyOf", "allOf", "$ref"}
"""One of these is in the schema of any field whose type a form understands."""


class DeclaringGuarantees(Author):
    @property
    def spec(self) -> ConnectorSpec:
        spec: ConnectorSpec = self.connector_type.spec
        return spec

    def test_streams_are_those_of_its_side(self) -> None:
        known = ERP_STREAMS if self.spec.side is Side.ERP else SHOP_STREAMS
        names = [stream.name for stream in self.spec.streams]
        assert names, "a connector has at least one stream"
        assert set(names) <= set(known), (
            f"no such stream on the {self.spec.side} side: {set(names) - set(known)}"
        )
        assert len(names) == len(set(names)), f"a stream is declared twice: {names}"

    def test_the_connector_has_a_name_and_a_title(self) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", self.spec.name), f"not a connector name: {self.spec.name!r}"
        assert self.spec.title.strip(), "a title is shown to merchants"

    def test_capabilities_are_coherent(self) -> None:
        for stream in self.spec.streams:
            assert stream.can, f"{stream.name} can do nothing"
            if stream.can & set(NARROWER):
                assert Can.READ in stream.can, (
                    f"{stream.name}: {stream.can} narrows a reading that is not declared"
                )

    def test_sizes_and_limits_are_positive(self) -> None:
        limits = self.spec.limits
        sizes = [limits.concurrency, limits.requests_per_second or 1, limits.requests_per_day or 1]
        for stream in self.spec.streams:
            sizes += [stream.page_size, stream.batch_size]
        assert min(sizes) > 0, f"a size or a limit is not positive: {sizes}"

    def test_write_order_has_no_circle(self) -> None:
        after = {stream.name: set(stream.after) for stream in self.spec.streams}
        for name, before in after.items():
            assert before <= set(after), f"{name} waits for streams that are not there: {before - set(after)}"
        while after:
            ready = {name for name, before in after.items() if not before & set(after)}
            assert ready, f"these streams wait for one another: {sorted(after)}"
            for name in ready:
                del after[name]

    def test_settings_are_labelled_in_both_languages(self) -> None:
        for setting in setting_fields(self.spec.settings):
            assert setting.fr, f"setting {setting.name} lacks a `label` in French"
            assert setting.en, f"setting {setting.name} lacks a `label` in English"
            assert bool(setting.help_fr) == bool(setting.help_en), (
                f"setting {setting.name}: help in one language"
            )

    def test_the_form_can_be_generated_from_the_settings(self) -> None:
        settings = self.spec.settings
        _, definitions = msgspec.json.schema_components([settings])
        for name, field in definitions[settings.__name__].get("properties", {}).items():
            assert field.keys() & TYPED, f"no form can ask for {name}: its type is unknown to JSON schema"

    def test_discovery_travels(self) -> None:
        connector = self.open()
        found = connector.discover()
        connector.close()
        assert found == msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Discovery), (
            "what was discovered does not survive the wire"
        )
        streams = {stream.name for stream in self.spec.streams}
        for custom in found.custom_fields:
            assert custom.stream in streams, (
                f"custom field {custom.name} is of no declared stream: {custom.stream}"
            )

    def test_declared_fields_exist(self) -> None:
        for stream in self.spec.streams:
            record = STREAMS.get(stream.name)
            known = (
                paths.all_paths() if record is Listing else list(record.__struct_fields__ if record else ())
            )
            unknown = set(stream.fields or ()) - set(known)
            assert not unknown, f"{stream.name} declares fields that its record does not have: {unknown}"
            assert len(set(stream.fields or ())) == len(stream.fields or ()), "a field is declared twice"

    def test_what_an_installation_lacks_is_declared(self) -> None:
        connector = self.open()
        missing = connector.discover().missing_fields
        connector.close()
        listings = [stream for stream in self.spec.streams if STREAMS.get(stream.name) is Listing]
        declared = [path for stream in listings for path in paths.taken(stream)]
        assert set(missing) <= set(declared), f"missing here, and declared nowhere: {missing}"

    def test_discovered_choices_have_keys_and_titles(self) -> None:
        connector = self.open()
        found = connector.discover()
        connector.close()
        for kind in (
            "depots",
            "price_categories",
            "order_statuses",
            "tax_classes",
            "payment_methods",
            "carriers",
            "units",
            "customer_groups",
            "categories",
            "brands",
        ):
            choices = getattr(found, kind)
            keys = [choice.key for choice in choices]
            assert len(keys) == len(set(keys)), f"two {kind} have the same key: {keys}"
            assert all(choice.key.strip() and choice.title.strip() for choice in choices), (
                f"{kind}: empty key or title"
            )
