"""What every answer of the mapping editor is made from: the bench, the article that the rules are tried on, and what the reader
asked to see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar.datastructures import FormMultiDict
from litestar.response import Template
from msgspec import Struct

from raccord.core import rules
from raccord.core.channel import ChannelSettings
from raccord.core.rules import MappingError
from raccord.core.source_titles import SourceInfo
from raccord.front.i18n import Formats, language_of
from raccord.front.links import address
from raccord.mappings import articles, counting, preview, service
from raccord.mappings.articles import Loaded, Named
from raccord.mappings.bench import Bench, bench_of
from raccord.mappings.counting import Count
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.editor_rows import Wanted
from raccord.mappings.editor_rule import reason_title
from raccord.mappings.preview import Shown, Tried
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.sync.mappings import compiled
from raccord_connectors.canonical import Product, Variant
from raccord_connectors.contract import Message

ONLY = ("", "problems", "changed", "filled", "shop")
FIRST_COUNT, NEXT_COUNT = "1500ms", "50ms"
"""The whole catalogue is counted anew once the draft has been left alone for a moment."""


class CountView(Struct, frozen=True):
    """A count on its way to the page and back."""

    count: Count
    goes_on: bool
    wait: str
    vals: str
    groups: Sequence[dict[str, Any]]
    idle: bool = False
    """Waits to be asked: nothing was changed, and a large catalogue takes its time."""

    @property
    def seen(self) -> int:
        return self.count.seen

    @property
    def of(self) -> int:
        return self.count.of

    @property
    def empty(self) -> int:
        return self.count.empty

    @property
    def refused(self) -> Message | None:
        return self.count.refused


class Frame:
    """One request's."""

    def __init__(self, request: Visit, bench: Bench, given: FormMultiDict | Any) -> None:
        self.request = request
        self.bench = bench
        self.formats = Formats(language_of(request))
        self.here = f"/t/{bench.tenant}/channels/{bench.channel.id}/mapping"
        only = str(given.get("only", ""))
        self.wanted = Wanted(_asked(given, "q"), only if only in ONLY else "", _asked(given, "find"))
        self.asked = str(given.get("article", "")).replace("\0", "")[:1000]
        self.article: Product | None = None
        self.loaded: Loaded | None = None

    async def choose(self) -> None:
        """The article that was asked for; without a question the one that changed last."""
        erp = self.bench.erp.id
        async with tenant_transaction(self.bench.tenant):
            key = self.asked
            if not key:
                recent = await articles.recent(erp, self.bench.channel.id)
                key = recent[0].key if recent else ""
            self.loaded = await articles.load(erp, [key])
        self.article = self.loaded.products.get(key)

    @property
    def key(self) -> str:
        return self.article.key if self.article is not None else ""

    def infos(self) -> list[SourceInfo]:
        return self.bench.sources(preview.custom_paths(self.article) if self.article is not None else [])

    def tried(self, mapping: rules.Mapping | None = None, *, sampled: Sequence[SourceInfo] = ()) -> Tried:
        """With the draft's rules, or these."""
        return self._try(mapping or self.bench.draft.mapping, self.bench.draft.settings, sampled)

    def before(self) -> Tried:
        """With the version in force."""
        return self._try(self.bench.active, self.bench.active_settings, ())

    def _try(self, mapping: rules.Mapping, settings: ChannelSettings, sampled: Sequence[SourceInfo]) -> Tried:
        if self.article is None or self.loaded is None:
            return Tried()
        paths = [one.path for one in sampled]
        return preview.try_out(
            mapping, settings, self.bench.discovery, self.loaded, self.key, self.bench.today, paths
        )

    async def shown(self, before: Tried, after: Tried) -> Shown | None:
        """The whole listing, now and with the draft; None without an article."""
        if self.article is None:
            return None
        bench = self.bench
        out = [
            await self._kept_out(bench.active, bench.active_settings),
            await self._kept_out(bench.draft.mapping, bench.draft.settings),
        ]
        return preview.shown(before, after, (out[0], out[1]), self.formats)

    async def _kept_out(self, mapping: rules.Mapping, settings: ChannelSettings) -> tuple[Message, ...]:
        bench = self.bench
        try:
            version = compiled(mapping, settings, bench.discovery)
        except MappingError:
            return ()  # said where the rules are tried
        async with tenant_transaction(bench.tenant):
            return await articles.kept_out(bench.route, version, self.key, bench.today)

    def item_names(self) -> dict[str, str]:
        """Of the article's items, by key."""
        if self.article is None:
            return {}
        items: Sequence[Product | Variant] = self.article.variants or [self.article]
        return {
            item.key: " · ".join(item.options.values()) if isinstance(item, Variant) else item.name
            for item in items
        }

    def link(self, **changed: object) -> str:
        """The editor's page as it is, with this changed."""
        query = {"article": self.key, "q": self.wanted.text, "only": self.wanted.only, **changed}
        return address(self.here, **query)

    def count_view(self, count: Count, *, wait: str = NEXT_COUNT, idle: bool = False) -> CountView:
        state = msgspec.json.encode(count).decode()
        vals = msgspec.json.encode({"state": state, "target": count.target, "article": self.key}).decode()
        groups = [
            {
                "holds": one.holds,
                "count": one.count,
                "title": reason_title(one.field, self.formats),
                "sentence": one.sentence,
                "examples": one.examples,
            }
            for one in count.reasons
        ]
        return CountView(count, not count.ended and not idle, wait, vals, groups, idle)

    def first_count(self, target: str = "") -> CountView:
        fresh = counting.fresh(self.bench.draft.revision, target)
        idle = not target and not self.bench.draft.changed
        return self.count_view(fresh, wait=NEXT_COUNT if target else FIRST_COUNT, idle=idle)

    async def offered(self) -> list[Named]:
        async with tenant_transaction(self.bench.tenant):
            if self.wanted.find:
                return await articles.found(self.bench.erp.id, self.wanted.find)
            return await articles.recent(self.bench.erp.id, self.bench.channel.id)

    async def page(self, template: str, *, status: int = 200, **more: Any) -> Template:
        bench = self.bench
        of_channel = self.here.removesuffix("/mapping")
        bar = await draft_bar(bench.tenant, bench.channel.id)
        return await tenant_page(
            self.request,
            template,
            status=status,
            channel=bench.channel,
            erp=bench.erp,
            shop=bench.shop,
            revision=bench.draft.revision,
            bar=bar,
            plan=await service.plan(bench.tenant, bar.plan) if bar.plan else None,
            of_channel=of_channel,
            here=self.here,
            here_with=self.link,
            article=self.article,
            wanted=self.wanted,
            tables_link=f"{of_channel}/tables",
            **more,
        )


async def frame_of(request: Visit, tenant: UUID, channel: UUID, given: FormMultiDict | None = None) -> Frame:
    """With its article chosen. `given`: the form; without one the address says what is wanted."""
    bench = await bench_of(request, tenant, channel)
    frame = Frame(request, bench, given if given is not None else request.query_params)
    await frame.choose()
    return frame


def _asked(given: Any, name: str) -> str:
    return str(given.get(name, "")).replace("\0", "").strip()[:200]
