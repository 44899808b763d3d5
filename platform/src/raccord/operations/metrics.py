"""Figures for Prometheus. No label holds a tenant: their number has no limit, and the figures are not theirs to be read in.

Each process tells of its own requests and tasks; what waits in the database is told by every web process alike, so that a
query takes the maximum of them, never the sum.
"""

from litestar.plugins.prometheus import PrometheusConfig
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

from raccord.storage import system

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

TASKS = Counter(
    "raccord_tasks", "Slices of work that ended, by outcome: done, problem, failed", ["task", "outcome"]
)
TASK_SECONDS = Histogram("raccord_task_seconds", "How long a slice of work took", ["task"], buckets=SECONDS)
WAITING = Gauge("raccord_waiting", "Pieces of work that are due and not done", ["kind"])
OLDEST = Gauge("raccord_waiting_oldest_seconds", "How long the oldest of them has been due", ["kind"])
HELD = Gauge("raccord_held", "What waits for a person, over all tenants", ["kind"])
AGENTS = Gauge("raccord_agents", "Agents by what they do: online, silent", ["state"])
SENT = Counter("raccord_wakeups", "Wake-ups handed to the broker: sent, lost", ["outcome"])


def web_metrics() -> PrometheusConfig:
    """Requests by route, never by address: addresses hold ids."""
    return PrometheusConfig(
        app_name="raccord",
        prefix="raccord_web",
        group_path=True,
        buckets=list(SECONDS),
        exclude_opt_key="unmeasured",
    )


async def told() -> bytes:
    """What this process has counted, and what waits at this moment, in Prometheus' text form."""
    waiting = await system.waiting()
    for kind, one in waiting.items():
        WAITING.labels(kind).set(one.pieces)
        OLDEST.labels(kind).set(one.oldest_seconds)
    for kind, count in (await system.held()).items():
        HELD.labels(kind).set(count)
    for state, count in (await system.agent_states()).items():
        AGENTS.labels(state).set(count)
    return generate_latest(REGISTRY)
