"""Which pictures a listing shows, in which order and with which words."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from raccord.core.media_rules import MediaRules
from raccord.core.pictures import File, Made, Recipe, Shown, recipe_named, recipe_of, with_pictures
from raccord_connectors.canonical import Listing, Offer, Picture, Product
from raccord_connectors.contract import Message, PictureNeeds, Problem

NEEDS = PictureNeeds(most=4)
PRODUCT = Product(key="CH", sku="CH-1", name="Chaise Lucie", names={"en": "Lucie chair"}, brand="Aubépine")


def file(number: int, owner: str = "", **more: object) -> File:
    content = None if more.get("problem") else bytes([number]) * 32
    return File(owner, f"{number}.jpg", str(more.get("kind", "picture")), "", content, more.get("problem"))  # type: ignore[arg-type]


def made(*numbers: int) -> dict[bytes, Made]:
    return {bytes([n]) * 32: Made(f"t/x/{n}.jpg", f"d{n}") for n in numbers}


def listing(*offers: str, pictures: object = UNSET) -> Listing:
    return Listing(
        key="CH", published=True, name="Chaise Lucie", pictures=pictures,  # type: ignore[arg-type]
        offers=[Offer(key=key, sku=key) for key in offers or ("CH",)],
    )  # fmt: skip


def shown(
    files: list[File], ready: dict[bytes, Made], former: Listing | None = None, **rules: object
) -> Shown:
    of = former if former is None else replace(former, pictures=UNSET)
    fresh = listing(*(offer.key for offer in of.offers)) if of is not None else listing("CH", "CH|R")
    return with_pictures(fresh, PRODUCT, files, ready, MediaRules(**rules), NEEDS, former)  # type: ignore[arg-type]


def digests(found: Shown) -> list[str]:
    assert found.listing.pictures is not UNSET
    return [picture.digest for picture in found.listing.pictures]


def test_they_stand_in_the_order_of_the_files_the_first_is_the_cover() -> None:
    found = shown([file(3), file(1), file(2)], made(1, 2, 3))
    assert ["d3", "d1", "d2"] == digests(found)
    assert [0, 1, 2] == [picture.position for picture in found.listing.pictures]  # type: ignore[union-attr]


def test_two_contents_that_give_one_picture_are_shown_once() -> None:
    same = {bytes([n]) * 32: Made("t/x/1.jpg", "d1") for n in (1, 2)}
    assert ["d1"] == digests(shown([file(1), file(2)], same))


def test_the_shop_and_the_merchant_limit_how_many() -> None:
    files = [file(n) for n in range(1, 8)]
    assert 4 == len(digests(shown(files, made(*range(1, 8)))))
    assert 2 == len(digests(shown(files, made(*range(1, 8)), most=2)))


def test_as_long_as_one_is_being_made_the_shop_keeps_the_former_ones() -> None:
    former = listing("CH", pictures=[Picture(digest="old", url="t/x/old.jpg")])
    found = shown([file(1), file(2)], made(1), former)
    assert ["old"] == digests(found)
    assert {bytes([2]) * 32} == found.wanting


def test_a_new_article_does_not_wait_for_its_pictures() -> None:
    found = shown([file(1)], {})
    assert found.listing.pictures is UNSET
    assert {bytes([1]) * 32} == found.wanting


def test_what_is_missing_or_refused_is_said_and_the_others_are_shown() -> None:
    away = Problem("rejected", Message("files.missing", "absente", "missing"), field="media")
    ready = made(2) | {bytes([3]) * 32: Made(reason=Message("media.broken", "abîmée.", "damaged."))}
    found = shown([file(1, problem=away), file(2), file(3)], ready)
    assert ["d2"] == digests(found)
    assert ["files.missing", "media.broken"] == [problem.detail for problem in found.problems]
    assert "3.jpg" in found.problems[1].message.en


def test_variants_have_their_own_and_lend_the_article_the_first_of_each() -> None:
    files = [file(1, "CH"), file(2, "CH|R"), file(3, "CH|R")]
    found = shown(files, made(1, 2, 3))
    assert [["d1"], ["d2"]] == [[p.digest for p in offer.pictures] for offer in found.listing.offers]  # type: ignore[union-attr]
    assert ["d1", "d2"] == digests(found)


def test_an_article_that_never_had_pictures_of_ours_says_nothing_of_them() -> None:
    assert shown([], {}).listing.pictures is UNSET
    assert [] == digests(shown([], {}, listing("CH", pictures=[Picture(digest="old")])))


def test_alternative_texts_follow_the_rule_and_the_language() -> None:
    files = [file(1), file(2)]
    plain = shown(files, made(1, 2)).listing.pictures
    ruled = shown(
        files, made(1, 2), alt="{name} {brand} ({sku})", alt_more="{name} {number}", language="en"
    ).listing.pictures
    assert plain is not UNSET
    assert ruled is not UNSET
    assert ["Chaise Lucie", "Chaise Lucie – 2"] == [picture.alt for picture in plain]
    assert ["Lucie chair Aubépine (CH-1)", "Lucie chair 2"] == [picture.alt for picture in ruled]


def test_documents_are_no_pictures() -> None:
    assert shown([file(1, kind="document")], made(1)).listing.pictures is UNSET


def test_a_recipe_takes_what_the_shop_takes() -> None:
    webp = MediaRules(format="webp", longest_side=4_000, transparency="keep")
    found = recipe_of(webp, PictureNeeds(formats=("jpeg",), longest_side=800, largest_bytes=90))
    assert ("jpeg", 800, 90, False) == (found.format, found.side, found.most_bytes, found.keep_alpha)
    assert ("webp", True) == (
        recipe_of(webp, PictureNeeds()).format,
        recipe_of(webp, PictureNeeds()).keep_alpha,
    )


def test_avif_is_made_where_the_shop_takes_it_with_what_stands_in_for_it() -> None:
    rules = MediaRules(format="avif")
    found = recipe_of(rules, PictureNeeds(formats=("jpeg", "png", "webp", "avif")))
    assert ("avif", "webp") == (found.format, found.instead)
    assert "jpeg" == recipe_of(rules, PictureNeeds(formats=("jpeg", "avif"))).instead
    assert ("jpeg", "") == (recipe_of(rules, PictureNeeds()).format, recipe_of(rules, PictureNeeds()).instead)


@given(
    st.builds(
        Recipe,
        side=st.integers(1, 9_999),
        format=st.sampled_from(["jpeg", "png", "webp"]),
        quality=st.integers(1, 100),
        most_bytes=st.integers(0, 10**8),
        square=st.booleans(),
        background=st.sampled_from(["#ffffff", "#0a0b0c"]),
        keep_alpha=st.just(False),
    )
    | st.builds(Recipe, side=st.just(400), format=st.just("avif"), instead=st.sampled_from(["jpeg", "webp"]))
)
def test_a_recipe_is_known_again_by_its_name(recipe: Recipe) -> None:
    assert recipe == recipe_named(recipe.name)
