"""Correspondence tables as files: what a merchant's spreadsheet makes of them, and what is told of a line that cannot be read."""

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.step_tables import alike
from raccord.mappings.table_files import FileError, read, written


def lines(*of_text: str) -> bytes:
    return "\n".join(of_text).encode()


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_usual_separator_is_found(separator: str) -> None:
    data = lines(
        f"ROUGE{separator}Rouge vif", f"BLEU{separator}Bleu, de mer; profond" if separator not in ";," else ""
    )
    found = read(data)
    assert separator == found.separator
    assert "Rouge vif" == found.entries["ROUGE"]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("ÉTÉ;Été à l’œuvre".encode(), "UTF-8"),
        (codecs.BOM_UTF8 + "ÉTÉ;Été à l’œuvre".encode(), "UTF-8"),
        ("ÉTÉ;Été à l’œuvre".encode("cp1252"), "Windows-1252"),
        ("ÉTÉ;Été à l’œuvre".encode("utf-16"), "UTF-16"),
    ],
)
def test_french_letters_come_out_of_any_usual_encoding(data: bytes, encoding: str) -> None:
    found = read(data)
    assert ({"ÉTÉ": "Été à l’œuvre"}, encoding) == (found.entries, found.encoding)


@pytest.mark.parametrize(
    ("first", "is_header"),
    [
        ("ERP value;Shop value", True),
        ("Valeur de la gestion;Valeur de la boutique", True),
        ("Code;Libellé", True),
        ("source,target", True),
        ("CODE;Cuisine", False),
        ("C20;Taux normal", False),
    ],
)
def test_a_header_is_told_from_an_entry(first: str, is_header: bool) -> None:
    found = read(lines(first, "ROUGE;Rouge" if ";" in first else "ROUGE,Rouge"))
    assert (is_header, 1 if is_header else 2) == (bool(found.header), len(found.entries))


def test_somebody_who_knows_better_says_whether_there_is_a_header() -> None:
    data = lines("Code;Libellé", "ROUGE;Rouge")
    assert {"Code": "Libellé", "ROUGE": "Rouge"} == read(data, header=False).entries
    assert {"ROUGE": "Rouge"} == read(lines("C1;C2", "ROUGE;Rouge"), header=True).entries


def test_a_bad_line_is_told_by_its_number_and_the_others_are_read() -> None:
    found = read(lines("A;Un", "", ";Deux", "B", "C;Trois", "a;Quatre", f"D;{'x' * 600}", "A;Un"))
    assert {"A": "Un", "C": "Trois"} == found.entries
    told = [(line.number, line.reason.code) for line in found.left_out]
    assert [
        (3, "tables.line_empty"),
        (4, "tables.one_column"),
        (6, "tables.line_twice"),
        (7, "tables.line_too_long"),
    ] == told
    assert 1 == found.repeated, "the same correspondence twice is no fault"


def test_a_line_inside_a_cell_does_not_move_the_numbers() -> None:
    found = read(lines('"sur deux', 'lignes";Texte', ";vide"))
    assert [3] == [line.number for line in found.left_out]
    assert {"sur deux\nlignes": "Texte"} == found.entries


def test_quotes_that_never_close_are_told_and_what_came_before_is_read() -> None:
    found = read(lines("A;Un", 'B;"Deux', "C;Trois"))
    assert ({"A": "Un"}, [(2, "tables.line_unreadable")]) == (
        found.entries,
        [(line.number, line.reason.code) for line in found.left_out],
    )


def test_columns_after_the_second_are_told() -> None:
    assert read(lines("A;Un;2026", "B;Deux;")).more_columns
    assert not read(lines("A;Un;", "B;Deux;")).more_columns


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "tables.not_text"),
        (b"\x81\x8d\x8f", "tables.not_text"),
        (b"", "tables.no_line"),
        (b"\n \n;\n", "tables.no_line"),
        (b"x" * 4_000_001, "tables.too_large"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        read(data)
    assert code == caught.value.message.code


@pytest.mark.parametrize("cell", ['=HYPERLINK("x")', "+33 1", "-5", "@cmd", "'=1", "''-2", "'= x"])
def test_a_spreadsheet_runs_no_cell_and_the_cell_comes_back(cell: str) -> None:
    data = written({cell: cell}, french=True)
    assert {cell: cell} == read(data).entries
    row = data.decode("utf-8-sig").splitlines()[1]
    assert not {part.strip('"')[:1] for part in row.split(";")} & set("=+-@")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30).map(str.strip)


@given(st.dictionaries(CELLS.filter(bool), CELLS, max_size=20), st.booleans())
def test_what_is_exported_is_imported_as_it_was(entries: dict[str, str], french: bool) -> None:
    once = {alike(value): value for value in entries}
    entries = {value: meant for value, meant in entries.items() if once[alike(value)] == value}
    if not entries:
        return
    found = read(written(entries, french=french))
    assert (entries, []) == (found.entries, found.left_out)


@given(st.binary(max_size=400))
def test_no_file_makes_reading_fail_otherwise_than_in_words(data: bytes) -> None:
    with suppress(FileError):
        found = read(data)
        assert all(value and value == value.strip() for value in found.entries)
