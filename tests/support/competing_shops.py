"""Three shops sell the same few pieces of one ERP, in a time that we make: what is sold, when each side learns of it, and what
was sold that was not there any more.

Real: the platform (collecting, reservations, stock rule, projecting, pushing, entering, ingest and proof, on PostgreSQL).
Simulated, and the same for each seed: the buyers, the shops and the ERP in memory, and how long everything takes: a webhook, a
request, a command of the agent. While a request of ours is under way, people go on buying.

A piece is *oversold* when a shop sells it after the last one is gone. It is oversold **because of us** when nothing was left even
of what we had had the time to tell: `IN_TIME` after we learned of it, the whole round trip. Two kinds are told apart from that:

- *given back*: the shop itself had sold the piece while a figure of ours was on its way into it, and the figure, being absolute,
  put the piece back on the shelf until we learned of the sale. A shop that takes a figure only as a whole cannot avoid it.
- the rest: two buyers in two shops were faster than any message.
"""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

SHOPS = ("FR", "PRO", "OUTLET")
IN_TIME = 5.0
"""Seconds between our learning of a sale and the last shop's showing it: the whole round trip, with the other shops in turn."""
WANTS = 0.7
"""Buyers a second, all shops together."""
RIVALS = 0.4
"""Share of the buyers after whom another wants the same article, in any shop, a few seconds later."""
RIVAL_AFTER = 3.0
AT_THE_COUNTER = 1 / 60
"""Pieces a second that are sold in the merchant's own premises."""
RESTOCKED_AFTER = 90.0
"""Seconds until an article that is gone is bought in again."""
LARGEST = 5


@dataclass(frozen=True, order=True)
class Want:
    at: float
    shop: int
    item: int


def demand(items: int, seed: int) -> Iterator[Want]:
    """Who wants what, where, for ever. A few articles are wanted much more than the rest."""
    dice = random.Random(seed)
    weights = [1 / (place + 3) for place in range(items)]
    rivals: list[Want] = []
    at = 0.0
    while True:
        at += dice.expovariate(WANTS * (1 - RIVALS))
        while rivals and rivals[0].at <= at:
            want = heapq.heappop(rivals)
            if dice.random() < RIVALS:
                heapq.heappush(rivals, _rival(want, dice))
            yield want
        (item,) = dice.choices(range(items), weights=weights)
        want = Want(at, dice.randrange(len(SHOPS)), item)
        if dice.random() < RIVALS:
            heapq.heappush(rivals, _rival(want, dice))
        yield want


def _rival(want: Want, dice: random.Random) -> Want:
    return Want(want.at + dice.expovariate(1 / RIVAL_AFTER), dice.randrange(len(SHOPS)), want.item)


# ------------------------------------------------------------------------------------------------- what is true


@dataclass
class Taken:
    """One piece is gone: sold by a shop, or at the counter (None)."""

    at: float
    shop: int | None
    known: float = float("inf")
    """When we learned of it."""


@dataclass
class Article:
    """What there really is of it."""

    bought_in: int
    taken: list[Taken] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.bought_in - len(self.taken)


@dataclass
class Score:
    sold: int = 0
    turned_away: int = 0
    oversold: int = 0
    because_of_us: int = 0
    given_back: int = 0
    examples: list[str] = field(default_factory=list)


def judge(score: Score, article: Article, sale: Taken, name: str) -> None:
    """Before the sale is added to what is taken."""
    score.sold += 1
    if article.left >= 1:
        return
    score.oversold += 1
    told = [one for one in article.taken if one.known + IN_TIME <= sale.at]
    own = [one for one in article.taken if one.shop == sale.shop and one.known + IN_TIME > sale.at]
    if article.bought_in - len(told) < 1:
        score.because_of_us += 1
        score.examples.append(f"{name} at {sale.at:.2f}: {article.taken[-4:]}")
    elif article.bought_in - len(told) - len(own) < 1:
        score.given_back += 1


# ------------------------------------------------------------------------------------------------------- time


class Clock:
    """Events in their order; of two at once, the one that was planned first."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._number = itertools.count()

    def after(self, seconds: float, what: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._number), what))

    def every(self, seconds: float, what: Callable[[], Awaitable[None]]) -> None:
        async def again() -> None:
            self.after(seconds, again)
            await what()

        self.after(seconds, again)

    @property
    def next_at(self) -> float:
        return self._events[0][0] if self._events else float("inf")

    async def step(self) -> None:
        at, _, what = heapq.heappop(self._events)
        self.now = max(self.now, at)
        await what()


# --------------------------------------------------------------------------------------------- the naive poller


class NaivePoller:
    """What most connectors do: every so often the orders go into the ERP, then the ERP's stock goes into each shop. The same
    demand, the same counter, the same buying in."""

    def __init__(self, stocks: list[int], every: float, seed: int) -> None:
        self.score = Score()
        self._articles = [Article(stock) for stock in stocks]
        self._shown = [list(stocks) for _ in SHOPS]
        self._every = every
        self._next = every
        self._dice = random.Random(seed)
        self._arrivals: list[tuple[float, int, int]] = []
        self._counter = self._dice.expovariate(AT_THE_COUNTER)

    def want(self, want: Want) -> None:
        self._live_until(want.at)
        if self._shown[want.shop][want.item] < 1:
            self.score.turned_away += 1
            return
        self._shown[want.shop][want.item] -= 1
        self._take(want.item, Taken(want.at, want.shop))

    def _take(self, item: int, sale: Taken) -> None:
        article = self._articles[item]
        if sale.shop is not None:
            judge(self.score, article, sale, f"{item} in {SHOPS[sale.shop]}")
        article.taken.append(sale)
        if article.left == 0:
            due = sale.at + self._dice.expovariate(1 / RESTOCKED_AFTER)
            heapq.heappush(self._arrivals, (due, item, self._dice.randint(1, LARGEST)))

    def _live_until(self, at: float) -> None:
        while True:
            arrival = self._arrivals[0][0] if self._arrivals else float("inf")
            first = min(self._next, arrival, self._counter)
            if first > at:
                return
            if first == self._next:
                self._poll()
            elif first == arrival:
                _, item, pieces = heapq.heappop(self._arrivals)
                article = self._articles[item]
                article.bought_in += max(pieces - article.left, 1)
            else:
                self._sell_at_the_counter()

    def _poll(self) -> None:
        for item, article in enumerate(self._articles):
            for one in article.taken:
                one.known = min(one.known, self._next)
            for shown in self._shown:
                shown[item] = max(article.left, 0)
        self._next += self._every

    def _sell_at_the_counter(self) -> None:
        item = self._dice.randrange(len(self._articles))
        if self._articles[item].left > 0:
            self._take(item, Taken(self._counter, None, self._counter))
        self._counter += self._dice.expovariate(AT_THE_COUNTER)
