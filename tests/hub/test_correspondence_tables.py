"""The pages of correspondence tables without a browser: lines edited in place, files, missing values, who may."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from support.web import Site, Who, site, text_of

__all__ = ["site"]


def at(site: Site, place: str = "") -> str:
    return site.at(f"channels/{site.made.channel}/tables{place}")


def entry(page: httpx.Response, name: str) -> str:
    """The value of the first entry of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no {name} on the page: {text_of(page)[:500]}"
    return unescape(found[1])


def look(site: Site, name: str, who: Who = "owner", **query: Any) -> httpx.Response:
    more = "".join(f"&{key}={value}" for key, value in query.items())
    answer = site.as_(who).get(at(site, f"/table?name={name}{more}"))
    assert 200 == answer.status_code, text_of(answer)
    return answer


def send(site: Site, place: str, who: Who = "owner", **form: Any) -> httpx.Response:
    revision = entry(site.as_("owner").get(at(site)), "revision")
    return site.as_(who).post(at(site, place), **{"revision": revision, **form})


def made(site: Site, name: str, **entries: str) -> str:
    assert 303 == send(site, "", name=name).status_code
    if entries:
        assert 303 == keep(site, name, [(None, value, meant) for value, meant in entries.items()]).status_code
    return name


def keep(site: Site, name: str, rows: list[tuple[str | None, str, str]], **more: Any) -> httpx.Response:
    """Rows: the value that the line began with (None: a new line), both values as typed."""
    form: dict[str, Any] = {"name": name, "rows": str(len(rows)), **more}
    for number, (was, value, meant) in enumerate(rows):
        form |= {f"value-{number}": value, f"meant-{number}": meant}
        if was is not None:
            form[f"was-{number}"] = was
    return send(site, "/table", **form)


