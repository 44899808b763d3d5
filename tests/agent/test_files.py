"""Pictures and documents at the merchant's: which file belongs to which article, and what travels."""

import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord_agent.board import FILES
from raccord_agent.files_index import look
from raccord_agent.files_names import as_file, claims, parts, plain
from raccord_agent.settings import FileSettings
from raccord_connectors.canonical import Invoice, MediaRef, Variant
from support.media_agent import Clerk, Platform, product, variant, write


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def clerk(tmp_path: Path, platform: Platform) -> Iterator[Clerk]:
    folder = tmp_path / "photos"
    folder.mkdir()
    found = Clerk(tmp_path, folder, platform)
    yield found
    found.shelf.close()


# ------------------------------------------------------------------------------------------- which file


def test_an_invoices_own_file_is_the_one_that_holds_its_number(clerk: Clerk, platform: Platform) -> None:
    write(
        clerk.folder,
        {"Factures/2026/Facture_FA00012 (2).pdf": b"%PDF-1", "FA000123.pdf": b"%PDF-2", "FA00012.jpg": b"p"},
    )
    clerk.note(
        Invoice(key="FA|FA00012", number="FA00012", dated=date(2026, 5, 4), net=D(0), tax=D(0), gross=D(0))
    )
    clerk.turn()
    assert ["Factures/2026/Facture_FA00012 (2).pdf"] == platform.names("FA|FA00012")
    assert [b"%PDF-1"] == list(platform.stored.values())


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("chaise.jpg", "chaise.jpg"),
        ("CHAISE.JPG", "chaise.jpg"),
        ("Théière bleue.jpg", "theiere bleue.jpg"),
        ("theiere bleue.jpg", "THÉIÈRE  BLEUE.JPG"),
        (r"S:\Photos\Cuisine\pot.jpg", "Cuisine/pot.jpg"),
        (r"\\SRV01\photos\pot.jpg", "a/b/pot.jpg"),
        ("Cuisine/pot.jpg", "Cuisine/pot.jpg"),
        ("cœur.png", "coeur.png"),
    ],
)
def test_a_file_is_found_as_people_mean_its_name(
    clerk: Clerk, platform: Platform, named: str, there: str
) -> None:
    write(clerk.folder, {there: b"picture"})
    clerk.note(product("A", named))
    clerk.turn()
    assert [named] == platform.names("A")
    assert b"picture" in platform.stored.values()


def test_of_two_files_of_one_name_the_path_in_the_field_chooses(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, {"Cuisine/pot.jpg": b"kitchen", "Jardin/pot.jpg": b"garden"})
    clerk.note(product("A", r"D:\Images\Jardin\pot.jpg"))
    clerk.turn()
    assert [b"garden"] == list(platform.stored.values())


def test_files_called_after_a_reference_belong_to_it_in_their_order(clerk: Clerk, platform: Platform) -> None:
    write(
        clerk.folder,
        ["CH-1_2.jpg", "ch-1.jpg", "CH-1_10.jpg", "CH-1_alt_2.jpg", "CH-1 (3).png", "CH-12.jpg", "other.jpg"],
    )
    clerk.note(product("CH-1"), product("CH-12"))
    clerk.turn()
    expected = ["ch-1.jpg", "CH-1_2.jpg", "CH-1 (3).png", "CH-1_10.jpg", "CH-1_alt_2.jpg"]
    assert expected == platform.names("CH-1")
    assert ["CH-12.jpg"] == platform.names("CH-12")


def test_a_name_that_is_a_reference_itself_belongs_to_that_one(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["POT.jpg", "POT_1.jpg"])
    clerk.note(product("POT"), product("POT_1"))
    clerk.turn()
    assert [["POT.jpg"], ["POT_1.jpg"]] == [platform.names("POT"), platform.names("POT_1")]


def test_what_the_fields_name_comes_first_and_nothing_twice(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["best.jpg", "A.jpg", "A_2.jpg"])
    clerk.note(product("A", "best.jpg", "A_2.jpg"))
    clerk.turn()
    assert ["best.jpg", "A_2.jpg", "A.jpg"] == platform.names("A")


