"""What of an order is given up and given back: units that will not be delivered, and money that somebody decided to return.

Both are absolute wishes compared with what Vendure holds: units already cancelled are not cancelled again, and a refund that
carries our key was made.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from raccord_connectors.canonical import LineUpdate, RefundWish
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, Refused
from raccord_connectors.shop.vendure.fulfilments import remaining
from raccord_connectors.shop.vendure.installation import Installation

CANCEL = """mutation($input: CancelOrderInput!) {
  cancelOrder(input: $input) { __typename ... on ErrorResult { errorCode message } } }"""
REFUND = """mutation($input: RefundOrderInput!) {
  refundOrder(input: $input) { __typename ... on Refund { id state } ... on ErrorResult { errorCode message } } }"""


class GivingBack:
    def __init__(self, graph: Graph, installation: Installation) -> None:
        self._graph = graph
        self._installation = installation

    def cancel(self, order: Json, lines: Mapping[str, int], *, whole: bool) -> None:
        """These units of these order lines; `whole`: with the shipping. The order's own lines are kept up to date."""
        if not lines:
            return
        reason = texts.NOTE_CANCELLED.fill().text(self._installation.language)
        wanted = [{"orderLineId": line, "quantity": quantity} for line, quantity in lines.items()]
        cancel = {"orderId": order["id"], "lines": wanted, "cancelShipping": whole, "reason": reason}
        answer = self._graph.change(CANCEL, input=cancel)["cancelOrder"]
        if "errorCode" in answer:
            raise Refused(answer["errorCode"], answer["message"])
        for line in order["lines"]:
            line["quantity"] -= lines.get(line["id"], 0)

    def give_up(self, order: Json, lines: Mapping[str, LineUpdate]) -> None:
        """What of each line will not be delivered, as far as it is not cancelled yet and no fulfilment holds it."""
        left, wanted = remaining(order), {}
        for line in order["lines"]:
            update = lines.get(line["id"])
            if update is not None:
                more = int(update.cancelled) - (line["orderPlacedQuantity"] - line["quantity"])
                if min(more, left[line["id"]]) > 0:
                    wanted[line["id"]] = min(more, left[line["id"]])
        self.cancel(order, wanted, whole=False)

    def refund(self, order: Json, wishes: Sequence[RefundWish]) -> None:
        made = [
            refund["reason"] or ""
            for payment in order["payments"] or ()
            for refund in payment["refunds"]
            if refund["state"] != "Failed"
        ]
        for wish in wishes:
            if any(reason.partition(" ")[0] == wish.key for reason in made):
                continue
            words = texts.REFUND_REASON.fill().text(self._installation.language)
            wanted = {
                "paymentId": self._payment(order, wish)["id"],
                "amount": self._installation.minor(wish.amount),
                "lines": [],  # deprecated, and yet its database demands these three
                "shipping": 0,
                "adjustment": 0,
                "reason": f"{wish.key} {words}",
            }
            answer = self._graph.change(REFUND, input=wanted)["refundOrder"]
            if "errorCode" in answer:
                raise Refused(answer["errorCode"], answer["message"])

    def _payment(self, order: Json, wish: RefundWish) -> Json:
        """The settled payment of which most is left; Vendure gives back no more than one holds."""
        settled: list[Json] = [
            payment for payment in order["payments"] or () if payment["state"] == "Settled"
        ]
        best = max(settled, key=_left, default=None)
        if best is None or self._installation.amount(_left(best)) < wish.amount:
            left = self._installation.amount(_left(best)) if best is not None else Decimal(0)
            message = texts.NOTHING_TO_REFUND.fill(code=order["code"], amount=wish.amount, left=left)
            raise RecordRejected(message, field="refunds")
        return best


def _left(payment: Json) -> int:
    back = sum(refund["total"] for refund in payment["refunds"] if refund["state"] != "Failed")
    return int(payment["amount"]) - int(back)
