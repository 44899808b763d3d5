"""What a push is refused for, each with its sentence."""

from raccord_connectors.contract import Message, Text

NOT_PUSHED = Text(
    "push.not_pushed",
    "Cette connexion n’est pas une gestion qui pousse ses données. Créez-en une du genre « ERP qui pousse ».",
    "This connection is not an ERP that pushes its data. Make one of the kind “ERP that pushes”.",
)
UNKNOWN_STREAM = Text(
    "push.unknown_stream",
    "Il n’y a pas de flux « {stream} ». Flux possibles : {known}.",
    "There is no stream “{stream}”. Possible streams: {known}.",
)
OTHER_BATCH = Text(
    "push.other_batch",
    "Le lot « {batch} » a déjà été pris avec un autre contenu. Donnez un nouveau nom à chaque lot.",
    "The batch “{batch}” was taken already with other content. Give every batch a name of its own.",
)
NO_SESSION = Text(
    "push.no_session",
    "Cette session n’existe pas ou n’est plus ouverte : recommencez-en une, et renvoyez tous les lots.",
    "This session does not exist or is no longer open: begin another one, and send all batches again.",
)
ROWS_MISSING = Text(
    "push.rows_missing",
    "La session a reçu {received} lignes et vous en annoncez {told} : il manque des lots. Rien n’a été supprimé. Renvoyez-les, "
    "puis validez.",
    "The session got {received} rows and you announce {told}: batches are missing. Nothing was deleted. Send them, then commit.",
)
LAGGING = Text(
    "push.lagging",
    "{waiting} changements attendent encore d’être traités. Attendez {seconds} secondes avant le lot suivant.",
    "{waiting} changes still wait to be worked on. Wait {seconds} seconds before the next batch.",
)
BUSY = Text(
    "push.busy",
    "Un autre lot de cette gestion est en cours. Attendez {seconds} secondes.",
    "Another batch of this ERP is under way. Wait {seconds} seconds.",
)
TOO_MANY_ROWS = Text(
    "push.too_many_rows",
    "Un lot a {most} lignes au plus. Envoyez-le en plusieurs lots.",
    "A batch has at most {most} rows. Send it in several batches.",
)
NO_KEY = Text(
    "push.no_key",
    "La ligne {row} n’a pas de clé utilisable (champ key : 1 à 255 caractères).",
    "Row {row} has no usable key (field key: 1 to 255 characters).",
)
ROW_UNREADABLE = Text(
    "push.row_unreadable",
    "La ligne {row} (clé {key}) ne convient pas, champ {field} : {reason}.",
    "Row {row} (key {key}) does not fit, field {field}: {reason}.",
)
TWICE = Text(
    "push.key_twice",
    "La clé {key} est deux fois dans le lot (lignes {first} et {row}) : la dernière ligne a été prise.",
    "The key {key} is twice in the batch (rows {first} and {row}): the last row was taken.",
)
UNNAMED = Text(
    "push.unnamed_rows",
    "{rows} lignes refusées n’avaient pas de clé lisible : on ne peut pas savoir ce qui a disparu, rien n’a été supprimé. "
    "Corrigez ces lignes à la source, puis refaites une session.",
    "{rows} refused rows had no readable key: nobody can tell what is gone, nothing was deleted. Correct these rows at their "
    "source, then make another session.",
)
EMPTY = Text(
    "push.empty_session",
    "La session est vide alors que {known} fiches sont connues : rien n’a été supprimé. Une personne décide sur la page « En "
    "attente de vous ».",
    "The session is empty although {known} records are known: nothing was deleted. A person decides on “Waiting for you”.",
)
NO_TASK = Text(
    "push.no_task",
    "Il n’y a pas de tâche de ce numéro pour cette gestion, ou elle est terminée.",
    "There is no task of this number for this ERP, or it is done.",
)
OTHER_KIND = Text(
    "push.other_kind",
    "Cette tâche attend « {expected} » en réponse.",
    "This task waits for “{expected}” as its answer.",
)
OTHER_REFERENCE = Text(
    "push.other_reference",
    "Le document rendu porte la référence « {found} » au lieu de « {expected} » : gardez la référence de la commande dans la "
    "gestion et relisez-la de là.",
    "The document that came back has the reference “{found}” instead of “{expected}”: keep the order’s reference in the ERP and "
    "read it back from there.",
)
REFUSED = Text(
    "push.refused",
    "La gestion a refusé : {reason}",
    "The ERP refused: {reason}",
)


class PushRefused(Exception):
    """Nothing was taken. `late`: it cannot be any more. `retry_after` in seconds: come again."""

    def __init__(
        self, message: Message, *, field: str | None = None, late: bool = False, missing: bool = False, retry_after: int = 0
    ) -> None:  # fmt: skip
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.field = field
        self.late = late
        self.missing = missing
        self.retry_after = retry_after
