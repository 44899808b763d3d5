"""The demonstration's merchant: accounts, connections, channel. Made once; later starts find it and mend what moved (ports)."""

from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.accounts import repository as accounts
from raccord.accounts import service as account_service
from raccord.accounts.models import Person
from raccord.agents.service import Agents
from raccord.channels import service as channels
from raccord.connections.models import Checked
from raccord.connections.service import Connections
from raccord.core.channel import ChannelSettings
from raccord.core.document_rules import DocumentRules
from raccord.core.notification_rules import EventRule, Look, NotificationRules
from raccord.notifications.senders import Senders
from raccord.orders.hooks import Hooks
from raccord.partners import service as partners
from raccord.settings import Settings
from raccord.storage.engine import untenanted_transaction
from raccord.sync.commands import Commands
from raccord.sync.ports import Wake
from raccord.tenants import service as tenants
from raccord.vault import Vault
from raccord_connectors.contract import Identity
from sandbox.demo.parts import ERP, ERPS, SHOP, SHOPS, ErpPart, ShopPart

MERCHANT = ("demo@maison-aubepine.example", "bonjour la maison")
PARTNER = ("partenaire@integration-atlantique.example", "bonjour le partenaire")
SCAN_SECONDS = 2.0
LAW = Identity(legal_form="SARL", capital="50 000 €", register="Lyon")
"""What the GesCom does not know of its company; the rest it tells."""
FOOTER = "Garantie légale de conformité : deux ans. Retours acceptés sous 30 jours."
"""The demonstration's scan interval: a merchant's default is longer."""


BY_US = EventRule(teller="us")
MESSAGES = NotificationRules(
    events={"accepted": BY_US, "shipped": BY_US, "invoiced": BY_US, "cancelled": BY_US},
    look=Look(
        name="Maison Aubépine", colour="#3f6b4f", footer="Maison Aubépine, 12 quai de la Fosse, 44000 Nantes"
    ),
)
"""Of the demonstration: a visitor who buys and delivers sees the mails."""


class Demo(Struct, frozen=True):
    """What later starts need to find again."""

    tenant: UUID
    erp: UUID
    shop: UUID
    channel: UUID | None = None


class Furnisher:
    """With the engines open. Every step may be repeated."""

    def __init__(self, settings: Settings, folder: Path, wake: Wake) -> None:
        assert settings.secret_key
        self._kept = folder / "demo.json"
        self._wake = wake
        self._connections = Connections(Vault(settings.secret_key), allow_private_addresses=True)
        self._senders = Senders(Vault(settings.secret_key), allow_private=True)
        self._hooks = Hooks(settings.secret_key, settings.public_url)
        self._agents = Agents(settings.secret_key, Commands(wake))

    async def merchant(
        self, shop_url: str, keys: Path, shop_part: ShopPart = SHOPS[SHOP], erp_part: ErpPart = ERPS[ERP]
    ) -> Demo:
        """Accounts of the merchant and its partner, the company, both connections. `keys`: the file in the shop's folder that
        holds them."""
        settings = shop_part.settings(shop_url, keys.parent)
        owner, partner_member = (
            await _person(*MERCHANT, "Claire Morel"),
            await _person(*PARTNER, "Yann Le Goff"),
        )
        found = self._known()
        if found is None:
            tenant = await tenants.create("Maison Aubépine", owner.id)
            partner = await partners.create("Intégration Atlantique", partner_member.id)
            await partners.grant(tenant, partner, owner.id)
            erp = await self._connections.create_erp(tenant, erp_part.title, erp_part.connector, owner.id)
            shop = await self._connections.create_shop(
                tenant, shop_part.title, shop_part.connector, settings, owner.id
            )
            found = Demo(tenant, erp, shop)
            self._keep(found)
        else:
            await self._connections.change_settings(found.tenant, found.shop, settings, owner.id)
        await self._connections.check(found.tenant, found.shop, self._wake)
        await self.scan_every(found, SCAN_SECONDS)
        return found

    async def scan_every(self, demo: Demo, seconds: float) -> None:
        streams = ("products", "prices", "stock", "documents", "invoices", "categories", "customers")
        schedule = {stream: {"every": seconds, "complete_every": 5 * seconds} for stream in streams}
        await self._agents.set_schedule(demo.tenant, demo.erp, schedule)

    async def check(self, demo: Demo) -> Checked:
        """The shop's connection tested, as by its page."""
        return await self._connections.check(demo.tenant, demo.shop, self._wake)

    async def enrolment_code(self, demo: Demo) -> str:
        return (await self._agents.create_code(demo.tenant, demo.erp, None)).code

    async def channel(self, demo: Demo, *, live: bool = True, erp_part: ErpPart = ERPS[ERP]) -> Demo:
        """Joins the two and goes live; at later starts only the webhooks are looked at. Where it does not go live, the shop
        is left as it is."""
        if live:
            await self._hooks.ensure(demo.tenant, demo.shop, self._connections)
        if demo.channel is not None:
            return demo
        settings = ChannelSettings(
            prices=erp_part.prices,
            orders=erp_part.orders,
            documents=DocumentRules(active=True, colour="#7a3b52", identity=LAW, footer=FOOTER),
        )
        channel = await channels.create(demo.tenant, "Boutique en ligne", demo.erp, demo.shop, settings)
        if live:
            await channels.go_live(demo.tenant, channel, self._connections, self._wake)
        made = msgspec.structs.replace(demo, channel=channel)
        self._keep(made)
        return made

    async def messages(self, demo: Demo, smtp_port: int) -> None:
        """What the customer is told of, at the first start; and the mailbox's port, which may have moved since."""
        server = {
            "host": "127.0.0.1", "port": smtp_port, "security": "none", "sender": "boutique@maison-aubepine.example",
            "sender_name": "Maison Aubépine",
        }  # fmt: skip
        kept = await self._senders.row(demo.tenant, "email")
        if kept is not None and kept.settings.get("host") != "127.0.0.1":
            return  # the visitor chose a server of their own
        await self._senders.save(demo.tenant, "email", "smtp", server, None)
        await self._senders.check(demo.tenant, "email")
        found = await channels.by_id(demo.tenant, demo.channel) if demo.channel else None
        if kept is None and found is not None:
            chosen = msgspec.structs.replace(found.settings, notifications=MESSAGES)
            await channels.change_settings(demo.tenant, found.id, chosen, self._wake)

    def _known(self) -> Demo | None:
        return msgspec.json.decode(self._kept.read_bytes(), type=Demo) if self._kept.exists() else None

    def _keep(self, demo: Demo) -> None:
        self._kept.write_bytes(msgspec.json.encode(demo))


async def _person(email: str, password: str, name: str) -> Person:
    async with untenanted_transaction():
        found = await accounts.by_email(email)
    return found[0] if found else await account_service.create(email, password, name)
