"""Webhooks: signed, delivered by a thread after the commit, never repeated, switched off after more than five failures
in a row. A new one gets a ping: a form, unsigned."""

import base64
import hashlib
import hmac
import queue
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from sandbox.shop.database import Database, Row, dump, now
from sandbox.shop.options import Options
from sandbox.shop.refusals import Refusal, invalid_param

RESOURCES, EVENTS = ("order", "product", "customer", "coupon"), ("created", "updated", "deleted", "restored")
TOPICS = tuple(f"{resource}.{event}" for resource in RESOURCES for event in EVENTS)
STATUSES = ("active", "paused", "disabled")
MOST_FAILURES = 5
JsonDict = dict[str, Any]


class Webhooks:
    def __init__(
        self, database: Database, options: Options, show: Callable[[str, int], JsonDict | None]
    ) -> None:
        self.database = database
        self.options = options
        self.show = show
        """(resource, id) → its REST representation now, None when it is gone."""
        self.home = ""
        self.send: Callable[[str, bytes, Mapping[str, str]], bool] = self._send
        """(address, body, headers) → whether it arrived. Who wants a bad line puts one here."""
        self._queue: queue.Queue[tuple[str, int] | None] = queue.Queue()
        self._client = httpx.Client(follow_redirects=False, trust_env=False)
        self._topics: frozenset[str] = frozenset()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self.look()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout=5)
        self._client.close()

    def announce(self, topic: str, number: int) -> None:
        if topic in self._topics:
            self._queue.put((topic, number))

    def wait(self) -> None:
        """Until all that was announced has been delivered or has failed (for tests)."""
        self._queue.join()

    # --------------------------------------------------------------------------------------- management

    def create(self, body: JsonDict) -> Row:
        topic, address = str(body.get("topic") or ""), str(body.get("delivery_url") or "")
        if topic not in TOPICS and not topic.startswith("action."):
            raise Refusal(
                "woocommerce_rest_webhook_invalid_topic", "Le sujet du webhook n’est pas valide.", 400
            )
        if not address.startswith(("http://", "https://")):
            message = "L’URL de livraison doit être une URL http:// ou https:// valide."
            raise Refusal("woocommerce_rest_webhook_invalid_delivery_url", message, 400)
        status, at = str(body.get("status") or "active"), now()
        secret = str(body.get("secret") or secrets.token_hex(20))
        with self.database.write() as db:
            row = db.execute(
                """INSERT INTO webhooks (name, status, topic, delivery_url, secret, created, modified)
                   VALUES (?, ?, ?, ?, ?, ?, ?)""",
                (str(body.get("name") or f"Webhook créé le {at}"), status, topic, address, secret, at, at),
            )
        self.look()
        if status == "active":
            self._queue.put(("ping", int(row.lastrowid or 0)))
        return self.get(int(row.lastrowid or 0))

    def update(self, number: int, body: JsonDict) -> Row:
        row = self.get(number)
        status = str(body.get("status") or row["status"])
        if status not in STATUSES:
            raise invalid_param("status", f"status n’est pas l’un de {', '.join(STATUSES)}.")
        failures = 0 if status == "active" else row["failures"]
        with self.database.write() as db:
            db.execute(
                """UPDATE webhooks SET name = ?, status = ?, topic = ?, delivery_url = ?, secret = ?, failures = ?,
                   modified = ? WHERE id = ?""",
                (
                    str(body.get("name") or row["name"]),
                    status,
                    str(body.get("topic") or row["topic"]),
                    str(body.get("delivery_url") or row["delivery_url"]),
                    str(body.get("secret") or row["secret"]),
                    failures,
                    now(),
                    number,
                ),
            )
        self.look()
        return self.get(number)

    def delete(self, number: int, force: bool) -> Row:
        row = self.get(number)
        if not force:
            raise Refusal(
                "woocommerce_rest_trash_not_supported", "Les webhooks ne vont pas à la corbeille.", 501
            )
        with self.database.write() as db:
            db.execute("DELETE FROM webhooks WHERE id = ?", (number,))
        self.look()
        return row

    def get(self, number: int) -> Row:
        row: Row | None = (
            self.database.read().execute("SELECT * FROM webhooks WHERE id = ?", (number,)).fetchone()
        )
        if row is None:
            raise Refusal("woocommerce_rest_shop_webhook_invalid_id", "ID non valide.", 404)
        return row

    def all(self) -> list[Row]:
        return self.database.read().execute("SELECT * FROM webhooks ORDER BY id DESC").fetchall()

    # ------------------------------------------------------------------------------------------ delivery

    def look(self) -> None:
        """Which topics anybody listens to, so that thousands of changes cost nothing where nobody does."""
        rows = self.database.read().execute("SELECT DISTINCT topic FROM webhooks WHERE status = 'active'")
        self._topics = frozenset(row["topic"] for row in rows)

    def _run(self) -> None:
        while True:
            event = self._queue.get()
            try:
                if event is None:
                    return
                with self.database.write():
                    pass  # whoever announced this has committed by now, or rolled back
                if event[0] == "ping":
                    self._ping(event[1])
                else:
                    self._deliver(*event)
            finally:
                self._queue.task_done()

    def _ping(self, number: int) -> None:
        self._post(
            self.get(number),
            f"webhook_id={number}".encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )

    def _deliver(self, topic: str, number: int) -> None:
        resource, _, event = topic.partition(".")
        payload = {"id": number} if event == "deleted" else self.show(resource, number)
        if payload is None:  # undone, or gone again already
            return
        body = dump(payload).encode()
        query = "SELECT * FROM webhooks WHERE topic = ? AND status = 'active'"
        for row in self.database.read().execute(query, (topic,)).fetchall():
            signature = base64.b64encode(
                hmac.new(row["secret"].encode(), body, hashlib.sha256).digest()
            ).decode()
            headers = {
                "Content-Type": "application/json",
                "X-WC-Webhook-Source": f"{self.home}/",
                "X-WC-Webhook-Topic": topic,
                "X-WC-Webhook-Resource": resource,
                "X-WC-Webhook-Event": event,
                "X-WC-Webhook-Signature": signature,
                "X-WC-Webhook-ID": str(row["id"]),
                "X-WC-Webhook-Delivery-ID": secrets.token_hex(16),
            }
            self._settle(row["id"], self._post(row, body, headers))

    def _post(self, row: Row, body: bytes, headers: dict[str, str]) -> bool:
        common = {"User-Agent": "WooCommerce/10.4.2 Hookshot (WordPress/6.8)"}
        return self.send(row["delivery_url"], body, {**common, **headers})

    def _send(self, address: str, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            answer = self._client.post(
                address, content=body, headers=dict(headers), timeout=self.options.get("webhook_time_out")
            )
        except httpx.HTTPError:
            return False
        return 200 <= answer.status_code <= 302

    def _settle(self, number: int, done: bool) -> None:
        with self.database.write() as db:
            if done:
                db.execute("UPDATE webhooks SET failures = 0 WHERE id = ?", (number,))
            else:
                db.execute("UPDATE webhooks SET failures = failures + 1 WHERE id = ?", (number,))
                db.execute(
                    "UPDATE webhooks SET status = 'disabled' WHERE id = ? AND failures > ?",
                    (number, MOST_FAILURES),
                )
        if not done:
            self.look()


def show(row: Row) -> JsonDict:
    resource, _, event = row["topic"].partition(".")
    return {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "topic": row["topic"],
        "resource": resource,
        "event": event,
        "hooks": [],
        "delivery_url": row["delivery_url"],
        "date_created": row["created"],
        "date_created_gmt": row["created"],
        "date_modified": row["modified"],
        "date_modified_gmt": row["modified"],
    }
