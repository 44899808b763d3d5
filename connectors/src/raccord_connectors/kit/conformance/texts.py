"""Guarantees on French data: what people type survives, or is refused by name."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from raccord_connectors.canonical import Category, Customer, CustomerDraft, Draft, Listing, Product, Record
from raccord_connectors.contract import Can
from raccord_connectors.kit.conformance.author import Author
from raccord_connectors.kit.conformance.multiply import needs

SPEAKING = (Category, Customer, CustomerDraft, Draft, Listing, Product)


class TextGuarantees(Author):
    @needs(Can.CREATE, hooks=("look",), records=SPEAKING)
    def test_french_letters_survive(self, stream: str) -> None:
        self._assert_survives(stream, "Château d’Œuvre : pâté de Noël, 12 € l’été, à Besançon")

    @needs(Can.CREATE, hooks=("look",), records=SPEAKING)
    def test_quotes_and_markup_survive(self, stream: str) -> None:
        self._assert_survives(stream, """L'été, "doubles" & «guillemets», 5 < 6 ; 100 % \\ fin""")

    @needs(Can.CREATE, hooks=("look",), records=SPEAKING)
    def test_emoji_survive_or_are_refused(self, stream: str) -> None:
        self._assert_survives(stream, "Fromage 🧀 fermier 👩‍🌾")

    @needs(Can.CREATE, hooks=("look",), records=SPEAKING)
    def test_long_names_survive_or_are_refused(self, stream: str) -> None:
        self._assert_survives(stream, ("Très long " * 26)[:254] + "x")

    def _assert_survives(self, stream: str, text: str) -> None:
        (outcome,) = self.write(stream, self.change(stream, with_text(self.sample(stream, 0), text)))
        if outcome.problem is not None:
            assert outcome.problem.kind == "rejected", f"a text is `rejected`, not {outcome.problem.kind}"
            assert outcome.problem.field, "the problem says which field the system cannot hold"
            self.assert_for_a_person(outcome.problem.message)
            return
        texts = list(_texts(self.look(stream, str(outcome.target))))
        expected = self.stored(stream, text)
        assert expected in texts, f"{expected!r} was accepted and became one of {texts}"


def with_text(record: Record, text: str) -> Record:
    """The record with `text` where its name is; a draft has it in the title of its first line."""
    match record:
        case CustomerDraft():
            return replace(record, customer=replace(record.customer, last_name=text))
        case Customer():
            return replace(record, last_name=text)
        case Draft():
            return replace(record, lines=[replace(record.lines[0], title=text), *record.lines[1:]])
        case _:
            return replace(record, name=text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
