"""The draft tried on the whole catalogue, slice by slice, each within the time of one request. What was counted so far travels
with the page that asks, so that nothing runs on when nobody looks any more."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from raccord.core import rules
from raccord.core.channel import ChannelSettings
from raccord.core.projection import Projection
from raccord.core.rules import NOTHING, MappingError
from raccord.core.sources import Sources
from raccord.core.values import Failed, is_empty
from raccord.mappings import articles
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.sync.mappings import compiled
from raccord.sync.project_listings import Batch
from raccord_connectors.contract import Discovery, Message

SECONDS = 0.4
"""Of one request."""
SLICE = 200
"""Articles read at once: some tens of milliseconds."""
EXAMPLES = 3
MOST_GROUPS = 30


class Reason(Struct, frozen=True):
    """Articles that are held, or warned of, for one reason."""

    code: str
    field: str
    holds: bool
    count: int
    examples: Sequence[str]
    """Keys of articles."""
    sentence: Message
    """Of the first of them."""


class Count(Struct, frozen=True, kw_only=True):
    """What was seen so far; goes to the page and back."""

    revision: int
    target: str = ""
    """One rule only."""
    after: str = ""
    seen: int = 0
    of: int = 0
    """Articles of the catalogue; those that the channel does not publish are seen, and hold nothing."""
    empty: int = 0
    """Articles for which the one rule gives nothing."""
    reasons: Sequence[Reason] = ()
    ended: bool = False
    refused: Message | None = None
    """The rules cannot be used, so that nothing was tried."""


class Ground(Struct, frozen=True):
    """What is tried, and on what."""

    route: Route
    mapping: rules.Mapping
    settings: ChannelSettings
    discovery: Discovery
    """The shop's."""
    today: date


def fresh(revision: int, target: str = "") -> Count:
    return Count(revision=revision, target=target)


def read(state: str, revision: int, target: str) -> Count:
    """What a page sent; anew when it is of another revision of the draft, or nonsense."""
    try:
        found = msgspec.json.decode(state, type=Count)
    except msgspec.DecodeError:
        return fresh(revision, target)
    return found if found.revision == revision and found.target == target else fresh(revision, target)


async def go_on(ground: Ground, count: Count, seconds: float = SECONDS) -> Count:
    end, route = time.monotonic() + seconds, ground.route
    try:
        draft = compiled(ground.mapping, ground.settings, ground.discovery)
        alone = _OneRule(ground, count.target) if count.target else None
    except MappingError as error:
        return replace(count, ended=True, refused=error.message)
    if not count.of:
        async with tenant_transaction(route.tenant):
            count = replace(count, of=await articles.how_many(route.erp))
    tally = _Tally(count)
    while not tally.ended and time.monotonic() < end:
        batch = Batch(route, draft, ground.today)
        async with tenant_transaction(route.tenant):
            keys = await articles.next_keys(route.erp, tally.after, SLICE)
            await batch.load(keys, locking=False)
        if alone is not None:
            alone.look(batch, tally)
        else:
            _look(batch, tally)
        tally.passed(keys)
        await asyncio.sleep(0)  # others on this process have their turn
    return tally.counted()


def _look(batch: Batch, tally: "_Tally") -> None:
    """The whole draft: what holds each article, and what it is warned of."""
    for key, projected in batch.project().items():
        problem = projected.problem
        if problem is not None:
            tally.add(key, problem.message.code, problem.field or "", problem.message, holds=True)
        for one in {warning.message.code: warning for warning in projected.warnings}.values():
            tally.add(key, one.message.code, one.field or "", one.message, holds=False)


class _Tally:
    def __init__(self, count: Count) -> None:
        self._count = count
        self._reasons = {(one.code, one.field): one for one in count.reasons}
        self.after, self.seen, self.empty, self.ended = count.after, count.seen, count.empty, count.ended

    def add(self, key: str, code: str, field: str, sentence: Message, *, holds: bool) -> None:
        known = self._reasons.get((code, field))
        if known is None:
            if len(self._reasons) < MOST_GROUPS:
                self._reasons[code, field] = Reason(code, field, holds, 1, [key], sentence)
            return
        examples = [*known.examples, key] if len(known.examples) < EXAMPLES else known.examples
        self._reasons[code, field] = replace(known, count=known.count + 1, examples=examples)

    def passed(self, keys: Sequence[str]) -> None:
        self.seen += len(keys)
        self.after = keys[-1] if keys else self.after
        self.ended = len(keys) < SLICE

    def counted(self) -> Count:
        reasons = sorted(
            self._reasons.values(), key=lambda one: (not one.holds, -one.count, one.code, one.field)
        )
        return replace(
            self._count,
            after=self.after,
            seen=self.seen,
            of=max(self._count.of, self.seen) if not self.ended else self.seen,
            empty=self.empty,
            reasons=reasons,
            ended=self.ended,
        )


class _OneRule(Projection):
    """One rule alone, whatever else would hold the article: by the reason that it fails for, and where it gives nothing."""

    def __init__(self, ground: Ground, target: str) -> None:
        alone = [rule for rule in ground.mapping.rules if rule.target == target]
        super().__init__(replace(ground.mapping, rules=alone), ground.settings, ground.discovery)
        self._alone = self.compiled.rules[0] if self.compiled.rules else None
        self._failed: dict[str, Failed] = {}
        self._nothing = False

    def look(self, batch: Batch, tally: _Tally) -> None:
        for key, product in batch.selling.items() if self._alone is not None else ():
            self._failed, self._nothing = {}, False
            self.listing(product, batch.prices, batch.paths, batch.today, batch.levels)
            for failed in self._failed.values():
                tally.add(key, failed.why.code, "", failed.reason, holds=True)
            tally.empty += self._nothing and not self._failed

    def _apply(
        self, compiled: Sequence[rules.Applied], given: Sources, fields: dict[str, Any]
    ) -> dict[str, Any]:
        rule = self._alone
        of_offer = compiled is self._offer_rules
        if rule is not None and rule.of_offer == of_offer:
            value = rule.apply(given)
            if isinstance(value, Failed):
                self._failed.setdefault(value.why.code, value)
            elif value is NOTHING or is_empty(value):
                self._nothing = True
        return {"sku": given.item.key} if of_offer else {"name": given.product.key}
