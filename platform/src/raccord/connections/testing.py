"""Testing an ERP: its agent is asked, and waited for."""

from uuid import UUID

import msgspec

from raccord.connections import repository
from raccord.connections.models import Checked, Connection
from raccord.storage.commands import note_check
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.contract import Problem, Text

PATIENCE = 20.0
"""Seconds that a person waits for the agent's answer to a test, unless the process says otherwise (`patience`)."""

PUSHES = "push"
NOTHING_PUSHED = Text(
    "push.nothing_pushed",
    "Rien n’a encore été poussé pour « {name} ». Lancez le programme qui pousse ; sa clé d’API a besoin du droit « push ».",
    "Nothing has been pushed for “{name}” yet. Run the program that pushes; its API key needs the scope “push”.",
)
NO_ANSWER = Text(
    "connection.agent_silent",
    "L’agent de « {name} » n’a pas répondu en {seconds} secondes. Vérifiez sur la page « Agents » qu’il est en marche, puis "
    "réessayez ; le test se fera de toute façon dès qu’il sera là.",
    "The agent of “{name}” did not answer within {seconds} seconds. Check on the page “Agents” that it is running, then try "
    "again; the test is made anyway as soon as it is there.",
)


async def ask_agent(
    commands: Commands, tenant: UUID, found: Connection, patience: float = PATIENCE
) -> Checked:
    """A test, and then what the ERP has: both are asked, the first is waited for. Not inside a transaction. An ERP that pushes is
    well once something came."""
    if found.connector == PUSHES:
        async with tenant_transaction(tenant):
            pushed = await repository.has_streams(found.id)
            problem = None if pushed else Problem("config", NOTHING_PUSHED.fill(name=found.name))
            await note_check(found.id, None if problem is None else msgspec.json.encode(problem).decode())
        return Checked(problem)
    command = await commands.ask(tenant, found.id, wire.Check(), urgent=True)
    await commands.ask(tenant, found.id, wire.Discover(), urgent=True)
    result = await commands.wait_result(tenant, command, patience)
    if result is None:
        said = NO_ANSWER.fill(name=found.name, seconds=round(patience))
        return Checked(Problem("transient", said))
    return Checked(result.problem, tuple(result.findings))
