"""Who calls the public API, and what it may: scopes, keys, callers."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from raccord_connectors.contract import Text

Scope = Literal[
    "company:read", "connections:read", "connections:write", "agents:read", "agents:write", "channels:read", "channels:write",
    "mappings:read", "mappings:write", "catalogue:read", "catalogue:write", "orders:read", "orders:write", "customers:read",
    "customers:write", "documents:read",
    "documents:write", "images:read", "journal:read", "alerts:read", "webhooks:read", "webhooks:write", "push",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = get_args(Scope)
READING: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope.endswith(":read"))
TITLES: dict[Scope, Text] = {
    "company:read": Text("scope.company_read", "Voir la société et ce qui attend", "See the company and what waits"),
    "connections:read": Text("scope.connections_read", "Voir les connexions", "See connections"),
    "connections:write": Text(
        "scope.connections_write", "Créer, régler et tester les connexions", "Make, set and test connections"
    ),
    "agents:read": Text("scope.agents_read", "Voir les agents", "See agents"),
    "agents:write": Text("scope.agents_write", "Enrôler et révoquer des agents", "Enrol and revoke agents"),
    "channels:read": Text("scope.channels_read", "Voir les canaux", "See channels"),
    "channels:write": Text("scope.channels_write", "Régler, suspendre et reprendre les canaux", "Set, pause and resume channels"),
    "mappings:read": Text("scope.mappings_read", "Voir les correspondances et leurs plans", "See mappings and their plans"),
    "mappings:write": Text(
        "scope.mappings_write", "Modifier, appliquer et annuler des correspondances", "Change, apply and go back on mappings"
    ),
    "catalogue:read": Text("scope.catalogue_read", "Voir le catalogue et le stock", "See the catalogue and the stock"),
    "catalogue:write": Text("scope.catalogue_write", "Décider sur les articles retenus", "Decide on held articles"),
    "orders:read": Text("scope.orders_read", "Voir les commandes", "See orders"),
    "orders:write": Text("scope.orders_write", "Décider sur les commandes", "Decide on orders"),
    "customers:read": Text("scope.customers_read", "Voir les clients", "See customers"),
    "customers:write": Text("scope.customers_write", "Réessayer pour des clients", "Try customers again"),
    "documents:read": Text("scope.documents_read", "Voir les factures et leurs fichiers", "See invoices and their files"),
    "documents:write": Text("scope.documents_write", "Refaire des factures", "Make invoices anew"),
    "images:read": Text("scope.images_read", "Voir les images", "See pictures"),
    "journal:read": Text("scope.journal_read", "Voir le journal et les passages", "See the journal and the passes"),
    "alerts:read": Text("scope.alerts_read", "Voir les alertes", "See alerts"),
    "webhooks:read": Text("scope.webhooks_read", "Voir les webhooks sortants", "See outgoing webhooks"),
    "webhooks:write": Text("scope.webhooks_write", "Régler, tester et rejouer les webhooks", "Set, test and replay webhooks"),
    "push": Text("scope.push", "Pousser les données d’une gestion", "Push the data of an ERP"),
}  # fmt: skip


class Caller(Struct, frozen=True, kw_only=True):
    """A program that may call, for one merchant."""

    tenant: UUID
    id: UUID
    """Of the key, or of the partner's program: whose requests are counted together."""
    name: str
    scopes: frozenset[str]
    account: UUID
    """The person who made the key or the program, and who answers for what it does."""
    partner: UUID | None = None


class ApiKey(Struct, frozen=True, kw_only=True):
    """As the page shows it: the key itself is nowhere."""

    id: UUID
    name: str
    shown: str
    scopes: list[str]
    created_by: str | None
    """Name of the person."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class NewApiKey(Struct, frozen=True):
    id: UUID
    key: str
    """Shown once: only a hash of it is kept."""


class Program(Struct, frozen=True, kw_only=True):
    """OAuth2 client of a partner."""

    id: UUID
    partner: UUID
    name: str
    scopes: list[str]
    created_by: UUID | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Window(Struct, frozen=True):
    """How much a caller has asked in the running minute."""

    limit: int
    used: int
    left_seconds: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)
