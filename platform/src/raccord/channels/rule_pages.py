"""The workbenches of a channel's stock, prices and publication (`workbench`), and what is particular to each."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Template

from raccord.channels import rule_forms
from raccord.channels.live_article import Live
from raccord.channels.price_numbers import price_numbers
from raccord.channels.publication_numbers import Judge, branches, categories
from raccord.channels.stock_numbers import stock_numbers
from raccord.channels.workbench import Bench, Read, Workbench, bench_of, look, with_rules, work
from raccord.core.channel import CategoryRule, ChannelSettings
from raccord.core.conditions import PublicationError
from raccord.core.formula_text import FormulaError
from raccord.core.publication import Publication
from raccord.core.source_titles import sources_of
from raccord.core.stock_rule import StockRuleError, StockSum
from raccord.core.stock_words import FIGURES
from raccord.front.figures import shares
from raccord.front.i18n import language_of
from raccord.front.templating import is_fragment
from raccord.orders.following import FollowUp
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import Can, Choice, ConnectorSpec, Discovery, Text
from raccord_connectors.registry import connector_class

MANAGER = {"role": "manager"}
IN_THE_SHOP = Text("stock.in_the_shop", "dans la boutique", "in the shop")


# --------------------------------------------------------------------------------------------------- stock


def _read_stock(form: FormMultiDict, bench: Bench) -> Read:
    former = bench.draft.settings
    rule, wrong = rule_forms.stock(form, former.stock)
    if not wrong:
        try:
            StockSum(rule)
        except StockRuleError as error:
            wrong[error.field] = error.message
        except FormulaError as error:
            wrong["formula"] = error.message
    return with_rules(former, stock=rule), wrong


async def _about_stock(request: Visit, bench: Bench, settings: ChannelSettings) -> dict[str, Any]:
    return {"rule": settings.stock, "natures": rule_forms.NATURES, "figures": rule_forms.FIGURES}


async def _show_stock(request: Visit, bench: Bench, settings: ChannelSettings, live: Live) -> dict[str, Any]:
    orders = FollowUp(request.app.state.tunnel.commands)
    numbers = await stock_numbers(bench.route, settings, live, bench.erp.discovery, orders)
    french = language_of(request) == "fr"
    names = {**FIGURES, "total": IN_THE_SHOP}
    return {
        "numbers": numbers,
        "term_names": {name: text.fr if french else text.en for name, text in names.items()},
    }


STOCK = Workbench(
    place="stock",
    page="channels/stock.html",
    numbers="channels/_stock_numbers.html",
    read=_read_stock,
    about=_about_stock,
    show=_show_stock,
    nothing={"numbers": [], "term_names": {}},
)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/stock", guards=[member])
async def stock_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    return await look(request, tenant, channel, STOCK)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/stock", guards=[member], opt=MANAGER)
async def change_stock(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    return await work(request, tenant, channel, STOCK)


def _shop(bench: Bench) -> ConnectorSpec:
    """What the shop can do: nothing else is offered."""
    return connector_class(bench.shop.connector).spec


# -------------------------------------------------------------------------------------------------- prices


def _read_prices(form: FormMultiDict, bench: Bench) -> Read:
    return rule_forms.prices(form, bench.draft.settings, bench.erp.discovery, bench.shop.discovery)


async def _about_prices(request: Visit, bench: Bench, settings: ChannelSettings) -> dict[str, Any]:
    erp, rule = bench.erp.discovery, settings.prices
    titles = {choice.key: choice.title for choice in (erp.price_categories if erp else ())}
    fields = [one for one in (erp.custom_fields if erp else ()) if one.stream == "products"]
    return {
        "rule": rule,
        "categories": [
            (key, titles.get(key, key), rule.categories.get(key, CategoryRule()))
            for key in rule_forms.category_keys(rule, erp)
        ],
        "custom_fields": [Choice(field.name, field.title) for field in fields],
        "tax_prefix": rule_forms.TAX,
        "rates_of": rule_forms.rates_of,
        "takes_tiers": _shop(bench).stream("listings").takes("offer.tiers"),
        "sends_tiers": any(rule.target == "offer.tiers" for rule in bench.draft.mapping.rules),
    }


async def _show_prices(request: Visit, bench: Bench, settings: ChannelSettings, live: Live) -> dict[str, Any]:
    found = await price_numbers(bench.route, bench.draft.mapping, settings, live, bench.erp.discovery)
    erp, groups = bench.erp.discovery, bench.shop.discovery.customer_groups if bench.shop.discovery else ()
    return {
        "numbers": found.numbers,
        "held": found.held,
        "currency": settings.prices.currency,
        "category_titles": {choice.key: choice.title for choice in (erp.price_categories if erp else ())},
        "group_titles": {choice.key: choice.title or choice.key for choice in groups},
    }


PRICES = Workbench(
    place="prices",
    page="channels/prices.html",
    numbers="channels/_price_numbers.html",
    read=_read_prices,
    about=_about_prices,
    show=_show_prices,
    nothing={"numbers": [], "held": None, "currency": "EUR", "category_titles": {}, "group_titles": {}},
)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/prices", guards=[member])
async def prices_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    return await look(request, tenant, channel, PRICES)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/prices", guards=[member], opt=MANAGER)
async def change_prices(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    return await work(request, tenant, channel, PRICES)


# --------------------------------------------------------------------------------------------- publication


def _read_publication(form: FormMultiDict, bench: Bench) -> Read:
    former = bench.draft.settings
    rule, wrong = rule_forms.publication(form, former.publication)
    settings = with_rules(former, publication=rule)
    if form.get("do") == "add" or "remove" in form:
        return settings, {}  # what is half filled in is told when the person is through with it
    if not wrong:
        try:
            Publication(settings)
        except PublicationError as error:
            wrong["formula" if error.place is None else f"c{error.place}"] = error.message
        except FormulaError as error:
            wrong["formula"] = error.message
    return settings, wrong


async def _about_publication(request: Visit, bench: Bench, settings: ChannelSettings) -> dict[str, Any]:
    french = language_of(request) == "fr"
    async with tenant_transaction(bench.route.tenant):
        places = branches(await categories(bench.erp.id))
    sources = [
        source
        for source in sources_of(bench.erp.discovery or Discovery())
        if source.level == "product" and source.kind != "other" and source.path != "tax.class"
    ]
    fields = [(source.path, source.title.fr if french else source.title.en) for source in sources]
    form = await request.form() if request.method == "POST" else {}
    asked = form.get("do") == "count" or "count" in request.query_params
    return {
        "rule": settings.publication,
        "kinds": rule_forms.KINDS,
        "kind_of": rule_forms.kind_of,
        "categories": places,
        "category_keys": [one.key for one in places],
        "fields": fields,
        "field_keys": [path for path, _ in fields],
        "can_delete": _shop(bench).can("listings", Can.DELETE),
        **(await _counted(request, bench, settings, asked=True) if asked else NOT_COUNTED),
    }


async def _show_publication(
    request: Visit, bench: Bench, settings: ChannelSettings, live: Live
) -> dict[str, Any]:
    try:
        judge = _judge(request, bench, settings)
    except (PublicationError, FormulaError):  # conditions that are half filled in
        judge = _judge(request, bench, bench.draft.settings)
    return {"verdict": await judge.verdict(live.product, live.loaded)}


NOT_COUNTED: dict[str, Any] = {"count": None, "count_shares": [], "not_countable": False}
PUBLICATION = Workbench(
    place="publication",
    page="channels/publication.html",
    numbers="channels/_publication_numbers.html",
    read=_read_publication,
    about=_about_publication,
    show=_show_publication,
    nothing={"verdict": None},
)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/publication", guards=[member])
async def publication_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    if "count" in request.query_params and is_fragment(request):
        bench = await bench_of(request, tenant, channel)
        return await _count(request, bench, bench.draft.settings, countable=True)
    return await look(request, tenant, channel, PUBLICATION)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/publication", guards=[member], opt=MANAGER)
async def change_publication(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]
) -> Response[Any]:
    if "count" in request.query_params and is_fragment(request):
        bench = await bench_of(request, tenant, channel)
        settings, wrong = _read_publication(await request.form(), bench)
        return await _count(request, bench, settings, countable=not wrong)
    return await work(request, tenant, channel, PUBLICATION)


async def _count(request: Visit, bench: Bench, settings: ChannelSettings, *, countable: bool) -> Template:
    """The part of the page that says how many are in and out."""
    asked = "all" in request.query_params
    counted = await _counted(request, bench, settings, asked=asked) if countable else NOT_COUNTED
    shown = {**counted, "not_countable": not countable}
    return await tenant_page(
        request, "channels/_publication_count.html", channel=bench.channel, live=True, **shown
    )


async def _counted(request: Visit, bench: Bench, settings: ChannelSettings, *, asked: bool) -> dict[str, Any]:
    try:
        found = await _judge(request, bench, settings).count(asked=asked)
    except (PublicationError, FormulaError):
        return {**NOT_COUNTED, "not_countable": True}
    out = sum(one.count for one in found.out) - found.unsure
    parts = shares([("in", found.inside), ("out", out), ("unsure", found.unsure)])
    return {"count": found, "count_shares": parts, "not_countable": False}


def _judge(request: Visit, bench: Bench, settings: ChannelSettings) -> Judge:
    return Judge(bench.route, settings, FollowUp(request.app.state.tunnel.commands))


ROUTES = [
    stock_page,
    change_stock,
    prices_page,
    change_prices,
    publication_page,
    change_publication,
]