def test_a_documents_address_is_told_as_it_is_and_nobody_looks_for_a_file(
    clerk: Clerk, platform: Platform
) -> None:
    address = "https://docs.example.com/notice.pdf?v=2"
    clerk.note(product("A", media=[MediaRef(name=address, kind="document", title="Notice")]))
    clerk.turn()
    (told,) = platform.told["A"]
    assert (address, "document", "Notice", None, None) == (
        told.name,
        told.kind,
        told.title,
        told.sha256,
        told.problem,
    )
    clerk.note(product("B", media=[MediaRef(name=address.replace("notice", "n" * 400), kind="document")]))
    clerk.turn()
    assert ["files.missing"] == platform.problems("B")


def test_variants_have_pictures_of_their_own(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["TS.jpg", "TS-RED.jpg", "TS-RED_2.jpg", "TS-BLUE.jpg"])
    variants = [variant("TS|1", "TS-RED", "Red"), variant("TS|2", "TS-BLUE", "Blue")]
    clerk.note(product("TS", variants=variants))
    clerk.turn()
    assert ["TS.jpg"] == platform.names("TS")
    assert ["TS-RED.jpg", "TS-RED_2.jpg"] == platform.names("TS", "TS|1")
    assert ["TS-BLUE.jpg"] == platform.names("TS", "TS|2")


def test_variants_show_what_is_called_after_their_value(clerk: Clerk, platform: Platform) -> None:
    """One picture for all sizes of a colour; a number is the order of pictures, whatever size has it."""
    write(
        clerk.folder,
        ["TS_rouge.jpg", "ts-ROUGE_2.jpg", "TS Bleu ciel.jpg", "TS_Rouge_38.jpg", "TS_38.jpg", "TS.jpg"],
    )
    variants = [
        Variant(key=f"TS|{colour}|{size}", sku=f"X{number}", options={"1": colour, "2": size})
        for number, (colour, size) in enumerate(
            [("Rouge", "38"), ("Rouge", "40"), ("Bleu ciel", "38"), ("Noir", "40")]
        )
    ]
    clerk.note(product("TS", variants=variants))
    clerk.turn()
    assert ["TS_Rouge_38.jpg", "TS_rouge.jpg", "ts-ROUGE_2.jpg"] == platform.names("TS", "TS|Rouge|38")
    assert ["TS_rouge.jpg", "ts-ROUGE_2.jpg"] == platform.names("TS", "TS|Rouge|40")
    assert ["TS Bleu ciel.jpg"] == platform.names("TS", "TS|Bleu ciel|38")
    assert [] == platform.names("TS", "TS|Noir|40")
    assert ["TS.jpg", "TS_38.jpg"] == platform.names("TS")


def test_what_a_variant_is_called_after_by_itself_belongs_to_that_one(
    clerk: Clerk, platform: Platform
) -> None:
    write(clerk.folder, ["TS-RED.jpg"])
    variants = [variant("TS|1", "TS-RED", "Vermillon"), variant("TS|2", "TS-R", "Red")]
    clerk.note(product("TS", variants=variants))
    clerk.turn()
    assert (["TS-RED.jpg"], []) == (platform.names("TS", "TS|1"), platform.names("TS", "TS|2"))


def test_a_family_lends_its_picture_where_there_is_no_other(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["ASSIETTES.jpg", "A1.jpg"])
    clerk.note(product("A1", family="F:ASSIETTES"), product("A2", family="F:ASSIETTES"))
    clerk.turn()
    assert [["A1.jpg"], ["ASSIETTES.jpg"]] == [platform.names("A1"), platform.names("A2")]


def test_a_data_sheet_is_a_document(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["A.jpg", "A.pdf"])
    clerk.note(product("A"))
    clerk.turn()
    assert {"A.jpg": "picture", "A.pdf": "document"} == {file.name: file.kind for file in platform.told["A"]}


