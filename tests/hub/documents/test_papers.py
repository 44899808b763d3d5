"""An invoice of the ERP becomes one paper, kept as it was given, whatever dies on the way and whatever happens to it later."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from msgspec.structs import replace

from raccord.documents import repository
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import TenantObjects
from support.database import opened
from support.paper_world import Killed, PaperWorld, paper_world


def run(settings: Settings, scenario: Callable[[PaperWorld], Awaitable[None]], **rules: Any) -> None:
    async def inside() -> None:
        async with opened(settings), paper_world(settings, **rules) as found:
            await scenario(found)

    asyncio.run(inside())


def test_an_invoice_typed_in_the_erp_becomes_a_paper_with_its_data_inside(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.given()
        paper = await w.paper()
        assert ("ready", 1, "b2c", "Zélie Évrard") == (
            paper["state"], paper["version"], paper["flow"], paper["customer_name"],
        )  # fmt: skip
        (version,) = await w.rows("paper_version")
        content = TenantObjects(w.objects.objects, w.tenant).get(version["object"])
        assert hashlib.sha256(content).hexdigest() == version["sha256"]
        assert (True, True) == (content.startswith(b"%PDF"), b"factur-x.xml" in content)
        assert date(2036, 12, 31) == version["keep_until"]

    run(settings, scenario)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_around_the_upload_leaves_one_paper(settings: Settings, moment: str) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.arrived()
        setattr(w.objects, moment, True)
        with pytest.raises(Killed):
            await w.work()
        assert ("due", 0) == ((await w.paper())["state"], (await w.paper())["version"])
        w.objects.before = w.objects.after = False
        await w.work()
        assert ("ready", 1) == ((await w.paper())["state"], (await w.paper())["version"])
        assert 1 == len(w.objects.puts) == len(await w.rows("paper_version"))

    run(settings, scenario)


def test_a_worker_killed_before_the_row_is_committed_finds_its_object_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.arrived()

        async def dies(*_: Any) -> bool:
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(repository, "give", dies)
            with pytest.raises(Killed):
                await w.work()
        assert [] == await w.rows("paper_version")
        await w.work()
        assert (1, 1) == (len(await w.rows("paper_version")), len(w.objects.puts))

    run(settings, scenario)


def test_the_same_invoice_again_and_a_payment_change_nothing(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        made = await w.given()
        w.orders.erp.put("invoices", replace(made, paid=D(120), final=False))
        for _ in range(2):
            await w.ingest()
            await w.work()
        assert ("ready", 1) == ((await w.paper())["state"], (await w.paper())["version"])
        assert 1 == len(w.objects.puts)

    run(settings, scenario)


def test_a_given_paper_that_the_erp_alters_waits_for_a_person_and_stays_what_it_was(
    settings: Settings,
) -> None:
    async def scenario(w: PaperWorld) -> None:
        made = await w.given()
        line = replace(made.lines[0], title="Chaise longue")
        w.orders.erp.put("invoices", replace(made, lines=[line]))
        await w.ingest()
        await w.work()
        paper = await w.paper()
        assert ("changed", 1, "paper.changed") == (paper["state"], paper["version"], _code(paper))
        async with tenant_transaction(w.tenant):
            assert await repository.make_again(paper["id"])
        await w.work()
        assert ("ready", 2) == ((await w.paper())["state"], (await w.paper())["version"])
        first, second = await w.rows("paper_version")
        kept = TenantObjects(w.objects.objects, w.tenant)
        assert first["sha256"] == hashlib.sha256(kept.get(first["object"])).hexdigest()
        assert first["sha256"] != second["sha256"]

    run(settings, scenario)


def test_an_alteration_that_is_taken_back_is_no_alteration(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        made = await w.given()
        w.orders.erp.put("invoices", replace(made, buyer_reference="X"))
        await w.ingest()
        await w.work()
        w.orders.erp.put("invoices", made)
        await w.ingest()
        await w.work()
        assert ("ready", None) == ((await w.paper())["state"], (await w.paper())["problem"])

    run(settings, scenario)


def test_totals_that_do_not_add_up_are_held_until_the_erp_is_corrected(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        made = await w.given(gross=D("120.01"), tax=D("20.01"))
        assert ("held", "invoice.taxes_differ") == ((await w.paper())["state"], _code(await w.paper()))
        w.orders.erp.put("invoices", replace(made, gross=D(120), tax=D(20)))
        await w.ingest()
        await w.work()
        assert "ready" == (await w.paper())["state"]

    run(settings, scenario)


def test_an_invoice_that_disappears_from_the_erp_is_withdrawn(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        made = await w.given()
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE snapshot SET deleted_at = now() WHERE stream = 'invoices'")
        await w.ingest(made.key)
        await w.work()
        assert "withdrawn" == (await w.paper())["state"]

    run(settings, scenario)


def test_only_what_the_rules_want_becomes_a_paper(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        w.customer()
        w.invoice("OLD", dated=date(2025, 12, 31))
        w.invoice("NEW", dated=date(2026, 1, 1), final=False)
        await w.ingest()
        await w.work()
        assert [("NEW", "waiting")] == [(row["number"], row["state"]) for row in await w.rows("paper")]
        w.invoice("NEW", dated=date(2026, 1, 1))
        await w.ingest("NEW")
        await w.work()
        assert "ready" == (await w.paper())["state"]

    run(settings, scenario, since=date(2026, 1, 1), final_only=True)


def test_a_channel_that_gives_no_papers_makes_none_and_keeps_no_marks(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.given()
        assert ([], []) == (await w.rows("paper"), await w.rows("to_project"))

    run(settings, scenario, active=False)


def test_a_given_version_can_be_changed_by_nobody(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.given()
        with pytest.raises(Exception, match="permission denied"):
            async with tenant_transaction(w.tenant) as connection:
                await connection.execute("UPDATE paper_version SET sha256 = 'other'")

    run(settings, scenario)


def _code(paper: dict[str, Any]) -> str | None:
    import json

    return json.loads(paper["problem"])["message"]["code"] if paper["problem"] else None


def test_the_erps_own_file_is_waited_for_and_given_as_it_is(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        made = await w.given()
        assert ("waiting", "paper.no_file") == ((await w.paper())["state"], _code(await w.paper()))
        own = b"%PDF-1.7 the ERP's own"
        digest = hashlib.sha256(own)
        kept = TenantObjects(w.objects.objects, w.tenant)
        kept.put(f"originals/{digest.hexdigest()}", own, content_type="application/pdf")
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "INSERT INTO media_content (tenant, sha256, size, state) VALUES ($1, $2, $3, 'stored')",
                w.tenant, digest.digest(), len(own),
            )  # fmt: skip
            for place, name in enumerate(("Bon FA1.pdf", r"2026\Facture_FA1 (2).pdf")):
                await connection.execute(
                    "INSERT INTO media_file (tenant, connection, product, place, name, kind, sha256, size) "
                    "VALUES ($1, $2, $3, $4, $5, 'document', $6, 1)",
                    w.tenant, w.orders.caller.connection, made.key, place, name, digest.digest(),
                )  # fmt: skip
        await w.ingest()
        await w.work()
        (version,) = await w.rows("paper_version")
        assert ("ready", "erp_file") == ((await w.paper())["state"], version["source"])
        assert own == kept.get(version["object"])

    run(settings, scenario, source="erp_file", file_pattern="facture_{number}*.pdf")


def test_where_the_erps_own_file_does_not_come_ours_is_drawn(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.given()
        (version,) = await w.rows("paper_version")
        assert "rendered" == version["source"]

    run(settings, scenario, source="either", wait_hours=0)


def test_a_paper_goes_when_it_need_not_be_kept_any_longer(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await w.given()
        (version,) = await w.rows("paper_version")
        assert 0 == await w.papers.expire(w.tenant, date(2036, 12, 31))
        assert 1 == await w.papers.expire(w.tenant, date(2037, 1, 1))
        assert ([], []) == (await w.rows("paper_version"), await w.rows("paper"))
        assert TenantObjects(w.objects.objects, w.tenant).info(version["object"]) is None

    run(settings, scenario)
