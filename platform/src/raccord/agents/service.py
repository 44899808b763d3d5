"""Who an agent is, what it is to do, and how it is. One object per web process."""

import math
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from raccord.agents import errors, repository, tokens
from raccord.agents.codes import code_hash, new_code, normal
from raccord.agents.errors import AgentRefused, AgentSettingError
from raccord.agents.models import (
    LONGEST,
    SHORTEST,
    AgentCard,
    AgentSettings,
    Health,
    NewCode,
    Schedule,
    schedules,
)
from raccord.storage import system
from raccord.storage.engine import tenant_transaction, untenanted_transaction
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.commands import Commands
from raccord.sync.records import READ_STREAMS
from raccord_connectors import wire

CODE_LIFE = timedelta(hours=1)
ATTEMPTS = 10
ATTEMPTS_WITHIN = timedelta(minutes=15)
KEEP_ATTEMPTS = timedelta(days=1)
CLOCK_TOLERANCE = 300
"""Seconds."""
KEEP_NONCES = timedelta(seconds=2 * CLOCK_TOLERANCE + 60)
"""A signature may come from a clock five minutes ahead, and stays valid until five minutes after it."""
LONGEST_NONCE = 100
FAR_FUTURE = 4_000_000_000
"""Seconds since 1970; beyond it a clock is not wrong but broken."""

log = structlog.get_logger(__name__)