@given(st.text(alphabet="AB1_-. ()altÉé/:", min_size=1, max_size=20))
def test_names_are_compared_the_same_way_on_both_sides(name: str) -> None:
    assert plain(name) == plain(plain(name))
    assert as_file(name) == as_file(name.upper().lower())
    assert as_file(name) == next(claims(as_file(name)))[0]
    assert all("/" not in piece for piece in parts(name))


# ------------------------------------------------------------------------------------- what must not be read


def test_nothing_outside_the_allowed_folders_is_read(
    clerk: Clerk, platform: Platform, tmp_path: Path
) -> None:
    outside = tmp_path / "secret"
    write(outside, {"secret.jpg": b"secret", "passwd.jpg": b"secret"})
    (clerk.folder / "link.jpg").symlink_to(outside / "secret.jpg")
    (clerk.folder / "elsewhere").symlink_to(outside)
    names = [
        "../secret/secret.jpg",
        r"..\secret\secret.jpg",
        str(outside / "passwd.jpg"),
        "link.jpg",
        "elsewhere/secret.jpg",
    ]
    clerk.note(*(product(str(number), name) for number, name in enumerate(names)), product("secret"))
    clerk.turn()
    told = [platform.problems(str(number)) for number in range(len(names))]
    assert [
        ["files.outside"],
        ["files.outside"],
        ["files.missing"],
        ["files.missing"],
        ["files.missing"],
    ] == told
    assert {} == platform.stored
    assert "secret" not in platform.told


def test_a_link_inside_the_allowed_folders_is_followed(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, {"real/a.jpg": b"a picture"})
    (clerk.folder / "A.jpg").symlink_to(clerk.folder / "real" / "a.jpg")
    clerk.note(product("A"))
    clerk.turn()
    assert [b"a picture"] == list(platform.stored.values())


def test_a_circle_of_links_does_not_end_in_a_circle(clerk: Clerk) -> None:
    (clerk.folder / "again").symlink_to(clerk.folder)
    write(clerk.folder, ["A.jpg"])
    assert ["A.jpg"] == [found.shown for found in look([clerk.folder])]


# --------------------------------------------------------------------------------------------- what is wrong


def test_a_missing_file_is_told_under_the_name_that_the_merchant_knows(
    clerk: Clerk, platform: Platform
) -> None:
    clerk.note(product("A", r"Photos\Été\chaise.jpg"))
    clerk.turn()
    (told,) = platform.told["A"]
    assert told.problem is not None
    assert "files.missing" == told.problem.message.code
    assert r"Photos\Été\chaise.jpg" in told.problem.message.fr
    write(clerk.folder, ["chaise.jpg"])
    clerk.turn()
    assert [r"Photos\Été\chaise.jpg"] == platform.names("A")


def test_an_empty_and_a_huge_file_are_told(tmp_path: Path, platform: Platform) -> None:
    folder = tmp_path / "photos"
    clerk = Clerk(tmp_path, folder, platform, largest_mb=1)
    write(folder, {"empty.jpg": b"", "huge.jpg": b"x" * 1_000_001})
    clerk.note(product("A", "empty.jpg", "huge.jpg"))
    clerk.turn()
    assert ["files.empty", "files.too_large"] == platform.problems("A")
    clerk.shelf.close()


def test_a_share_that_is_away_makes_nothing_missing(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["A.jpg"])
    clerk.note(product("A"))
    clerk.turn()
    away = clerk.folder.with_name("away")
    clerk.folder.rename(away)
    clerk.turn()
    problem = clerk.board.get(FILES)
    assert problem is not None
    assert str(clerk.folder) in problem.message.fr
    assert (["A.jpg"], 1) == (platform.names("A"), platform.calls.count("tell"))
    away.rename(clerk.folder)
    clerk.turn()
    assert clerk.board.get(FILES) is None


# ----------------------------------------------------------------------------------------------- what travels


