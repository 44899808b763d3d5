"""Idempotency keys: a request that is sent again is done once, also when we died in between."""

import json
from typing import Any
from uuid import uuid4

import pytest

from raccord.public_api import repository
from support.programs import Program, fetched, program_of
from support.web import Site, site

__all__ = ["site"]


@pytest.fixture(scope="module")
def program(site: Site) -> Program:
    return program_of(site)


def channels_named(site: Site, name: str) -> int:
    return int(
        fetched(site.settings, site.made.tenant, "SELECT count(*) FROM connection WHERE name = $1", name)[0][
            0
        ]
    )


def erp(name: str) -> dict[str, str]:
    return {"name": name, "connector": "sage100"}


def test_the_same_request_again_is_done_once_and_answered_alike(site: Site, program: Program) -> None:
    answers = [program.post("/connections", erp("Une fois"), once="creation-1") for _ in range(3)]
    assert [201] * 3 == [one.status_code for one in answers]
    assert 1 == len({one.text for one in answers})
    assert [None, "true", "true"] == [one.headers.get("idempotency-replayed") for one in answers]
    assert 1 == channels_named(site, "Une fois")


def test_another_request_with_the_same_key_is_refused_and_does_nothing(site: Site, program: Program) -> None:
    program.post("/connections", erp("Première"), once="creation-2")
    for answer in (
        program.post("/connections", erp("Autre"), once="creation-2"),
        program.post("/channels", erp("Autre"), once="creation-2"),
    ):
        assert (422, "api.idempotency_other_request") == (answer.status_code, answer.json()["code"])
        assert "Idempotency-Key" == answer.json()["field"]
    assert 0 == channels_named(site, "Autre")


def test_keys_of_two_programs_have_nothing_to_do_with_each_other(site: Site, program: Program) -> None:
    other = program_of(site)
    made = {one.post("/connections", erp("Chacun"), once="creation-3").text for one in (program, other)}
    assert 2 == len(made)


def test_what_was_refused_leaves_its_key_free(site: Site, program: Program) -> None:
    refused = program.post("/connections", {"name": "", "connector": "sage100"}, once="creation-4")
    assert 422 == refused.status_code
    assert 201 == program.post("/connections", erp("Corrigé"), once="creation-4").status_code


def test_a_key_that_cannot_be_kept_is_named(program: Program) -> None:
    answer = program.post("/connections", erp("x"), once="k" * 201)
    assert (400, "api.idempotency_key_unusable") == (answer.status_code, answer.json()["code"])


def test_a_death_before_the_commit_leaves_nothing_and_the_repetition_does_it_once(
    site: Site, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done, its line in the audit log and the answer are one transaction: here it dies at its very end."""
    kept = repository.keep_answer

    async def dies(*_: Any) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(repository, "keep_answer", dies)
    assert 500 == program.post("/connections", erp("Mort"), once="creation-5").status_code
    assert 0 == channels_named(site, "Mort")
    monkeypatch.setattr(repository, "keep_answer", kept)
    assert 201 == program.post("/connections", erp("Mort"), once="creation-5").status_code
    assert 1 == channels_named(site, "Mort")


def test_the_workers_are_woken_once_and_after_the_commit(site: Site, program: Program) -> None:
    site.wake.woken.clear()
    held = site.made.orders["held"]
    answers = [
        program.post(f"/orders/{held}/decisions", {"do": "retry", "once": "x"}, once="decision-1")
        for _ in range(2)
    ]
    assert [204, 204] == [one.status_code for one in answers]
    assert [("enter", held)] == site.wake.woken


def test_a_request_that_asks_another_system_is_under_way_until_it_is_answered(
    site: Site, program: Program
) -> None:
    """The test of an ERP waits for its agent, outside of any transaction: the key is held by a lease."""
    site.client.app.state.patience = 0.2
    try:
        first = program.post(f"/connections/{site.made.erp}/test", once="test-1")
        again = program.post(f"/connections/{site.made.erp}/test", once="test-1")
    finally:
        del site.client.app.state.patience
    assert (200, "connection.agent_silent") == (first.status_code, first.json()["problem"]["message"]["code"])
    assert first.text == again.text
    fetched(
        site.settings, site.made.tenant,
        "UPDATE api_answer SET status = NULL, until = now() + interval '1 minute' WHERE key = 'test-1' RETURNING key",
    )  # fmt: skip
    answer = program.post(f"/connections/{site.made.erp}/test", once="test-1")
    assert (409, "api.idempotency_under_way") == (answer.status_code, answer.json()["code"])
    assert int(answer.headers["retry-after"]) > 0


def test_the_audit_log_names_the_person_and_the_program(site: Site, program: Program) -> None:
    name = f"Trace {uuid4()}"
    made = program.post("/connections", erp(name)).json()["id"]
    rows = fetched(
        site.settings, site.made.tenant, "SELECT account, details FROM audit WHERE object = $1", made
    )
    assert site.made.people["owner"] == rows[0][0]
    assert "Tableau de bord" == json.loads(rows[0][1])["program"]


def test_a_decision_that_comes_too_late_changes_nothing(site: Site, program: Program) -> None:
    answer = program.post(
        f"/orders/{site.made.orders['integrated']}/decisions", {"do": "ignored", "reason": "x"}
    )
    assert 409 == answer.status_code
    assert "integrated" == program.get(f"/orders/{site.made.orders['integrated']}").json()["state"]
