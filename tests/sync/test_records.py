"""Which records can be used: everything that a connector can say, but for NUL and numbers that are none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.storage.text import holds_nul, storable_json
from raccord.sync.marks import marks
from raccord.sync.records import check
from raccord_connectors import wire
from raccord_connectors.canonical import Product, StockLevels, Variant, encode, fingerprint
from raccord_connectors.contract import RecordRejected

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def upsert(record: Product) -> wire.Upsert:
    data = encode(record)
    return wire.Upsert(record.key, fingerprint(data), data)


@given(texts.filter(lambda text: "\0" not in text), texts, st.decimals(allow_nan=True, allow_infinity=True))
def test_any_text_passes_unless_it_holds_nul_and_any_number_that_is_one(
    key: str, name: str, weight: Decimal
) -> None:
    record = Product(key=key or "k", sku="s", name=name, weight_g=weight)
    usable = weight.is_finite() and weight.adjusted() <= 30
    if "\0" not in name and usable:
        assert record == check("products", upsert(record))
    else:
        with pytest.raises(RecordRejected) as caught:
            check("products", upsert(record))
        assert ("name" if "\0" in name else "weight_g") == caught.value.field


@given(texts)
def test_nul_is_found_in_json_and_nothing_else_is_taken_for_it(text: str) -> None:
    for name in (text, text + "\\u0000", text + "\\", "\\\\u0000" + text):
        encoded = encode(Product(key="k", sku="s", name=name))
        assert holds_nul(encoded) == ("\0" in name)
        assert not holds_nul(storable_json(encoded.decode()).encode())
        if "\0" not in name:
            assert encoded.decode() == storable_json(encoded.decode())


def test_only_what_the_shops_show_is_marked() -> None:
    red, blue = Variant(key="A|1", sku="1", options={}), Variant(key="A|2", sku="2", options={})
    one, two = (
        Product(key="A", sku="A", name="x", variants=[red]),
        Product(key="A", sku="A", name="y", variants=[red, blue]),
    )
    assert {("listings", "A"), ("availability", "A|1")} == set(marks(None, one))
    assert {("listings", "A"), ("availability", "A|2")} == set(marks(one, two))
    assert {("listings", "A"), ("availability", "A|1"), ("availability", "A|2")} == set(marks(two, None))
    plain = Product(key="A", sku="A", name="x")
    assert {("listings", "A"), ("availability", "A"), ("availability", "A|1")} == set(marks(plain, one))
    assert {("availability", "A")} == set(marks(None, StockLevels(key="A", product="A", depots=[])))


def test_a_number_too_large_is_found_however_it_is_written() -> None:
    for weight in ("1E+31", "1" * 32, "1" * 32 + ".5"):
        with pytest.raises(RecordRejected) as caught:
            check("products", upsert(Product(key="k", sku="s", name="x", weight_g=Decimal(weight))))
        assert "weight_g" == caught.value.field
