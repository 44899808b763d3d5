"""Moments as Oxatis writes them: the shop's time, no zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.oxatis.trees import Tree, text

ZONE = ZoneInfo("Europe/Paris")


def local(moment: float) -> str:
    return datetime.fromtimestamp(moment, ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def moment(written: str, otherwise: float = 0.0) -> float:
    try:
        return datetime.fromisoformat(written[:19]).replace(tzinfo=ZONE).timestamp()
    except ValueError:
        return otherwise


def inside(value: str, wanted: Tree, name: str) -> bool:
    """Whether a moment is in the window `nameStart` … `nameEnd` of a request, its ends included; a window that is not there
    holds everything."""
    begin, end = text(wanted, f"{name}Start"), text(wanted, f"{name}End")
    known = moment(value)
    return (not begin or known >= moment(begin)) and (not end or known <= moment(end, known))
