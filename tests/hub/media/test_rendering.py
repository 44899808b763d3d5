"""What becomes of the pictures that merchants have: each is shown as it is meant, or refused with its reason."""

import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from raccord.core.pictures import Recipe
from raccord.media.renderers import Closed, Ended, Renderers
from raccord.media.rendering import Refused, render
from support import picture_zoo as zoo

RECIPE = Recipe(side=200)
RED, BLUE = (200, 20, 20), (20, 20, 200)


def shown(content: bytes, recipe: Recipe = RECIPE) -> Image.Image:
    (made,) = render(content, [recipe])
    image = Image.open(io.BytesIO(made.content))
    image.load()
    assert (made.width, made.height) == image.size
    return image


def near(expected: tuple[int, int, int], image: Image.Image, at: tuple[int, int], by: int = 12) -> bool:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) <= by for one, other in zip(expected, found, strict=True))


@pytest.fixture(scope="module")
def renderers() -> Iterator[Renderers]:
    found = Renderers(1, seconds=30)
    yield found
    found.close()


@pytest.mark.parametrize("name", zoo.GOOD)
def test_every_sort_of_picture_becomes_a_jpeg_in_srgb_without_metadata(name: str) -> None:
    image = shown(zoo.GOOD[name])
    assert "JPEG" == image.format
    assert image.mode in ("RGB", "L")
    assert max(image.size) <= 200
    assert not image.getexif()
    assert {"icc_profile", "comment", "exif", "xmp"}.isdisjoint(image.info)


@pytest.mark.parametrize("name", zoo.REFUSED)
def test_what_is_no_picture_is_broken_or_a_trap_is_refused_with_its_reason(name: str) -> None:
    content, code = zoo.REFUSED[name]
    with pytest.raises(Refused) as caught:
        render(content, [RECIPE])
    assert code == caught.value.message.code


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright_however_the_camera_was_held(orientation: int) -> None:
    image = shown(zoo.turned(orientation))
    assert (200, 150) == image.size
    assert near(RED, image, (20, 75))
    assert near(BLUE, image, (180, 75))


@pytest.mark.parametrize(
    "name", ["cmyk.jpg", "cmyk.tif", "palette.png", "photo.webp", "photo.avif", "old.bmp"]
)
def test_its_colours_stay_what_they_are(name: str) -> None:
    image = shown(zoo.GOOD[name])
    assert near(RED, image, (20, 75), by=60)
    assert near(BLUE, image, (180, 75), by=60)


