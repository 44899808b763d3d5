"""Settings never print their secrets, and say what a form needs to know."""

from typing import Annotated

import msgspec

from raccord_connectors.contract import label
from raccord_connectors.kit.changes import differences
from raccord_connectors.kit.settings import MASKED, Settings, secret_fields, setting_fields
from support.memory_suites import listing


class Acme(Settings, kw_only=True, frozen=True):
    url: Annotated[str, label("Adresse", "Address", help_fr="Avec https", help_en="With https")]
    key: Annotated[str, msgspec.Meta(min_length=1), label("Clé", "Key", secret=True)]
    page: Annotated[int | None, label("Page", "Page", advanced=True)] = None
    rest: str = ""


def test_a_secret_is_masked_in_print() -> None:
    settings = Acme(url="https://acme.example", key="s3cret")
    for printed in (str(settings), repr(settings), f"{settings}", str({"settings": settings})):
        assert "s3cret" not in printed
    assert f"Acme(url='https://acme.example', key={MASKED}, page=None, rest='')" == repr(settings)


def test_a_secret_is_still_there() -> None:
    assert "s3cret" == Acme(url="", key="s3cret").key


def test_fields_are_told_in_both_languages_and_in_order() -> None:
    url, key, page, rest = setting_fields(Acme)
    assert ("url", "Adresse", "Address", "Avec https", "With https") == (
        url.name, url.fr, url.en, url.help_fr, url.help_en,
    )  # fmt: skip
    assert (True, True, False) == (key.secret, key.required, key.advanced)
    assert (False, False, True) == (page.secret, page.required, page.advanced)
    assert "" == rest.fr


def test_secret_fields_are_found_among_several_metas() -> None:
    assert frozenset({"key"}) == secret_fields(Acme)


def test_an_update_without_memory_sends_everything_but_unset() -> None:
    sent = differences(listing("CHAISE"), None)
    assert {"published", "name", "offers", "axes", "track_stock", "custom"} == set(sent)


def test_an_update_sends_what_differs() -> None:
    before = listing("CHAISE", description="Bois")
    after = listing("CHAISE", description="Hêtre")
    assert {"description": "Hêtre"} == differences(after, before)


def test_a_field_given_back_to_the_shop_is_not_sent() -> None:
    assert {} == differences(listing("CHAISE"), listing("CHAISE", description="Bois"))


def test_a_field_that_becomes_ours_is_sent() -> None:
    assert {"description": ""} == differences(listing("CHAISE", description=""), listing("CHAISE"))
