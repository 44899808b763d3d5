"""Sentences for a person, in both languages. Part of the contract: import these from `contract`."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from raccord_connectors.numerals import english, french


class Message(Struct, frozen=True):
    """A sentence for a person, already filled in, in both languages.

    Both texts travel, because the agent of a merchant may be newer or older than the platform that shows them.
    `code` is stable: tests, statistics and translations to other languages refer to it.
    """

    code: str
    fr: str
    en: str

    def text(self, language: str) -> str:
        return self.fr if language.startswith("fr") else self.en


class Text(Struct, frozen=True):
    """A sentence with `{places}`, from which messages are filled: `KEY_REFUSED.fill(shop="…")`. A Decimal is written as one
    writes numbers in the language of the sentence; a message, in that language."""

    code: str
    fr: str
    en: str

    def fill(self, **values: object) -> Message:
        french, english = (
            {name: say(value) for name, value in values.items()} for say in (_in_french, _in_english)
        )
        return Message(self.code, self.fr.format(**french), self.en.format(**english))


def listed(messages: Iterable[Message], between: str = ", ") -> Message:
    """Several as one, to stand in a sentence."""
    found = list(messages)
    return Message("listed", between.join(one.fr for one in found), between.join(one.en for one in found))


def _in_french(value: object) -> object:
    return french(value) if isinstance(value, Decimal) else value.fr if isinstance(value, Message) else value


def _in_english(value: object) -> object:
    return english(value) if isinstance(value, Decimal) else value.en if isinstance(value, Message) else value
