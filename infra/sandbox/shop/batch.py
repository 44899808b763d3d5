"""`/batch`: up to 100 creations, updates and deletions in one call. The call succeeds even when items fail."""

import sqlite3
from collections.abc import Callable
from typing import Any

from sandbox.shop.database import savepoint
from sandbox.shop.refusals import Refusal, too_many
from sandbox.shop.rest import Call

LIMIT = 100
JsonDict = dict[str, Any]


def run(
    call: Call,
    create: Callable[[sqlite3.Connection, JsonDict], JsonDict],
    update: Callable[[sqlite3.Connection, int, JsonDict], JsonDict],
    delete: Callable[[sqlite3.Connection, int], JsonDict],
) -> JsonDict:
    """Each function returns what is shown of its item, or raises the item's refusal."""
    asked = {verb: call.body.get(verb) or [] for verb in ("create", "update", "delete")}
    items = sum(len(found) for found in asked.values())
    if items > LIMIT:
        raise too_many(LIMIT)
    call.counts["items"] += items
    answer: JsonDict = {}

    def one(verb: str, number: int, work: Callable[[], JsonDict]) -> None:
        try:
            with savepoint(db):
                shown = work()
            call.wrote()
        except Refusal as refusal:
            shown = {"id": number, "error": refusal.body()}
        answer.setdefault(verb, []).append(shown)

    with call.shop.database.write() as db:
        for body in asked["create"]:
            one("create", 0, lambda body=body: create(db, body))  # type: ignore[misc]
        for body in asked["update"]:
            number = int(body.get("id") or 0)
            one("update", number, lambda body=body, number=number: update(db, number, body))  # type: ignore[misc]
        for number in asked["delete"]:
            one("delete", int(number), lambda number=number: delete(db, int(number)))  # type: ignore[misc]
    return answer
