"""A customer buys in the demonstration shop; what the GesCom then does with the order arrives on a real mail server: in the
customer's language, once, whatever comes twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from raccord.channels import service as channels
from raccord.core.notification_rules import NotificationRules
from raccord.notifications.senders import Senders
from raccord.vault import Vault
from sandbox.demo.furnish import SCAN_SECONDS
from support.mail_server import mail_server
from support.sandbox_world import SandboxWorld

SOON = SCAN_SECONDS + 60.0

pytestmark = pytest.mark.slow


@contextmanager
def telling(world: SandboxWorld, port: int) -> Iterator[None]:
    """As `make demo` tells its customers; afterwards the world is as it was."""
    demo = world.demo
    assert demo is not None
    assert demo.channel is not None
    channel = demo.channel
    world.furnish(lambda f: f.messages(demo, port))
    try:
        yield
    finally:

        async def silent() -> None:
            await Senders(Vault(world.settings.secret_key or ""), allow_private=True).remove(
                demo.tenant, "email", None
            )
            found = await channels.by_id(demo.tenant, channel)
            assert found is not None
            plain = replace(found.settings, notifications=NotificationRules())
            await channels.change_settings(demo.tenant, channel, plain, world.wake())

        world.inside(silent)


def test_what_the_gescom_delivers_and_invoices_reaches_the_customers_mailbox_once(
    world: SandboxWorld,
) -> None:
    with mail_server() as box, telling(world, box.port):
        sku = world.articles(1)[0]
        placed = world.buy({sku: 2}, "mireille.nantaise@example.org")
        number = str(placed["number"])

        def ours() -> list[str]:
            """Subjects of the mails on this order, in the order in which they came."""
            return [str(one["Subject"]) for one in list(box.mails) if number in str(one["Subject"])]

        document = world.wait_for_document(number)
        world.wait_until(lambda: len(ours()) == 1, "the order was confirmed to the customer", SOON)
        delivered = world.gescom.deliver(document.piece, parcel="6A12345678901")
        world.wait_until(lambda: len(ours()) == 2, "the parcel was told", SOON)
        world.gescom.invoice(delivered)
        world.wait_until(lambda: len(ours()) == 3, "the invoice was told", SOON)
        assert [
            f"Votre commande {number} est confirmée", f"Votre commande {number} est partie",
            f"La facture de votre commande {number}",
        ] == ours()  # fmt: skip
        sent = next(
            one for one in box.mails if "est partie" in str(one["Subject"]) and number in str(one["Subject"])
        )
        assert "mireille.nantaise@example.org" == sent["To"]
        body = sent.get_body(("plain",))
        assert body is not None
        assert "6A12345678901" in str(body.get_content())

        # All of the ERP is read again, and the shop's webhook tells us of our own write: nothing is news.
        world.wait_settled()
        world.set_order_status(number, world.order_status(number))
        world.wait_settled()
        assert 3 == len(ours())
        states = world.rows(
            "SELECT n.state FROM notification n JOIN sales_order o ON o.id = n.sales_order "
            "WHERE o.number = $1 AND n.medium = 'email'",
            number,
        )
        assert ["sent"] * 3 == [row["state"] for row in states]
