"""What is deployed is what the product has: its commands, its settings, its figures, its runbooks."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from raccord.__main__ import _parser
from raccord.operations import metrics
from raccord.settings import Settings

INFRA = Path(__file__).parents[2] / "infra"
MANIFESTS = sorted(
    path for folder in ("compose", "kubernetes", "monitoring") for path in (INFRA / folder).glob("*.yaml")
)
WRITTEN = [*MANIFESTS, *sorted((INFRA / "runbooks").glob("*.md")), INFRA / "compose" / "env.example"]


def documents(path: Path) -> list[Any]:
    return [found for found in yaml.safe_load_all(path.read_text("utf-8")) if found is not None]


def commands() -> Iterator[tuple[str, list[str]]]:
    for service in documents(INFRA / "compose" / "compose.yaml")[0]["services"].items():
        if service[1].get("image") == "raccord":
            yield f"compose {service[0]}", service[1]["command"]
    for path in sorted((INFRA / "kubernetes").glob("*.yaml")):
        for found in documents(path):
            for container in found.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
                yield f"kubernetes {found['metadata']['name']}", container["args"]
    for path in sorted((INFRA / "systemd").glob("raccord-*.service")):
        line = re.search(r"^ExecStart=/opt/raccord/bin/raccord (.+)$", path.read_text("utf-8"), re.MULTILINE)
        if line is not None:
            yield f"systemd {path.stem}", shlex.split(line[1])


@pytest.mark.parametrize(
    ("where", "arguments"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_is_started_is_a_command(where: str, arguments: list[str]) -> None:
    started = _parser().parse_args(arguments)
    assert started.command in ("web", "worker", "beat", "migrate"), where


def test_every_part_is_started_everywhere() -> None:
    started: dict[str, set[str]] = {}
    for where, arguments in commands():
        started.setdefault(where.partition(" ")[0], set()).add(arguments[0])
    assert {"web", "worker", "beat", "migrate"} == started["compose"] == started["kubernetes"]
    assert {"web", "worker", "beat"} == started["systemd"]


@pytest.mark.parametrize("folder", ["compose", "kubernetes"])
def test_every_queue_has_a_worker(folder: str) -> None:
    served: set[str] = set()
    for where, arguments in commands():
        if where.startswith(folder) and arguments[0] == "worker":
            served |= set(_parser().parse_args(arguments).queues)
    assert {"urgent", "ordinary", "media"} == served


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bRACCORD_([A-Z0-9_]+)\b", path.read_text("utf-8")))
    assert set() == {name for name in named if name.lower() not in Settings.__struct_fields__}


def test_compose_is_given_what_it_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (INFRA / "compose" / "compose.yaml").read_text("utf-8")))
    given = set(re.findall(r"^(\w+)=", (INFRA / "compose" / "env.example").read_text("utf-8"), re.MULTILINE))
    assert asked == given - {"S3_PUBLIC_ENDPOINT"}


def test_alarms_watch_figures_that_exist_and_lead_to_runbooks_that_exist() -> None:
    known = {metric.name for collected in (metrics.TASKS, metrics.WAITING, metrics.OLDEST, metrics.HELD, metrics.AGENTS,
             metrics.SENT, metrics.TASK_SECONDS) for metric in collected.describe()}  # fmt: skip
    known |= {f"{name}_total" for name in known} | {
        "raccord_web_requests_total",
        "raccord_web_requests_error_total",
    }
    for group in documents(INFRA / "monitoring" / "alarms.yaml")[0]["groups"]:
        for rule in group["rules"]:
            assert set() == set(re.findall(r"\braccord_\w+", rule["expr"])) - known, rule["alert"]
            assert (INFRA.parent / rule["annotations"]["runbook"]).is_file(), rule["alert"]
