"""Who calls through the tunnel."""

from typing import NamedTuple
from uuid import UUID


class Caller(NamedTuple):
    """An agent whose token was verified, and the one connection that it may speak for.

    Every statement made for it runs in its tenant's transaction and names its connection: nothing that an agent sends
    can choose either.
    """

    tenant: UUID
    agent: UUID
    connection: UUID


class AgentRevoked(Exception):
    """The token is genuine, but its agent was revoked or replaced since."""
