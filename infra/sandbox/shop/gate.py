"""Who may come in: Basic over HTTPS, OAuth 1.0a over plain HTTP, as WooCommerce demands, and what a key may do."""

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from sandbox.shop.database import Database
from sandbox.shop.refusals import Refusal

WINDOW = 15 * 60
NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


@dataclass(frozen=True)
class Key:
    consumer_key: str
    consumer_secret: str = field(repr=False)
    permissions: str


def new_key(
    database: Database, description: str, permissions: str = "read_write", key: str = "", secret: str = ""
) -> Key:
    made = Key(key or f"ck_{secrets.token_hex(20)}", secret or f"cs_{secrets.token_hex(20)}", permissions)
    with database.write() as db:
        db.execute(
            "INSERT OR REPLACE INTO api_keys (description, consumer_key, consumer_secret, permissions) VALUES (?, ?, ?, ?)",
            (description, made.consumer_key, made.consumer_secret, permissions),
        )
    return made


class Gate:
    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._nonces: OrderedDict[tuple[str, str], float] = OrderedDict()

    def admit(self, method: str, url: str, query: Mapping[str, str], authorization: str, https: bool) -> None:
        """`url` is the shop's own address of the route, without query. Raises the refusal that WooCommerce gives."""
        key = self._basic(query, authorization) if https else None
        key = key or self._oauth(method, url, query)
        if key is None:
            raise Refusal(
                "woocommerce_rest_cannot_view", "Désolé, vous ne pouvez pas lister les ressources.", 401
            )
        needed = "read" if method in ("GET", "HEAD", "OPTIONS") else "write"
        if needed not in key.permissions.split("_"):
            kind = "lecture" if needed == "read" else "écriture"
            raise _refused(f"La clé d’API fournie n’a pas les droits en {kind}.")

    def _basic(self, query: Mapping[str, str], authorization: str) -> Key | None:
        name, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
        if not (name and secret) and authorization.lower().startswith("basic "):
            try:
                decoded = base64.b64decode(authorization[6:], validate=True).decode()
            except ValueError:
                return None
            name, _, secret = decoded.partition(":")
        key = self._key(name)
        if key is None:
            return None
        if not hmac.compare_digest(key.consumer_secret, secret):
            raise _refused("Le secret client n’est pas valide.")
        return key

    def _oauth(self, method: str, url: str, query: Mapping[str, str]) -> Key | None:
        missing = [name for name in NEEDED if not query.get(name)]
        if len(missing) == len(NEEDED):
            return None
        if missing:
            message = f"Paramètres OAuth manquants : {', '.join(missing)}"
            raise Refusal("woocommerce_rest_authentication_missing_parameter", message, 401)
        key = self._key(query["oauth_consumer_key"])
        if key is None:
            raise _refused("La clé client n’est pas valide.")
        self._check_signature(key, method, url, query)
        self._check_freshness(key, query["oauth_timestamp"], query["oauth_nonce"])
        return key

    def _check_signature(self, key: Key, method: str, url: str, query: Mapping[str, str]) -> None:
        if query["oauth_signature_method"] not in HASHES:
            raise _refused("Signature non valide : la méthode de signature n’est pas valide.")
        named = sorted((name, value) for name, value in query.items() if name != "oauth_signature")
        joined = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in named)
        text = "&".join((method.upper(), quote(url, safe="~"), quote(joined, safe="~")))
        digest = HASHES[query["oauth_signature_method"]]
        signature = base64.b64encode(
            hmac.new(f"{key.consumer_secret}&".encode(), text.encode(), digest).digest()
        ).decode()
        if not hmac.compare_digest(signature, query["oauth_signature"].replace(" ", "+")):
            raise _refused("Signature non valide : la signature fournie ne correspond pas.")

    def _check_freshness(self, key: Key, timestamp: str, nonce: str) -> None:
        now = self.clock()
        if not timestamp.isdigit() or abs(int(timestamp) - now) > WINDOW:
            raise _refused("Horodatage non valide.")
        while self._nonces and next(iter(self._nonces.values())) < now - WINDOW:
            self._nonces.popitem(last=False)
        if (key.consumer_key, nonce) in self._nonces:
            raise _refused("Nonce non valide : ce nonce a déjà été utilisé.")
        self._nonces[key.consumer_key, nonce] = now

    def _key(self, name: str) -> Key | None:
        query = "SELECT consumer_key, consumer_secret, permissions FROM api_keys WHERE consumer_key = ?"
        row = self.database.read().execute(query, (name,)).fetchone()
        return None if row is None else Key(*row)


def _refused(message: str) -> Refusal:
    return Refusal("woocommerce_rest_authentication_error", message, 401)
