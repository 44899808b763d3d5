"""REST routes of the shop itself: its settings, taxes, shipping, payment, webhooks; its index; its levers."""

from typing import Any

import msgspec
from litestar import HttpMethod, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromQuery, RawBody

from sandbox.shop import webhooks
from sandbox.shop.refusals import Refusal
from sandbox.shop.rest import EDITING, AnyRequest, Call, endpoint
from sandbox.shop.shop import Shop
from sandbox.shop.threads import threaded

SETTINGS = {
    "general": ("currency", "price_num_decimals", "calc_taxes"),
    "tax": ("prices_include_tax", "tax_round_at_subtotal"),
    "products": ("manage_stock", "weight_unit", "dimension_unit"),
    "email_customer_note": ("enabled",),
}


@get("/wp-json", name="index")
async def index(request: AnyRequest) -> dict[str, Any]:
    """Open to everyone, as in WordPress: what is installed."""
    shop: Shop = request.app.state.shop
    spaces = ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wc/store/v1", "wp/v2"]
    if shop.options.has("shipment_tracking"):
        spaces.append("wc-shipment-tracking/v3")
    title, zone = shop.options.get("title"), {"timezone_string": "Europe/Paris"}
    return {"name": title, "url": shop.home, "home": shop.home, "namespaces": spaces, **zone}


@endpoint("/settings/{group:str}")
def list_settings(call: Call) -> Any:
    return [_setting(call, call.path["group"], name) for name in _group(call.path["group"])]


@endpoint("/settings/{group:str}/{option:str}")
def get_setting(call: Call) -> Any:
    name = str(call.path["option"]).removeprefix("woocommerce_")
    if name not in _group(call.path["group"]):
        raise Refusal("rest_setting_setting_invalid", "Réglage non valide.", 404)
    return _setting(call, call.path["group"], name)


def _group(name: str) -> tuple[str, ...]:
    if name not in SETTINGS:
        raise Refusal("rest_setting_setting_group_invalid", "Groupe de réglages non valide.", 404)
    return SETTINGS[name]


def _setting(call: Call, group: str, name: str) -> dict[str, Any]:
    return {
        "id": f"woocommerce_{name}",
        "group_id": group,
        "value": str(
            call.shop.options.get(name if group != "email_customer_note" else "mails_customer_notes")
        ),
        "type": "text",
    }


@endpoint("/taxes")
def list_taxes(call: Call) -> Any:
    rates = call.shop.options.get("tax_rates")
    shown = [
        {**r, "state": "", "postcode": "", "city": "", "priority": 1, "compound": False, "order": r["id"]}
        for r in rates
    ]
    if call.query.get("class"):
        shown = [rate for rate in shown if rate["class"] == call.query["class"]]
    return call.page(shown, len(shown), 100, 1)


@endpoint("/taxes/classes")
def list_tax_classes(call: Call) -> Any:
    return [
        {"slug": slug or "standard", "name": name} for slug, name in call.shop.options.tax_classes().items()
    ]


@endpoint("/payment_gateways")
def list_gateways(call: Call) -> Any:
    gateways = call.shop.options.get("gateways")
    return [
        {"id": g["id"], "title": g["title"], "enabled": True, "method_title": g["title"]} for g in gateways
    ]


@endpoint("/shipping/zones")
def list_zones(call: Call) -> Any:
    return [
        {"id": 1, "name": "France métropolitaine", "order": 0},
        {"id": 0, "name": "Reste du monde", "order": 1},
    ]


@endpoint("/shipping/zones/{number:int}/methods")
def list_methods(call: Call) -> Any:
    methods = call.shop.options.get("shipping_methods") if call.id() == 1 else []
    return [
        {
            "id": int(m["instance_id"]),
            "instance_id": int(m["instance_id"]),
            "title": m["title"],
            "enabled": True,
            "method_id": m["method_id"],
            "settings": {"cost": {"id": "cost", "value": m["cost"]}},
        }
        for m in methods
    ]


