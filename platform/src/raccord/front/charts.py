"""Charts as SVG made on the server: no script, readable in print, with the figures as text beside them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

WIDTH, HEIGHT, GAP = 720, 120, 4


class Bar(Struct, frozen=True):
    """Positions in the chart's own units (`WIDTH` × `HEIGHT`), and the figures that they show."""

    x: float
    width: float
    done_y: float
    done_height: float
    failed_y: float
    failed_height: float
    start: datetime
    done: int
    failed: int


class Chart(Struct, frozen=True):
    bars: list[Bar]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def empty(self) -> bool:
        return all(bar.done == bar.failed == 0 for bar in self.bars)


def bars(columns: Sequence[tuple[datetime, int, int]]) -> Chart:
    """Stacked bars: done at the bottom, failed on top."""
    highest = max([done + failed for _, done, failed in columns] + [1])
    step = WIDTH / max(len(columns), 1)
    made = []
    for index, (start, done, failed) in enumerate(columns):
        done_height, failed_height = HEIGHT * done / highest, HEIGHT * failed / highest
        made.append(
            Bar(
                x=index * step + GAP / 2,
                width=step - GAP,
                done_y=HEIGHT - done_height,
                done_height=done_height,
                failed_y=HEIGHT - done_height - failed_height,
                failed_height=failed_height,
                start=start,
                done=done,
                failed=failed,
            )
        )
    return Chart(made, highest)