class Agents:
    """`secret_key` in hexadecimal; `now` in seconds since 1970."""

    def __init__(self, secret_key: str, commands: Commands, *, now: Callable[[], float] = time.time) -> None:
        self._commands = commands
        self._now = now
        self._token_key = tokens.derived_key(secret_key, "agent token")
        self._code_key = tokens.derived_key(secret_key, "enrolment code")

    # ---------------------------------------------------------------------------------------- by a person

    async def create_code(self, tenant: UUID, connection: UUID, account: UUID | None) -> NewCode:
        """For the ERP connection. Raises `AgentSettingError` when it is none."""
        shown = new_code()
        hashed = code_hash(self._code_key, normal(shown) or "")
        async with tenant_transaction(tenant):
            if not await repository.is_erp(connection):
                raise AgentSettingError(errors.NOT_AN_ERP.fill(), "connection")
            expires = await repository.add_code(tenant, uuid.uuid4(), connection, hashed, account, CODE_LIFE)
            await repository.add_audit(tenant, account, "agent.code_created", str(connection))
        return NewCode(shown, expires)

    async def revoke(self, tenant: UUID, agent: UUID, account: UUID | None) -> bool:
        """Its next call is refused, an open one is answered at once. False when there was nothing to revoke."""
        async with tenant_transaction(tenant):
            revoked = await repository.revoke(agent)
            if revoked:
                await repository.add_audit(tenant, account, "agent.revoked", str(agent))
        return revoked

    async def set_schedule(self, tenant: UUID, connection: UUID, schedule: Mapping[str, object]) -> None:
        """`{"products": {"every": 2}, "*": {"complete_every": 7200}}`. Raises `AgentSettingError`."""
        try:
            checked = msgspec.convert(dict(schedule), type=Schedule)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$")
            message = errors.BAD_SCHEDULE.fill(reason=reason, least=SHORTEST, most=LONGEST)
            raise AgentSettingError(message, path.rstrip("`").lstrip(".") or None) from error
        async with tenant_transaction(tenant):
            if not await repository.save_schedule(connection, msgspec.json.encode(checked).decode()):
                raise AgentSettingError(errors.NOT_AN_ERP.fill(), "connection")

    async def cards(self, tenant: UUID) -> list[AgentCard]:
        async with tenant_transaction(tenant):
            return await repository.agents()

    # ----------------------------------------------------------------------------------- enrolment, tokens

    async def enrol(self, asked: wire.Enrolment, address: str) -> wire.Enrolled:
        """The same code and key again give the same answer: one that was lost is no dead end."""
        subject = f"enrolment:{address}"
        async with untenanted_transaction():
            if await repository.attempts(subject, ATTEMPTS_WITHIN) >= ATTEMPTS:
                minutes = int(ATTEMPTS_WITHIN.total_seconds() // 60)
                message = errors.TOO_MANY.fill(minutes=minutes)
                raise AgentRefused(429, message, retry_after=minutes * 60)
        try:
            return await self._enrol(asked)
        except AgentRefused:
            async with untenanted_transaction():
                await repository.count_attempt(subject, KEEP_ATTEMPTS)
            raise

    async def _enrol(self, asked: wire.Enrolment) -> wire.Enrolled:
        typed = normal(asked.code)
        found = await system.enrolment_code(code_hash(self._code_key, typed)) if typed else None
        if found is None:
            raise AgentRefused(403, errors.CODE_UNKNOWN.fill())
        async with tenant_transaction(found.tenant):
            code = await repository.lock_code(found.id)
            if code is None:
                raise AgentRefused(403, errors.CODE_UNKNOWN.fill())
            agent = self._judge(code, asked)
            if agent is None:
                agent = uuid.uuid4()
                await self._welcome(found.tenant, agent, found.id, code.connection, asked)
        return wire.Enrolled(str(agent), code.tenant_name, code.connection_name)

    def _judge(self, code: repository.CodeRow, asked: wire.Enrolment) -> UUID | None:
        """The agent that already has this code and key, or None for a code that is free."""
        if code.agent is not None:
            if code.public_key != asked.public_key:
                raise AgentRefused(403, errors.CODE_USED.fill())
            if code.revoked:
                raise AgentRefused(403, errors.REVOKED.fill())
            return code.agent
        if code.expired:
            raise AgentRefused(403, errors.CODE_EXPIRED.fill())
        if code.connector != asked.connector:
            message = errors.OTHER_CONNECTOR.fill(
                connection=code.connection_name, expected=code.connector, found=asked.connector
            )
            raise AgentRefused(409, message)
        return None

    async def _welcome(
        self, tenant: UUID, agent: UUID, code: UUID, connection: UUID, asked: wire.Enrolment
    ) -> None:
        replaced = await repository.add_agent(tenant, agent, code, connection, asked)
        details = {"host": asked.host, "replaces": [str(former) for former in replaced]}
        await repository.add_audit(
            tenant, None, "agent.enrolled", str(agent), msgspec.json.encode(details).decode()
        )
        for order in (wire.Check(), wire.Discover()):
            await self._commands.ask(tenant, connection, order)

    async def token(self, asked: wire.TokenRequest) -> wire.Token:
        now = self._now()
        _demand_same_time(asked.at, now)
        try:
            identity = await system.agent_identity(UUID(asked.agent))
        except ValueError:
            identity = None
        if identity is None:
            raise AgentRefused(403, errors.REVOKED.fill())
        statement = wire.token_statement(asked.agent, asked.at, asked.nonce)
        try:
            Ed25519PublicKey.from_public_bytes(identity.public_key).verify(asked.signature, statement)
        except (InvalidSignature, ValueError) as error:
            raise AgentRefused(401, errors.SIGNATURE.fill()) from error
        await self._use_once(identity, asked.nonce)
        caller = Caller(identity.tenant, identity.agent, identity.connection)
        return wire.Token(tokens.issue(self._token_key, caller, now), tokens.LIFE)

    async def _use_once(self, identity: system.AgentIdentity, nonce: str) -> None:
        if not nonce or len(nonce) > LONGEST_NONCE or "\0" in nonce:
            raise AgentRefused(401, errors.REPLAYED.fill())
        async with tenant_transaction(identity.tenant):
            if not await repository.use_nonce(identity.tenant, identity.agent, nonce, KEEP_NONCES):
                raise AgentRefused(401, errors.REPLAYED.fill())

    def caller(self, token: str) -> Caller:
        """Raises `AgentRefused`. Whether the agent was revoked since is for the call itself to look up."""
        caller = tokens.verify(self._token_key, token, self._now())
        if caller is None:
            raise AgentRefused(401, errors.TOKEN.fill())
        return caller

    # ---------------------------------------------------------------------------- configuration, heartbeat

    async def configuration(self, caller: Caller) -> wire.Configuration:
        async with tenant_transaction(caller.tenant):
            configuration = await self._configuration(caller)
            await repository.note_configuration(caller.agent, configuration.version)
        return configuration

    async def heartbeat(self, caller: Caller, heartbeat: wire.Heartbeat) -> wire.HeartbeatAck:
        now = self._now()
        skew = heartbeat.clock - now if _is_time(heartbeat.clock) else 0.0
        told = {name: getattr(heartbeat, name) for name in heartbeat.__struct_fields__}
        health = msgspec.json.encode(Health(**told, clock_skew=round(skew, 1))).decode()
        scans = [_scan(stream, skew) for stream in {s.stream: s for s in heartbeat.streams}.values()]
        async with tenant_transaction(caller.tenant):
            configuration = await self._configuration(caller)
            healthy = heartbeat.problem is None
            await repository.note_heartbeat(
                caller.agent, caller.connection, heartbeat.version, health, healthy=healthy
            )
            known = [scan for scan in scans if scan.stream in READ_STREAMS]
            await repository.note_scans(caller.tenant, caller.connection, known)
        return wire.HeartbeatAck(configuration.version)

    async def _configuration(self, caller: Caller) -> wire.Configuration:
        """Its version follows from what it says: whoever changes a setting need not think of the agent."""
        found = await repository.configured(caller.agent, caller.connection)
        if found is None or found.revoked:
            raise AgentRevoked
        try:
            chosen = msgspec.json.decode(found.settings, type=AgentSettings)
        except msgspec.ValidationError as error:
            log.warning("schedule not understood", connection=str(caller.connection), error=str(error))
            chosen = AgentSettings()
        configuration = wire.Configuration(
            0, found.paused, schedules(chosen.schedule), chosen.reconcile_every
        )
        return msgspec.structs.replace(configuration, version=zlib.crc32(wire.pack(configuration)) >> 1)


def _demand_same_time(at: int, now: float) -> None:
    ahead = round(at - now)
    if abs(ahead) <= CLOCK_TOLERANCE:
        return
    message = errors.CLOCK.fill(
        seconds=abs(ahead),
        time=datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%d %H:%M:%S"),
        gap_fr="avance" if ahead > 0 else "retarde",
        gap_en="ahead of" if ahead > 0 else "behind",
    )
    raise AgentRefused(401, message, server_time=int(now))


def _is_time(seconds: float) -> bool:
    return math.isfinite(seconds) and 0 < seconds < FAR_FUTURE


def _scan(stream: wire.HeartbeatStream, skew: float) -> repository.Scan:
    """The time of the scan by our clock."""
    at = None
    if stream.last_scan_at is not None and _is_time(stream.last_scan_at - skew):
        at = datetime.fromtimestamp(stream.last_scan_at - skew, UTC)
    problem = None if stream.problem is None else msgspec.json.encode(stream.problem).decode()
    return repository.Scan(stream.stream, at, problem)