@endpoint("/reports/orders/totals")
def order_totals(call: Call) -> Any:
    query = "SELECT status, count(*) FROM orders GROUP BY status"
    counted = {row[0]: row[1] for row in call.shop.database.read().execute(query)}
    statuses = call.shop.options.get("statuses")
    return [{"slug": slug, "name": name, "total": counted.get(slug, 0)} for slug, name in statuses.items()]


@endpoint("/system_status")
def system_status(call: Call) -> Any:
    options = call.shop.options
    return {
        "environment": {
            "home_url": call.shop.home,
            "version": options.get("version"),
            "wp_version": "6.8.3",
            "language": options.get("language"),
        },
        "settings": {"currency": options.get("currency"), "taxonomies": {}, "HPOS_enabled": True},
    }


@endpoint("/data/currencies/current")
def current_currency(call: Call) -> Any:
    return {"code": call.shop.options.get("currency"), "name": "Euro", "symbol": "&euro;"}


# ------------------------------------------------------------------------------------------------ webhooks


@endpoint("/webhooks")
def list_webhooks(call: Call) -> Any:
    shown = [webhooks.show(row) for row in call.shop.webhooks.all()]
    return call.page(shown[:100], len(shown), 100, 1)


@endpoint("/webhooks", [HttpMethod.POST])
def create_webhook(call: Call) -> Any:
    call.wrote()
    return webhooks.show(call.shop.webhooks.create(call.body)), 201


@endpoint("/webhooks/{number:int}")
def get_webhook(call: Call) -> Any:
    return webhooks.show(call.shop.webhooks.get(call.id()))


@endpoint("/webhooks/{number:int}", [*EDITING, HttpMethod.DELETE])
def edit_webhook(call: Call) -> Any:
    call.wrote()
    if call.method == "DELETE":
        return webhooks.show(call.shop.webhooks.delete(call.id(), call.force))
    return webhooks.show(call.shop.webhooks.update(call.id(), call.body))


# -------------------------------------------------------------------------------- levers of the simulator


@get("/sandbox/log")
@threaded
def read_log(request: AnyRequest, last: FromQuery[int] = 200) -> dict[str, Any]:
    """Requests and writes since the last reset. Calls to /sandbox are not counted."""
    return dict(request.app.state.shop.journal.summary(last))


@post("/sandbox/log/reset", status_code=200)
@threaded
def reset_log(request: AnyRequest) -> dict[str, bool]:
    request.app.state.shop.journal.reset()
    return {"reset": True}


@post("/sandbox/faults", status_code=200)
@threaded
def arm_fault(request: AnyRequest, body: RawBody) -> Response[dict[str, Any]]:
    """One fault, see `faults.Fault`; an empty body clears all."""
    faults = request.app.state.shop.faults
    if not body:
        faults.clear()
        return Response({"armed": False})
    try:
        faults.arm(**msgspec.json.decode(body))
    except (TypeError, ValueError) as wrong:
        return Response({"error": str(wrong)}, status_code=400)
    return Response({"armed": True})


@post("/sandbox/options", status_code=200)
@threaded
def set_options(request: AnyRequest, body: RawBody) -> Response[dict[str, Any]]:
    """What the owner would do in the shop's settings screens: {name: value}, see `options.DEFAULTS`."""
    try:
        request.app.state.shop.options.set(**msgspec.json.decode(body))
    except KeyError as wrong:
        return Response({"error": str(wrong)}, status_code=400)
    return Response({"set": True})


ROUTES: list[HTTPRouteHandler | BaseRouteHandler] = [
    index, list_settings, get_setting, list_taxes, list_tax_classes, list_gateways, list_zones, list_methods, order_totals,
    system_status, current_currency, list_webhooks, create_webhook, get_webhook, edit_webhook,
    read_log, reset_log, arm_fault, set_options,
]  # fmt: skip
