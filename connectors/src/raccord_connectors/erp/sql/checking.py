"""What `check` says of a definition beside its words: columns that are missing, rows that cannot be read, orders that could not
be read back."""

from collections.abc import Callable, Sequence

from raccord_connectors.contract import ConfigError, Message, Text
from raccord_connectors.erp.sql import texts
from raccord_connectors.erp.sql.procedure import PLACES
from raccord_connectors.erp.sql.reading import Reading
from raccord_connectors.erp.sql.settings import OrdersByFile, OrdersByStatement, SqlDefinition
from raccord_connectors.kit.definition.loading import Place

SAMPLE = 50
"""Records of each stream that are looked at."""
READ_BACK = {"orders": "documents", "customers": "customers"}


def look_at(reading: Callable[[], Reading], place: Place, name: str) -> Sequence[Message]:
    """Of one stream: each field whose column is missing, or the first row where none can be read."""
    try:
        count, problem = reading().sample(SAMPLE)
    except ConfigError as error:
        if error.findings:
            return error.findings
        return [
            _around(
                texts.SOURCE_REFUSED,
                error.message,
                file=place.name,
                line=place.line("streams", name),
                stream=name,
            )
        ]
    if problem is None:
        return []
    return [_around(texts.ALL_ROWS_BAD, problem.message, stream=name, count=count)]


def look_at_orders(definition: SqlDefinition, place: Place, has_folder: bool) -> Sequence[Message]:
    told = []
    for block, back in READ_BACK.items():
        rules = getattr(definition, block)
        if isinstance(rules, OrdersByStatement):
            if back not in definition.streams or "reference" not in definition.streams[back].fields:
                told.append(place.message(texts.NO_READ_BACK, [block], stream=back))
            if not all(one in rules.statement for one in PLACES):
                told.append(place.message(texts.NO_PLACE, [block, "statement"]))
        elif isinstance(rules, OrdersByFile) and not has_folder:
            told.append(texts.NO_EXCHANGE.fill())
    return told


def _around(text: Text, reason: Message, **values: object) -> Message:
    """A sentence that ends with another one, each in its language."""
    return Message(
        text.code, text.fr.format(reason=reason.fr, **values), text.en.format(reason=reason.en, **values)
    )
