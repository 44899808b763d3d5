"""An ERP that pushes: batches and snapshots by the API, errors row by row, the orders' way out."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from raccord.pushes.service import BACKLOG
from raccord_connectors import wire
from raccord_connectors.canonical import Draft, DraftLine, encode
from raccord_connectors.contract import Selection
from support.programs import Program, fetched, program_of, rows_of
from support.web import Site, site

__all__ = ["site"]


@pytest.fixture(scope="module")
def program(site: Site) -> Program:
    return program_of(site, ["push", "connections:write", "connections:read", "channels:write"])


@pytest.fixture
def erp(program: Program) -> UUID:
    made = program.post("/connections", {"name": f"Gestion maison {uuid4()}", "connector": "push"}).json()
    return UUID(made["id"])


def article(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "sku": key, "name": f"Article {key}", **more}


def push(program: Program, erp: UUID, batch: str, *rows: Any, stream: str = "products", **more: Any) -> Any:
    return program.post(f"/push/{erp}/{stream}/batches", {"batch": batch, "records": list(rows), **more})


def known(site: Site, erp: UUID, stream: str = "products") -> set[str]:
    rows = fetched(
        site.settings, site.made.tenant,
        "SELECT key FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL", erp, stream,
    )  # fmt: skip
    return {row[0] for row in rows}


def snapshot(program: Program, erp: UUID, *keys: str, rows: int | None = None) -> Any:
    session = program.post(f"/push/{erp}/products/sessions").json()["session"]
    for number, key in enumerate(keys):
        assert 200 == push(program, erp, f"{session}-{number}", article(key), session=session).status_code
    told = {"rows": len(keys) if rows is None else rows}
    return program.post(f"/push/{erp}/products/sessions/{session}/commit", told)


def test_a_batch_is_taken_once_and_its_answer_told_again(site: Site, program: Program, erp: UUID) -> None:
    first, again = (push(program, erp, "lot-1", article("A"), article("B")) for _ in range(2))
    assert (200, 2, []) == (first.status_code, first.json()["taken"], first.json()["refused"])
    assert first.text == again.text
    assert {"A", "B"} == known(site, erp)
    assert 1 == len(fetched(site.settings, site.made.tenant, "SELECT 1 FROM run WHERE connection = $1", erp))
    other = push(program, erp, "lot-1", article("C"))
    assert (422, "push.other_batch", "batch") == (
        other.status_code,
        other.json()["code"],
        other.json()["field"],
    )


def test_a_wrong_row_is_told_with_number_and_field_and_the_others_are_taken(
    site: Site, program: Program, erp: UUID
) -> None:
    answer = push(
        program, erp, "lot-1", article("A"), {"sku": "sans clé"}, article("C", weight_g="lourd"), {"key": "D", "sku": "D"},
    ).json()  # fmt: skip
    told = [(one["row"], one["key"], one["field"], one["message"]["code"]) for one in answer["refused"]]
    assert [
        (2, None, "key", "push.no_key"),
        (3, "C", "weight_g", "push.row_unreadable"),
        (4, "D", "name", "push.row_unreadable"),
    ] == told
    assert (1, {"A"}) == (answer["taken"], known(site, erp))
    held = fetched(
        site.settings, site.made.tenant, "SELECT key FROM held_record WHERE connection = $1 ORDER BY key", erp
    )
    assert [("C",), ("D",)] == held


def test_equal_amounts_are_no_change_however_they_are_written(
    site: Site, program: Program, erp: UUID
) -> None:
    for batch, amount in (("1", "250"), ("2", 250.0), ("3", "250.00")):
        push(program, erp, batch, article("A", weight_g=amount))
    changes = fetched(
        site.settings,
        site.made.tenant,
        "SELECT counts FROM run WHERE connection = $1 AND counts ? 'changed'",
        erp,
    )
    assert [] == changes


def test_only_a_committed_whole_session_concludes_what_is_gone(
    site: Site, program: Program, erp: UUID
) -> None:
    assert 200 == snapshot(program, erp, "A", "B", "C").status_code
    push(program, erp, "changes", article("A", brand="Neuf"))
    assert {"A", "B", "C"} == known(site, erp)
    lost = snapshot(program, erp, "A", rows=2)
    assert (409, "push.rows_missing", {"A", "B", "C"}) == (
        lost.status_code,
        lost.json()["code"],
        known(site, erp),
    )
    done = snapshot(program, erp, "A", "B").json()
    assert (1, True, {"A", "B"}) == (done["gone"], done["concluded"], known(site, erp))


def test_a_commit_that_is_repeated_answers_alike(program: Program, erp: UUID) -> None:
    session = program.post(f"/push/{erp}/products/sessions").json()["session"]
    push(program, erp, "x", article("A"), session=session)
    path = f"/push/{erp}/products/sessions/{session}/commit"
    first, again = (program.post(path, {"rows": 1}) for _ in range(2))
    assert (200, first.text) == (again.status_code, again.text)
    late = push(program, erp, "y", article("B"), session=session)
    assert (409, "push.no_session") == (late.status_code, late.json()["code"])


def test_rows_without_a_key_and_an_empty_session_conclude_nothing(
    site: Site, program: Program, erp: UUID
) -> None:
    snapshot(program, erp, "A", "B")
    session = program.post(f"/push/{erp}/products/sessions").json()["session"]
    push(program, erp, "z", article("A"), {"sku": "?"}, session=session)
    doubt = program.post(f"/push/{erp}/products/sessions/{session}/commit", {"rows": 2}).json()
    empty = snapshot(program, erp).json()
    assert ["push.unnamed_rows", "push.empty_session"] == [one["message"]["code"] for one in (doubt, empty)]
    assert (False, False, {"A", "B"}) == (doubt["concluded"], empty["concluded"], known(site, erp))
    brakes = fetched(site.settings, site.made.tenant, "SELECT kind FROM brake WHERE connection = $1", erp)
    assert [("emptied",)] == brakes


def test_what_changes_beside_a_session_is_not_gone_at_its_end(
    site: Site, program: Program, erp: UUID
) -> None:
    session = program.post(f"/push/{erp}/products/sessions").json()["session"]
    push(program, erp, "in", article("A"), session=session)
    push(program, erp, "beside", article("NEW"))
    program.post(f"/push/{erp}/products/sessions/{session}/commit", {"rows": 1})
    assert {"A", "NEW"} == known(site, erp)


def test_a_job_that_died_begins_its_session_anew(site: Site, program: Program, erp: UUID) -> None:
    dead = program.post(f"/push/{erp}/products/sessions").json()["session"]
    push(program, erp, "half", article("A"), session=dead)
    assert 200 == snapshot(program, erp, "A", "B").status_code
    answer = program.post(f"/push/{erp}/products/sessions/{dead}/commit", {"rows": 1})
    assert (409, "push.no_session") == (answer.status_code, answer.json()["code"])


def test_a_batch_waits_when_the_workers_lag_behind(site: Site, program: Program, erp: UUID) -> None:
    pushes = site.client.app.state.pushes
    channel = program.post(
        "/channels", {"name": "Suivi", "erp": str(erp), "shop": str(new_shop(site))}
    ).json()["id"]
    fetched(
        site.settings,
        site.made.tenant,
        "UPDATE channel SET state = 'live' WHERE id = $1 RETURNING id",
        UUID(channel),
    )
    push(program, erp, "1", article("A"))
    pushes.most_waiting = 1
    try:
        answer = push(program, erp, "2", article("B"))
        assert (429, "push.lagging", "30") == (
            answer.status_code, answer.json()["code"], answer.headers["retry-after"],
        )  # fmt: skip
        assert {"A"} == known(site, erp)
    finally:
        pushes.most_waiting = BACKLOG
    assert 200 == push(program, erp, "2", article("B")).status_code


def new_shop(site: Site) -> UUID:
    shop = uuid4()
    fetched(
        site.settings, site.made.tenant,
        "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $2, 'x', 'memory_shop', 'shop') RETURNING id",
        site.made.tenant, shop,
    )  # fmt: skip
    return shop


def test_what_is_no_push_is_refused(site: Site, program: Program, erp: UUID) -> None:
    made = site.made
    for answer, code in (
        (push(program, made.erp, "1"), "push.not_pushed"),
        (push(program, uuid4(), "1"), "push.not_pushed"),
        (push(program, erp, "1", stream="listings"), "push.unknown_stream"),
        (push(program, erp, "1", *[article(str(n)) for n in range(1001)]), "push.too_many_rows"),
        (push(program, erp, ""), "api.invalid"),
        (program.post(f"/push/{erp}/products/batches", {"records": []}), "api.invalid"),
    ):
        assert code == answer.json()["code"], answer.text
        assert 400 <= answer.status_code < 500


def test_a_pushed_erp_is_well_once_something_came(program: Program, erp: UUID) -> None:
    before = program.post(f"/connections/{erp}/test").json()
    push(program, erp, "1", article("A"))
    after = program.post(f"/connections/{erp}/test").json()
    assert ("push.nothing_pushed", None) == (before["problem"]["message"]["code"], after["problem"])
    assert "ready" == program.get(f"/connections/{erp}").json()["state"]
    standing = {one["stream"]: one["records"] for one in program.get(f"/push/{erp}").json()["data"]}
    assert (1, 0) == (standing["products"], standing["stock"])


# --------------------------------------------------------------------------------------------------- orders


def ask(site: Site, erp: UUID, order: wire.Order, once: str) -> UUID:
    command = uuid4()

    async def insert() -> None:
        async with rows_of(site.settings, site.made.tenant) as connection:
            await connection.execute(
                "INSERT INTO command (tenant, id, connection, verb, body, once) VALUES ($1, $2, $3, $4, $5, $6)",
                site.made.tenant, command, erp, str(order.__struct_config__.tag), wire.pack(order), once,
            )  # fmt: skip

    asyncio.run(insert())
    return command


def draft(reference: str) -> wire.Write:
    line = DraftLine(
        item="A",
        title="Article A",
        quantity=Decimal(1),
        unit_net=Decimal(10),
        net=Decimal(10),
        tax=Decimal(2),
    )
    made = Draft(
        key=reference, dated=date(2026, 3, 4), reference="1042", customer="C1", lines=[line], net=Decimal(10),
        tax=Decimal(2), gross=Decimal(12),
    )  # fmt: skip
    return wire.Write("drafts", [wire.WireChange("create", reference, encode(made))])


def document(reference: str, **more: Any) -> dict[str, Any]:
    return {
        "key": f"BC-{reference}", "number": "BC00042", "kind": "order", "dated": "2026-03-04", "reference": reference,
        "state": "confirmed", "net": "10", "tax": "2", "gross": "12", **more,
    }  # fmt: skip


def result_of(site: Site, command: UUID) -> wire.CommandResult | None:
    rows = fetched(site.settings, site.made.tenant, "SELECT result FROM command WHERE id = $1", command)
    return wire.unpack(rows[0][0], wire.CommandResult) if rows[0][0] else None


def test_an_order_comes_until_it_is_acknowledged_with_what_the_erp_has(
    site: Site, program: Program, erp: UUID
) -> None:
    push(program, erp, "1", article("A"))
    task = ask(site, erp, draft("R1"), "draft:R1:0")
    for _ in range(2):
        [told] = program.get(f"/push/{erp}/orders").json()["data"]
        assert (str(task), "order", "R1", "12") == (
            told["task"],
            told["kind"],
            told["reference"],
            told["order"]["gross"],
        )
    path = f"/push/{erp}/orders/{task}/acknowledge"
    wrong = program.post(path, {"document": document("R2")})
    assert (422, "push.other_reference") == (wrong.status_code, wrong.json()["code"])
    site.wake.woken.clear()
    assert [204, 204] == [program.post(path, {"document": document("R1")}).status_code for _ in range(2)]
    assert [] == program.get(f"/push/{erp}/orders").json()["data"]
    result = result_of(site, task)
    assert result is not None
    assert "BC-R1" == result.outcomes[0].target
    assert [("answered", task, "draft:R1:0")] == [one for one in site.wake.woken if one[0] == "answered"]
    assert {"BC-R1"} == known(site, erp, "documents")


def test_an_order_that_the_erp_refuses_is_held_with_the_reason(
    site: Site, program: Program, erp: UUID
) -> None:
    push(program, erp, "1", article("A"))
    task = ask(site, erp, draft("R1"), "draft:R1:0")
    refused = program.post(
        f"/push/{erp}/orders/{task}/refuse", {"reason": "Client bloqué {x}", "field": "customer"}
    )
    assert 204 == refused.status_code
    result = result_of(site, task)
    assert result is not None
    problem = result.outcomes[0].problem
    assert problem is not None
    assert ("rejected", "La gestion a refusé : Client bloqué {x}") == (problem.kind, problem.message.fr)


def test_stock_that_was_read_before_the_sale_was_entered_proves_nothing(
    site: Site, program: Program, erp: UUID
) -> None:
    level: dict[str, Any] = {"key": "A", "product": "A", "depots": []}
    push(program, erp, "1", level, stream="stock")
    proof = ask(site, erp, wire.Read("stock", Selection(keys=("A",))), "stock:R1:0")
    push(program, erp, "2", level, stream="stock", extracted_at="2020-01-01T00:00:00Z")
    assert result_of(site, proof) is None
    push(program, erp, "3", level, stream="stock")
    result = result_of(site, proof)
    assert result is not None
    assert ["A"] == [one.key for page in result.pages for one in page.records]
