"""An ERP that nobody reads: a program of the merchant's (an ETL such as Talend, a script) pushes its records to the platform and
takes the orders from there. Nothing of it runs in an agent; what is here tells the platform what such an ERP can do."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    ConfigError,
    ConnectorSpec,
    Discovery,
    Outcome,
    Page,
    Selection,
    Side,
    StreamSpec,
    Text,
)
from raccord_connectors.kit.settings import Settings

READ = frozenset({Can.READ})
NO_AGENT = Text(
    "pushed.no_agent",
    "Cette gestion n’a pas d’agent : un programme de l’entreprise pousse ses données par l’API. N’enrôlez pas d’agent pour elle.",
    "This ERP has no agent: a program of the company pushes its data by the API. Do not enrol an agent for it.",
)


class PushedSettings(Settings, frozen=True, kw_only=True):
    """None: what is pushed is told by the one who pushes."""


class Pushed:
    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="push",
        title="ERP qui pousse ses données (ETL, Talend, script)",
        title_en="ERP that pushes its data (ETL, Talend, script)",
        side=Side.ERP,
        settings=PushedSettings,
        streams=(
            StreamSpec("categories", READ),
            StreamSpec("products", READ),
            StreamSpec("prices", READ),
            StreamSpec("stock", READ),
            StreamSpec("customers", READ),
            StreamSpec("documents", READ),
            StreamSpec("invoices", READ),
            StreamSpec("customer_drafts", frozenset({Can.CREATE})),
            StreamSpec("drafts", frozenset({Can.CREATE}), after=("customer_drafts",), kinds=("order",)),
        ),
        verified_against=("a stand-in that posts exactly what a Talend job posts (simulator)",),
    )

    def __init__(self, settings: Any) -> None:
        """Nothing to keep."""

    def check(self) -> None:
        raise ConfigError(NO_AGENT.fill())

    def discover(self) -> Discovery:
        raise ConfigError(NO_AGENT.fill())

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        raise ConfigError(NO_AGENT.fill())

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        raise ConfigError(NO_AGENT.fill())

    def close(self) -> None:
        """Nothing was opened."""
