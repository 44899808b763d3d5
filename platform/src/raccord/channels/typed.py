"""What a person typed into a form of rules, brought to its types entry by entry; what is wrong is kept beside its field."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from litestar.datastructures import FormMultiDict

from raccord_connectors.canonical import plain
from raccord_connectors.contract import Message, Text

NOT_A_NUMBER = Text(
    "channel.not_a_number",
    "« {typed} » n’est pas un nombre utilisable ici. Saisissez par exemple {example}.",
    "“{typed}” is not a number that can be used here. Enter for example {example}.",
)
NOT_A_CHOICE = Text(
    "channel.not_a_choice",
    "Choisissez une des réponses proposées.",
    "Choose one of the answers offered.",
)
BAD_CURRENCY = Text(
    "channel.bad_currency",
    "« {typed} » n’est pas un code de devise. Saisissez les trois lettres, par exemple EUR.",
    "“{typed}” is not a currency code. Enter its three letters, for example EUR.",
)
MOST = Decimal(1_000_000)


class Typed:
    """One form that was sent. A wrong entry gives the former value, and its sentence in `wrong`."""

    def __init__(self, form: FormMultiDict) -> None:
        self.form = form
        self.wrong: dict[str, Message] = {}

    def text(self, name: str, longest: int = 255) -> str:
        return str(self.form.get(name, "")).replace("\0", "").strip()[:longest]

    def lines(self, name: str) -> list[str]:
        """Values separated by commas, semicolons or lines, each once."""
        typed = self.text(name, 10_000).replace(";", ",").replace("\n", ",")
        return list(dict.fromkeys(part.strip() for part in typed.split(",") if part.strip()))

    def many(self, name: str) -> list[str]:
        """The ticked ones."""
        return list(dict.fromkeys(str(one).replace("\0", "")[:255] for one in self.form.getall(name, [])))

    def flag(self, name: str) -> bool:
        return name in self.form

    def yes_no(self, name: str) -> bool | None:
        return {"yes": True, "no": False}.get(str(self.form.get(name, "")))

    def choice(self, name: str, choices: Sequence[str], former: str) -> str:
        typed = str(self.form.get(name, former))
        if typed in choices:
            return typed
        self.wrong[name] = NOT_A_CHOICE.fill()
        return former

    def number(
        self,
        name: str,
        former: Decimal,
        *,
        least: Decimal = Decimal(0),
        most: Decimal = MOST,
        example: object = 2,
    ) -> Decimal:
        """An empty entry leaves what was."""
        found = self.optional_number(name, former, least=least, most=most, example=example)
        return former if found is None else found

    def optional_number(
        self,
        name: str,
        former: Decimal | None,
        *,
        least: Decimal = Decimal(0),
        most: Decimal = MOST,
        example: object = 2,
    ) -> Decimal | None:
        """An empty entry means none."""
        typed = self.text(name).replace(",", ".").replace(" ", "").replace("\u00a0", "")
        if not typed:
            return None
        found = decimal_of(typed)
        if found is None or not least <= found <= most:
            self.refuse_number(name, self.text(name), example)
            return former
        return plain(found)

    def whole(
        self, name: str, former: int, *, least: int = 0, most: int = 10_000, example: object = 3
    ) -> int:
        found = self.number(name, Decimal(former), least=Decimal(least), most=Decimal(most), example=example)
        if found == found.to_integral_value():
            return int(found)
        self.refuse_number(name, self.text(name), example)
        return former

    def refuse_number(self, name: str, typed: str, example: object) -> None:
        self.wrong[name] = NOT_A_NUMBER.fill(typed=typed[:20], example=example)

    def currency(self, name: str, former: str) -> str:
        typed = str(self.form.get(name, former)).strip().upper()
        if len(typed) == 3 and typed.isascii() and typed.isalpha():
            return typed
        self.wrong[name] = BAD_CURRENCY.fill(typed=typed[:20])
        return former


def decimal_of(typed: str) -> Decimal | None:
    try:
        found = Decimal(typed)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
