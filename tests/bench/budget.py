"""A budget and what was measured beside its limit, in the same run: machines are noisy, ratios are not."""

from typing import Literal

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """One line of the table of budgets (DESIGN §9)."""

    path: str
    """What was measured, with its size: "scan, 100,000 articles × 30 columns, nothing changed"."""
    limit: str
    """What stands beside it: "reading the rows through the same driver"."""
    value: float
    limit_value: float
    unit: str
    """Of both values: s, requests, MB, ms."""
    budget: float
    """What value ÷ limit_value may be at the most (or at the least, with `at_least`)."""
    at_least: bool = False
    notes: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.limit_value

    @property
    def verdict(self) -> Literal["kept", "broken"]:
        kept = self.ratio >= self.budget if self.at_least else self.ratio <= self.budget
        return "kept" if kept else "broken"


def table(figures: list[Figure]) -> str:
    """As Markdown."""
    lines = [
        "| path | figure | limit beside it | ratio | budget | verdict |",
        "|---|---|---|---|---|---|",
    ]
    for one in figures:
        sign = "≥" if one.at_least else "≤"
        lines.append(
            f"| {one.path}{' — ' + one.notes if one.notes else ''} | {one.value:.4g} {one.unit} "
            f"| {one.limit}: {one.limit_value:.4g} {one.unit} | {one.ratio:.3g} | {sign} {one.budget:g} | {one.verdict} |"
        )
    return "\n".join(lines)
