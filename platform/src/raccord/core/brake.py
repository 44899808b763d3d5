"""Is this many withdrawals believable? What is past the threshold waits for a person."""

from typing import Literal

from raccord.core.channel import ChannelSettings

FEWEST = 5
"""Fewer than this are always an ordinary day's work, however small the catalogue."""


def limit(known: int, settings: ChannelSettings) -> int:
    """How many of `known` published listings one pass may withdraw by itself."""
    return max(FEWEST, min(int(known * settings.brake_share), settings.brake_count))


def decide(pending: int, known: int, settings: ChannelSettings) -> Literal["go", "brake"]:
    """`pending`: listings that would leave the shop now; `known`: listings that it shows now."""
    return "brake" if pending > limit(known, settings) else "go"
