"""The named failures of accounts, each with its sentence."""

from raccord_connectors.contract import Message, Text

WRONG = Text(
    "account.wrong_credentials",
    "Adresse e-mail ou mot de passe incorrect.",
    "Wrong e-mail address or password.",
)
TOO_MANY = Text(
    "account.too_many_attempts",
    "Trop d’essais. Patientez {minutes} minutes, puis réessayez.",
    "Too many attempts. Wait {minutes} minutes, then try again.",
)
WEAK = Text(
    "account.weak_password",
    "Choisissez un mot de passe d’au moins {length} caractères : une phrase est facile à retenir.",
    "Choose a password of at least {length} characters: a sentence is easy to remember.",
)
TAKEN = Text(
    "account.email_taken",
    "Un compte existe déjà avec cette adresse e-mail. Connectez-vous, ou demandez un nouveau mot de passe.",
    "There is already an account with this e-mail address. Sign in, or ask for a new password.",
)


class AccountError(Exception):
    """A refusal that the person reads; `field` says which entry it concerns."""

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.field = field