def exported(site: Site, name: str) -> list[str]:
    answer = site.as_("owner").get(at(site, f"/table/file?name={name}"))
    assert (200, "text/csv; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    return answer.content.decode("utf-8-sig").splitlines()[1:]


def upload(site: Site, name: str, data: bytes, who: Who = "owner", **form: Any) -> httpx.Response:
    visitor = site.as_(who)
    visitor.get(at(site))
    cookies = "; ".join(f"{key}={value}" for key, value in visitor.cookies.items())
    site.client.cookies.clear()
    answer = site.client.request(
        "POST",
        at(site, "/table/file"),
        headers={"accept-language": visitor.language, "cookie": cookies},
        data={"_csrf_token": visitor.cookies["raccord_csrf"], "name": name, **form},
        files={"file": ("table.csv", data, "text/csv")},
        follow_redirects=False,
    )
    assert isinstance(answer, httpx.Response)
    return answer


def take(site: Site, preview: httpx.Response, **changed: str) -> httpx.Response:
    names = ("name", "whole", "parcel", "revision")
    form: dict[str, Any] = {name: entry(preview, name) for name in names}
    return site.as_("owner").post(at(site, "/table/take"), **{**form, **changed})


def use(site: Site, table: str, target: str = "brand", source: str = "product.brand") -> None:
    """A rule that looks the table up."""
    mapping = site.at(f"channels/{site.made.channel}/mapping/rule")
    revision = entry(site.as_("owner").get(at(site)), "revision")
    form: dict[str, Any] = {
        "target": target, "owner": "erp", "when_empty": "leave", "source": source, "do": "overrule", "revision": revision,
        "step-0-do": "lookup", "step-0-table": table, "step-0-otherwise": "keep", "step-0-default": "", "was": "",
    }  # fmt: skip
    answer = site.as_("owner").post(mapping, **form)
    assert 303 == answer.status_code, text_of(answer)


def found_missing(site: Site, name: str, who: Who = "owner") -> httpx.Response:
    """Asks for slices until the whole catalogue was seen, as the page does by itself."""
    page = look(site, name, who)
    for _ in range(20):
        waiting = re.search(r'id="missing".*?hx-vals=\'([^\']*)\'', page.text, re.DOTALL)
        if waiting is None:
            return page
        state = re.search(r'"state":"((?:[^"\\]|\\.)*)"', unescape(waiting[1]))
        assert state
        told = state[1].encode().decode("unicode_escape").encode("latin-1").decode()
        page = site.as_(who).post(at(site, "/table/missing"), name=name, state=told)
        assert 200 == page.status_code
    raise AssertionError("the search never ends")


# ------------------------------------------------------------------------------------------------ the list


def test_a_table_is_made_and_listed_with_the_rules_that_use_it(site: Site) -> None:
    made(site, "Fabricants", SEB="Tefal")
    use(site, "Fabricants")
    told = text_of(site.as_("reader").get(at(site)))
    assert "Fabricants 1 Marque" in told


@pytest.mark.parametrize("name", ["", "x" * 61, "fabricants bis "])
def test_a_table_needs_a_name_of_its_own(site: Site, name: str) -> None:
    if name.strip().startswith("fabricants"):
        made(site, "Fabricants bis")
    answer = send(site, "", name=name)
    assert 422 == answer.status_code
    assert 'aria-invalid="true"' in answer.text


def test_somebody_who_may_only_look_sees_no_form_and_changes_nothing(site: Site) -> None:
    made(site, "Regardée", A="un")
    page = look(site, "Regardée", "reader")
    assert "A un" in text_of(page)
    assert 'name="value-0"' not in page.text
    assert 403 == send(site, "/table", "reader", name="Regardée", rows="0").status_code
    assert 403 == upload(site, "Regardée", b"A;deux", "reader").status_code


def test_another_merchant_finds_nothing(site: Site) -> None:
    assert site.as_("stranger").get(at(site)).status_code in (403, 404)


def test_a_table_that_does_not_exist_is_not_found(site: Site) -> None:
    assert 404 == site.as_("owner").get(at(site, "/table?name=Aucune")).status_code


# ----------------------------------------------------------------------------------------------- its lines


def test_lines_are_changed_added_and_removed_in_place(site: Site) -> None:
    name = made(site, "Couleurs", ROUGE="Rouge", BLEU="Bleu", VERT="Vert")
    rows = [
        ("ROUGE", "ROUGE", "Rouge vif"),
        ("BLEU", "BLEU NUIT", "Bleu"),
        ("VERT", "VERT", "Vert"),
        (None, "JAUNE", "Jaune"),
    ]
    answer = keep(site, name, rows, **{"remove-2": "1"})
    assert 303 == answer.status_code
    assert {"ROUGE;Rouge vif", "BLEU NUIT;Bleu", "JAUNE;Jaune"} == set(exported(site, name))


def test_what_is_wrong_stands_at_its_line_and_nothing_is_kept(site: Site) -> None:
    name = made(site, "Tailles", S="Petit", M="Moyen")
    answer = keep(site, name, [("S", "S", "Petit"), ("M", "s", "Moyen"), (None, "", "Grand")])
    assert 422 == answer.status_code
    assert "est déjà dans la table" in text_of(answer)
    assert "La valeur de la gestion est vide" in text_of(answer)
    assert 'value="Grand"' in answer.text, "what was typed is still there"
    assert {"S;Petit", "M;Moyen"} == set(exported(site, name))


def test_lines_that_the_page_did_not_show_stay(site: Site) -> None:
    name = made(site, "Longue")
    many = "\n".join(f"V{number:03};Valeur {number}" for number in range(120)).encode()
    assert 303 == take(site, upload(site, name, many)).status_code
    assert "page 2 sur 3" in text_of(look(site, name, page=2))
    assert 303 == keep(site, name, [("V060", "V060", "Autre")], page="2").status_code
    lines = exported(site, name)
    assert (120, True) == (len(lines), "V060;Autre" in lines)


def test_a_search_finds_in_both_columns(site: Site) -> None:
    name = made(site, "Cherchée", ROUGE="Vermillon", BLEU="Azur", VERT="rouge-vert")
    told = text_of(look(site, name, q="rouge"))
    assert "2 lignes sur 3" in told


def test_somebody_elses_change_in_the_meantime_is_told_and_what_was_typed_stays(site: Site) -> None:
    name = made(site, "Disputée", A="un")
    old = entry(look(site, name), "revision")
    assert 303 == keep(site, name, [(None, "B", "deux")]).status_code
    answer = keep(site, name, [("A", "A", "tapé")], revision=old)
    assert 422 == answer.status_code
    assert "a modifié ce brouillon entre-temps" in text_of(answer)
    assert 'value="tapé"' in answer.text


def test_a_table_in_use_is_not_removed_and_one_that_is_not_is(site: Site) -> None:
    name = made(site, "Servie", A="un")
    use(site, name, "features.Style", "product.custom.STYLE")
    refused = send(site, "/table/remove", name=name)
    assert 422 == refused.status_code
    assert "Retirez d’abord l’étape" in text_of(refused)
    other = made(site, "Inutile")
    assert 303 == send(site, "/table/remove", name=other).status_code
    assert 404 == site.as_("owner").get(at(site, f"/table?name={other}")).status_code


def test_a_renamed_table_is_still_used(site: Site) -> None:
    name = made(site, "Ancienne", A="un")
    use(site, name, "features.Saison", "product.custom.SAISON")
    assert 303 == send(site, "/table/rename", name=name, new="Nouvelle").status_code
    assert "Nouvelle 1 Saison" in text_of(site.as_("owner").get(at(site)))


# --------------------------------------------------------------------------------------------------- files


def test_a_file_is_shown_before_it_is_taken(site: Site) -> None:
    name = made(site, "Importée", A="un", B="deux", C="trois")
    preview = upload(
        site, name, "Code;Libellé\nA;un\nB;DEUX\nD;quatre\n;cinq\n".encode("cp1252"), whole="yes"
    )
    told = text_of(preview)
    assert 200 == preview.status_code
    for sentence in (
        "Ligne 5 : la valeur de la gestion est vide",
        "Windows-1252",
        "point-virgule",
        "en-tête : Code | Libellé",
        "Ajoutées 1",
        "Modifiées 1",
        "Retirées 1",
    ):
        assert sentence in told
    assert {"A;un", "B;deux", "C;trois"} == set(exported(site, name)), "nothing was taken yet"
    assert 303 == take(site, preview).status_code
    assert {"A;un", "B;DEUX", "D;quatre"} == set(exported(site, name))


def test_a_line_that_could_not_be_read_does_not_count_as_gone(site: Site) -> None:
    name = made(site, "Prudente", A="un", B="deux")
    preview = upload(site, name, b"A;un\nB\n", whole="yes")
    assert "Rien ne changerait" in text_of(preview)


def test_a_file_of_which_nothing_can_be_read_is_told_at_its_entry(site: Site) -> None:
    name = made(site, "Refusée")
    for data in (b"PK\x03\x04\x00\x00", b""):
        answer = upload(site, name, data)
        assert 422 == answer.status_code
        assert 'id="wrong-file"' in answer.text


def test_a_parcel_that_somebody_made_up_is_refused(site: Site) -> None:
    name = made(site, "Forgée", A="un")
    answer = send(site, "/table/take", name=name, parcel="{]", whole="no")
    assert 422 == answer.status_code
    assert "Choisissez le fichier à nouveau" in text_of(answer)


def test_an_export_comes_back_as_it_was(site: Site) -> None:
    name = made(site, "Piégée", **{"=1+1": "@SOMME(A1)", "-5": "+33", "é": "Œuvre ; d’art"})
    data = site.as_("owner").get(at(site, f"/table/file?name={name}")).content
    assert not re.search(rb'(^|[;\n"])[=+@-]', data.removeprefix(b"\xef\xbb\xbf"))
    assert "Rien ne changerait" in text_of(upload(site, name, data, whole="yes"))


# ------------------------------------------------------------------------------------------------- missing


def test_missing_values_are_found_in_the_whole_catalogue_and_proposed(site: Site) -> None:
    name = made(site, "Marques manquantes", **{"Autre maison": "DUVAL"})
    use(site, name)
    told = text_of(found_missing(site, name))
    assert re.search(r"Duval \d+ articles, par exemple", told)
    assert "le même mot dans la boutique" in told


def test_a_proposal_is_taken_when_it_is_ticked_and_only_then(site: Site) -> None:
    name = made(site, "Marques cochées", X="DUVAL")
    use(site, name)
    page = found_missing(site, name)
    assert ("Duval", "DUVAL") == (entry(page, "value-0"), entry(page, "meant-0"))
    form: dict[str, Any] = {"name": name, "value-0": "Duval", "guess-0": "DUVAL", "meant-0": "DUVAL"}
    assert 303 == send(site, "/table/add", **form).status_code
    assert ["X;DUVAL"] == exported(site, name), "it was not ticked"
    assert 303 == send(site, "/table/add", **{**form, "take-0": "1"}).status_code
    assert ["X;DUVAL", "Duval;DUVAL"] == exported(site, name)
    assert "La table a toutes les valeurs" in text_of(found_missing(site, name))


def test_something_else_that_was_typed_counts_as_ticked(site: Site) -> None:
    name = made(site, "Marques tapées", X="DUVAL")
    use(site, name)
    form: dict[str, Any] = {"name": name, "value-0": "Duval", "guess-0": "DUVAL", "meant-0": "Maison Duval"}
    assert 303 == send(site, "/table/add", **form).status_code
    assert ["X;DUVAL", "Duval;Maison Duval"] == exported(site, name)


def test_a_search_of_another_state_of_the_draft_begins_anew(site: Site) -> None:
    name = made(site, "Recommencée")
    use(site, name)
    stale = '{"revision":1,"table":"Recommencée","values":{"Périmé":[3,"X"]},"ended":true}'
    answer = site.as_("owner").post(at(site, "/table/missing"), name=name, state=stale)
    assert "Périmé" not in answer.text


def test_without_javascript_the_values_are_looked_for_on_the_page(site: Site) -> None:
    name = made(site, "Sans script")
    use(site, name)
    assert "Duval" in text_of(look(site, name, missing=1))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_is_in_one_language(site: Site, language: str) -> None:
    visitor = site.as_("owner")
    visitor.post("/language", language=language, next="/")
    try:
        name = made(site, f"Langue {language}", A="un")
        told = text_of(look(site, name)) + text_of(upload(site, name, b"A;deux\nB;trois"))
    finally:
        visitor.post("/language", language="fr", next="/")
    words = {"fr": "Garder les modifications", "en": "Keep the changes"}
    assert words[language] in told
    assert all(words[other] not in told for other in words if other != language)
