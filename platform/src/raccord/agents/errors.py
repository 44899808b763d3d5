"""Why an agent is refused: the sentences, and the one exception that carries them."""

from raccord_connectors.contract import Message, Text

CODE_UNKNOWN = Text(
    "agent.code_unknown",
    "Ce code d’enrôlement n’existe pas. Vérifiez les huit caractères ; si besoin, créez un nouveau code sur la page "
    "« Agents ».",
    "There is no such enrolment code. Check the eight characters; if need be, create a new code on the page “Agents”.",
)
CODE_EXPIRED = Text(
    "agent.code_expired",
    "Ce code d’enrôlement a expiré (il vaut une heure). Créez-en un nouveau sur la page « Agents ».",
    "This enrolment code has expired (it is valid for one hour). Create a new one on the page “Agents”.",
)
CODE_USED = Text(
    "agent.code_used",
    "Ce code d’enrôlement a déjà servi à un autre agent. Créez-en un nouveau sur la page « Agents ».",
    "This enrolment code was already used by another agent. Create a new one on the page “Agents”.",
)
TOO_MANY = Text(
    "agent.too_many_attempts",
    "Trop d’essais d’enrôlement depuis cette adresse. Patientez {minutes} minutes, puis réessayez.",
    "Too many enrolment attempts from this address. Wait {minutes} minutes, then try again.",
)
OTHER_CONNECTOR = Text(
    "agent.other_connector",
    "Ce code vaut pour la connexion « {connection} » ({expected}), mais l’agent est réglé pour {found}. Choisissez "
    "{expected} dans l’agent, ou créez un code pour une autre connexion.",
    "This code is for the connection “{connection}” ({expected}), but the agent is set up for {found}. Choose "
    "{expected} in the agent, or create a code for another connection.",
)
CLOCK = Text(
    "agent.clock",
    "L’horloge de cette machine {gap_fr} de {seconds} secondes sur celle de la plateforme ({time} UTC). Réglez-la à "
    "l’heure (cinq minutes d’écart au plus).",
    "The clock of this machine is {seconds} seconds {gap_en} that of the platform ({time} UTC). Set it right (five "
    "minutes apart at most).",
)
SIGNATURE = Text(
    "agent.signature",
    "La signature de l’agent n’est pas valable : sa clé n’est pas celle de son enrôlement. Enrôlez-le à nouveau avec "
    "un nouveau code.",
    "The agent’s signature is not valid: its key is not that of its enrolment. Enrol it again with a new code.",
)
REPLAYED = Text(
    "agent.replayed",
    "Cette demande de jeton a déjà servi. L’agent en fera une nouvelle tout seul ; si cela se répète, mettez-le à jour.",
    "This request for a token was already used. The agent makes a new one by itself; if this repeats, update it.",
)
REVOKED = Text(
    "agent.revoked",
    "Cet agent n’est plus autorisé : il a été révoqué, remplacé, ou sa connexion a été supprimée. Pour continuer, "
    "enrôlez-le avec un nouveau code de la page « Agents ».",
    "This agent is no longer authorised: it was revoked, replaced, or its connection was removed. To go on, enrol it "
    "with a new code from the page “Agents”.",
)
TOKEN = Text(
    "agent.token",
    "Le jeton de l’agent manque ou n’est plus valable. L’agent en demande un nouveau tout seul.",
    "The agent’s token is missing or no longer valid. The agent asks for a new one by itself.",
)
PROTOCOL = Text(
    "agent.protocol",
    "L’agent parle la version {found} du protocole, la plateforme la version {expected}. Mettez l’agent à jour.",
    "The agent speaks version {found} of the protocol, the platform version {expected}. Update the agent.",
)
MALFORMED = Text(
    "agent.malformed",
    "Le message de l’agent ne peut pas être lu (champ {field} : {reason}). Mettez l’agent à jour.",
    "The agent’s message cannot be read (field {field}: {reason}). Update the agent.",
)
TOO_LARGE = Text(
    "agent.too_large",
    "Le message de l’agent dépasse {most} Mo. Il sera découpé ; si cela se répète, mettez l’agent à jour.",
    "The agent’s message is larger than {most} MB. It will be cut; if this repeats, update the agent.",
)
ENCODING = Text(
    "agent.encoding",
    "La compression « {encoding} » du message n’est pas prise en charge (seulement zstd). Mettez l’agent à jour.",
    "The compression “{encoding}” of the message is not supported (only zstd). Update the agent.",
)
GAP = Text(
    "agent.gap",
    "Il manque un envoi avant celui-ci : le dernier reçu porte le numéro {taken}. L’agent reprend de là tout seul.",
    "A delta is missing before this one: the last one taken has the number {taken}. The agent goes on from there by "
    "itself.",
)
UNKNOWN_COMMAND = Text(
    "agent.unknown_command",
    "La plateforme n’attend pas de réponse à la demande {command} : elle a été retirée. L’agent peut l’oublier.",
    "The platform expects no answer to the command {command}: it was withdrawn. The agent may forget it.",
)
NOT_POSSIBLE = Text(
    "agent.not_possible",
    "La plateforme ne connaît pas cet appel ({status}). Mettez l’agent à jour.",
    "The platform does not know this call ({status}). Update the agent.",
)
OUR_FAULT = Text(
    "agent.our_fault",
    "La plateforme a rencontré une erreur de notre fait ; elle nous est signalée. L’agent réessaie tout seul.",
    "The platform met an error of ours; it is reported to us. The agent tries again by itself.",
)
BAD_SCHEDULE = Text(
    "agent.bad_schedule",
    "Cet intervalle n’est pas possible ({reason}). Saisissez des secondes, de {least} à {most}.",
    "This interval is not possible ({reason}). Enter seconds, from {least} to {most}.",
)
NOT_AN_ERP = Text(
    "agent.connection_not_an_erp",
    "Un agent sert une gestion commerciale, et cette connexion n’en est pas une (ou n’existe plus).",
    "An agent serves an ERP, and this connection is none (or no longer exists).",
)


class AgentRefused(Exception):
    """Becomes a `wire.Refusal` with this status. `taken` is told when a delta came out of order."""

    def __init__(
        self,
        status: int,
        message: Message,
        *,
        server_time: int | None = None,
        taken: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.status = status
        self.message = message
        self.server_time = server_time
        self.taken = taken
        self.retry_after = retry_after
        """Seconds."""


class AgentSettingError(Exception):
    """A person asked for something impossible; `field` says which entry it concerns."""

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.field = field
