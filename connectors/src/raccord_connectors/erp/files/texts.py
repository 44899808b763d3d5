"""What this connector says to people."""

from raccord_connectors.contract import Text

NO_ORDERS = Text(
    "files.no_orders",
    "La définition ne dit pas où déposer {what_fr}. Ajoutez-y [{block}] avec folder et acknowledgements.",
    "The definition does not say where to lay {what_en} down. Add [{block}] with folder and acknowledgements to it.",
)
EMPTY_SNAPSHOT = Text(
    "files.empty_snapshot",
    "{file} est complet selon la définition et ne contient aucune ligne, alors que {known} étaient connues. Rien n’est supprimé. "
    "Faites écrire l’export à nouveau.",
    "{file} is complete according to the definition and holds no row, although {known} were known. Nothing is deleted. Have "
    "the export written again.",
)
BRAKE = Text(
    "files.brake",
    "{file} est complet selon la définition, et il y manque {missing} des {known} lignes connues, plus de {percent} %. Rien n’en "
    "est pris. Si c’est voulu, déposez-le à nouveau avec un fichier vide nommé {confirm}.",
    "{file} is complete according to the definition, and {missing} of the {known} known rows are not in it, more than "
    "{percent}%. Nothing of it is taken. If that is meant, drop it again with an empty file named {confirm}.",
)
NO_TRAILER = Text(
    "files.no_trailer",
    "{file} ne finit pas par la ligne « {trailer} » : il est coupé. Rien n’en est pris. Faites écrire l’export à nouveau.",
    "{file} does not end with the row “{trailer}”: it is cut. Nothing of it is taken. Have the export written again.",
)
WRONG_COUNT = Text(
    "files.wrong_count",
    "{file} annonce {told} lignes et en contient {found}. Rien n’en est pris. Faites écrire l’export à nouveau.",
    "{file} announces {told} rows and holds {found}. Nothing of it is taken. Have the export written again.",
)
NO_ACTION = Text(
    "files.no_action",
    "{file} n’a pas la colonne « {column} », qui dit ce que devient chaque ligne. Ajoutez-la, ou enlevez action de la "
    "définition.",
    "{file} has no column “{column}”, which says what becomes of each row. Add it, or take action out of the definition.",
)
KEPT_MISSING = Text(
    "files.kept_missing",
    "{file} : des lignes n’ont pas de clé lisible, on ne sait donc pas ce qui manque. Rien n’est supprimé cette fois.",
    "{file}: some rows have no readable key, so nobody knows what is missing. Nothing is deleted this time.",
)
LAST_REFUSED = Text(
    "files.last_refused",
    "Le dernier fichier du flux {stream} a été refusé le {at}. {reason}",
    "The last file of the stream {stream} was refused on {at}. {reason}",
)
NOT_A_STREAM = Text(
    "files.not_a_stream",
    "Ce connecteur n’a pas de flux « {stream} ».",
    "This connector has no stream “{stream}”.",
)
NOTHING_FOUND = Text(
    "files.nothing_found",
    "Aucun fichier de {folder} n’a de colonnes reconnues. Déposez-y un export (articles.csv, par exemple) avec une ligne "
    "d’en-tête, puis réessayez.",
    "No file of {folder} has columns that we know. Drop an export there (articles.csv, for instance) with a header row, then "
    "try again.",
)
