"""The whole product between a real Tryton and a real Vendure."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import Celery
from msgspec.structs import replace

from raccord.accounts import service as accounts
from raccord.agents.service import Agents
from raccord.channels import service as channels
from raccord.connections.service import Connections
from raccord.core.channel import ChannelSettings
from raccord.core.document_rules import DocumentRules
from raccord.core.notification_rules import EVENTS, EventRule, NotificationRules
from raccord.core.order_rules import OrderRules, PaymentRule
from raccord.notifications.senders import Senders
from raccord.sync.commands import Commands
from raccord.tenants import service as tenants
from raccord.vault import Vault
from raccord.worker.wake import CeleryWake
from raccord_connectors.contract import Identity
from support.product_world import ProductWorld
from support.tryton_server import Tryton, tryton
from support.vendure.shop import Shop
from support.vendure_server import needs_npm, vendure

SCAN_SECONDS = 1.0


class RealWorld(ProductWorld):
    def __init__(self, folder: Path, erp: Tryton, shop: Shop) -> None:
        super().__init__(folder)
        self.erp = erp
        self.shop = shop
        self.photos = folder / "photos"
        """The agent's one allowed folder."""

    def start(self) -> None:
        self.stack.start_web()
        self.stack.start_worker()
        code = self.inside(self._furnish)
        settings = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in self.erp.settings().items()
            if name != "password"
        }
        self.photos.mkdir()
        self.stack.enrol_agent(
            self.home, code, "tryton", settings, {"password": self.erp.password}, [self.photos]
        )
        told = self.home / "agent.toml"
        told.write_text(told.read_text().replace("# every = 120.0", "every = 2.0"))
        self.stack.start_agent(self.home)
        self.inside(self._go_live)

    async def _furnish(self) -> str:
        assert self.settings.secret_key
        self._wake = CeleryWake(Celery(broker=self.settings.broker_url))
        self._connections = Connections(Vault(self.settings.secret_key), allow_private_addresses=True)
        agents = Agents(self.settings.secret_key, Commands(self._wake))
        owner = await accounts.create("gerant@example.org", "une phrase assez longue", "Gérante")
        self.tenant = await tenants.create("Réel", owner.id)
        self.erp_connection = await self._connections.create_erp(self.tenant, "Tryton", "tryton")
        self.shop_connection = await self._connections.create_shop(
            self.tenant, "Vendure", "vendure", self.shop.settings()
        )
        checked = await self._connections.check(self.tenant, self.shop_connection, self._wake)
        assert checked.good, checked
        schedule = {"*": {"every": SCAN_SECONDS, "complete_every": 5.0}}
        await agents.set_schedule(self.tenant, self.erp_connection, schedule)
        return (await agents.create_code(self.tenant, self.erp_connection, None)).code

    async def _go_live(self) -> None:
        assert self.tenant is not None
        settings = ChannelSettings(
            orders=OrderRules(
                items={"shipping": "PORT", "fee": "FRAIS", "discount": "REMISE"},
                payments={"": PaymentRule(entry="deposit_invoice")},
            )
        )
        channel = await channels.create(
            self.tenant, "Tryton → Vendure", self.erp_connection, self.shop_connection, settings
        )
        await channels.go_live(self.tenant, channel, self._connections, self._wake)

    def tell_customers(self, smtp_port: int | None) -> None:
        """By this mail server, of everything that we can tell; None: of nothing, as before."""

        async def inside() -> None:
            assert self.tenant is not None
            senders = Senders(Vault(self.settings.secret_key or ""), allow_private=True)
            if smtp_port is None:
                await senders.remove(self.tenant, "email", None)
            server = {
                "host": "127.0.0.1",
                "port": smtp_port,
                "security": "none",
                "sender": "boutique@reel.example",
            }
            if smtp_port is not None:
                await senders.save(self.tenant, "email", "smtp", server, None)
            (channel,) = await channels.every(self.tenant)
            by_us = {event: EventRule(teller="us", attach=True) for event in EVENTS if smtp_port is not None}
            company = Identity(vat_number="FR96552100554")  # Tryton was told of none
            chosen = replace(
                channel.settings,
                notifications=NotificationRules(events=by_us),
                documents=DocumentRules(active=smtp_port is not None, identity=company),
            )
            await channels.change_settings(self.tenant, channel.id, chosen, self._wake)

        self.inside(inside)

    def forget_at_the_agent(self) -> None:
        """As after a disk's death: all that it ever sent and all files that it ever hashed are new to it."""
        (agent,) = [child for child in self.stack.children.running if child.name == "agent"]
        assert agent.process is not None
        os.killpg(agent.process.pid, signal.SIGKILL)
        agent.process.wait()
        for name in ("base.sqlite", "files.sqlite"):
            for file in self.home.glob(f"{name}*"):
                file.unlink()
        self.stack.children.restart_dead()


@contextmanager
def real_world() -> Iterator[RealWorld]:
    needs_npm()
    folder = Path(tempfile.mkdtemp(prefix="raccord-real-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own, who must pass
    with tryton() as erp, vendure() as shop:
        world = RealWorld(folder, erp, shop)
        try:
            world.start()
            yield world
        finally:
            world.stop()
    shutil.rmtree(folder, ignore_errors=True)  # kept, with its logs, when something failed
