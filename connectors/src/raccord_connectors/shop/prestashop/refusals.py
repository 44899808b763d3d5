"""What the webservice means when it refuses. Its status says little: a row that fails a check is 400, one whose saving failed is
500, a switched-off webservice is 503. So answers are judged by the number in their body first."""

import httpx

from raccord_connectors.contract import ConfigError
from raccord_connectors.kit.xml import BadXml, parse, text_of
from raccord_connectors.shop.prestashop import texts

NO_KEY, KEYS, NO_RIGHT, NO_VERB = 16, (17, 18, 20), (21, 26), (25,)
OFF, WRONG_SHOP = 22, 132


class Refused(Exception):
    """PrestaShop refused what was asked, in its own number and words. Whoever asked turns it into an outcome."""

    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(f"{status} {code} {words}")
        self.status = status
        self.code = code
        self.words = words[:300]

    @property
    def missing(self) -> bool:
        """What was asked for does not exist (any more)."""
        return self.status == 404


def judged(response: httpx.Response, host: str) -> Exception | None:
    """What to raise for an answer; None: its status says it."""
    status, (code, words) = response.status_code, error_in(response.content)
    if response.has_redirect_location:
        return None
    if code == NO_KEY:
        return ConfigError(texts.KEY_LOST.fill(host=host), field="key")
    if code in KEYS or (status == 401 and not code):
        return ConfigError(texts.KEY_REFUSED.fill(host=host), field="key")
    if code in NO_RIGHT or code in NO_VERB:
        return ConfigError(texts.FORBIDDEN.fill(words=words), field="key")
    if code == OFF:
        return ConfigError(texts.SWITCHED_OFF.fill(host=host))
    if code == WRONG_SHOP:
        return ConfigError(texts.WRONG_SHOP.fill(), field="shop_id")
    if code and status in (400, 404, 405, 500):
        return Refused(status, code, words)
    # An unknown row is answered with a bare 404; a page says that nothing is served under this address.
    return Refused(404, 0, "") if status == 404 and not response.content.strip() else None


def xml_in(content: bytes) -> bytes:
    """Without the notices that PHP printed before it."""
    start = content.find(b"<?xml")
    return content[start:] if start > 0 else content


def error_in(content: bytes) -> tuple[int, str]:
    """The number and the words of a refusal; 0 where the body is something else."""
    try:
        error = parse(xml_in(content)).find("errors/error")
    except BadXml:
        return 0, ""
    code = text_of(error, "code")
    return (int(code) if code.isdigit() else 0), text_of(error, "message")
