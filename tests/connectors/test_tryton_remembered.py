"""Tryton's small tables are asked once for a run of orders, never for good."""

from raccord_connectors.erp.tryton.remembered import KEPT, Remembered


class Table:
    def __init__(self) -> None:
        self.now, self.rows, self.asked = 0.0, ["EUR"], 0
        self.known: Remembered[list[str]] = Remembered(clock=lambda: self.now)

    def find(self, wanted: str) -> bool:
        def ask() -> list[str]:
            self.asked += 1
            return list(self.rows)

        return wanted in self.known.get("all", ask, holds=lambda rows: wanted in rows)


def test_it_is_asked_once_a_minute() -> None:
    table = Table()
    assert table.find("EUR")
    assert table.find("EUR")
    assert 1 == table.asked
    table.now = KEPT
    assert table.find("EUR")
    assert 2 == table.asked


def test_what_is_not_there_is_looked_for_again_at_once() -> None:
    table = Table()
    assert not table.find("CHF")
    table.rows.append("CHF")
    assert table.find("CHF")
