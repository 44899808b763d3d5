"""`raccord-agent propose`: a first definition for a custom ERP, written beside the agent for an integrator to correct."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from raccord_agent.home import Home
from raccord_agent.settings import connector_settings, load_secrets, load_settings
from raccord_connectors.contract import ConfigError, Message, Text
from raccord_connectors.registry import connector_class

PROPOSED = Text(
    "agent.proposed",
    "Une première définition est dans {file} : {streams}. Relisez-la, corrigez-la, puis lancez : raccord-agent check",
    "A first definition is in {file}: {streams}. Read it, correct it, then run: raccord-agent check",
)
NOTHING_TO_PROPOSE = Text(
    "agent.nothing_to_propose",
    "Le connecteur {name} n’a pas besoin de définition : il connaît sa gestion commerciale. « propose » sert aux connecteurs "
    "files et sql.",
    "The connector {name} needs no definition: it knows its ERP. “propose” serves the connectors files and sql.",
)


def propose(home: Home, connector: str, plain: Mapping[str, Any]) -> Message:
    """With the settings typed, or those of an enrolled agent where no connector is named. One that exists is never replaced:
    the proposal is then written beside it. Raises `ConfigError`."""
    name, given = connector, dict(plain)
    if not name:
        settings = load_settings(home)
        name, given = settings.connector, connector_settings(settings, load_secrets(home))
    cls: Any = connector_class(name)
    if not hasattr(cls, "propose"):
        raise ConfigError(NOTHING_TO_PROPOSE.fill(name=name), field="connector")
    wanted = msgspec.convert(given, type=cls.spec.settings)
    text: str = cls.propose(wanted)
    file = Path(wanted.definition)
    if file.exists():
        file = file.with_name(f"{file.stem}.propose{file.suffix}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    streams = [
        line[len("[streams.") : -1]
        for line in text.splitlines()
        if line.startswith("[streams.") and not line.endswith(".fields]")
    ]
    return PROPOSED.fill(file=file, streams=", ".join(streams))