def test_sixteen_bits_keep_their_range() -> None:
    image = shown(zoo.GOOD["sixteen.png"]).convert("L")
    dark, middle, light = (image.getpixel((at, image.height // 2)) for at in (2, 100, 197))
    assert (True, True, True) == (dark < 12, 110 < middle < 145, light > 243)  # type: ignore[operator]


def test_of_an_animated_one_the_first_image_is_shown() -> None:
    assert near((200, 20, 20), shown(zoo.GOOD["animated.gif"]), (30, 20))


def test_it_is_never_enlarged() -> None:
    assert (400, 300) == shown(zoo.GOOD["plain.jpg"], Recipe(side=1_600)).size
    assert (1, 1) == shown(zoo.GOOD["one_pixel.png"]).size


def test_what_is_transparent_stands_on_the_ground_that_was_chosen_or_stays_so() -> None:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    image.paste((200, 20, 20, 255), (100, 100, 200, 200))
    content = zoo.saved(image, "PNG")
    flat = shown(content, Recipe(side=200, background="#20c020"))
    assert near((32, 192, 32), flat, (5, 5))
    assert near(RED, flat, (100, 100))
    kept = shown(content, Recipe(side=200, keep_alpha=True))
    assert ("PNG", "RGBA") == (kept.format, kept.mode)
    assert 0 == kept.getpixel((5, 5))[3]  # type: ignore[index]


def test_a_square_is_filled_up_with_the_ground() -> None:
    image = shown(zoo.GOOD["plain.jpg"], Recipe(side=200, square=True, background="#ffffff"))
    assert (200, 200) == image.size
    assert near((255, 255, 255), image, (100, 5))
    assert near(RED, image, (20, 100))


def test_it_is_compressed_until_it_fits_the_shop_then_made_smaller_then_refused() -> None:
    noise = Image.effect_noise((800, 600), 90).convert("RGB")
    content = zoo.saved(noise, "JPEG", quality=95)
    (free,) = render(content, [Recipe(side=800)])
    (fitted,) = render(content, [Recipe(side=800, most_bytes=len(free.content) * 2 // 3)])
    assert (800, True) == (fitted.width, len(fitted.content) <= len(free.content) * 2 // 3)
    (smaller,) = render(content, [Recipe(side=800, most_bytes=20_000)])
    assert (True, True) == (smaller.width < 800, len(smaller.content) <= 20_000)
    with pytest.raises(Refused) as caught:
        render(content, [Recipe(side=800, most_bytes=100)])
    assert "media.too_large_for_shop" == caught.value.message.code


def pictures(draw: st.DrawFn) -> Image.Image:
    """Noise, gradients, flat colours, tiny ones, transparent ones."""
    size = draw(st.tuples(st.integers(1, 160), st.integers(1, 160)))
    kind = draw(st.sampled_from(["noise", "gradient", "flat", "transparent"]))
    if kind == "noise":
        return Image.effect_noise(size, draw(st.integers(1, 120))).convert("RGB")
    if kind == "gradient":
        return Image.radial_gradient("L").resize(size).convert("RGB")
    return Image.new(
        "RGBA" if kind == "transparent" else "RGB",
        size,
        (200, 20, 20, 90)[: 4 if kind == "transparent" else 3],
    )


@given(
    st.composite(pictures)(),
    st.sampled_from(["jpeg", "webp"]),
    st.integers(40, 95),
    st.sampled_from([0, 900, 4_000]),
)
@examples(max_examples=40)
def test_a_picture_as_avif_is_never_larger_than_what_stands_in_for_it(
    image: Image.Image, instead: str, quality: int, most_bytes: int
) -> None:
    content = zoo.saved(image, "PNG")
    keep = image.mode == "RGBA" and instead == "webp"
    plain = Recipe(side=120, format=instead, quality=quality, most_bytes=most_bytes, keep_alpha=keep)
    (other,) = render(content, [plain])
    (made,) = render(content, [msgspec.structs.replace(plain, format="avif", instead=instead)])
    assert len(made.content) <= len(other.content)
    assert (other.width, other.height) == (made.width, made.height)
    assert made.format in ("avif", instead)
    assert made.format.upper() == Image.open(io.BytesIO(made.content)).format


def test_a_photograph_becomes_avif_in_a_renderer_and_a_picture_that_gains_nothing_stays(
    renderers: Renderers,
) -> None:
    recipe = Recipe(side=1_600, format="avif", instead="webp")
    photograph = Image.effect_noise((900, 700), 30).resize((1_800, 1_400)).convert("RGB")
    (large,) = renderers.render(zoo.saved(photograph, "JPEG", quality=92), [recipe])
    (tiny,) = renderers.render(zoo.saved(Image.new("RGB", (8, 8), (9, 9, 9)), "PNG"), [recipe])
    assert ("avif", "webp") == (large.format, tiny.format)


def test_one_decoding_gives_all_sizes_and_formats() -> None:
    recipes = [Recipe(side=80), Recipe(side=300, format="webp"), Recipe(side=150, format="png")]
    made = render(zoo.GOOD["plain.jpg"], recipes)
    assert [("jpeg", 80), ("webp", 300), ("png", 150)] == [(one.format, one.width) for one in made]


def test_the_same_recipe_gives_the_same_bytes(renderers: Renderers) -> None:
    again = renderers.render(zoo.GOOD["plain.jpg"], [RECIPE])
    assert render(zoo.GOOD["plain.jpg"], [RECIPE]) == again


def test_the_whole_zoo_passes_one_renderer_and_the_good_ones_still_come_out(renderers: Renderers) -> None:
    outcomes = []
    for name, (content, code) in zoo.REFUSED.items():
        with pytest.raises(Refused) as caught:
            renderers.render(content, [RECIPE])
        assert code == caught.value.message.code, name
        outcomes.append(len(renderers.render(zoo.GOOD["plain.jpg"], [RECIPE])))
    assert [1] * len(zoo.REFUSED) == outcomes


def test_a_picture_that_wants_more_memory_than_there_is_ends_nothing_but_itself() -> None:
    small = Renderers(1, megabytes=180, seconds=30)
    try:
        large = zoo.saved(Image.new("RGB", (7_000, 7_000), (1, 2, 3)), "PNG", compress_level=1)
        with pytest.raises(Refused) as caught:
            small.render(large, [RECIPE])
        assert "media.too_heavy" == caught.value.message.code
        assert 1 == len(small.render(zoo.GOOD["plain.jpg"], [RECIPE]))
    finally:
        small.close()


def test_a_renderer_that_hangs_is_ended_and_replaced() -> None:
    hasty = Renderers(1, seconds=0.001)
    try:
        with pytest.raises(Refused) as caught:
            hasty.render(zoo.GOOD["baseline_30000.jpg"], [RECIPE])
        assert ("media.too_heavy", 1) == (caught.value.message.code, hasty.ended)
    finally:
        hasty.close()


def in_the_middle_of_a_picture(renderers: Renderers, act: Callable[[int], None]) -> BaseException | None:
    """What a picture ends with when `act` is done to its renderer (a process id) while that works on it."""
    renderers.render(zoo.GOOD["plain.jpg"], [RECIPE])
    (idle,) = renderers.idle
    os.kill(idle, signal.SIGSTOP)  # so that it is surely not done before
    found: list[BaseException] = []

    def work() -> None:
        try:
            renderers.render(zoo.GOOD["plain.jpg"], [RECIPE])
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while renderers.working != [idle]:
        time.sleep(0.001)
    act(idle)
    with suppress(ProcessLookupError):
        os.kill(idle, signal.SIGCONT)
    thread.join(60)
    assert not thread.is_alive()
    return found[0] if found else None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_renderer_that_somebody_else_ended_says_nothing_against_its_picture(number: signal.Signals) -> None:
    renderers = Renderers(1, seconds=30)
    try:
        assert isinstance(in_the_middle_of_a_picture(renderers, lambda pid: os.kill(pid, number)), Ended)
        assert 1 == len(renderers.render(zoo.GOOD["plain.jpg"], [RECIPE]))
    finally:
        renderers.close()


def test_what_only_a_picture_does_to_a_library_is_held_against_it() -> None:
    renderers = Renderers(1, seconds=30)
    try:
        found = in_the_middle_of_a_picture(renderers, lambda pid: os.kill(pid, signal.SIGSEGV))
        assert isinstance(found, Refused)
        assert "media.too_heavy" == found.message.code
    finally:
        renderers.close()


def test_closing_ends_a_picture_in_the_middle_and_blames_it_for_nothing() -> None:
    renderers = Renderers(1, seconds=600)
    assert isinstance(in_the_middle_of_a_picture(renderers, lambda pid: renderers.close()), Closed)
    assert 0 == renderers.ended
    with pytest.raises(Closed):
        renderers.render(zoo.GOOD["plain.jpg"], [RECIPE])
