"""What orders ask of an ERP without an agent is answered from what was pushed or acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from raccord.pushes import answering
from raccord.pushes.service import Pushes
from raccord.settings import Settings
from raccord.storage import system
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.contract import Selection
from support.database import opened
from support.hub_app import Merchant, RecordedWake, new_merchant


class House:
    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant
        self.wake = RecordedWake()
        self.commands = Commands(self.wake)
        self.pushes = Pushes(self.commands)

    async def push(self, stream: str, *records: dict[str, Any]) -> None:
        body = msgspec.json.encode({"batch": f"{stream}-{len(records)}", "records": list(records)})
        await self.pushes.take(self.merchant.tenant, self.merchant.erp, stream, body, self.wake)

    async def ask(self, order: wire.Order, once: str | None = None) -> UUID:
        return await self.commands.ask(self.merchant.tenant, self.merchant.erp, order, once=once)

    async def answer(self) -> None:
        """As the sweep finds it."""
        for tenant, connection in await system.pushed_questions():
            await answering.answer_reads(tenant, connection, self.commands)

    async def result(self, command: UUID) -> wire.CommandResult | None:
        found = await self.commands.asked(self.merchant.tenant, command)
        assert found is not None
        return found.result


def run(settings: Settings, scenario: Callable[[House], Awaitable[None]]) -> None:
    async def main() -> None:
        async with opened(settings):
            merchant = await new_merchant()
            async with tenant_transaction(merchant.tenant):
                await current_connection().execute(
                    "UPDATE connection SET connector = 'push' WHERE side = 'erp'"
                )
            await scenario(House(merchant))

    asyncio.run(main())


CUSTOMER = {"key": "C1", "account_title": "Maison Lucie"}


def test_what_was_pushed_answers_and_what_is_missing_is_told_as_such(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.push("customers", CUSTOMER)
        asked = await h.ask(wire.Read("customers", Selection(keys=("C1", "C2"))), "customer:check x")
        await h.answer()
        result = await h.result(asked)
        assert result is not None
        assert (["C1"], ["C2"]) == (
            [one.key for one in result.pages[0].records],
            list(result.pages[0].deleted),
        )
        assert [] == await system.pushed_questions()

    run(settings, scenario)


def test_a_proof_of_stock_waits_for_stock(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.push("customers", CUSTOMER)
        proof = await h.ask(wire.Read("stock", Selection(keys=("A", "B"))), "stock:R1:0")
        await h.answer()
        await h.push("stock", {"key": "A", "product": "A", "depots": []})
        assert await h.result(proof) is None
        session = await h.pushes.begin(h.merchant.tenant, h.merchant.erp, "stock")
        for key in ("A", "B"):
            body: dict[str, Any] = {
                "batch": key,
                "session": session.session,
                "records": [{"key": key, "product": key, "depots": []}],
            }
            await h.pushes.take(
                h.merchant.tenant, h.merchant.erp, "stock", msgspec.json.encode(body), h.wake
            )  # fmt: skip
        await h.pushes.commit(h.merchant.tenant, h.merchant.erp, "stock", session.session, 2, h.wake)
        result = await h.result(proof)
        assert result is not None
        assert ["A", "B"] == sorted(one.key for one in result.pages[0].records)

    run(settings, scenario)


def test_a_question_that_only_an_agent_could_answer_is_ended_with_its_reason(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.push("customers", CUSTOMER)
        asked = await h.ask(wire.Discover())
        await h.answer()
        result = await h.result(asked)
        assert result is not None
        assert result.problem is not None
        assert "pushed.no_agent" == result.problem.message.code

    run(settings, scenario)


def test_two_batches_at_once_are_both_taken_one_after_the_other(settings: Settings) -> None:
    async def scenario(h: House) -> None:
        await h.push("customers", CUSTOMER)
        await asyncio.gather(
            *(
                h.push("products", *({"key": f"{n}-{m}", "sku": "x", "name": "x"} for m in range(n)))
                for n in range(1, 6)
            )
        )
        async with tenant_transaction(h.merchant.tenant):
            many = await current_connection().fetchval(
                "SELECT count(*) FROM snapshot WHERE stream = 'products'"
            )
        assert 15 == many

    run(settings, scenario)
