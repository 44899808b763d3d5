"""Calls of Oxatis Web Services: a form with an XML document in it, answered by a status inside HTTP 200."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx

from raccord_connectors.contract import Allowance, ConfigError, DaySpent, Message, Purpose, TransientError
from raccord_connectors.kit import texts as kit_texts
from raccord_connectors.kit import xml
from raccord_connectors.kit.addresses import GuardedTransport
from raccord_connectors.kit.http import HttpClient
from raccord_connectors.shop.oxatis import texts
from raccord_connectors.shop.oxatis.settings import OxatisSettings

OK, WARNED, ERROR, FORBIDDEN, DAY_SPENT, MAINTENANCE = 200, 300, 500, 503, 504, 600
NOT_FOUND, INVALID, DUPLICATE_ID, DUPLICATE = 1001, 1002, 1003, 1004
PAGE = 100
"""Rows of a list: the size seen in use; the largest one is not documented."""
PATIENCE = 300.0
"""Seconds to leave a shop under maintenance alone."""
DAY = timedelta(days=1)


class Refusal(Exception):
    """Status 500: this one call is refused. `reason` is Oxatis's own sentence."""

    def __init__(self, method: str, code: int, reason: str) -> None:
        super().__init__(f"{method}: {code} {reason}")
        self.code = code
        self.reason = reason or f"code {code}"
        self.detail = f"{method}: {ERROR}/{code}"


class OxatisClient:
    """Answers as XML elements (`Data`). Raises `Refusal`, and errors of the contract."""

    def __init__(
        self,
        settings: OxatisSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._identity = {"AppId": settings.app_id.strip(), "Token": settings.token.strip()}
        self._now = now
        self.zone = _zone(settings.time_zone)
        self.allowance: Allowance | None = None
        self._purpose: Purpose = "catalogue"
        line = transport or GuardedTransport(allow_private=settings.allow_private_address)
        self._http = HttpClient(
            settings.url.strip().rstrip("/") + "/",
            headers={"Accept": "text/xml"},
            transport=_Counted(line, self._take),
            allow_private=settings.allow_private_address,
            sleep=sleep,
            now=now,
        )

    def call(
        self,
        service: str,
        method: str,
        root: str,
        content: Mapping[str, Any],
        purpose: Purpose,
        *,
        repeat: bool = True,
    ) -> Element:
        """The answer's `Data`. `repeat`: asked twice it does no harm, so that a lost answer is asked for again."""
        form = {**self._identity, "Method": method, "Data": xml.build(root, content).decode()}
        self._purpose = purpose
        response = self._http.send("POST", f"{service}.aspx", data=form, repeat=repeat)
        try:
            answer = xml.parse(response.content)
        except xml.BadXml as error:
            detail = f"{method}: {response.headers.get('content-type', '?')}"
            raise TransientError(kit_texts.NOT_AN_API.fill(host=self._http.host), detail=detail) from error
        return self._data(service, method, answer)

    def rows(
        self, service: str, method: str, root: str, content: Mapping[str, Any], purpose: Purpose
    ) -> Iterator[list[Element]]:
        """The pages of a list: the elements that hold an `OxID`. The number of pages is taken from each answer, for lists
        grow while they are read."""
        number = 1
        while True:
            page = {"PageInformation": {"PageNumber": number, "PageSize": PAGE}, **content}
            data = self.call(service, method, root, page, purpose)
            yield [element for element in data.iter() if element.find("OxID") is not None]
            total = next((one.text for one in data.iter("TotalPages")), None) or "1"
            if number >= int(total):
                return
            number += 1

    # ------------------------------------------------------------------------------------------------- time

    def local(self, moment: float | datetime) -> datetime:
        """A moment as Oxatis writes it: the shop's own time, without a zone."""
        known = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, self.zone)
        return known.astimezone(self.zone).replace(tzinfo=None)

    def moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text[:19]).replace(tzinfo=self.zone)

    def now(self) -> float:
        return self._now()

    def close(self) -> None:
        self._http.close()

    # ----------------------------------------------------------------------------------------------- inside

    def _take(self) -> None:
        if self.allowance is not None:
            self.allowance.take(self._purpose)

    def _data(self, service: str, method: str, answer: Element) -> Element:
        status, code = (_number(xml.text_of(answer, name)) for name in ("StatusCode", "StatusSubCode"))
        reason = xml.text_of(answer, "ErrorDetails")[:300]
        data = answer.find("Data")
        data = Element("Data") if data is None else data
        match status:
            case 200 | 300:
                if (data.text or "").strip() == "-1" or xml.text_of(data, "OxID") == "-1":
                    raise Refusal(method, code, reason)
                return data
            case 503:
                raise ConfigError(not_authorised(service), detail=f"{method}: {status}", field="token")
            case 504:
                raise self._day_spent()
            case 600:
                raise TransientError(texts.MAINTENANCE.fill(), detail=method, retry_after=PATIENCE)
            case 500:
                raise Refusal(method, code, reason)
        detail = f"{method}: status {status}"
        raise TransientError(kit_texts.NOT_AN_API.fill(host=self._http.host), detail=detail)

    def _day_spent(self) -> DaySpent:
        if self.allowance is not None:
            return self.allowance.refused()
        now = datetime.fromtimestamp(self._now(), self.zone)
        midnight = (now + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        return DaySpent(texts.DAY_SPENT.fill(), retry_after=midnight.timestamp() - now.timestamp())


class _Counted(httpx.BaseTransport):
    """A line on which each request is asked for before it leaves."""

    def __init__(self, line: httpx.BaseTransport, before: Callable[[], None]) -> None:
        self._line = line
        self._before = before

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._before()
        return self._line.handle_request(request)

    def close(self) -> None:
        self._line.close()


def not_authorised(service: str) -> Message:
    french, english = texts.AREAS.get(service, (service, service))
    filled = texts.NOT_AUTHORISED
    return Message(filled.code, filled.fr.format(area=french), filled.en.format(area=english))


def oxid(data: Element) -> str:
    """The id that an answer tells: in an `OxID`, or as the whole of `Data`."""
    found = next((one.text for one in data.iter("OxID")), None) or data.text or ""
    return found.strip()


def entity(data: Element, name: str) -> Element:
    """The thing that an answer holds: in an element of its own, or as `Data` itself."""
    found = data.find(name)
    return data if found is None else found


def identity(key: str | None) -> str | None:
    """An OxID as it is sent; None for what cannot be one. TRAP: 0 and -1 mean something else."""
    text = key or ""
    return text if text.isascii() and text.isdigit() and 0 < len(text) < 19 and int(text) > 0 else None


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 0


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(texts.BAD_ZONE.fill(zone=name), field="time_zone") from None
