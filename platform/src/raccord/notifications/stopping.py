"""The link by which a customer stops our messages: it names tenant and address, sealed, so that nobody can make one for
somebody else, and no address stands in a server's log."""

import base64
import binascii
from uuid import UUID

from raccord.vault import Vault, VaultError

PLACE = "unsubscribe"


class Links:
    def __init__(self, vault: Vault, public_url: str) -> None:
        self._vault = vault
        self._public_url = public_url.rstrip("/")

    def stop(self, tenant: UUID, recipient: str) -> str:
        sealed = tenant.bytes + self._vault.seal(tenant, PLACE, recipient.casefold().encode())
        return f"{self._public_url}/stop/{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def read(self, token: str) -> tuple[UUID, str] | None:
        """None for what is no such link."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            tenant = UUID(bytes=sealed[:16])
            return tenant, self._vault.open(tenant, PLACE, sealed[16:]).decode()
        except (binascii.Error, ValueError, VaultError):
            return None
