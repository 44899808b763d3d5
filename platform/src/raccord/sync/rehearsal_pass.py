"""What the steps of a rehearsal work with: the channel as it shall be, and a place to put what they find."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.rehearsal import checks
from raccord.core.rehearsal.findings import Finding
from raccord.core.rehearsal.subjects import World
from raccord.storage import projections, rehearsals, rehearsed
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.storage.rehearsals import CodeRow, Row
from raccord.sync.commands import Commands
from raccord.sync.mappings import Compiled, compile_route
from raccord.sync.ports import Ports
from raccord_connectors.canonical import Category
from raccord_connectors.contract import Discovery


class Sides(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What both sides said of themselves, kept with the rehearsal."""

    erp: Discovery = Discovery()
    shop: Discovery = Discovery()
    shop_answers: bool = True
    """It can be read; without it the steps of the shop are left out."""
    pictures_are_read: bool = False


class Interrupted(Exception):
    """The slice is over, or the rehearsal was ended. `more`: the next slice is wanted at once."""

    def __init__(self, *, more: bool) -> None:
        super().__init__(more)
        self.more = more


class Pass:
    """One slice of one rehearsal."""

    def __init__(
        self, ports: Ports, commands: Commands, tenant: UUID, row: Row, route: Route, *, reachable: bool, until: datetime
    ) -> None:  # fmt: skip
        self.ports = ports
        self.commands = commands
        self.tenant = tenant
        self.id = row.id
        self.channel = row.channel
        self.route = route
        self.reachable = reachable
        self.until = until
        self.step, self.cursor, self.done, self.of = row.step, row.cursor, row.done, row.of
        self.following = ""
        """The step after this one."""
        self.counts: dict[str, int] = msgspec.json.decode(row.counts)
        self.figures: dict[str, int] = msgspec.json.decode(row.figures)
        self.sides = msgspec.json.decode(row.sides or "{}", type=Sides)
        self.settings = msgspec.json.decode(row.settings, type=ChannelSettings)

    @classmethod
    async def opened(
        cls, ports: Ports, commands: Commands, tenant: UUID, row: Row, *, reachable: bool, until: datetime
    ) -> "Pass":
        async with tenant_transaction(tenant):
            route = await projections.route(row.channel)
        assert route is not None, "a rehearsal goes with its channel"
        own = route._replace(mapping=row.rules, settings=row.settings)
        made = cls(ports, commands, tenant, row, own, reachable=reachable, until=until)
        made.compile()
        return made

    def compile(self) -> None:
        """Raises `MappingError`."""
        discovery = msgspec.json.encode(self.sides.shop).decode()
        self.compiled: Compiled = compile_route(self.route._replace(discovery=discovery))
        self.__dict__.pop("world", None)

    @cached_property
    def world(self) -> World:
        return World(
            settings=self.settings,
            erp=self.sides.erp,
            shop=self.sides.shop,
            erp_connector=self.route.erp_connector,
            shop_connector=self.route.shop_connector,
            pictures_are_read=self.sides.pictures_are_read,
        )

    async def categories(self) -> dict[str, Category]:
        async with tenant_transaction(self.tenant):
            stored = await rehearsed.everything(self.route.erp, "categories")
        found = [msgspec.json.decode(data, type=Category) for data in stored]
        return {category.key: category for category in found}

    def find(self, subjects: Iterable[Struct], world: World | None = None) -> list[Finding]:
        known = world or self.world
        return [finding for subject in subjects for finding in checks.run(subject, known)]

    # ---------------------------------------------------------------------------------------------- progress

    async def save(
        self,
        findings: Iterable[Finding] = (),
        *,
        cursor: str | None = None,
        done: int = 0,
        codes: Mapping[str, Sequence[CodeRow]] | None = None,
        matched: dict[str, str] | None = None,
        ends: bool = False,
    ) -> None:
        """What a page gave, with the place where to go on: after the last one (`ends`) that is the following step, so that no
        death in between has it counted again. Raises `Interrupted` when a person ended the rehearsal."""
        async with tenant_transaction(self.tenant):
            self.done += done
            self.cursor = self.cursor if cursor is None else cursor
            if ends:
                self.step, self.cursor, self.done, self.of = self.following, "", 0, 0
            await rehearsals.save_findings(self.tenant, self.id, findings, self.counts)
            for side, rows in (codes or {}).items():
                await rehearsals.save_codes(self.tenant, self.id, side, rows)
            if matched:
                await rehearsals.save_matched(self.id, matched)
            there = await self._move()
        if not there:
            raise Interrupted(more=False)

    async def keep_sides(self, sides: Sides, findings: Iterable[Finding]) -> None:
        self.sides = sides
        self.compile()
        async with tenant_transaction(self.tenant):
            await rehearsals.keep_sides(self.id, msgspec.json.encode(sides).decode())
        await self.save(findings, ends=True)

    def pause_if_over(self) -> None:
        """Between two pages, when what was seen is saved."""
        if self.ports.stopping() or self.ports.now() >= self.until:
            raise Interrupted(more=not self.ports.stopping())

    async def _move(self) -> bool:
        figures: dict[str, Any] = self.figures
        return await rehearsals.move(
            self.id, step=self.step, cursor=self.cursor, done=self.done, of=self.of, counts=self.counts, figures=figures
        )  # fmt: skip
