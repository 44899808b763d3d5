"""An order of the shop gets into an ERP without an agent: the merchant's program takes it, enters it, tells what it read back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from raccord.pushes import answering, entering
from raccord.pushes.models import Acknowledged, Refusal, Task
from raccord.pushes.service import Pushes
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Document
from sandbox.talend.job import document_of
from support.database import opened
from support.order_world import World, world


class Program:
    """The merchant's: what Talend does in its second job."""

    def __init__(self, w: World, **read_back: Any) -> None:
        self.w = w
        self.read_back = read_back
        self.entered: list[str] = []

    async def poll(self) -> int:
        w, erp = self.w, self.w.caller.connection
        tasks = await entering.tasks(w.tenant, erp, None)
        for task in tasks:
            await entering.acknowledge(w.tenant, erp, task.task, self._enter(task), w.wake)
        return len(tasks)

    def _enter(self, task: Task) -> Acknowledged:
        if task.kind == "customer":
            return Acknowledged(customer="C0001")
        self.entered.append(task.reference)
        told = {**document_of(msgspec.to_builtins(task), f"BC{len(self.entered):05}"), **self.read_back}
        return Acknowledged(document=msgspec.convert(told, type=Document, strict=False))

    async def settle(self) -> None:
        """The workers and the program, until nothing moves."""
        w = self.w
        for _ in range(30):
            await w.advance_all()
            moved = await self.poll() + await answering.answer_reads(
                w.tenant, w.caller.connection, w.commands
            )
            moved += len(w.wake.answers)
            await w.hand_over_answers()
            if not moved:
                return
        raise AssertionError("the orders do not come to rest")


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]]) -> None:
    async def main() -> None:
        async with opened(settings), world() as w:
            async with tenant_transaction(w.tenant) as connection:
                await connection.execute("UPDATE connection SET connector = 'push' WHERE side = 'erp'")
                await connection.execute("UPDATE agent SET system = 'push'")
            await scenario(w)

    asyncio.run(main())


def test_it_is_integrated_once_with_the_document_that_the_program_read_back(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 2}, shipping="6.90")
        await w.collect()
        program = Program(w)
        await program.settle()
        found = await w.order()
        assert ("integrated", "BC00001", 1) == (
            found["state"],
            found["document_number"],
            len(program.entered),
        )
        await program.settle()
        assert 1 == len(program.entered)

    run(settings, scenario)


def test_a_document_with_another_total_holds_the_order(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await Program(w, gross="119.99", net="99.99").settle()
        assert "held" == (await w.order())["state"]

    run(settings, scenario)


def test_a_refused_order_is_held_with_the_programs_sentence_and_its_stock_stays_reserved(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        erp = w.caller.connection
        for _ in range(10):
            await w.advance_all()
            for task in await entering.tasks(w.tenant, erp, None):
                if task.kind == "order":
                    refusal = Refusal(reason="Exercice clos", field="dated")
                    await entering.refuse(w.tenant, erp, task.task, refusal, w.wake)
                else:
                    await entering.acknowledge(w.tenant, erp, task.task, Acknowledged(customer="C1"), w.wake)
            await answering.answer_reads(w.tenant, erp, w.commands)
            await w.hand_over_answers()
        found = await w.order()
        assert ("held", True) == (found["state"], "Exercice clos" in str(found["problem"]))
        assert ["CHAISE"] == list(await w.open_reservations())

    run(settings, scenario)


def test_the_reservation_ends_with_stock_that_was_read_after_the_order_was_entered(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await Program(w).settle()
        assert ["CHAISE"] == list(await w.open_reservations())
        stock = {"key": "CHAISE", "product": "CHAISE", "depots": [{"depot": "LYON", "real": "9"}]}
        body = msgspec.json.encode({"batch": "soir", "records": [stock]})
        await Pushes(w.commands).take(w.tenant, w.caller.connection, "stock", body, w.wake)
        await w.hand_over_answers()
        assert {} == await w.open_reservations()

    run(settings, scenario)
