"""What the public API refuses, each with its sentence."""

from raccord_connectors.contract import Message, Text

NO_KEY = Text(
    "api.no_key",
    "Cette adresse demande une clé d’API : envoyez l’en-tête « Authorization: Bearer VOTRE_CLÉ ». Une clé se crée dans les "
    "réglages de la société, page « API ».",
    "This address asks for an API key: send the header “Authorization: Bearer YOUR_KEY”. A key is made in the settings of the "
    "company, page “API”.",
)
BAD_KEY = Text(
    "api.bad_key",
    "Cette clé d’API n’est pas connue, a expiré ou a été révoquée. Créez-en une autre dans les réglages, page « API ».",
    "This API key is not known, has expired or was revoked. Make another one in the settings, page “API”.",
)
NO_SCOPE = Text(
    "api.no_scope",
    "La clé « {name} » n’a pas le droit « {scope} ». Créez une clé qui l’a.",
    "The key “{name}” lacks the right “{scope}”. Make a key that has it.",
)
TOO_MANY = Text(
    "api.too_many_requests",
    "Cette clé a fait plus de {limit} requêtes en une minute. Attendez {seconds} secondes.",
    "This key made more than {limit} requests in one minute. Wait {seconds} seconds.",
)
TOO_LARGE = Text(
    "api.too_large",
    "Le corps de la requête dépasse {most} octets. Envoyez-le en plusieurs fois.",
    "The body of the request is larger than {most} bytes. Send it in several requests.",
)
OTHER_BODY = Text(
    "api.idempotency_other_request",
    "La clé d’idempotence « {key} » a déjà servi à une autre requête. Prenez une nouvelle clé pour chaque nouvelle opération.",
    "The idempotency key “{key}” was used for another request. Take a new key for every new operation.",
)
UNDER_WAY = Text(
    "api.idempotency_under_way",
    "La même requête est en cours. Attendez {seconds} secondes, puis répétez-la : vous recevrez sa réponse.",
    "The same request is under way. Wait {seconds} seconds, then repeat it: you will get its answer.",
)
LONG_KEY = Text(
    "api.idempotency_key_unusable",
    "Une clé d’idempotence a entre 1 et {most} caractères visibles.",
    "An idempotency key has between 1 and {most} visible characters.",
)
INVALID = Text(
    "api.invalid",
    "« {field} » ne convient pas : {reason}.",
    "“{field}” does not fit: {reason}.",
)
BAD_CURSOR = Text(
    "api.bad_cursor",
    "Le repère de page « after » n’est pas de ceux que nous donnons. Reprenez à la première page.",
    "The page mark “after” is none that we give. Begin again at the first page.",
)
NOT_FOUND = Text(
    "api.not_found",
    "Il n’y a rien à cette adresse, ou rien que cette clé puisse voir.",
    "There is nothing at this address, or nothing that this key may see.",
)
NOT_ALLOWED = Text(
    "api.method_not_allowed",
    "Cette adresse ne connaît pas la méthode {method}.",
    "This address does not know the method {method}.",
)
OUR_FAULT = Text(
    "api.our_fault",
    "Une erreur de notre fait a arrêté cette requête ; elle nous est signalée. Répétez-la dans un moment.",
    "An error of ours stopped this request; it is reported to us. Repeat it in a while.",
)
MOVED_ON = Text(
    "api.moved_on",
    "Ce n’est plus à décider : relisez l’état actuel.",
    "This is no longer to be decided: read how it stands now.",
)
REFUSED = Text(
    "api.refused",
    "La requête ne peut pas être comprise (état {status}).",
    "The request cannot be understood (status {status}).",
)
NEEDS_NAME = Text(
    "api.key_needs_name",
    "Donnez un nom à la clé : celui du programme qui s’en servira.",
    "Give the key a name: that of the program that will use it.",
)
NEEDS_SCOPE = Text(
    "api.key_needs_scope",
    "Choisissez au moins un droit : sans droit, la clé n’ouvre rien.",
    "Choose at least one right: without any, the key opens nothing.",
)
BAD_DATE = Text(
    "api.key_bad_date",
    "Choisissez une date à venir.",
    "Choose a date in the future.",
)
TOO_MANY_SIGN_INS = Text(
    "api.too_many_sign_ins",
    "Ce programme s’est trompé trop souvent de secret. Attendez un quart d’heure, et vérifiez son secret.",
    "This program gave a wrong secret too often. Wait a quarter of an hour, and check its secret.",
)
NO_GRANT = Text(
    "api.no_grant",
    "Ce commerçant ne donne pas, ou plus, accès à votre société partenaire. Demandez-lui un accès sur sa page « Accès "
    "partenaires ».",
    "This merchant does not, or no longer, let your partner company in. Ask them for access on their page “Partner access”.",
)
NEEDS_TENANT = Text(
    "api.needs_tenant",
    "Dites pour quel commerçant : le paramètre « tenant » est son identifiant, que montre le portail.",
    "Say for which merchant: the parameter “tenant” is its id, which the portal shows.",
)


class ApiRefused(Exception):
    """Becomes problem details. `headers` such as Retry-After."""

    def __init__(
        self,
        status: int,
        message: Message,
        *,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message.code}: {message.en}")
        self.status = status
        self.message = message
        self.field = field
        self.headers = headers or {}


def not_found() -> ApiRefused:
    return ApiRefused(404, NOT_FOUND.fill())


def moved_on() -> ApiRefused:
    return ApiRefused(409, MOVED_ON.fill())