def test_a_second_look_sends_nothing(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, {f"A{n}.jpg": b"picture %d" % n for n in range(30)})
    clerk.note(*(product(f"A{n}") for n in range(30)))
    clerk.turn()
    assert 30 == len(platform.puts)
    before = (platform.bytes_taken, platform.calls.count("tell"), clerk.files.hashed)
    clerk.turn()
    assert before == (platform.bytes_taken, platform.calls.count("tell"), clerk.files.hashed)


def test_touched_renamed_and_copied_files_are_not_sent_again_and_changed_ones_once(
    clerk: Clerk, platform: Platform
) -> None:
    write(clerk.folder, {f"A{n}.jpg": b"picture %d" % n for n in range(10)})
    clerk.note(*(product(f"A{n}", f"A{n}.jpg") for n in range(10)), product("B"))
    clerk.turn()
    sent = len(platform.puts)
    for n in range(5):
        os.utime(clerk.folder / f"A{n}.jpg", (1_900_000_000 + n, 1_900_000_000 + n))
    (clerk.folder / "A5.jpg").rename(clerk.folder / "renamed.jpg")
    clerk.note(product("A5", "renamed.jpg"))
    shutil.copy(clerk.folder / "A6.jpg", clerk.folder / "B.jpg")
    clerk.turn()
    assert sent == len(platform.puts)
    assert ["B.jpg"] == platform.names("B")
    write(clerk.folder, {"A7.jpg": b"another 7", "A8.jpg": b"another 8"})
    clerk.turn()
    assert [b"another 7", b"another 8"] == sorted(request.content for request in platform.puts[sent:])


def test_one_content_under_many_names_is_sent_once(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, {f"A{n}.jpg": b"the same" for n in range(20)})
    clerk.note(*(product(f"A{n}") for n in range(20)))
    clerk.turn()
    assert 1 == len(platform.puts)
    assert 20 == len(platform.told)


def test_an_upload_that_failed_is_looked_at_again(clerk: Clerk, platform: Platform) -> None:
    platform.refuse_puts = 1
    write(clerk.folder, ["A.jpg"])
    clerk.note(product("A"))
    clerk.turn()
    clerk.turn()
    assert [b"A.jpg"] == list(platform.stored.values())


def test_what_waits_to_be_sent_survives_the_agent(clerk: Clerk, platform: Platform, tmp_path: Path) -> None:
    write(clerk.folder, ["A.jpg"])
    clerk.note(product("A"))
    quiet = Clerk(tmp_path, clerk.folder, platform, quiet_from="00:00", quiet_until="23:59")
    quiet.turn()
    assert (1, 5) == quiet.shelf.waiting()
    quiet.shelf.close()
    later = Clerk(tmp_path, clerk.folder, platform)
    later.turn()
    assert [b"A.jpg"] == list(platform.stored.values())
    later.shelf.close()


def test_an_article_that_is_gone_is_forgotten(clerk: Clerk, platform: Platform) -> None:
    write(clerk.folder, ["A.jpg"])
    clerk.note(product("A"))
    clerk.turn()
    clerk.shelf.forget("A")
    clerk.shelf.keep()
    assert ([], {}) == (list(clerk.shelf.wanted()), clerk.shelf.told())


def test_an_upload_is_no_faster_than_allowed(tmp_path: Path, platform: Platform) -> None:
    folder = tmp_path / "photos"
    clerk = Clerk(tmp_path, folder, platform, kilobytes_per_second=100)
    write(folder, {"A.jpg": b"x" * 300_000})
    clerk.note(product("A"))
    clerk.turn()
    assert 2.5 < max(clerk.waited) <= 3.0  # seconds behind which the last piece had to wait
    clerk.shelf.close()


@pytest.mark.parametrize(
    ("hour", "quiet"),
    [("08:59", False), ("09:00", True), ("17:59", True), ("18:00", False), ("23:30", False)],
)
def test_quiet_hours_are_those_of_the_day(hour: str, quiet: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-24T{hour}")
    assert quiet is FileSettings(quiet_from="09:00", quiet_until="18:00").is_quiet(at)
    assert quiet is not FileSettings(quiet_from="18:00", quiet_until="09:00").is_quiet(at)
    assert not FileSettings().is_quiet(at)
