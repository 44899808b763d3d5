"""Connectors that hide what is wrong, or say more than they may."""

import logging
from collections.abc import Iterator, Sequence
from itertools import count

from msgspec.structs import replace

from raccord_connectors.canonical import Listing
from raccord_connectors.contract import (
    EVERYTHING,
    Allowance,
    Change,
    ConfigError,
    Limits,
    Message,
    Outcome,
    Page,
    Selection,
    Text,
)
from raccord_connectors.sample.hostile.nasty import Nasty, SpoiltShop, breaks, respecified
from raccord_connectors.sample.memory import MemorySettings

WRONG = Text(
    "hostile.wrong", "Le jeton est refusé. Saisissez-le à nouveau.", "The token is refused. Enter it again."
)


@breaks("good_settings_are_accepted")
class RefusesEverybody(SpoiltShop):
    def check(self) -> None:
        raise ConfigError(WRONG.fill())


@breaks("wrong_settings_are_named")
class AcceptsEverybody(SpoiltShop):
    def check(self) -> None:
        pass


@breaks("wrong_settings_are_named")
class SpeaksEnglishOnly(SpoiltShop):
    def check(self) -> None:
        raise ConfigError(Message("hostile.english", "Wrong token.", "Wrong token."))


@breaks("wrong_settings_are_named")
class LeavesAPlaceEmpty(SpoiltShop):
    def check(self) -> None:
        raise ConfigError(Message(WRONG.code, "La clé {key} est refusée.", "The key {key} is refused."))


@breaks("the_error_of_wrong_settings_holds_no_secret")
class QuotesTheTokenInTheDetail(SpoiltShop):
    def check(self) -> None:
        raise ConfigError(WRONG.fill(), detail=f"GET /products?token={self.settings.token}")


@breaks("the_error_of_wrong_settings_holds_no_secret")
class QuotesTheTokenInTheCause(SpoiltShop):
    def check(self) -> None:
        raise ConfigError(WRONG.fill()) from Nasty(f"login failed for {self.settings.token}")


@breaks("secret_settings_are_never_printed")
class PrintsItsSettings(SpoiltShop):
    def __repr__(self) -> str:
        return f"PrintsItsSettings(token={self.settings.token!r})"


@breaks("secret_settings_are_never_printed")
class KeepsPrintableSettings(SpoiltShop):
    def __init__(self, settings: MemorySettings) -> None:
        super().__init__(settings)
        self.said = Message("hostile.said", settings.token, settings.token)


@breaks("nothing_secret_is_logged")
class LogsItsAddress(SpoiltShop):
    def check(self) -> None:
        logging.getLogger("hostile").debug("GET /products?token=%s", self.settings.token)
        super().check()


@breaks("closing_twice_is_harmless")
class ClosesOnce(SpoiltShop):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise Nasty("connection already closed")
        self.closed = True


@breaks("a_second_connector_sees_the_same_system")
class SeesItsOwnWorld(SpoiltShop):
    worlds = count(1)

    def __init__(self, settings: MemorySettings) -> None:
        super().__init__(settings)
        self.world = next(self.worlds)

    def page(self, stream: str, page: Page) -> Page:
        return Page(
            records=[replace(r, name=f"monde {self.world}") for r in page.records if isinstance(r, Listing)],
            cursor=page.cursor,
        )


class _LetsTheDriverSpeak(SpoiltShop):
    def _demand_life(self) -> None:
        if self._system().stopped:
            raise Nasty("[Errno 111] Connection refused")


@breaks("checking_a_stopped_system_is_transient")
class ChecksWithTheDriversError(_LetsTheDriverSpeak):
    def check(self) -> None:
        self._demand_life()


@breaks("checking_a_stopped_system_is_transient")
class BlamesTheSettings(SpoiltShop):
    def check(self) -> None:
        if self._system().stopped:
            raise ConfigError(WRONG.fill())


@breaks("reading_a_stopped_system_is_transient")
class ReadsWithTheDriversError(_LetsTheDriverSpeak):
    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        self._demand_life()
        yield from super().read(stream, wanted)


@breaks("reading_a_stopped_system_is_transient")
class ReadsNothingFromTheDead(SpoiltShop):
    """The worst: a cut that looks like an empty table."""

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        if not self._system().stopped:
            yield from super().read(stream, wanted)


@breaks("writing_to_a_stopped_system_is_transient")
class WritesWithTheDriversError(_LetsTheDriverSpeak):
    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        self._demand_life()
        yield from super().write(stream, changes)


@breaks("a_day_of_few_requests_is_asked_for_and_respected")
class CountsDaysAndCannotBeTold(SpoiltShop):
    spec = respecified(limits=Limits(requests_per_day=1_000))


@breaks("a_day_of_few_requests_is_asked_for_and_respected")
class NeverAsksItsAllowance(SpoiltShop):
    spec = respecified(limits=Limits(requests_per_day=1_000))
    allowance: Allowance | None = None


@breaks("a_day_of_few_requests_is_asked_for_and_respected")
class AsksWithoutSayingSo(SpoiltShop):
    allowance: Allowance | None = None
