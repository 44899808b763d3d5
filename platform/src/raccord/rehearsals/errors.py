"""Why a rehearsal cannot be started."""

from raccord_connectors.contract import Message, Text


class RehearsalError(Exception):
    """`message` is for the person."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message


UNKNOWN = Text(
    "rehearsals.unknown", "Ce canal n’existe pas, ou plus.", "This channel does not exist, or no longer."
)
UNDER_WAY = Text(
    "rehearsals.under_way",
    "Une répétition de ce canal est déjà en cours. Attendez sa fin, ou arrêtez-la.",
    "A rehearsal of this channel is under way already. Wait for its end, or stop it.",
)
