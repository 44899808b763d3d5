"""The quality scale: what a connector must show to be merged, sold and advertised. Rules are data, each with a
validator; there is no list of exemptions.

What cannot be read from the code is read from the connector's README: a heading, or a line of its `## Evidence`
section such as `- soak: 50,000 products in 12 minutes, 2026-11-20`. The conformance suite itself is not repeated
here: `tests/rules/test_every_connector_is_tested.py` demands it of every connector.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from raccord_connectors.contract import Can, ConnectorSpec, Side
from raccord_connectors.kit.settings import setting_fields


class Level(StrEnum):
    NONE = "-"
    BRONZE = "bronze"
    """May be merged."""
    SILVER = "silver"
    """May be sold."""
    GOLD = "gold"
    """Advertised."""


@dataclass(frozen=True)
class Subject:
    """What the rules look at."""

    spec: ConnectorSpec
    readme: str


@dataclass(frozen=True)
class Rule:
    level: Level
    name: str
    asks: str
    """What is to be done when it is not met."""
    met: Callable[[Subject], bool]


def subject_of(connector: type[Any]) -> Subject:
    readme = Path(inspect.getfile(connector)).with_name("README.md")
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return Subject(connector.spec, text)


def unmet(subject: Subject, level: Level) -> list[Rule]:
    """The rules of this level that the connector does not meet."""
    return [rule for rule in RULES if rule.level is level and not rule.met(subject)]


def level_of(subject: Subject) -> Level:
    """The highest level whose rules, and those of all levels below, are met."""
    reached = Level.NONE
    for level in (Level.BRONZE, Level.SILVER, Level.GOLD):
        if unmet(subject, level):
            return reached
        reached = level
    return reached


def heading(title: str) -> Callable[[Subject], bool]:
    return lambda subject: re.search(rf"^##+ {title}\b", subject.readme, re.MULTILINE) is not None


def evidence(what: str) -> Callable[[Subject], bool]:
    return lambda subject: re.search(rf"^- {what}: \S", subject.readme, re.MULTILINE) is not None


def _settings_labelled(subject: Subject) -> bool:
    return all(setting.fr and setting.en for setting in setting_fields(subject.spec.settings))


READ_BACK_ONLY = ("payments",)
"""Nobody looks for changes there: what was written is read back by its key."""


def _finds_changes_cheaply(subject: Subject) -> bool:
    streams = [stream for stream in subject.spec.streams if stream.name not in READ_BACK_ONLY]
    readable = [stream for stream in streams if Can.READ in stream.can]
    return bool(readable) and all(stream.can & {Can.READ_SINCE, Can.SKETCH} for stream in readable)


def _reads_back(subject: Subject) -> bool:
    return subject.spec.can("documents" if subject.spec.side is Side.ERP else "listings", Can.READ_SOME)


def _withdraws(subject: Subject) -> bool:
    return subject.spec.side is Side.ERP or subject.spec.can("listings", Can.UPDATE)


def _has_manners(subject: Subject) -> bool:
    limits = subject.spec.limits
    return subject.spec.side is Side.ERP or bool(limits.requests_per_second or limits.requests_per_day)


def _both_ways(subject: Subject) -> bool:
    written, read = ("drafts", "customers") if subject.spec.side is Side.ERP else ("listings", "orders")
    return subject.spec.can(written, Can.CREATE) and subject.spec.can(read, Can.READ)


def _ran_for_real(subject: Subject) -> bool:
    return any("(real)" in version for version in subject.spec.verified_against)


BRONZE, SILVER, GOLD = Level.BRONZE, Level.SILVER, Level.GOLD
RULES: tuple[Rule, ...] = (
    Rule(BRONZE, "settings", "label every setting in French and English", _settings_labelled),
    Rule(BRONZE, "limits", "write `## Limits` in README.md: what it does not do", heading("Limits")),
    Rule(BRONZE, "verified", "say in `verified_against` what it was run on", lambda s: bool(s.spec.verified_against)),
    Rule(SILVER, "changes", "let every readable stream READ_SINCE or SKETCH", _finds_changes_cheaply),
    Rule(SILVER, "read back", "read documents (ERP) or listings (shop) by key", _reads_back),
    Rule(SILVER, "withdrawal", "update listings, so that what leaves the ERP leaves the shop", _withdraws),
    Rule(SILVER, "manners", "state the shop's limits in `spec.limits`", _has_manners),
    Rule(SILVER, "traps", "write `## Traps` in README.md: what surprised you", heading("Traps")),
    Rule(GOLD, "both ways", "create drafts and read customers, or create listings and read orders", _both_ways),
    Rule(GOLD, "real", "run it against the real system and say so: `Name 1.2 (real)`", _ran_for_real),
    Rule(GOLD, "matching", "write `- matching: …` under `## Evidence`: first sync with a shop in use", evidence("matching")),
    Rule(GOLD, "media", "write `- media: …` under `## Evidence`: pictures and invoices seen there", evidence("media")),
    Rule(GOLD, "soak", "write `- soak: …` under `## Evidence`: 50,000 products, how long, when", evidence("soak")),
    Rule(GOLD, "maintainer", "write `- maintainer: …` under `## Evidence`: who answers for it", evidence("maintainer")),
)  # fmt: skip
