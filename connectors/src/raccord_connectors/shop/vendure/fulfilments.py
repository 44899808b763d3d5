"""Shipments of the ERP as fulfilments in Vendure: each made once, and called shipped."""

from collections.abc import Mapping

from raccord_connectors.canonical import Shipment
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, Refused
from raccord_connectors.shop.vendure.installation import Installation

FULFILLMENT = "id state nextStates method trackingCode lines { orderLineId quantity }"
ADD = f"""mutation($input: FulfillOrderInput!) {{ addFulfillmentToOrder(input: $input) {{
  __typename ... on Fulfillment {{ {FULFILLMENT} }} ... on ErrorResult {{ errorCode message }} }} }}"""
MOVE = f"""mutation($id: ID!, $state: String!) {{ transitionFulfillmentToState(id: $id, state: $state) {{
  __typename ... on Fulfillment {{ {FULFILLMENT} }} ... on ErrorResult {{ errorCode message }}
  ... on FulfillmentStateTransitionError {{ transitionError }} }} }}"""
LEVELS = """query($ids: [String!]!) { productVariants(options: { take: 1000, filter: { id: { in: $ids } } }) {
  items { id name stockLevels { stockLocationId stockOnHand stockAllocated } } } }"""
SET_LEVELS = "mutation($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }"
LEFT = {"Shipped", "Delivered"}
SHIPPABLE = {"PartiallyShipped", "Shipped", "PartiallyDelivered", "Delivered"}


class Fulfilments:
    def __init__(self, graph: Graph, installation: Installation, handler: str) -> None:
        self._graph = graph
        self._location = installation.location
        self._handler = handler

    def ensure(self, order: Json, shipment: Shipment, lines: Mapping[str, int]) -> Json | None:
        """The fulfilment of this shipment, shipped. `lines` empty: all that remains. None when nothing remains to be
        shipped: a person did it in the shop. The order's own list is kept up to date."""
        held = _match(order, shipment, lines)
        if held is None:
            left = remaining(order)
            wanted = {line: min(count, left[line]) for line, count in (lines or left).items() if left[line]}
            if not wanted:
                return None
            held = self._add(order, shipment, wanted)
        held["taken"] = True
        return self._move(order, held)

    def _add(self, order: Json, shipment: Shipment, lines: Mapping[str, int]) -> Json:
        self._demand_shippable(order)
        answer = self._ask_to_add(order, shipment, lines)
        if answer.get("errorCode") == "INSUFFICIENT_STOCK_ON_HAND_ERROR":
            self._raise_stock(order, lines)
            answer = self._ask_to_add(order, shipment, lines)
        if "errorCode" in answer:
            if answer["errorCode"] == "INSUFFICIENT_STOCK_ON_HAND_ERROR":
                names = ", ".join(
                    line["productVariant"]["name"] for line in order["lines"] if line["id"] in lines
                )
                message = texts.NO_STOCK_TO_SHIP.fill(name=names, code=order["code"], words=answer["message"])
                raise RecordRejected(message, field="shipments")
            raise Refused(answer["errorCode"], answer["message"])
        order["fulfillments"] = [*(order["fulfillments"] or ()), answer]
        return answer

    def _ask_to_add(self, order: Json, shipment: Shipment, lines: Mapping[str, int]) -> Json:
        methods = [line["shippingMethod"]["name"] for line in order["shippingLines"]]
        method = shipment.carrier or next(iter(methods), "—")
        arguments = {"method": method, "trackingCode": shipment.tracking}
        wanted = {
            "lines": [{"orderLineId": line, "quantity": quantity} for line, quantity in lines.items()],
            "handler": {
                "code": self._handler,
                "arguments": [{"name": name, "value": value} for name, value in arguments.items()],
            },
        }
        answer: Json = self._graph.change(ADD, input=wanted)["addFulfillmentToOrder"]
        return answer

    def _move(self, order: Json, held: Json) -> Json:
        if held["state"] in LEFT:
            return held
        self._demand_shippable(order)
        moved = self._graph.change(MOVE, id=held["id"], state="Shipped")["transitionFulfillmentToState"]
        if "errorCode" in moved:
            raise Refused(moved["errorCode"], moved.get("transitionError") or moved["message"])
        held |= moved
        return held

    def _demand_shippable(self, order: Json) -> None:
        """Vendure makes a fulfilment for an order that is only authorised, and then fails to ship it."""
        if order["state"] not in SHIPPABLE and not SHIPPABLE & set(order["nextStates"]):
            message = texts.NOT_SHIPPABLE.fill(code=order["code"], state=order["state"])
            raise RecordRejected(message, field="state")

    def _raise_stock(self, order: Json, lines: Mapping[str, int]) -> None:
        """Vendure ships nothing that its stock does not hold, but the goods have left: the ERP says so, and it is the
        reference. It happens for what was sold without stock, or when someone lowered the stock by hand. The stock is
        raised to what is promised to customers, no further: nothing more becomes saleable."""
        wanted: dict[str, int] = {}
        for line in order["lines"]:
            if line["id"] in lines:
                variant = line["productVariant"]["id"]
                wanted[variant] = wanted.get(variant, 0) + lines[line["id"]]
        rows = []
        for variant in self._graph.ask(LEVELS, ids=list(wanted))["productVariants"]["items"]:
            levels = variant["stockLevels"]
            here = sum(level["stockOnHand"] for level in levels if level["stockLocationId"] == self._location)
            on_hand = sum(level["stockOnHand"] for level in levels)
            promised = max(wanted[variant["id"]], sum(level["stockAllocated"] for level in levels))
            if on_hand < promised:
                level = {"stockLocationId": self._location, "stockOnHand": here + promised - on_hand}
                rows.append({"id": variant["id"], "stockLevels": [level]})
        if rows:
            self._graph.change(SET_LEVELS, repeat=True, input=rows)


def remaining(order: Json) -> dict[str, int]:
    """Order line → units that no fulfilment holds yet."""
    left = {line["id"]: line["quantity"] for line in order["lines"]}
    for fulfillment in order["fulfillments"] or ():
        if fulfillment["state"] != "Cancelled":
            for line in fulfillment["lines"]:
                left[line["orderLineId"]] = max(0, left.get(line["orderLineId"], 0) - line["quantity"])
    return left


def _match(order: Json, shipment: Shipment, lines: Mapping[str, int]) -> Json | None:
    """The fulfilment that was made for this shipment: by its tracking code, else by what is in it; for "all that
    remains", one that was made and not called shipped yet. Each fulfilment stands for one shipment only, so that two
    parcels alike make two."""
    free: list[Json] = [
        f for f in order["fulfillments"] or () if f["state"] != "Cancelled" and not f.get("taken")
    ]
    for held in free:
        if shipment.tracking and held["trackingCode"] == shipment.tracking:
            return held
    for held in free:
        unfinished = not lines and held["state"] not in LEFT
        if unfinished or {line["orderLineId"]: line["quantity"] for line in held["lines"]} == dict(lines):
            return held
    return None
