"""Which stream is to be scanned now, and how. Pure: the time and the states are handed in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from raccord_connectors.wire import StreamSchedule

LONGEST_JITTER = 15.0
"""Seconds over which the first scans after a start are spread."""


@dataclass(frozen=True)
class Times:
    """What decides for one stream. Seconds since 1970; None means never."""

    last_scan_at: float | None = None
    last_complete_at: float | None = None
    wished: bool = False
    """Asked for out of turn; jitter and intervals do not count, a back-off does."""
    wished_complete: bool = False
    not_before: float = 0.0
    """After a failure, or at the start."""


@dataclass(frozen=True)
class Due:
    stream: str
    complete: bool


def first_not_before(schedule: StreamSchedule, *, now: float, chance: float) -> float:
    """When the first scan after a start may begin; `chance` in 0..1. After a power cut all agents of a street, and
    all streams of one agent, would start in the same second."""
    return now + chance * min(LONGEST_JITTER, schedule.every)


def due(
    schedules: Sequence[StreamSchedule],
    times: Mapping[str, Times],
    *,
    now: float,
    only: Iterable[str] | None = None,
) -> Due | None:
    """The most overdue stream, those asked for out of turn first; None when nothing is due.

    Overdue is counted in intervals, not seconds, so that stock every 5 seconds is not starved by a catalogue every
    hour. `only` narrows the choice to some streams.
    """
    allowed = None if only is None else set(only)
    best: tuple[bool, float] | None = None
    chosen: Due | None = None
    for schedule in schedules:
        if allowed is not None and schedule.stream not in allowed:
            continue
        state = times.get(schedule.stream, Times())
        candidate = _urgency(schedule, state, now)
        if candidate is not None and (best is None or candidate > best):
            best = candidate
            chosen = Due(schedule.stream, _complete(schedule, state, now))
    return chosen


def seconds_until_due(
    schedules: Sequence[StreamSchedule], times: Mapping[str, Times], *, now: float, longest: float
) -> float:
    """How long one may sleep before something is due."""
    waits = [longest]
    for schedule in schedules:
        state = times.get(schedule.stream, Times())
        waits.append(max(_next(schedule, state, now) - now, 0.0))
    return min(waits)


def _urgency(schedule: StreamSchedule, state: Times, now: float) -> tuple[bool, float] | None:
    if now < state.not_before:
        return None
    if state.wished or state.wished_complete:
        return (True, 0.0)
    overdue = max(
        _overdue(state.last_scan_at, schedule.every, now),
        _overdue(state.last_complete_at, schedule.complete_every, now),
    )
    return (False, overdue) if overdue >= 0 else None


def _complete(schedule: StreamSchedule, state: Times, now: float) -> bool:
    return state.wished_complete or _overdue(state.last_complete_at, schedule.complete_every, now) >= 0


def _overdue(last: float | None, every: float, now: float) -> float:
    """In intervals; negative when not due yet. A last time in the future means that the clock was set back: due."""
    if last is None or last > now:
        return float("inf")
    return (now - last) / every - 1 if every > 0 else float("inf")


def _next(schedule: StreamSchedule, state: Times, now: float) -> float:
    if state.wished or state.wished_complete:
        return state.not_before
    nexts = [
        now if last is None or last > now else last + every
        for last, every in (
            (state.last_scan_at, schedule.every),
            (state.last_complete_at, schedule.complete_every),
        )
    ]
    return max(min(nexts), state.not_before)
